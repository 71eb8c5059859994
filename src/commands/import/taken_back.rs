//! `perild import --rollback`: the version before of a store or of tables is served again.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
};

use super::{ImportFailed, named::described_table};
use crate::{
    clock::Timestamp,
    import::{ImportError, RolledBack, rollback, rollback_table},
};

/// Takes back the last import of coverages, or of each table that `paths` name.
pub(super) fn take_back(paths: &[OsString], state: &Path) -> Result<(), ImportFailed> {
    if paths.is_empty() {
        return say(&rollback(state)?);
    }
    for path in paths {
        let id = described_table(Path::new(path))?.id;
        let manifest = rollback_table(state, &id).map_err(ImportError::from)?;
        let modified = Timestamp::from_seconds(manifest.modified_ms.div_euclid(1_000));
        writeln!(
            io::stdout().lock(),
            "took back the last import of {id}: version {} of {modified} is there again",
            manifest.version
        )?;
    }
    Ok(writeln!(
        io::stdout().lock(),
        "then: systemctl reload perild"
    )?)
}

/// Says what was taken back.
fn say(back: &RolledBack) -> Result<(), ImportFailed> {
    let mut out = io::stdout().lock();
    let (path, version) = (back.path.display(), back.version);
    match back.again {
        Some(again) => {
            let imported_at = Timestamp::from_seconds(again.imported_at);
            writeln!(
                out,
                "took back {path}, version {version}: version {} of {imported_at} is there again",
                again.id
            )?;
        }
        None => writeln!(
            out,
            "took back {path}, version {version}: there was none before it"
        )?,
    }
    Ok(writeln!(out, "then: systemctl reload perild")?)
}
