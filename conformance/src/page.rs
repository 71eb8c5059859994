//! The page, and what keeps it from being the whole truth.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

use crate::{
    results::{Results, Went},
    rows::{Row, Rows},
    sources::Claim,
};

/// `docs/conformance.md`.
#[derive(Debug)]
pub struct Page {
    pub text: String,
    /// Rows without a passing test or a reason, and claims of no row.
    pub faults: Vec<String>,
    pub summary: String,
}

impl Page {
    /// The page of `rows`; `before` is the one that is kept, whose rows do not go away.
    pub fn new(rows: &Rows, claims: &[Claim], results: &Results, before: &str) -> Self {
        let mut by_row: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
        for claim in claims {
            for row in &claim.rows {
                by_row.entry(row).or_default().push(claim);
            }
        }
        let mut page = Self {
            text: String::new(),
            faults: Vec::new(),
            summary: String::new(),
        };
        let mut counts = Counts::default();
        for section in &rows.sections {
            let mut lines = String::new();
            for row in &section.rows {
                let claims = by_row.remove(row.id.as_str()).unwrap_or_default();
                counts.count(row, &claims);
                page.row(row, &claims, results, &mut lines);
            }
            if !lines.is_empty() {
                let _ = write!(page.text, "\n## {}\n\n{TABLE}{lines}", section.title);
            }
        }
        for (id, claims) in by_row {
            let places = claims
                .iter()
                .map(|claim| format!("{}:{}", claim.file, claim.line));
            page.faults.push(format!(
                "{id} is no row: {}",
                places.collect::<Vec<_>>().join(", ")
            ));
        }
        let kept = |id: &str| {
            let mut rows = rows.sections.iter().flat_map(|section| &section.rows);
            rows.any(|row| row.id == id)
        };
        for id in before.lines().filter_map(id_of).filter(|id| !kept(id)) {
            page.faults.push(format!(
                "{id} was a row and is none any more: if it asks for nothing now, say so by `argued`"
            ));
        }
        page.text = format!("{HEAD}\n{counts}\n{}", page.text);
        page.summary = format!("conformance: {counts} {} faults", page.faults.len());
        page
    }

    fn row(&mut self, row: &Row, claims: &[&Claim], results: &Results, lines: &mut String) {
        let mut tests = Vec::new();
        let mut worst = Went::Passed;
        for claim in claims {
            let went = results.of(claim);
            if went != Went::Passed {
                worst = went;
                self.faults
                    .push(format!("{}: {} {}", row.id, claim.test, said(went)));
            }
            tests.push(format!("`{}` in {}", claim.test, claim.file));
        }
        let result = match (claims.is_empty(), &row.argued, &row.in_part) {
            (true, Some(reason), None) => format!("argued: {reason}"),
            (false, None, Some(reason)) => format!("{}; in part argued: {reason}", said(worst)),
            (false, None, None) => said(worst).to_owned(),
            (true, None, Some(_)) => {
                self.faults
                    .push(format!("{} has lost its tests: {}", row.id, row.says));
                "**no test**".to_owned()
            }
            (true, None, None) => {
                self.faults.push(format!(
                    "{} has neither test nor reason: {}",
                    row.id, row.says
                ));
                "**no test**".to_owned()
            }
            (_, Some(_), _) => {
                self.faults.push(format!(
                    "{} is `argued` as if it had no test, and has one or is `in_part` as well: it is one of the three",
                    row.id
                ));
                "**argued and not**".to_owned()
            }
        };
        let tests = tests.join("<br>");
        let _ = writeln!(
            lines,
            "| {} | {} | {} | {tests} | {result} |",
            row.id, row.clause, row.says
        );
    }
}

/// Numbers of rows, by what they have.
#[derive(Default)]
struct Counts {
    tested: usize,
    /// Those of `tested` of which a part is argued.
    in_part: usize,
    argued: usize,
}

impl Counts {
    fn count(&mut self, row: &Row, claims: &[&Claim]) {
        if claims.is_empty() {
            self.argued += 1;
        } else {
            self.tested += 1;
            self.in_part += usize::from(row.in_part.is_some());
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tested,
            in_part,
            argued,
        } = self;
        write!(
            f,
            "{} rows: {tested} with tests that pass, {in_part} of these argued in part, and {argued} argued.",
            tested + argued
        )
    }
}

/// The row that a line of the page is of.
fn id_of(line: &str) -> Option<&str> {
    let id = line.strip_prefix("| ")?.split(" |").next()?;
    (id.contains('-') && !id.starts_with('-')).then_some(id)
}

