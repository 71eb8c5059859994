//! Why a token is refused, and why the directory could not be asked.

use std::time::Duration;

use thiserror::Error;

use crate::clock::Timestamp;

/// Why an access token does not serve its bearer.
///
/// The facts are for the log: clients are told no more than that the token is invalid, or that the
/// directory cannot be asked (RFC 7662 §4).
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
    /// Not active: unknown, revoked or expired; the directory does not say which (RFC 7662 §2.2).
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
    /// Bound to a certificate that is not the caller's (RFC 8705 §3).
    #[error("bound to another certificate")]
    OtherCertificate,
    /// Bound to a key whose proof a Bearer request does not carry (RFC 9449 §7.2).
    #[error("bound to a key, and there is no proof of possession")]
    ProofOfPossessionMissing,
    /// The directory could not be asked, or did not answer the question.
    #[error("the directory is of no help: {reason}")]
    Unavailable {
        /// What went wrong.
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

/// Why the directory gave no answer that can be used.
#[derive(Clone, Debug, Eq, Error, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Unavailability {
    /// The answer is longer than is read (LIM-6).
    #[error("its answer is longer than {limit_bytes} octets")]
    BodyTooLarge {
        /// How much is read.
        limit_bytes: usize,
    },
    /// It failed so often that it is left in peace for a while.
    #[error("it failed repeatedly and is not asked just now")]
    BreakerOpen,
    /// A member name is said twice, so readers would differ on what was said (RFC 8259 §4).
    #[error("its answer says a member name twice")]
    DuplicateMember,
    /// The answer is JSON, not an object.
    #[error("its answer is not a JSON object")]
    NotAnObject,
    /// Its introspection endpoint is not known yet.
    #[error("its introspection endpoint is not known yet")]
    NotDiscovered,
    /// The answer is not JSON.
    #[error("its answer is not JSON")]
    NotJson,
    /// It points elsewhere; redirects are never followed.
    #[error("it answered with redirect {status}")]
    Redirected {
        /// The status code.
        status: u16,
    },
    /// It refuses *us*: our certificate, or our `client_id` (RFC 7662 §2.3).
    #[error("it refuses our own credentials with status {status}")]
    RefusedUs {
        /// The status code.
        status: u16,
    },
    /// As many calls as may run were running, and none ended in time.
    #[error("no call could begin in time")]
    Saturated,
    /// The runtime that makes the calls is shutting down.
    #[error("calls are no longer made")]
    Stopped,
    /// No whole answer within the time limit.
    #[error("it did not answer in time")]
    TimedOut,
    /// Connecting, TLS or HTTP failed.
    #[error("{explanation}")]
    Transport {
        /// The library's words from outermost to innermost cause.
        explanation: String,
    },
    /// A status that is no answer to the question.
    #[error("it answered with status {status}")]
    UnexpectedStatus {
        /// The status code.
        status: u16,
    },
}

impl Unavailability {
    /// Whether repeating it should keep us from asking: a `400` may be about one request alone.
    pub(super) fn tells_of_failing(&self) -> bool {
        !matches!(self, Self::RefusedUs { status: 400 })
    }
}

impl From<reqwest::Error> for Unavailability {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        Self::Transport {
            explanation: explain(&error.without_url()),
        }
    }
}

/// The causes in one line; what the other side wrote into them stays short and printable.
fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    let words: Vec<_> = causes.map(ToString::to_string).collect();
    let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
    words
        .join(": ")
        .chars()
        .take(LONGEST_EXPLANATION)
        .map(printable)
        .collect()
}

const LONGEST_EXPLANATION: usize = 400;
