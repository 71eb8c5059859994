//! The findings for machines.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::config::{Finding, SettingPlace};

/// Prints one object: the findings, and the collections where the configuration can be read.
pub(super) fn print(findings: &[Finding], collections: Option<&[Value]>) -> io::Result<()> {
    let document = json!({
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        "collections": collections,
    });
    writeln!(io::stdout().lock(), "{document:#}")
}

/// One finding.
fn finding(fault: &Finding) -> Value {
    json!({
        "severity": fault.severity.to_string(),
        "place": place(&fault.place),
        "finding": fault.finding,
        "remedy": fault.remedy,
        "ends": fault.ends.map(|end| end.to_string()),
    })
}

/// A place: a line of a file, a variable of the environment, or something that is no setting.
pub(super) fn place(place: &SettingPlace) -> Value {
    match place {
        SettingPlace::File { path, line, key } => json!({
            "file": path.display().to_string(),
            "line": (*line > 0).then_some(line),
            "key": (!key.is_empty()).then_some(key),
        }),
        SettingPlace::Variable(name) => json!({"variable": name}),
        SettingPlace::Outside(what) => json!({"about": what}),
    }
}
