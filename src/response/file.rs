//! A selected file as an HTTP answer: negotiation, preconditions, range, then bytes.

use actix_web::{
    HttpRequest, HttpResponse,
    body::BoxBody,
    http::{
        Method, StatusCode,
        header::{
            ACCEPT, ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_RANGE, HeaderName, HeaderValue, RANGE,
        },
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    Coding, Refusal, accept,
    body::{FileBody, LengthOnly},
    conditions,
    fields::joined,
    range::{self, Wanted},
    representation::{Caching, Representation, Validators},
};
use crate::{
    clock::Timestamp,
    dataset::{FileContent, FileIdentity, Selection},
};

/// The answer at `now` to a GET or HEAD for `selection`; `accel_prefix` is nginx's internal location.
///
/// # Errors
/// [`Refusal`] for a representation that is not acceptable, a failed precondition or an empty range.
pub fn answer(
    request: &HttpRequest,
    selection: Selection,
    accel_prefix: &str,
    now: Timestamp,
) -> Result<HttpResponse, Refusal> {
    let Selection {
        media_type,
        identity,
        content,
        ..
    } = selection;
    let essence = media_type.essence();
    if !is_acceptable(request, essence) {
        return Err(Refusal::NotAcceptable { offered: essence });
    }
    let representation = Representation {
        content_type: media_type.content_type(),
        coding: Coding::Identity,
        chosen_by: None,
        caching: Caching::Private(Validators::from(&identity)),
    };
    if let Some(mut answer) = representation.judge(request)? {
        answer.headers_mut().insert(ACCEPT_RANGES, BYTES);
        return Ok(answer);
    }
    if let FileContent::Proxy(name) = content {
        return Ok(hand_over(&representation, accel_prefix, &name));
    }
    let (status, first, last) = part(request, &identity, now)?;
    let mut answer = representation.begin(status);
    answer.insert_header((ACCEPT_RANGES, BYTES));
    if status == StatusCode::PARTIAL_CONTENT {
        answer.insert_header((
            CONTENT_RANGE,
            format!("bytes {first}-{last}/{}", identity.length),
        ));
    }
    if request.method() == Method::HEAD {
        return Ok(answer.body(LengthOnly(identity.length)));
    }
    Ok(answer.body(body(content, first, last)))
}

fn is_acceptable(request: &HttpRequest, essence: &str) -> bool {
    let field = |name| joined(request.headers(), name);
    !accept::refuses_type(field(&ACCEPT).as_deref(), essence)
        && accept::admits_identity(field(&ACCEPT_ENCODING).as_deref())
}

/// The status of what is sent, its first byte and its last.
fn part(
    request: &HttpRequest,
    identity: &FileIdentity,
    now: Timestamp,
) -> Result<(StatusCode, u64, u64), Refusal> {
    let whole = (StatusCode::OK, 0, identity.length.saturating_sub(1));
    let is_ranged = request.method() == Method::GET
        && conditions::range_holds(request.headers(), identity, now);
    if !is_ranged {
        return Ok(whole);
    }
    let field = joined(request.headers(), &RANGE);
    match range::wanted(field.as_deref(), identity.length) {
        Wanted::Part { first, last } => Ok((StatusCode::PARTIAL_CONTENT, first, last)),
        Wanted::Unsatisfiable => Err(Refusal::RangeNotSatisfiable {
            length: identity.length,
        }),
        Wanted::Whole => Ok(whole),
    }
}

fn body(content: FileContent, first: u64, last: u64) -> BoxBody {
    match content {
        FileContent::Memory(bytes) => {
            let end = usize::try_from(last)
                .map_or(bytes.len(), |last| bytes.len().min(last.saturating_add(1)));
            let start = usize::try_from(first).map_or(end, |first| end.min(first));
            BoxBody::new(bytes.slice(start..end))
        }
        FileContent::Disk(bytes) => BoxBody::new(FileBody::new(bytes.within(first, last))),
        FileContent::Proxy(_) => BoxBody::new(()),
    }
}

/// Leaves the bytes and their ranges to nginx (NGX-16), which takes the entity tag from here.
fn hand_over(representation: &Representation, accel_prefix: &str, name: &str) -> HttpResponse {
    let target = format!("{accel_prefix}{}", utf8_percent_encode(name, PATH_SEGMENT));
    representation
        .begin(StatusCode::OK)
        .insert_header((HeaderName::from_static("x-accel-redirect"), target))
        .finish()
}

const BYTES: HeaderValue = HeaderValue::from_static("bytes");

/// Characters that stand for themselves in a path segment.
pub(crate) const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
