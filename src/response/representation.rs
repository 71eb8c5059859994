//! A representation (RFC 9110 §3.2): media type, coding, validators, and what caches may do with it.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        Method, StatusCode,
        header::{
            ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
            IF_NONE_MATCH, LAST_MODIFIED, VARY,
        },
    },
};

use super::{
    Coding, Refusal, accept,
    conditions::{self, Verdict},
    fields::{http_date, joined},
    media::{Formats, Negotiated},
    validators::{ContentVersion, Validators},
};
use crate::{clock::Timestamp, dataset::EntityTag};

/// One of the representations that a request could be answered with.
#[derive(Clone, Debug)]
pub(crate) struct Representation {
    /// Value for `Content-Type`.
    pub(crate) content_type: &'static str,
    /// Its content coding.
    pub(crate) coding: Coding,
    /// The request's fields that chose it among others, as `Vary` lists them; none when there is only one.
    pub(crate) chosen_by: Option<&'static str>,
    /// Its caching.
    pub(crate) caching: Caching,
}

/// Caching of a representation: who may keep it, and how they ask whether it still holds.
#[derive(Clone, Debug)]
pub(crate) enum Caching {
    /// Nobody: the answer to a POST.
    Never,
    /// The consumer, who asks each time: a permission ends before the data does.
    Private(Validators),
    /// Everyone, for five minutes.
    Public(Validators),
}

impl Caching {
    /// Value for `Cache-Control`.
    const fn control(&self) -> &'static str {
        match self {
            Self::Never => "no-store",
            Self::Private(_) => ASKED_EACH_TIME,
            Self::Public(_) => KEPT_BY_EVERYONE,
        }
    }
}

impl<F: Formats> Negotiated<F> {
    /// The representation of the answer to a query of `content`; that to a POST is none of its target (RFC 9110 §9.3.3).
    pub(crate) fn representation(
        self,
        request: &HttpRequest,
        content: impl Into<ContentVersion>,
    ) -> Representation {
        let media = self.format.media();
        let caching = if *request.method() == Method::POST {
            Caching::Never
        } else {
            let content = content.into();
            Caching::Private(Validators::of_answer(&content, request, media.essence()))
        };
        Representation {
            content_type: media.content_type,
            coding: self.coding,
            chosen_by: Some(BY_TYPE_AND_CODING),
            caching,
        }
    }

    /// 304 where `request` names the tag of the answer: the same request had that answer from the same content, so nothing
    /// need be selected to know it. What has no tag yet is judged when it is known that there is an answer (RFC 9110
    /// §13.2.1).
    pub(crate) fn unchanged(
        self,
        request: &HttpRequest,
        content: impl Into<ContentVersion>,
    ) -> Option<HttpResponse> {
        names_a_tag(request)
            .then(|| self.representation(request, content))
            .and_then(|representation| representation.unchanged(request))
    }
}

/// `true` where `If-None-Match` has more than an asterisk.
fn names_a_tag(request: &HttpRequest) -> bool {
    let tags = joined(request.headers(), &IF_NONE_MATCH);
    tags.is_some_and(|tags| tags.trim() != "*")
}

impl Representation {
    /// 304 where `request` names its tag.
    pub(crate) fn unchanged(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let judged = names_a_tag(request).then(|| self.judge(request).ok().flatten());
        judged.flatten()
    }

    /// The representation of which the bytes are never the same again, though they say the same.
    pub(crate) fn weakly_tagged(mut self) -> Self {
        match &mut self.caching {
            Caching::Never => {}
            Caching::Private(validators) | Caching::Public(validators) => {
                validators.is_weak = true;
            }
        }
        self
    }

    /// 204 in place of the representation, where there is nothing to represent.
    pub(crate) fn nothing(&self) -> HttpResponse {
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((CACHE_CONTROL, self.caching.control()));
        if let Some(fields) = self.chosen_by {
            answer.insert_header((VARY, fields));
        }
        answer.finish()
    }

    /// The answer that the preconditions of `request` come to (RFC 9110 §13.2.2): 304, or none.
    ///
    /// # Errors
    /// [`Refusal::PreconditionFailed`].
    pub(crate) fn judge(&self, request: &HttpRequest) -> Result<Option<HttpResponse>, Refusal> {
        let (Caching::Private(validators) | Caching::Public(validators)) = &self.caching else {
            return Ok(None);
        };
        let tag = self.entity_tag(validators);
        let tag = tag.as_ref().map(EntityTag::as_str);
        match conditions::judge(request.headers(), tag, validators.last_modified) {
            Verdict::Failed => Err(Refusal::PreconditionFailed),
            Verdict::NotModified => Ok(Some(self.described(StatusCode::NOT_MODIFIED).finish())),
            Verdict::Proceed => Ok(None),
        }
    }

