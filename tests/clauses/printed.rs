//! Nothing that people read is in the form in which Rust prints values for its programmers: no source asks
//! for one, and what the tests see printed is searched for them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::printed::debug_form;

/// A use of a debug form that may stay: file, a part of the line, the reason.
type Exception = (&'static str, &'static str, &'static str);

const QUOTED: &str = "a text, in quotes and with what is not printable escaped";

const DISPLAYED: &str = "tracing hands texts over as what prints itself so";

const EXCEPTIONS: &[Exception] = &[
    ("src/log/journal.rs", "{value:?}", DISPLAYED),
    ("src/log/line.rs", "{value:?}", DISPLAYED),
    ("src/edge/networks.rs", "{0:?}", QUOTED),
    ("src/config/forms.rs", "{text:?}", QUOTED),
    ("src/config/source.rs", "{text:?}", QUOTED),
    ("src/config/words.rs", "{word:?}", QUOTED),
    ("src/app/perild.rs", "{other:?}", QUOTED),
    ("src/dataset/metadata/description/problem.rs", ":?}", QUOTED),
    ("src/dataset/metadata/description/remedy.rs", ":?}", QUOTED),
    ("src/policy/fault.rs", "{name:?}", QUOTED),
    (
        "src/climatescore/answer/echo.rs",
        "{number:?}",
        "a number of the old contract, as Python prints it",
    ),
    ("src/commands/healthcheck.rs", "{0:?}", QUOTED),
    (
        "src/import/unattended/source_copy.rs",
        "{layout:?}",
        "digested, and printed nowhere",
    ),
];

#[test]
fn no_source_prints_a_debug_form() {
    let mut found = Vec::new();
    let mut unused: Vec<&Exception> = EXCEPTIONS.iter().collect();
    for path in ["src", "query/src"]
        .map(Path::new)
        .into_iter()
        .flat_map(sources)
    {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in printing(&text).filter(|(_, line)| asks_for_debug(line)) {
            let is_excepted = |(file, part, _): &Exception| *file == name && line.contains(part);
            unused.retain(|exception| !is_excepted(exception));
            if !EXCEPTIONS.iter().any(is_excepted) {
                found.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "a debug form may be printed; say it in words, or except it with a reason:\n{}",
        found.join("\n")
    );
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

#[test]
fn a_line_that_asks_for_a_debug_form_is_found() {
    for line in [
        r#"format!("{:?}", value)"#,
        r#"format!("{value:#?}")"#,
        r#"#[error("no {0:?} here")]"#,
        r#"format!("{name:>10?} {other:>12?}")"#,
        "tracing::warn!(?error, \"no\")",
        "tracing::warn!(reason = ?error, \"no\")",
        "info!(target: T, a, ?b)",
        "            ?error,",
        "Empty.record(\"x\", field::debug(&error))",
        "format!(\"{}\", result.unwrap_err())",
    ] {
        assert!(asks_for_debug(line), "{line}");
    }
    for line in [
        r#"format!("{value} {{:?}} {value:>9}")"#,
        "let a = b?;",
        "read(path)?.first()?",
        "impl<T: ?Sized> X for T",
        "match (a?, b?) {",
        "r\"[0-9]?\"",
    ] {
        assert!(!asks_for_debug(line), "{line}");
    }
}

#[test]
fn a_debug_form_in_what_was_printed_is_found() {
    for line in [
        "no: CertExpired { time: UnixTime(1768478400) }",
        "invalid peer certificate: UnknownIssuer",
        "invalid peer certificate: Other(OtherError(BadDer))",
        "Custom { kind: Other, error: \"x\" }",
        "cannot read: Os { code: 2, kind: NotFound, message: \"No such file\" }",
        "the time is Some(3)",
        "reqwest::Error { kind: Request }",
        "PERILD_REASON=Error(Connect)",
        "\"detail\":\"InvalidCertificate(NotValidForName)\"",
    ] {
        assert!(debug_form(line).is_some(), "{line}");
    }
    for line in [
        "perild 0.1.0 (linux) serves https://data.example (OpenSSL, GeoJSON)",
        "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        "{\"detail\": \"The client certificate has expired.\", \"Name\": {\"a\": 1}}",
        "an error (No such file or directory) at Directory { of nothing",
        "CN=Some Bank,O=Other (Holdings)",
    ] {
        assert_eq!(debug_form(line), None, "{line}");
    }
}

/// The sources of a folder that are not tests.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().unwrap() == "tests" {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The lines above the tests that are no comments, numbered from 1.
fn printing(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let lines = text[..tests].lines().enumerate();
    lines
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn asks_for_debug(line: &str) -> bool {
    let calls = [
        "field::debug(",
        "dbg!(",
        ".unwrap_err(",
        ".debug_struct(&",
        "display_debug",
    ];
    calls.iter().any(|call| line.contains(call)) || has_placeholder(line) || has_sigil(line)
}

/// `{:?}`, `{name:?}`, `{0:#?}`: a placeholder that ends with a question mark.
fn has_placeholder(line: &str) -> bool {
    let plain = line.replace("{{", "").replace("}}", "");
    plain.split('{').skip(1).any(|rest| {
        let inner = rest.split('}').next().unwrap_or_default();
        rest.len() > inner.len() && inner.contains(':') && inner.ends_with('?')
    })
}

/// `?field` of tracing: a question mark before a name, where an argument or a value begins.
fn has_sigil(line: &str) -> bool {
    line.match_indices('?').any(|(at, _)| {
        let before = line[..at].trim_end().chars().next_back();
        let after = line[at + 1..].chars().next();
        before.is_none_or(|c| matches!(c, '(' | ',' | '='))
            && after.is_some_and(|c| c.is_ascii_lowercase() || c == '_')
    })
}
