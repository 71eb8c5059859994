//! The one place that maps a refusal to HTTP: status, problem details (RFC 9457) and challenge.
//!
//! The public text is fixed for each kind of refusal, or says by position and by our own names what
//! is to be mended; it never repeats what was sent, but for a few words of a filter, which is long to search. The reason with its data goes to the log under the
//! interaction id.

mod kind;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{
            ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RETRY_AFTER,
            WWW_AUTHENTICATE,
        },
    },
};
use serde::Serialize;

pub use kind::{Kind, kind};

use super::{Challenge, Refusal};
use crate::{
    edge::{InteractionId, NotTaken},
    policy::Denied,
    token::TokenRefused,
};
use kind::Challenged;

/// Body of a refusal, `application/problem+json`.
#[derive(Debug, Serialize)]
struct Body<'p> {
    r#type: String,
    title: &'p str,
    status: u16,
    detail: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    interaction_id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offered: Option<&'static str>,
}

/// The answer to a request that is refused; `allow` lists the methods of its route, and a challenge names the
/// `resource_metadata`, where there are any.
#[must_use]
pub fn answer(
    refusal: &Refusal,
    id: &InteractionId,
    allow: &'static str,
    resource_metadata: Option<&str>,
) -> HttpResponse {
    let kind = kind(refusal);
    let mut answer = HttpResponse::build(kind.status);
    answer.insert_header((CONTENT_TYPE, "application/problem+json"));
    answer.insert_header((CACHE_CONTROL, "no-store"));
    if kind.challenge != Challenged::No {
        let error = kind.challenge.error().map(|code| (code, kind.detail()));
        let challenge = Challenge {
            error,
            scope: scope_needed(refusal),
            resource_metadata: resource_metadata.map(ToOwned::to_owned),
        };
        answer.insert_header((WWW_AUTHENTICATE, challenge.to_string()));
    }
    match refusal {
        Refusal::Body(NotTaken::Encoded) => {
            // RFC 9110 §12.5.3
            answer.insert_header((ACCEPT_ENCODING, "identity"));
        }
        Refusal::MethodNotAllowed => {
            answer.insert_header((ALLOW, allow));
        }
        Refusal::RangeNotSatisfiable { length } => {
            answer.insert_header((CONTENT_RANGE, format!("bytes */{length}")));
        }
        _ => {}
    }
    if kind.status == StatusCode::SERVICE_UNAVAILABLE {
        answer.insert_header((RETRY_AFTER, retry_after_seconds(refusal)));
    }
    let specific = specific(refusal);
    let body = Body {
        r#type: kind.type_uri(),
        title: kind.title(),
        status: kind.status.as_u16(),
        detail: specific.as_deref().unwrap_or(kind.detail()),
        instance: id.urn(),
        interaction_id: id.as_str(),
        error: kind.error(),
        error_description: kind.error().map(|_code| kind.detail()),
        offered: offered(refusal),
    };
    answer.json(body)
}

/// Detail of this one refusal beyond its kind.
pub(crate) fn specific(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Perils(refused) => Some(format!("{refused}.")),
        Refusal::Denied(Denied::Conditions { unmet, .. }) => {
            let unmet: Vec<_> = unmet.iter().map(ToString::to_string).collect();
            Some(format!("Not met: {}.", unmet.join("; ")))
        }
        Refusal::Tables(refused) => Some(format!("{refused}.")),
        Refusal::NotRead { .. }
        | Refusal::Body(NotTaken::CharsetUnknown | NotTaken::TooLarge { .. }) => {
            Some(format!("{refusal}."))
        }
        Refusal::Waiting(wants) => Some(format!(
            "On its own machine the provider waits for {wants}. Try again shortly."
        )),
        _ => None,
    }
}

fn scope_needed(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Denied(Denied::InsufficientScope { needed, .. }) => Some(needed.to_string()),
        Refusal::Denied(Denied::Conditions { needed, .. }) => {
            let needed = needed.as_ref().filter(|needed| !needed.is_empty());
            needed.map(ToString::to_string)
        }
        _ => None,
    }
}

/// The media types that are there, when that is what the refusal is about.
pub(crate) fn offered(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::NotAcceptable { offered } => Some(offered),
        _ => None,
    }
}

fn retry_after_seconds(refusal: &Refusal) -> u64 {
    match refusal {
        Refusal::Token(TokenRefused::Unavailable { retry_after, .. }) => {
            retry_after.as_secs().max(1)
        }
        _ => 5,
    }
}
