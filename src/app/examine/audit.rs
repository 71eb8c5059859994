//! The audit file and the key of pseudonyms.

use std::{fs::File, os::unix::fs::MetadataExt, path::Path, sync::Arc};

use super::{Examination, awaited};
use crate::audit::{AuditSettings, FileState, PseudonymKey};

impl Examination<'_> {
    /// The settings of `[audit]`; none when there could be no record that is asked for.
    pub(super) fn audit(&mut self) -> Option<AuditSettings> {
        let audit = &self.config.audit;
        let is_usable = audit
            .file
            .as_deref()
            .is_none_or(|path| self.audit_file(path));
        let key = match audit.key_file.as_deref() {
            Some(path) => Some(Arc::new(self.pseudonym_key(path)?)),
            None => None,
        };
        is_usable.then(|| AuditSettings {
            file: audit.file.clone(),
            on_failure: audit.on_failure,
            key,
        })
    }

    /// `true` when a daemon could write to the file at `path`.
    fn audit_file(&mut self, path: &Path) -> bool {
        let folder = path.parent().unwrap_or(path);
        if !path.is_absolute() {
            let finding = format!("{} is no path from / on", path.display());
            self.error("audit.file", finding, "write the whole path");
            return false;
        }
        if let Err(error) = folder.metadata() {
            let finding = format!("cannot write into {}: {error}", folder.display());
            let remedy = "make the folder, writable for the user that perild runs as";
            self.await_for(awaited::of_folder(&error), "audit.file", finding, remedy);
            return false;
        }
        let state = match FileState::of(path) {
            Ok(state) => state,
            Err(error) => {
                let remedy =
                    "let the user that perild runs as read and write it, or name another file";
                let finding = format!("cannot read {}: {error}", path.display());
                self.await_for(awaited::of_file(&error), "audit.file", finding, remedy);
                return false;
            }
        };
        let path = path.display();
        match state {
            FileState::Absent => self.fine("audit.file", format!("{path} will be made")),
            FileState::InUse => self.fine(
                "audit.file",
                format!("{path} is being written by a daemon; a second one would not write to it"),
            ),
            FileState::NotOurs => {
                let remedy = "name another file: what is there is not written over";
                self.error("audit.file", format!("{path} is no audit file"), remedy);
                return false;
            }
            FileState::Torn => self.warn(
                "audit.file",
                format!("{path} ends in the middle of a line, as a crash leaves it"),
                "nothing to do: the daemon goes on behind it and says so",
            ),
            FileState::Whole { lines } => {
                self.fine(
                    "audit.file",
                    format!("{path} will be gone on with from line {lines} on"),
                );
            }
        }
        true
    }

    fn pseudonym_key(&mut self, path: &Path) -> Option<PseudonymKey> {
        let content = self.file("audit.key_file", path)?;
        if File::open(path)
            .is_ok_and(|file| file.metadata().is_ok_and(|found| found.mode() & 0o007 != 0))
        {
            let finding = format!("{}: everyone on this machine can read it", path.display());
            self.error(
                "audit.key_file",
                finding,
                &format!("chmod 0600 {}", path.display()),
            );
            return None;
        }
        match PseudonymKey::read(&content) {
            Ok(key) => Some(key),
            Err(error) => {
                let finding = format!("{}: {error}", path.display());
                let remedy = format!(
                    "openssl rand -hex 32 > {0} && chmod 0600 {0}",
                    path.display()
                );
                self.error("audit.key_file", finding, &remedy);
                None
            }
        }
    }
}
