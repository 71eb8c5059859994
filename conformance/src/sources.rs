//! The tests and the rows that they name, as the sources have them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Fault;

/// A test function with the rows that it claims to cover.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    /// The source file, from the package's root.
    pub file: String,
    pub line: usize,
    pub test: String,
    pub rows: Vec<String>,
}

/// Every claim in `src`, `query/src` and `tests` below `root`, by file and line.
pub fn claims(root: &Path) -> Result<Vec<Claim>, Fault> {
    let mut files = Vec::new();
    for directory in ["src", "query/src", "tests"] {
        collect(&root.join(directory), &mut files)?;
    }
    files.sort();
    let mut claims = Vec::new();
    for file in files {
        let name = file
            .strip_prefix(root)
            .unwrap_or(&file)
            .display()
            .to_string();
        let text = fs::read_to_string(&file).map_err(|error| Fault::File(name.clone(), error))?;
        claims.extend(claims_in(&name, &text)?);
    }
    Ok(claims)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Fault> {
    let fault = |error| Fault::File(directory.display().to_string(), error);
    for entry in fs::read_dir(directory).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn claims_in(file: &str, text: &str) -> Result<Vec<Claim>, Fault> {
    let mut claims = Vec::new();
    let mut open: Option<(usize, Vec<String>)> = None;
    for (number, line) in text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
    {
        let fault = |what: &str| Fault::Claim(what.to_owned(), format!("{file}:{number}"));
        if let Some(ids) = line.strip_prefix("/// Rows:") {
            let ids = ids.split(',').map(|id| id.trim().to_owned()).collect();
            if open.replace((number, ids)).is_some() {
                return Err(fault("the rows above it belong to no function"));
            }
        } else if let Some(test) = function(line) {
            claims.extend(open.take().map(|(line, rows)| Claim {
                file: file.to_owned(),
                line,
                test: test.to_owned(),
                rows,
            }));
        } else if open.is_some() && !(line.starts_with("#[") || line.starts_with("//")) {
            return Err(fault(
                "only attributes stand between rows and their function",
            ));
        }
    }
    match open {
        Some((line, _)) => Err(Fault::Claim(
            "the rows belong to no function".to_owned(),
            format!("{file}:{line}"),
        )),
        None => Ok(claims),
    }
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_to_the_function_below_them() {
        let text = "mod tests {\n    /// Rows: A-1, B-2\n    #[test]\n    fn holds() {\n    }\n    fn other() {}\n}";
        let claims = claims_in("src/x.rs", text).unwrap();
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].test, "holds");
        assert_eq!(claims[0].line, 2);
        assert_eq!(claims[0].rows, ["A-1", "B-2"]);
    }

    #[test]
    fn rows_of_an_asynchronous_test_are_found() {
        let claims = claims_in(
            "src/x.rs",
            "/// Rows: A-1\n#[actix_web::test]\nasync fn holds() {",
        )
        .unwrap();
        assert_eq!(claims[0].test, "holds");
    }

    #[test]
    fn rows_above_anything_else_are_a_fault() {
        for text in [
            "/// Rows: A-1\nconst X: u8 = 0;",
            "/// Rows: A-1\n/// Rows: A-2\nfn x()",
            "/// Rows: A-1\n",
        ] {
            assert!(claims_in("src/x.rs", text).is_err(), "{text}");
        }
    }
}
