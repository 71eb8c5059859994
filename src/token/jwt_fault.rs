//! Faults of a token that is a JWT, or ought to be one.

use thiserror::Error;

use crate::clock::Timestamp;

/// Reason why a JWT is not what the authorization server has signed for us, RFC 9068 §4 and RFC 8725 §3.
///
/// For the log: clients are told no more than that the token is no good.
#[derive(Clone, Debug, Eq, Error, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum JwtFault {
    /// `alg` is none of those that the configuration allows, or not named.
    #[error("its algorithm is none of tokens.algorithms")]
    AlgorithmNotAllowed,
    /// No `kid`, and several keys that would fit.
    #[error("it names no key, and several of the key set would fit")]
    AmbiguousKey,
    /// A claim that must be there is not.
    #[error("it has no claim `{claim}`")]
    ClaimMissing {
        /// The claim.
        claim: &'static str,
    },
    /// A claim is not of its type.
    #[error("its claim `{claim}` is not what it should be")]
    ClaimUnreadable {
        /// The claim.
        claim: &'static str,
    },
    /// An extension that has to be understood and is not, RFC 7515 §4.1.11.
    #[error("its header has `crit`, and none of that is understood here")]
    CriticalHeader,
    /// The header is no JSON object that can be read in one way only.
    #[error("its header is malformed")]
    HeaderMalformed,
    /// It lives longer than a token may that can be withdrawn in no other way.
    #[error("it lives for {seconds} seconds, and tokens.longest_seconds is {longest}")]
    LivesTooLong {
        /// Seconds from `iat` to `exp`.
        seconds: u64,
        /// Seconds that it may live.
        longest: u64,
    },
    /// The token is not three parts of base64url.
    #[error("it is no signed JWT")]
    NotAJwt,
    /// The payload is no JSON object that can be read in one way only.
    #[error("its claims are malformed")]
    PayloadMalformed,
    /// The key of that `kid` is for another algorithm.
    #[error("the key that it names is for another algorithm")]
    OtherAlgorithm,
    /// No key verifies the signature.
    #[error("its signature does not verify")]
    SignatureWrong,
    /// No key of the key set has that `kid`, or no key fits.
    #[error("it is signed by a key that the directory's key set does not have")]
    UnknownKey,
    /// `aud` does not have us.
    #[error("`aud` does not name us")]
    WrongAudience,
    /// `iss` is another.
    #[error("`iss` is not our directory")]
    WrongIssuer,
    /// `typ` is another, RFC 9068 §2.1 and RFC 9701 §5.
    #[error("its `typ` is not {wanted}")]
    WrongType {
        /// The type that it should have.
        wanted: &'static str,
    },
}

/// Reason why a signed answer about a token is not one that the authorization server has just given us, RFC 9701 §5.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AnswerFault {
    /// It is not signed for us as it should be.
    #[error(transparent)]
    Jwt(#[from] JwtFault),
    /// It is older than the question, of the future, or outside the times that it sets itself.
    #[error(
        "it was issued at {iat}, and by that or by its `exp` and `nbf` does not count at {now}"
    )]
    NotCurrent {
        /// When it says it was issued.
        iat: Timestamp,
        /// When that was judged.
        now: Timestamp,
    },
}