    /// `true` where `request` may be answered with the range that it asks for at `now`: what is never the same bytes again
    /// has no ranges.
    pub(super) fn has_range_of(&self, request: &HttpRequest, now: Timestamp) -> bool {
        let (Caching::Private(validators) | Caching::Public(validators)) = &self.caching else {
            return false;
        };
        let tag = self.entity_tag(validators);
        let tag = tag.as_ref().map(EntityTag::as_str);
        !validators.is_weak
            && conditions::range_holds(request.headers(), tag, validators.last_modified, now)
    }

    /// An answer of `status` with every field but those of its length.
    pub(crate) fn begin(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut answer = self.described(status);
        answer.insert_header((CONTENT_TYPE, self.content_type));
        if self.coding != Coding::Identity {
            answer.insert_header((CONTENT_ENCODING, self.coding.name()));
        }
        answer
    }

    /// The answer of which the content, before its coding, is `bytes`.
    ///
    /// # Errors
    /// [`Refusal::PreconditionFailed`], or [`Refusal::Fault`] when the coding fails.
    pub(crate) fn whole(
        &self,
        request: &HttpRequest,
        bytes: impl FnOnce() -> Vec<u8>,
    ) -> Result<HttpResponse, Refusal> {
        if let Some(answer) = self.judge(request)? {
            return Ok(answer);
        }
        let coded = self.coding.coded(bytes()).map_err(|error| {
            tracing::error!(%error, "an answer could not be coded");
            Refusal::Fault
        })?;
        Ok(self.begin(StatusCode::OK).body(coded))
    }

    /// The fields that 200 and 304 share (RFC 9110 §15.4.5).
    fn described(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CACHE_CONTROL, self.caching.control()));
        if let Caching::Private(validators) | Caching::Public(validators) = &self.caching {
            if let Some(tag) = self.entity_tag(validators) {
                let weak = if validators.is_weak { "W/" } else { "" };
                answer.insert_header((ETAG, format!("{weak}\"{}\"", tag.as_str())));
            }
            if let Some(time) = validators.last_modified {
                answer.insert_header((LAST_MODIFIED, http_date(time)));
            }
        }
        if let Some(fields) = self.chosen_by {
            answer.insert_header((VARY, fields));
        }
        answer
    }

    fn entity_tag(&self, validators: &Validators) -> Option<EntityTag> {
        let tag = validators.entity_tag.as_ref()?;
        Some(match self.coding {
            Coding::Identity => tag.clone(),
            Coding::Gzip | Coding::Zstd => tag.coded(self.coding.name()),
        })
    }
}

/// The coding for a thing of the one media type `essence`: refused where `Accept` excludes the type, or
/// `Accept-Encoding` every coding that there is.
///
/// # Errors
/// [`Refusal::NotAcceptable`].
pub(crate) fn coding_of_only(
    request: &HttpRequest,
    essence: &'static str,
) -> Result<Coding, Refusal> {
    let is_refused = accept::refuses_type(joined(request.headers(), &ACCEPT).as_deref(), essence);
    let coding = Coding::of(request).filter(|_| !is_refused);
    coding.ok_or(Refusal::NotAcceptable { offered: essence })
}

/// Lets everyone keep an answer that one consumer might have kept, as no permission was needed that could end. What nobody
/// may keep stays so.
pub(crate) fn share(headers: &mut HeaderMap) {
    if let Some(control) = headers.get_mut(CACHE_CONTROL)
        && control == ASKED_EACH_TIME
    {
        *control = HeaderValue::from_static(KEPT_BY_EVERYONE);
    }
}

/// `Cache-Control` of data that is asked for with a permission, also where nginx sends it.
pub(super) const ASKED_EACH_TIME: &str = "private, no-cache";

/// `Cache-Control` of what is open to everyone, as nginx has it for the pages that it sends.
const KEPT_BY_EVERYONE: &str = "public, max-age=300";

/// `Vary` of what comes in one media type and several codings.
pub(crate) const BY_CODING: &str = "Accept-Encoding";

