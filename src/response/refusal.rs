//! Every way in which a request ends without what it asked for.

use crate::{
    caller::{CertificateRefused, CertificateUnreadable},
    dataset::{Absent, perils, tables},
    edge::{AccessToken, Malformed, NotTaken, UntrustedPeer, VerificationFailure},
    policy::Denied,
    token::TokenRefused,
};

/// A refusal, as the room that refused states it.
#[derive(Debug, thiserror::Error, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// dataset: there is no such file, or it cannot be read.
    #[error(transparent)]
    Absent(#[from] Absent),
    /// edge: the body.
    #[error(transparent)]
    Body(#[from] NotTaken),
    /// As many long answers are under way as may be.
    #[error("too many long answers are under way")]
    Busy,
    /// caller: the certificate does not pass path validation.
    #[error(transparent)]
    Certificate(#[from] CertificateRefused),
    /// caller: the header does not hold a certificate.
    #[error(transparent)]
    CertificateUnreadable(#[from] CertificateUnreadable),
    /// edge: the proxy showed the certificate to be bad.
    #[error("the client certificate failed the hop's verification: {0}")]
    CertificateUnverified(VerificationFailure),
    /// policy: the rule does not grant.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A fault of ours; the cause is in the log.
    #[error("a fault of perild, of which the log has the cause")]
    Fault,
    /// edge: the shape of the request.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The route has other methods.
    #[error("the method is not allowed on this route")]
    MethodNotAllowed,
    /// No route has that method.
    #[error("the method is not known")]
    MethodUnknown,
    /// No certificate was forwarded.
    #[error("no client certificate was forwarded")]
    NoCertificate,
    /// Nothing stands at that path.
    #[error("no route of that path")]
    NoRoute,
    /// No `Authorization` with the `Bearer` scheme.
    #[error("no access token was sent")]
    NoToken,
    /// The text after `Bearer` cannot be a token.
    #[error("the text after Bearer is not an access token")]
    NotAToken,
    /// `Accept` or `Accept-Encoding` excludes the only representation.
    #[error("the representation {offered} is not acceptable")]
    NotAcceptable {
        /// Its media type.
        offered: &'static str,
    },
    /// The body has another media type than those that are read here.
    #[error("the body must be {taken}")]
    NotRead {
        /// Those that are read.
        taken: &'static str,
    },
    /// perild does not know the directory yet.
    #[error("not ready: {0}")]
    NotReady(String),
    /// The decision cannot be recorded, and nothing is handed out without a record.
    #[error("the decision cannot be recorded, and audit.on_failure is \"refuse\"")]
    NotRecorded,
    /// dataset: what is asked of the perils.
    #[error(transparent)]
    Perils(#[from] perils::Refused),
    /// `If-Match` or `If-Unmodified-Since` fails.
    #[error("a precondition failed")]
    PreconditionFailed,
    /// No byte of the range exists.
    #[error("the range lies outside the {length} octets")]
    RangeNotSatisfiable {
        /// Bytes of the representation.
        length: u64,
    },
    /// dataset: what is asked of a table.
    #[error(transparent)]
    Tables(#[from] tables::Refused),
    /// edge: somebody other than the proxy connected; its name in metrics is from before.
    #[error(transparent)]
    #[strum(serialize = "stranger")]
    UntrustedPeer(#[from] UntrustedPeer),
    /// token: the directory's answer, or its silence.
    #[error(transparent)]
    Token(#[from] TokenRefused),
    /// The text after `Bearer` is longer than any token that is looked at.
    #[error("the access token is longer than {} octets", AccessToken::MAX_BYTES)]
    TokenTooLong,
    /// A start waits for something that may come by itself.
    #[error("waiting for {0}")]
    Waiting(String),
}
