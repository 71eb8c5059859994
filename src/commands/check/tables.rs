//! The tables, read through: a daemon that starts in milliseconds does not do that.

use std::path::Path;

use perild_query::{Table, table::TableError};

use crate::{
    config::{Config, Finding, SettingPlaces, Severity},
    dataset::tables::Tables,
    import::TABLES,
};

/// Findings on tables whose octets are not all as they were imported, and on versions before that nobody could take back
/// to. A table that cannot be opened is the concern of what is examined before a start.
pub(super) fn findings(config: &Config, places: &SettingPlaces) -> Vec<Finding> {
    let folder = config.paths.state.join(TABLES);
    let finding = |severity, finding: String, remedy: &str| {
        Finding::new(severity, places.of("paths.state"), finding, remedy)
    };
    let mut findings = Vec::new();
    for (id, verified) in Tables::open(&config.paths.state, None).verified() {
        let path = folder.join(id.as_str());
        findings.push(match verified {
            Ok((version, rows)) => {
                let said = format!("version {version} with {rows} rows is whole, by its checksums");
                finding(Severity::Fine, format!("{}: {said}", path.display()), "")
            }
            Err(error) => finding(
                Severity::Error,
                format!("{}: {error}", path.display()),
                &format!("import {id} again: perild import"),
            ),
        });
        findings.extend(before(&path).err().map(|error| {
            let said = format!(
                "{}: of the version before {error}: nobody can take back to it",
                path.display()
            );
            finding(
                Severity::Warning,
                said,
                "the next import puts the version of now in its place",
            )
        }));
    }
    findings
}

/// The version before of the table in the folder `path` is whole, where there is one.
fn before(path: &Path) -> Result<(), TableError> {
    let before = Table::open_before(path)?;
    before.map_or(Ok(()), |before| before.verify())
}
