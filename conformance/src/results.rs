//! How the tests went, as `cargo test` prints it.

use crate::sources::Claim;

/// Every test that was run.
#[derive(Debug)]
pub struct Results(Vec<Ran>);

#[derive(Debug)]
struct Ran {
    /// The source of its target, as `tests/clauses/main.rs`.
    target: String,
    /// Its path in the target, as `bearer::rfc6750_2_1`.
    path: String,
    passed: bool,
}

/// How the test of a claim went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Went {
    Failed,
    NotRun,
    Passed,
}

impl Results {
    /// Reads the lines `Running TARGET (...)` and `test PATH ... ok`; the rest is left alone.
    pub fn parse(text: &str) -> Self {
        let mut target = String::new();
        let mut ran = Vec::new();
        for line in text.lines().map(str::trim) {
            if let Some(running) = line.strip_prefix("Running ") {
                let source = running.split(" (").next().unwrap_or(running);
                let source = source.trim_start_matches("unittests ");
                // The tests of a library are named after its own folder; those of `query/` are in that.
                let is_of_query = running.contains("/perild_query-");
                let folder = if is_of_query { "query/" } else { "" };
                target = format!("{folder}{source}");
            } else if let Some((path, went)) = result(line) {
                let passed = went == "ok";
                ran.push(Ran {
                    target: target.clone(),
                    path: path.to_owned(),
                    passed,
                });
            }
        }
        Self(ran)
    }

    /// Passed when each test that the claim can mean passed.
    pub fn of(&self, claim: &Claim) -> Went {
        let meant: Vec<&Ran> = self.0.iter().filter(|ran| ran.is_of(claim)).collect();
        match meant.as_slice() {
            [] => Went::NotRun,
            meant if meant.iter().all(|ran| ran.passed) => Went::Passed,
            _ => Went::Failed,
        }
    }
}

impl Ran {
    /// The same name, in a target that the file is part of, within the module that the file is.
    fn is_of(&self, claim: &Claim) -> bool {
        let (at, name) = self.path.rsplit_once("::").unwrap_or(("", &self.path));
        if name != claim.test {
            return false;
        }
        if claim.file.starts_with("tests/support/") {
            return true;
        }
        let root = ["main.rs", "lib.rs"]
            .iter()
            .find_map(|main| self.target.strip_suffix(main));
        let within = claim.file.strip_prefix(root.unwrap_or(&self.target));
        within.map(module).is_some_and(|module| {
            at.strip_prefix(&module)
                .is_some_and(|rest| rest.is_empty() || module.is_empty() || rest.starts_with("::"))
        })
    }
}

/// `edge::certificate` for `edge/certificate.rs`, and for a `mod.rs` in a folder of that name.
fn module(file: &str) -> String {
    let path = file.trim_end_matches(".rs");
    match path.trim_end_matches("/mod") {
        "main" | "lib" => String::new(),
        path => path.replace('/', "::"),
    }
}

fn result(line: &str) -> Option<(&str, &str)> {
    let (path, went) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    Some((path.split(" - ").next().unwrap_or(path), went))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
     Running unittests src/lib.rs (target/debug/deps/perild-0)
test edge::certificate::tests::holds ... ok
test caller::tests::path::breaks ... FAILED
     Running tests/clauses/main.rs (target/debug/deps/clauses-0)
test bearer::holds ... ok
test bearer::slow ... ignored, for want of time
     Running unittests src/lib.rs (target/debug/deps/perild_query-0)
test cql2::holds ... ok
";

    fn went(file: &str, test: &str) -> Went {
        let claim = Claim {
            file: file.to_owned(),
            line: 1,
            test: test.to_owned(),
            rows: Vec::new(),
        };
        Results::parse(PRINTED).of(&claim)
    }

    #[test]
    fn a_test_is_found_by_its_target_its_module_and_its_name() {
        assert_eq!(went("src/edge/certificate.rs", "holds"), Went::Passed);
        assert_eq!(went("src/edge/certificate/tests.rs", "holds"), Went::Passed);
        assert_eq!(went("tests/clauses/bearer.rs", "holds"), Went::Passed);
        assert_eq!(went("src/caller/tests/path.rs", "breaks"), Went::Failed);
        assert_eq!(went("query/src/cql2.rs", "holds"), Went::Passed);
        assert_eq!(went("src/cql2.rs", "holds"), Went::NotRun);
    }

    #[test]
    fn a_test_of_the_same_name_elsewhere_counts_for_nothing() {
        assert_eq!(went("src/edge/inbound.rs", "holds"), Went::NotRun);
        assert_eq!(went("tests/e2e/bearer.rs", "holds"), Went::NotRun);
    }

    #[test]
    fn an_ignored_test_has_not_passed() {
        assert_eq!(went("tests/clauses/bearer.rs", "slow"), Went::Failed);
    }
}
