//! Validators of a representation (RFC 9110 §8.8), and the content that they are made from.

use std::{
    fmt::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::HttpRequest;

use crate::dataset::{EntityTag, FileIdentity, perils::Served};

/// Validators of a representation (RFC 9110 §8.8).
#[derive(Clone, Debug)]
pub(crate) struct Validators {
    /// The tag of the representation without a coding; none while it is not known.
    pub(crate) entity_tag: Option<EntityTag>,
    /// `true` where two answers with the tag say the same and may differ in their bytes (RFC 9110 §8.8.1).
    pub(crate) is_weak: bool,
    /// The last change of the content, where anybody knows it.
    pub(crate) last_modified: Option<SystemTime>,
}

/// Version of the content that an answer is made from: of stores, or of a table.
#[derive(Clone, Debug)]
pub(crate) struct ContentVersion {
    /// A text that is another for every other content.
    pub(crate) text: String,
    /// The last change.
    pub(crate) last_modified: SystemTime,
}

impl<'s> FromIterator<&'s Served> for ContentVersion {
    fn from_iter<T: IntoIterator<Item = &'s Served>>(stores: T) -> Self {
        let (mut text, mut imported) = (String::new(), 0);
        for store in stores {
            // A string takes everything.
            let _ = write!(text, "{} {} ", store.version.id, store.checksum);
            let at = u64::try_from(store.version.imported_at).unwrap_or(0);
            imported = at.max(imported);
        }
        Self {
            text,
            last_modified: UNIX_EPOCH + Duration::from_secs(imported),
        }
    }
}

impl From<&Served> for ContentVersion {
    fn from(store: &Served) -> Self {
        std::iter::once(store).collect()
    }
}

impl Validators {
    /// The validators of the answer to the target of `request` in `format`, from `content`, by this release.
    pub(crate) fn of_answer(content: &ContentVersion, request: &HttpRequest, format: &str) -> Self {
        let target = request.uri().path_and_query().map(ToString::to_string);
        let depends_on = format!(
            "{} {}{format} {}",
            env!("CARGO_PKG_VERSION"),
            content.text,
            target.unwrap_or_default()
        );
        Self {
            entity_tag: Some(EntityTag::of(depends_on.as_bytes())),
            is_weak: false,
            last_modified: Some(content.last_modified),
        }
    }
}

impl From<&FileIdentity> for Validators {
    fn from(identity: &FileIdentity) -> Self {
        Self {
            entity_tag: identity.entity_tag.clone(),
            is_weak: false,
            last_modified: Some(identity.last_modified),
        }
    }
}
