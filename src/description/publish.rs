//! `/openapi.json` and `/docs`: made once a site, sent to everyone.

use std::{
    fmt,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};
use serde_json::Value;

use super::{JsonFirst, Version, api, page};
use crate::{
    clock::Timestamp,
    dataset::{EntityTag, Kind, perils::Refused},
    response::{Refusal, prepared::Prepared},
};

/// The description in every form, made when it is first asked for: it takes longer than the rest of a start.
pub struct Published {
    forms: LazyLock<Forms, Box<dyn FnOnce() -> Forms + Send>>,
    since: SystemTime,
}

struct Forms {
    documents: [(Version, Prepared); 2],
    page: Prepared,
    apis: Vec<(Kind, Prepared)>,
}

impl Published {
    /// Every form of what `describe` describes, as of `now`.
    #[must_use]
    pub fn new(describe: impl Fn(Version) -> Value + Send + 'static, now: Timestamp) -> Self {
        let forms = move || {
            let whole = describe(Version::V3_1);
            let of_kind = |kind| {
                let text = JsonFirst(&api::document(&whole, kind)?).to_string();
                Some((kind, Prepared::new("application/json", text)))
            };
            Forms {
                documents: Version::ALL.map(|version| {
                    let document = JsonFirst(&describe(version)).to_string();
                    (version, Prepared::new(version.media_type(), document))
                }),
                page: Prepared::new("text/html; charset=utf-8", page::page(&whole)),
                apis: Kind::ALL.into_iter().filter_map(of_kind).collect(),
            }
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

    fn tags(&self) -> Vec<&EntityTag> {
        let documents = self.forms.documents.iter().map(|(_, form)| form);
        let apis = self.forms.apis.iter().map(|(_, form)| form);
        let all = documents.chain([&self.forms.page]).chain(apis);
        all.map(Prepared::entity_tag).collect()
    }

    /// The answer at `/openapi.json` to a request with `parameters`, of which `version` counts.
    ///
    /// # Errors
    /// [`Refusal`] for a version that there is none of, where JSON is not acceptable, and a precondition that fails.
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
        self.send(request, form)
    }

    /// The answer at `/v1/api/{kind}.json`: what collections of `kind` can be asked.
    ///
    /// # Errors
    /// [`Refusal`] where they cannot be asked anything, JSON is not acceptable, and a precondition fails.
    pub fn api(&self, request: &HttpRequest, kind: Kind) -> Result<HttpResponse, Refusal> {
        let mut apis = self.forms.apis.iter();
        let (_, form) = apis.find(|(of, _)| *of == kind).ok_or(Refusal::NoRoute)?;
        self.send(request, form)
    }

    /// The answer at `/docs`.
    ///
    /// # Errors
    /// [`Refusal`] where HTML is not acceptable, and a precondition that fails.
    pub fn page(&self, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
        self.send(request, &self.forms.page)
    }

    fn send(&self, request: &HttpRequest, form: &Prepared) -> Result<HttpResponse, Refusal> {
        let mut answer = form.answer(request, self.since)?;
        let policy = HeaderValue::from_str(&page::security_policy()).or(Err(Refusal::Fault))?;
        let headers = answer.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Ok(answer)
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
