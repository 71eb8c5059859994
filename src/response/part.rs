//! The part of a representation that is sent: the range of its bytes that is asked for, or the whole (RFC 9110 §14).

use actix_web::{
    HttpRequest, HttpResponseBuilder,
    http::{
        Method, StatusCode,
        header::{ACCEPT_RANGES, CONTENT_RANGE, HeaderMap, HeaderValue, RANGE},
    },
};

use super::{
    Refusal,
    fields::joined,
    range::{self, Wanted},
    representation::Representation,
};
use crate::clock::Timestamp;

/// The part of a representation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Part {
    status: StatusCode,
    /// The first byte, counted from 0.
    pub(super) first: u64,
    /// The last byte, which is sent too.
    pub(super) last: u64,
    length: u64,
}

impl Part {
    /// The part of `representation`, which has `length` bytes, that `request` asks for at `now`.
    ///
    /// # Errors
    /// [`Refusal::RangeNotSatisfiable`].
    pub(super) fn of(
        request: &HttpRequest,
        representation: &Representation,
        length: u64,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let whole = Self {
            status: StatusCode::OK,
            first: 0,
            last: length.saturating_sub(1),
            length,
        };
        let is_ranged =
            request.method() == Method::GET && representation.has_range_of(request, now);
        if !is_ranged {
            return Ok(whole);
        }
        let field = joined(request.headers(), &RANGE);
        match range::wanted(field.as_deref(), length) {
            Wanted::Part { first, last } => Ok(Self {
                status: StatusCode::PARTIAL_CONTENT,
                first,
                last,
                length,
            }),
            Wanted::Unsatisfiable => Err(Refusal::RangeNotSatisfiable { length }),
            Wanted::Whole => Ok(whole),
        }
    }

    /// An answer with this part of `representation`, with every field but that of its length.
    pub(super) fn begin(&self, representation: &Representation) -> HttpResponseBuilder {
        let mut answer = representation.begin(self.status);
        answer.insert_header((ACCEPT_RANGES, BYTES));
        if self.status == StatusCode::PARTIAL_CONTENT {
            let Self {
                first,
                last,
                length,
                ..
            } = self;
            answer.insert_header((CONTENT_RANGE, format!("bytes {first}-{last}/{length}")));
        }
        answer
    }
}

/// Says in `headers` that ranges of bytes are sent.
pub(super) fn say_bytes(headers: &mut HeaderMap) {
    headers.insert(ACCEPT_RANGES, BYTES);
}

const BYTES: HeaderValue = HeaderValue::from_static("bytes");
