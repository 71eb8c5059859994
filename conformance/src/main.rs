//! Writes `docs/conformance.md`: each row of `docs/conformance-rows.toml` with the tests that name it
//! and how they went.
//!
//! A test names its rows in a doc line, `/// Rows: BRR-1, BRR-3`. How it went is read from what `cargo
//! test` printed. A row that has neither a passing test nor a reason is a failure.

mod page;
mod results;
mod rows;
mod sources;

use std::{env, fs, io, path::Path, process::ExitCode};

use thiserror::Error;

use page::Page;
use results::Results;
use rows::Rows;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["--check", results] => run(Path::new(results), true),
        [results] if !results.starts_with('-') => run(Path::new(results), false),
        _ => {
            eprintln!(
                "Usage: perild-conformance [--check] FILE\n\nFILE holds what `cargo test` printed."
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("conformance: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the page when it is the whole truth; a check fails when it had to be written.
fn run(results: &Path, is_check: bool) -> Result<String, Fault> {
    let rows = Rows::parse(&read(Path::new(ROWS))?)?;
    let results = Results::parse(&read(results)?);
    let claims = sources::claims(Path::new("."))?;
    let before = fs::read_to_string(PAGE).unwrap_or_default();
    let page = Page::new(&rows, &claims, &results, &before);
    if !page.faults.is_empty() {
        return Err(Fault::Rows(page.faults.join("\n  ")));
    }
    let is_stale = before != page.text;
    if is_stale {
        fs::write(PAGE, &page.text).map_err(|error| Fault::File(PAGE.to_owned(), error))?;
    }
    if is_check && is_stale {
        return Err(Fault::Stale);
    }
    Ok(page.summary)
}

fn read(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|error| Fault::File(path.display().to_string(), error))
}

/// Why there is no page to be content with.
#[derive(Debug, Error)]
enum Fault {
    #[error("{1}: {0}")]
    Claim(String, String),
    #[error("{0}: {1}")]
    File(String, io::Error),
    #[error("{ROWS}: {0}")]
    Table(#[from] toml::de::Error),
    #[error("\n  {0}")]
    Rows(String),
    #[error(
        "{PAGE} was not what the tests say and has been written anew: look at it and commit it"
    )]
    Stale,
}

const PAGE: &str = "docs/conformance.md";
const ROWS: &str = "docs/conformance-rows.toml";
