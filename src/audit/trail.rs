//! Audit trail of a site: its file, where it has one, and the key of pseudonyms.

use std::{path::PathBuf, sync::Arc};

use super::{
    Audit, BodyPseudonym, Digest, Facts, NotRecorded, OnFailure, OpenError, Place, PseudonymKey,
};

/// Settings of an audit trail.
#[derive(Clone, Debug, Default)]
pub struct AuditSettings {
    /// The file.
    pub file: Option<PathBuf>,
    /// The choice when a decision cannot be recorded.
    pub on_failure: OnFailure,
    /// The key of pseudonyms.
    pub key: Option<Arc<PseudonymKey>>,
}

/// The file of records and the key by which accounts are named in them; both may be missing.
#[derive(Clone, Debug, Default)]
pub struct AuditTrail {
    file: Option<Audit>,
    key: Option<Arc<PseudonymKey>>,
}

impl AuditTrail {
    /// The trail that `settings` name: the file of the one `before`, in a new one where it was renamed, or another.
    ///
    /// # Errors
    /// [`OpenError`] of another file.
    pub fn open(settings: AuditSettings, before: Option<&Self>) -> Result<Self, OpenError> {
        let before = before.and_then(|before| before.file.as_ref());
        let same = before.filter(|before| Some(before.path()) == settings.file.as_deref());
        let file = match (same, settings.file.as_deref()) {
            (Some(same), _) => {
                same.on_failure(settings.on_failure);
                reopen(same);
                Some(same.clone())
            }
            (None, Some(path)) => Some(Audit::start(path, settings.on_failure)?),
            (None, None) => None,
        };
        let key = settings.key;
        Ok(Self { file, key })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> Option<&Audit> {
        self.file.as_ref()
    }

    /// Goes on in a new file where the old one was renamed, whatever else is wrong: whoever renames it packs it soon.
    pub fn reopen(&self) {
        if let Some(file) = &self.file {
            reopen(file);
        }
    }

    /// A place for the record of a request, where there is a file.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub fn place(&self) -> Result<Option<Place>, NotRecorded> {
        self.file.as_ref().map_or(Ok(None), Audit::place)
    }

    /// Counts a request that was refused since there is no place for its record.
    pub fn refused(&self, facts: &Facts<'_>) {
        if let Some(file) = &self.file {
            file.refused(facts);
        }
    }

    /// The pseudonym of `account`, where there is a key.
    #[must_use]
    pub fn pseudonym(&self, account: &str) -> Option<Digest> {
        self.key.as_ref().map(|key| key.of(account))
    }

    /// The pseudonym of a body that is about to be read, where there are a key and a file to have it.
    #[must_use]
    pub fn body_pseudonym(&self) -> Option<BodyPseudonym> {
        let key = self.file.as_ref().and(self.key.as_ref());
        key.map(|key| key.begin())
    }
}

fn reopen(file: &Audit) {
    if let Err(reason) = file.reopen() {
        tracing::error!("the audit file stays as it is: {reason}");
    }
}
