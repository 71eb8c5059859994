//! Reasons why a token is refused, and why the authorization server could not be asked.

use std::time::Duration;

use reqwest::StatusCode;
use thiserror::Error;

use super::{
    content::Content,
    jwt_fault::{AnswerFault, JwtFault},
    oauth_error::OAuthError,
    transport::TransportFault,
};
use crate::clock::Timestamp;

/// Reason why an access token does not serve its bearer.
///
/// The facts are for the log: clients are told no more than that the token is invalid, or that the
/// authorization server cannot be asked (RFC 7662 §4).
#[derive(Clone, Debug, Eq, Error, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum TokenRefused {
    /// The answer has no `active`; RFC 7662 §2.2 requires it.
    #[error("the directory's answer lacks `active`")]
    AnswerLacksActive,
    /// The token's time is over; at the instant `exp` it is (RFC 7519 §4.1.4).
    #[error("expired at {exp}, and it is {now}")]
    Expired {
        /// When it expired.
        exp: Timestamp,
        /// When that was judged.
        now: Timestamp,
    },
    /// Not active: unknown, revoked or expired; the authorization server does not say which (RFC 7662 §2.2).
    #[error("not active")]
    Inactive,
    /// Issued later than our clock and ten seconds allow.
    #[error("issued in the future, at {iat}, and it is {now}")]
    IssuedInFuture {
        /// When it says it was issued.
        iat: Timestamp,
        /// When that was judged.
        now: Timestamp,
    },
    /// No JWT that the authorization server has signed for us (RFC 9068 §4).
    #[error("not a JWT to be believed: {0}")]
    Jwt(#[from] JwtFault),
    /// Bound to nothing that can be verified here (FAPI 1.0 Advanced §8.2).
    #[error("not bound to a certificate")]
    NotBound,
    /// Not to be used before `nbf`, with ten seconds allowed.
    #[error("not valid before {nbf}, and it is {now}")]
    NotYetValid {
        /// From when it may be used.
        nbf: Timestamp,
        /// When that was judged.
        now: Timestamp,
    },
    /// Issued to another application than the caller's certificate names (IB1).
    #[error("issued to another application than the certificate names")]
    OtherApplication,
    /// Bound to a certificate that is not the caller's (RFC 8705 §3).
    #[error("bound to another certificate")]
    OtherCertificate,
    /// Bound to a key whose proof a Bearer request does not carry (RFC 9449 §7.2).
    #[error("bound to a key, and there is no proof of possession")]
    ProofOfPossessionMissing,
    /// The authorization server knows us and refuses to look at the token (RFC 7662 §2.3, RFC 7009 §2.2.1).
    #[error("the directory refuses the token with {}", refusal(*status, *error))]
    Rejected {
        /// The status code.
        status: u16,
        /// The code of RFC 6749 §5.2, where there was one.
        error: Option<OAuthError>,
    },
    /// The authorization server could not be asked, or did not answer the question.
    #[error("the directory is of no help: {reason}")]
    Unavailable {
        /// The fault.
        reason: Unavailability,
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// A member of the answer is not of the type or form its definition asks for.
    #[error("`{member}` in the directory's answer is not what it should be")]
    Unreadable {
        /// The member.
        member: &'static str,
    },
    /// Meant for another protected resource.
    #[error("`aud` does not name us")]
    WrongAudience,
    /// Issued by another authorization server.
    #[error("`iss` is not our directory")]
    WrongIssuer,
    /// Neither absent nor `Bearer` (RFC 6749 §7.1).
    #[error("`token_type` is not Bearer")]
    WrongType,
}

/// Reason why the authorization server gave no answer that can be used.
#[derive(Clone, Debug, Eq, Error, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Unavailability {
    /// The signed answer is not to be believed (RFC 9701 §5).
    #[error("its signed answer is not to be believed: {0}")]
    AnswerNotBelieved(AnswerFault),
    /// The answer is longer than is read (LIM-6).
    #[error("its answer is longer than {limit_bytes} octets")]
    BodyTooLarge {
        /// Bytes that are read.
        limit_bytes: usize,
    },
    /// As a whole it did not answer, and is left in peace until it does.
    #[error("it does not answer, and is asked again by us alone until it does")]
    BreakerOpen,
    /// A member name is said twice, so readers would differ on what was said (RFC 8259 §4).
    #[error("its answer says a member name twice")]
    DuplicateMember,
    /// The answer has a content coding that is not undone here (RFC 9110 §8.4).
    #[error("its answer has Content-Encoding: {coding}, which was not asked for")]
    Encoded {
        /// The codings as they were named, cut to 100 characters.
        coding: String,
    },
    /// Several questions for this consumer in a row had no answer, and it has to wait.
    #[error("it gave no answer to several questions for this consumer, who has to wait")]
    HeldBack,
    /// Its key set is known, and too old to be believed (JAT-9).
    #[error("its key set has not been had for a day")]
    KeysTooOld,
    /// Its key set is not known yet.
    #[error("its key set is not known yet")]
    KeysUnknown,
    /// Its key set has no keys.
    #[error("its key set has no member `keys` with objects in it (RFC 7517 §5.1)")]
    NotAKeySet,
    /// The answer is JSON, not an object.
    #[error("its answer is not a JSON object")]
    NotAnObject,
    /// Its introspection endpoint is not known yet.
    #[error("its introspection endpoint is not known yet")]
    NotDiscovered,
    /// The answer is called gzip and cannot be unpacked.
    #[error("its answer is not the gzip that Content-Encoding says it is, but {0}")]
    NotGzip(Content),
    /// The answer is not JSON.
    #[error("its answer is not JSON but {0}")]
    NotJson(Content),
    /// The answer is not signed, and that was asked for (RFC 9701 §4).
    #[error("its answer is not the signed one that introspection.signed asks for, but {0}")]
    NotSigned(Content),
    /// Its key set has no key for an algorithm that is allowed.
    #[error("its key set has no key that can be used for one of tokens.algorithms")]
    NoUsableKey,
    /// It points elsewhere; redirects are never followed.
    #[error("it answered with redirect {status}")]
    Redirected {
        /// The status code.
        status: u16,
    },
    /// It refuses *us*: our certificate, or our `client_id` (RFC 7662 §2.3).
    #[error("it refuses our own credentials with {}", refusal(*status, *error))]
    RefusedUs {
        /// The status code.
        status: u16,
        /// The code of RFC 6749 §5.2, where there was one.
        error: Option<OAuthError>,
    },
    /// As many calls as may run were running, and none ended in time.
    #[error("as many questions as may be are under way, and none ended in time")]
    Saturated,
    /// The runtime that makes the calls is shutting down.
    #[error("calls are no longer made")]
    Stopped,
    /// No whole answer within the time limit.
    #[error("it did not answer in time")]
    TimedOut,
    /// Its key set has more keys than are read.
    #[error("its key set has more than {limit} keys")]
    TooManyKeys {
        /// Keys that are read.
        limit: usize,
    },
    /// Connecting, TLS or HTTP failed.
    #[error(transparent)]
    Transport(TransportFault),
    /// A status that is no answer to the question.
    #[error("it answered with status {status}")]
    UnexpectedStatus {
        /// The status code.
        status: u16,
    },
}

impl Unavailability {
    /// A `status` that is neither the answer to a question nor about who asks.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let code = status.as_u16();
        if status.is_redirection() {
            Self::Redirected { status: code }
        } else {
            Self::UnexpectedStatus { status: code }
        }
    }
}

impl From<reqwest::Error> for Unavailability {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() && !error.is_connect() {
            return Self::TimedOut;
        }
        Self::Transport(error.into())
    }
}

/// A refusal's status and code, as `status 400, unsupported_token_type`.
fn refusal(status: u16, error: Option<OAuthError>) -> String {
    match error {
        Some(error) => format!("status {status}, {error}"),
        None => format!("status {status}"),
    }
}
