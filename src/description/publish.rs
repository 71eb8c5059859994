//! `/openapi.json` and `/docs`: made once a site, sent to everyone.

use std::{
    fmt, io,
    sync::{LazyLock, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
        ETAG, LAST_MODIFIED, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use httpdate::fmt_http_date;
use serde_json::Value;

use super::{Version, Written, page};
use crate::{
    clock::Timestamp,
    dataset::perils::Refused,
    response::{
        Refusal,
        conditions::{self, Validators, Verdict, joined},
        location::Coding,
    },
};

/// The description in every form, made when it is first asked for: it takes longer than the rest of a start.
pub struct Published {
    forms: LazyLock<Forms, Box<dyn FnOnce() -> Forms + Send>>,
    since: SystemTime,
}

struct Forms {
    documents: [(Version, Form); 2],
    page: Form,
}

struct Form {
    body: Bytes,
    entity_tag: String,
    gzip: OnceLock<Bytes>,
    zstd: OnceLock<Bytes>,
}

impl Published {
    /// Every form of what `describe` describes, as of `now`.
    #[must_use]
    pub fn new(describe: impl Fn(Version) -> Value + Send + 'static, now: Timestamp) -> Self {
        let forms = move || Forms {
            documents: Version::ALL
                .map(|version| (version, Form::new(Written(&describe(version)).to_string()))),
            page: Form::new(page::page(&describe(Version::V3_1))),
        };
        Self {
            forms: LazyLock::new(Box::new(forms)),
            since: UNIX_EPOCH + Duration::from_secs(now.unix_time().as_secs()),
        }
    }

    /// Makes every form, so that nobody waits for them.
    pub fn make(&self) {
        LazyLock::force(&self.forms);
    }

    /// As this, but as of `previous` when that says the same.
    #[must_use]
    pub fn following(mut self, previous: Option<&Self>) -> Self {
        if let Some(previous) = previous.filter(|previous| previous.tags() == self.tags()) {
            self.since = previous.since;
        }
        self
    }

    fn tags(&self) -> Vec<&str> {
        let documents = self.forms.documents.iter().map(|(_, form)| form);
        let all = documents.chain([&self.forms.page]);
        all.map(|form| form.entity_tag.as_str()).collect()
    }

    /// The answer at `/openapi.json` to a request with `parameters`, of which `version` counts.
    ///
    /// # Errors
    /// [`Refusal`] for a version that there is none of, or a precondition that fails.
    pub fn document(
        &self,
        request: &HttpRequest,
        parameters: &[(String, String)],
    ) -> Result<HttpResponse, Refusal> {
        let asked = parameters.iter().find(|(name, _)| name == "version");
        let version = asked.map_or(Some(Version::V3_1), |(_, text)| Version::named(text));
        let mut documents = self.forms.documents.iter();
        let found = documents.find(|(one, _)| Some(*one) == version);
        let (_, form) = found.ok_or_else(|| Refused::Unknown {
            at: "version".to_owned(),
            known: Version::ALL.map(Version::name).join(", ").into(),
        })?;
        self.send(request, form, "application/json")
    }

    /// The answer at `/docs`.
    ///
    /// # Errors
    /// [`Refusal::PreconditionFailed`].
    pub fn page(&self, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
        self.send(request, &self.forms.page, "text/html; charset=utf-8")
    }

    fn send(
        &self,
        request: &HttpRequest,
        form: &Form,
        content_type: &'static str,
    ) -> Result<HttpResponse, Refusal> {
        let wanted = joined(request.headers(), &ACCEPT_ENCODING);
        let coding = Coding::choose(wanted.as_deref()).ok_or(Refusal::NotAcceptable {
            offered: content_type,
        })?;
        let entity_tag = form.entity_tag(coding);
        let validators = Validators {
            entity_tag: &entity_tag,
            last_modified: self.since,
        };
        let verdict = conditions::judge(request.headers(), validators);
        let mut answer = match verdict {
            Verdict::Failed => return Err(Refusal::PreconditionFailed),
            Verdict::NotModified => HttpResponse::NotModified(),
            Verdict::Proceed => HttpResponse::Ok(),
        };
        answer
            .insert_header((CACHE_CONTROL, "public, max-age=300"))
            .insert_header((CONTENT_SECURITY_POLICY, page::security_policy()))
            .insert_header((ETAG, format!("\"{entity_tag}\"")))
            .insert_header((LAST_MODIFIED, fmt_http_date(self.since)))
            .insert_header((VARY, "Accept-Encoding"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if verdict == Verdict::NotModified {
            return Ok(answer.finish());
        }
        let body = form.coded(coding).map_err(|error| {
            tracing::error!(%error, "the description could not be coded");
            Refusal::Fault
        })?;
        if coding != Coding::Identity {
            answer.insert_header((CONTENT_ENCODING, coding.name()));
        }
        answer.insert_header((CONTENT_TYPE, content_type));
        Ok(answer.body(body))
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

impl Form {
    fn new(text: String) -> Self {
        let tag = digest(&SHA256, text.as_bytes());
        let tag = tag.as_ref().get(..15).unwrap_or_default();
        Self {
            entity_tag: BASE64_URL_SAFE_NO_PAD.encode(tag),
            body: text.into(),
            gzip: OnceLock::new(),
            zstd: OnceLock::new(),
        }
    }

    /// The tag of the octets in `coding`: each coding is another representation (RFC 9110 §8.8.3.3).
    fn entity_tag(&self, coding: Coding) -> String {
        match coding {
            Coding::Identity => self.entity_tag.clone(),
            Coding::Gzip | Coding::Zstd => format!("{}.{}", self.entity_tag, coding.name()),
        }
    }

    /// The octets in `coding`, made when they are first asked for.
    fn coded(&self, coding: Coding) -> io::Result<Bytes> {
        let made = match coding {
            Coding::Identity => return Ok(self.body.clone()),
            Coding::Gzip => &self.gzip,
            Coding::Zstd => &self.zstd,
        };
        if let Some(octets) = made.get() {
            return Ok(octets.clone());
        }
        let octets = coding.coded(&self.body)?;
        Ok(made.get_or_init(|| octets.into()).clone())
    }
}