/// `Vary` of what comes in several media types and codings.
pub(crate) const BY_TYPE_AND_CODING: &str = "Accept, Accept-Encoding";

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use actix_web::{body::to_bytes, rt::System, test::TestRequest};

    use super::*;

    fn representation(coding: Coding) -> Representation {
        Representation {
            content_type: "text/plain",
            coding,
            chosen_by: Some(BY_CODING),
            caching: Caching::Private(Validators {
                entity_tag: Some(EntityTag::for_test("v1")),
                is_weak: false,
                last_modified: Some(UNIX_EPOCH + Duration::from_secs(1)),
            }),
        }
    }

    fn request(fields: &[(&'static str, &'static str)]) -> HttpRequest {
        let request = fields.iter().fold(TestRequest::get(), |request, field| {
            request.append_header(*field)
        });
        request.to_http_request()
    }

    fn values(headers: &HeaderMap) -> [Option<&str>; 6] {
        let names = [
            CACHE_CONTROL,
            ETAG,
            LAST_MODIFIED,
            VARY,
            CONTENT_TYPE,
            CONTENT_ENCODING,
        ];
        names.map(|name| headers.get(name).map(|value| value.to_str().unwrap()))
    }

    const SECOND: &str = "Thu, 01 Jan 1970 00:00:01 GMT";

    /// Rows: HTTP-8, HTTP-9
    #[test]
    fn rfc9110_15_4_5_an_answer_of_304_has_the_fields_that_caches_need_of_200() {
        let whole = |coding, fields: &[_]| {
            let text = || b"content".to_vec();
            representation(coding).whole(&request(fields), text)
        };
        for (coding, tag, encoding) in [
            (Coding::Identity, "\"v1\"", None),
            (Coding::Gzip, "\"v1.gzip\"", Some("gzip")),
            (Coding::Zstd, "\"v1.zstd\"", Some("zstd")),
        ] {
            let shared = ["private, no-cache", tag, SECOND, "Accept-Encoding"].map(Some);
            let answer = whole(coding, &[]).unwrap();
            let expected = [&shared[..], &[Some("text/plain"), encoding]].concat();
            assert_eq!(
                (answer.status(), &values(answer.headers())[..]),
                (StatusCode::OK, &*expected)
            );
            let body = System::new()
                .block_on(to_bytes(answer.into_body()))
                .unwrap();
            assert_eq!(body, coding.coded(b"content".to_vec()).unwrap());

            let answer = whole(coding, &[("if-none-match", tag)]).unwrap();
            let expected = [&shared[..], &[None, None]].concat();
            let found = (answer.status(), &values(answer.headers())[..]);
            assert_eq!(found, (StatusCode::NOT_MODIFIED, &*expected));
        }
        // The tag of one coding says nothing of another.
        let other = whole(Coding::Zstd, &[("if-none-match", "\"v1.gzip\"")]);
        assert_eq!(other.unwrap().status(), StatusCode::OK);
        let failed = whole(Coding::Identity, &[("if-match", "\"v2\"")]);
        assert!(matches!(failed, Err(Refusal::PreconditionFailed)));
    }

    /// Rows: HTTP-20
    #[test]
    fn an_answer_for_one_is_shared_by_all_and_what_nobody_may_keep_by_none() {
        for (before, after) in [
            (Some("private, no-cache"), Some("public, max-age=300")),
            (Some("no-store"), Some("no-store")),
            (Some("public, max-age=300"), Some("public, max-age=300")),
            (None, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(before) = before {
                headers.insert(CACHE_CONTROL, HeaderValue::from_static(before));
            }
            share(&mut headers);
            let found = headers.get(CACHE_CONTROL).map(|one| one.to_str().unwrap());
            assert_eq!(found, after);
        }
    }

    #[test]
    fn what_nobody_may_keep_has_no_validators_and_is_judged_by_none() {
        let answer = Representation {
            caching: Caching::Never,
            ..representation(Coding::Identity)
        };
        let request = request(&[("if-none-match", "*"), ("if-match", "\"v2\"")]);
        assert!(answer.judge(&request).unwrap().is_none());
        let answer = answer.begin(StatusCode::OK).finish();
        let [control, tag, modified, ..] = values(answer.headers());
        assert_eq!((control, tag, modified), (Some("no-store"), None, None));
    }

    /// Rows: HTTP-17, HTTP-18
    #[test]
    fn rfc9110_12_5_one_media_type_is_refused_by_q_0_and_its_coding_is_chosen() {
        let coding = |fields: &[_]| coding_of_only(&request(fields), "text/html").ok();
        for (fields, expected) in [
            (&[][..], Some(Coding::Identity)),
            (&[("accept", "image/png")], Some(Coding::Identity)),
            (
                &[("accept-encoding", "br"), ("accept-encoding", "zstd")],
                Some(Coding::Zstd),
            ),
            (
                &[("accept", "text/html;q=0"), ("accept-encoding", "gzip")],
                None,
            ),
            (&[("accept-encoding", "identity;q=0")], None),
        ] {
            assert_eq!(coding(fields), expected, "{fields:?}");
        }
    }
}
