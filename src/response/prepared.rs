//! An answer that is made once and sent to everyone who asks, in the coding of each.

use std::{io, sync::OnceLock, time::SystemTime};

use actix_web::{HttpRequest, HttpResponse, body::BoxBody, http::StatusCode};
use bytes::Bytes;

use super::{
    Coding, Refusal,
    coding::Coded,
    kept_text::KeptText,
    representation::{BY_CODING, BY_TYPE_AND_CODING, Caching, Representation, coding_of_only},
    validators::Validators,
};
use crate::dataset::EntityTag;

/// The text of an answer, and its codings once somebody has asked for them.
pub(crate) struct Prepared {
    content_type: &'static str,
    text: KeptText,
    gzip: OnceLock<Bytes>,
    zstd: OnceLock<Bytes>,
}

impl Prepared {
    /// The answer `text` of `content_type`.
    pub(crate) fn new(content_type: &'static str, text: impl Into<Bytes>) -> Self {
        Self::kept(content_type, KeptText::plain(text.into()))
    }

    /// The answer `text` of `content_type`, as it was kept.
    pub(crate) fn kept(content_type: &'static str, text: KeptText) -> Self {
        Self {
            content_type,
            text,
            gzip: OnceLock::new(),
            zstd: OnceLock::new(),
        }
    }

    /// `true` when it is the same answer as `other`.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.content_type == other.content_type && self.entity_tag() == other.entity_tag()
    }

    /// The tag of the bytes without a coding.
    pub(crate) fn entity_tag(&self) -> &EntityTag {
        self.text.entity_tag()
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
                entity_tag: Some(self.entity_tag().clone()),
                is_weak: false,
                last_modified: Some(last_modified),
            }),
        };
        if let Some(answer) = representation.judge(request)? {
            return Ok(answer);
        }
        let body = self.body(representation.coding).map_err(|error| {
            tracing::error!(%error, "an answer could not be coded");
            Refusal::Fault
        })?;
        Ok(representation.begin(StatusCode::OK).body(body))
    }

    /// The text in `coding`, which is made when it is first asked for.
    fn body(&self, coding: Coding) -> io::Result<BoxBody> {
        let made = match (coding, self.text.frame()) {
            (Coding::Identity, _) => return self.text.body(),
            (Coding::Zstd, Some(frame)) => return Ok(BoxBody::new(frame.clone())),
            (Coding::Gzip, _) => &self.gzip,
            (Coding::Zstd, None) => &self.zstd,
        };
        if let Some(bytes) = made.get() {
            return Ok(BoxBody::new(bytes.clone()));
        }
        let mut coded = Coded::new(Vec::new(), coding)?;
        self.text.write_to(&mut coded)?;
        let bytes = coded.finish()?;
        Ok(BoxBody::new(made.get_or_init(|| bytes.into()).clone()))
    }
}
