//! A selected file as an HTTP answer: negotiation, preconditions, range, then bytes.

use actix_web::{
    HttpRequest, HttpResponse,
    body::BoxBody,
    http::{
        Method, StatusCode,
        header::{ACCEPT, ACCEPT_ENCODING, HeaderName},
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    Coding, Refusal, accept,
    body::{FileBody, LengthOnly},
    fields::joined,
    part::{self, Part},
    representation::{Caching, Representation},
    validators::Validators,
};
use crate::{
    clock::Timestamp,
    dataset::{FileContent, Selection},
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
        part::say_bytes(answer.headers_mut());
        return Ok(answer);
    }
    if let FileContent::Proxy(name) = content {
        return Ok(hand_over(&representation, accel_prefix, &name));
    }
    let part = Part::of(request, &representation, identity.length, now)?;
    let mut answer = part.begin(&representation);
    if request.method() == Method::HEAD {
        return Ok(answer.body(LengthOnly(identity.length)));
    }
    Ok(answer.body(body(content, part.first, part.last)))
}

fn is_acceptable(request: &HttpRequest, essence: &str) -> bool {
    let field = |name| joined(request.headers(), name);
    !accept::refuses_type(field(&ACCEPT).as_deref(), essence)
        && accept::admits_identity(field(&ACCEPT_ENCODING).as_deref())
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

/// Characters that stand for themselves in a path segment.
pub(crate) const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