fn said(went: Went) -> &'static str {
    match went {
        Went::Failed => "**fails**",
        Went::NotRun => "**was not run**",
        Went::Passed => "passes",
    }
}

const HEAD: &str = "\
# Conformance

Generated by `./test` from the tests and their results; edit `conformance-rows.toml` or the tests instead.
A test names the rows that it covers above its name. `argued` says why a row has no test; `in part argued`, what
of it the tests do not show.
";

const TABLE: &str =
    "| row | clause | requirement | tests | result |\n| --- | --- | --- | --- | --- |\n";

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = r#"
[[sections]]
title = "S"
rows = [{ id = "A-1", clause = "c", says = "one" }, { id = "A-2", clause = "c", says = "two", argued = "later" }]

[[sections]]
title = "T"
rows = [{ id = "B-1", clause = "c", says = "three", in_part = "the rest is not ours" }]
"#;

    /// The page of tests that name each of `rows`.
    fn page(rows: &[&str], printed: &str) -> Page {
        page_after(rows, printed, "")
    }

    fn page_after(rows: &[&str], printed: &str, before: &str) -> Page {
        let claim = Claim {
            file: "tests/t/main.rs".to_owned(),
            line: 3,
            test: "holds".to_owned(),
            rows: rows.iter().map(|row| (*row).to_owned()).collect(),
        };
        let printed = format!("Running tests/t/main.rs (x)\n{printed}");
        let rows = Rows::parse(ROWS).unwrap();
        Page::new(&rows, &[claim], &Results::parse(&printed), before)
    }

    const OK: &str = "test holds ... ok";

    #[test]
    fn a_tested_row_passes_and_what_is_argued_has_its_reason() {
        let page = page(&["A-1", "B-1"], OK);
        assert!(page.faults.is_empty(), "{page:?}");
        for line in [
            "| A-1 | c | one | `holds` in tests/t/main.rs | passes |",
            "| A-2 | c | two |  | argued: later |",
            "| passes; in part argued: the rest is not ours |",
        ] {
            assert!(page.text.contains(line), "{line}");
        }
        let counts = "3 rows: 2 with tests that pass, 1 of these argued in part, and 1 argued.";
        assert!(
            page.text.contains(&format!("\n\n{counts}\n\n## S\n")),
            "{}",
            page.text
        );
        assert_eq!(page.summary, format!("conformance: {counts} 0 faults"));
        let again = page_after(&["A-1", "B-1"], OK, &page.text);
        assert!(again.faults.is_empty(), "{again:?}");
    }

    #[test]
    fn a_test_that_failed_or_was_not_run_is_a_fault() {
        assert_eq!(
            page(&["A-1", "B-1"], "test holds ... FAILED").faults,
            ["A-1: holds **fails**", "B-1: holds **fails**"]
        );
        assert_eq!(
            page(&["A-1", "B-1"], "").faults,
            ["A-1: holds **was not run**", "B-1: holds **was not run**"]
        );
    }

    #[test]
    fn a_row_that_has_or_loses_no_test_is_a_fault_in_every_section() {
        assert_eq!(
            page(&["B-1"], OK).faults,
            ["A-1 has neither test nor reason: one"]
        );
        assert_eq!(page(&["A-1"], OK).faults, ["B-1 has lost its tests: three"]);
    }

    #[test]
    fn a_row_that_is_argued_and_tested_would_lose_its_tests_unseen_and_is_a_fault() {
        let faults = page(&["A-1", "A-2", "B-1"], OK).faults;
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("A-2 is `argued` as if it had no test"));
    }

    #[test]
    fn a_row_that_is_taken_out_is_a_fault() {
        let before = page(&["A-1", "B-1"], OK).text.replace("A-2", "A-3");
        assert_eq!(
            page_after(&["A-1", "B-1"], OK, &before).faults,
            ["A-3 was a row and is none any more: if it asks for nothing now, say so by `argued`"]
        );
    }

    #[test]
    fn an_optional_section_is_none_any_more() {
        let optional = ROWS.replace("title = \"T\"", "title = \"T\"\noptional = true");
        assert!(Rows::parse(&optional).is_err());
    }

    #[test]
    fn a_claim_of_no_row_is_a_fault() {
        let faults = page(&["A-1", "B-1", "C-9"], OK).faults;
        assert_eq!(faults, ["C-9 is no row: tests/t/main.rs:3"]);
    }
}
