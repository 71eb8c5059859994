//! Validators and caching of answers that one store gives.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, LAST_MODIFIED},
    },
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    Refusal,
    conditions::{self, Validators, Verdict, http_date},
};
use crate::dataset::grid::Grid;

/// What an answer is a version of: one store, asked one thing.
#[derive(Clone, Debug)]
pub struct Described {
    entity_tag: String,
    last_modified: SystemTime,
}

impl Described {
    /// The answer that `grid` gives to the target of `request`.
    #[must_use]
    pub fn new(grid: &Grid, request: &HttpRequest) -> Self {
        Self::representation(grid, request, "")
    }

    /// As [`Described::new`], for one of several representations (RFC 9110 §8.8.3).
    #[must_use]
    pub fn representation(grid: &Grid, request: &HttpRequest, representation: &str) -> Self {
        let target = request.uri().path_and_query().map(ToString::to_string);
        let version = grid.about().version;
        let what = format!(
            "{} {} {} {representation} {}",
            env!("CARGO_PKG_VERSION"),
            version.id,
            grid.checksum(),
            target.unwrap_or_default()
        );
        let tag = digest(&SHA256, what.as_bytes());
        let tag = tag.as_ref().get(..15).unwrap_or_default();
        let imported = u64::try_from(version.imported_at).unwrap_or(0);
        Self {
            entity_tag: BASE64_URL_SAFE_NO_PAD.encode(tag),
            last_modified: UNIX_EPOCH + Duration::from_secs(imported),
        }
    }

    /// What the preconditions of `request` come to: an answer of their own, or none.
    ///
    /// # Errors
    /// [`Refusal::PreconditionFailed`].
    pub fn judge(&self, request: &HttpRequest) -> Result<Option<HttpResponse>, Refusal> {
        let validators = Validators {
            entity_tag: &self.entity_tag,
            last_modified: self.last_modified,
        };
        match conditions::judge(request.headers(), validators) {
            Verdict::Failed => Err(Refusal::PreconditionFailed),
            Verdict::NotModified => Ok(Some(self.build(StatusCode::NOT_MODIFIED).finish())),
            Verdict::Proceed => Ok(None),
        }
    }

    /// An answer with its validators.
    #[must_use]
    pub fn build(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(status);
        answer
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header((ETAG, format!("\"{}\"", self.entity_tag)))
            .insert_header((LAST_MODIFIED, http_date(self.last_modified)));
        answer
    }
}
