//! An answer that is made once and sent to everyone who asks, in the coding of each.

use std::{sync::OnceLock, time::SystemTime};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use bytes::Bytes;

use super::{
    Coding, Refusal,
    representation::{BY_CODING, BY_TYPE_AND_CODING, Caching, Representation, coding_of_only},
    validators::Validators,
};
use crate::dataset::EntityTag;

/// The bytes of an answer, and those of its codings once somebody has asked for them.
pub(crate) struct Prepared {
    content_type: &'static str,
    bytes: Bytes,
    entity_tag: EntityTag,
    gzip: OnceLock<Bytes>,
    zstd: OnceLock<Bytes>,
}

impl Prepared {
    /// The answer `text` of `content_type`.
    pub(crate) fn new(content_type: &'static str, text: impl Into<Bytes>) -> Self {
        let bytes = text.into();
        Self {
            content_type,
            entity_tag: EntityTag::of(&bytes),
            bytes,
            gzip: OnceLock::new(),
            zstd: OnceLock::new(),
        }
    }

    /// `true` when it is the same answer as `other`.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.content_type == other.content_type && self.entity_tag == other.entity_tag
    }

    /// The tag of the bytes without a coding.
    pub(crate) fn entity_tag(&self) -> &EntityTag {
        &self.entity_tag
    }

    /// The answer to `request`, of which the content was last changed at `last_modified`; anyone may keep it.
    ///
    /// # Errors
    /// [`Refusal`] when it is not acceptable or a precondition fails.
    pub(crate) fn answer(
        &self,
        request: &HttpRequest,
        last_modified: SystemTime,
    ) -> Result<HttpResponse, Refusal> {
        self.chosen(request, last_modified, BY_CODING)
    }

    /// As [`Self::answer`], where `Accept` has chosen this answer among others.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub(crate) fn answer_of_several(
        &self,
        request: &HttpRequest,
        last_modified: SystemTime,
    ) -> Result<HttpResponse, Refusal> {
        self.chosen(request, last_modified, BY_TYPE_AND_CODING)
    }

    fn chosen(
        &self,
        request: &HttpRequest,
        last_modified: SystemTime,
        by: &'static str,
    ) -> Result<HttpResponse, Refusal> {
        let (essence, _) = self
            .content_type
            .split_once(';')
            .unwrap_or((self.content_type, ""));
        let representation = Representation {
            content_type: self.content_type,
            coding: coding_of_only(request, essence)?,
            chosen_by: Some(by),
            caching: Caching::Public(Validators {
                entity_tag: Some(self.entity_tag.clone()),
                is_weak: false,
                last_modified: Some(last_modified),
            }),
        };
        if let Some(answer) = representation.judge(request)? {
            return Ok(answer);
        }
        let bytes = self.coded(representation.coding)?;
        Ok(representation.begin(StatusCode::OK).body(bytes))
    }

    /// The bytes in `coding`, made when they are first asked for.
    fn coded(&self, coding: Coding) -> Result<Bytes, Refusal> {
        let made = match coding {
            Coding::Identity => return Ok(self.bytes.clone()),
            Coding::Gzip => &self.gzip,
            Coding::Zstd => &self.zstd,
        };
        if let Some(bytes) = made.get() {
            return Ok(bytes.clone());
        }
        let bytes = coding.coded(self.bytes.to_vec()).map_err(|error| {
            tracing::error!(%error, "an answer could not be coded");
            Refusal::Fault
        })?;
        Ok(made.get_or_init(|| bytes.into()).clone())
    }
}
