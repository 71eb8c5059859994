//! Reasons of refusals in fixed words, with which a metric is labelled.
//!
//! The log has the same with its facts. Here there are none, so there are only so many reasons: the
//! variants of each room's refusals by their names.

use std::fmt;

use strum::VariantNames;

use super::Refusal;
use crate::{
    caller::{CertificateRefused, CertificateUnreadable},
    dataset::{Absent, perils, tables},
    edge::{Malformed, NotTaken, VerificationFailure},
    policy::Denied,
    token::{JwtFault, TokenRefused, Unavailability},
};

/// One kind of refusal, printed as `token-expired` or `no-token`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Reason {
    subject: Option<&'static str>,
    name: &'static str,
}

impl Reason {
    /// Every reason there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |subject, names: &'static [&'static str]| {
            names.iter().map(move |name| Self { subject, name })
        };
        let all = of(None, Refusal::VARIANTS)
            .chain(of(BODY, NotTaken::VARIANTS))
            .chain(of(CERTIFICATE, CertificateRefused::VARIANTS))
            .chain(of(CERTIFICATE, CertificateUnreadable::VARIANTS))
            .chain(of(DATASET, Absent::VARIANTS))
            .chain(of(HOP, VerificationFailure::VARIANTS))
            .chain(of(DIRECTORY, Unavailability::VARIANTS))
            .chain(of(JWT, JwtFault::VARIANTS))
            .chain(of(PERILS, perils::Refused::VARIANTS))
            .chain(of(POLICY, Denied::VARIANTS))
            .chain(of(REQUEST, Malformed::VARIANTS))
            .chain(of(TABLES, tables::Refused::VARIANTS))
            .chain(of(TOKEN, TokenRefused::VARIANTS));
        all.filter(|reason| !WITH_REASONS_OF_THEIR_OWN.contains(reason))
    }
}

impl Reason {
    /// The room that refuses so; `perild` where it is all of it.
    #[must_use]
    pub fn stage(refusal: &Refusal) -> &'static str {
        match refusal {
            Refusal::Body(_)
            | Refusal::CertificateUnverified(_)
            | Refusal::Malformed(_)
            | Refusal::MethodNotAllowed
            | Refusal::MethodUnknown
            | Refusal::UntrustedPeer(_) => "edge",
            Refusal::Certificate(_)
            | Refusal::CertificateUnreadable(_)
            | Refusal::NoCertificate => "caller",
            Refusal::NoToken | Refusal::NotAToken | Refusal::Token(_) | Refusal::TokenTooLong => {
                "token"
            }
            Refusal::Denied(_) => "policy",
            Refusal::Absent(_) | Refusal::NoRoute | Refusal::Perils(_) | Refusal::Tables(_) => {
                "dataset"
            }
            Refusal::NotAcceptable { .. }
            | Refusal::NotRead { .. }
            | Refusal::PreconditionFailed
            | Refusal::RangeNotSatisfiable { .. } => "response",
            Refusal::Busy
            | Refusal::Fault
            | Refusal::NotReady(_)
            | Refusal::NotRecorded
            | Refusal::Waiting(_) => "perild",
        }
    }
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Self {
        use CertificateRefused::Unreadable;
        use TokenRefused::Unavailable;
        let (subject, name) = match refusal {
            Refusal::Absent(absent) => (DATASET, absent.into()),
            Refusal::Body(not_taken) => (BODY, not_taken.into()),
            Refusal::Certificate(Unreadable(unreadable))
            | Refusal::CertificateUnreadable(unreadable) => (CERTIFICATE, unreadable.into()),
            Refusal::Certificate(refused) => (CERTIFICATE, refused.into()),
            Refusal::CertificateUnverified(failure) => (HOP, failure.into()),
            Refusal::Denied(denied) => (POLICY, denied.into()),
            Refusal::Malformed(malformed) => (REQUEST, malformed.into()),
            Refusal::Perils(refused) => (PERILS, refused.into()),
            Refusal::Tables(refused) => (TABLES, refused.into()),
            Refusal::Token(Unavailable { reason, .. }) => (DIRECTORY, reason.into()),
            Refusal::Token(TokenRefused::Jwt(fault)) => (JWT, fault.into()),
            Refusal::Token(refused) => (TOKEN, refused.into()),
            Refusal::Busy
            | Refusal::Fault
            | Refusal::MethodNotAllowed
            | Refusal::MethodUnknown
            | Refusal::NoCertificate
            | Refusal::NoRoute
            | Refusal::NoToken
            | Refusal::NotAToken
            | Refusal::NotAcceptable { .. }
            | Refusal::NotRead { .. }
            | Refusal::NotReady(_)
            | Refusal::NotRecorded
            | Refusal::PreconditionFailed
            | Refusal::RangeNotSatisfiable { .. }
            | Refusal::UntrustedPeer { .. }
            | Refusal::TokenTooLong
            | Refusal::Waiting(_) => (None, refusal.into()),
        };
        Self { subject, name }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(subject) = self.subject {
            write!(f, "{subject}-")?;
        }
        f.write_str(self.name)
    }
}

const BODY: Option<&str> = Some("body");
const CERTIFICATE: Option<&str> = Some("certificate");
const DATASET: Option<&str> = Some("dataset");
const DIRECTORY: Option<&str> = Some("directory");
const HOP: Option<&str> = Some("hop");
const JWT: Option<&str> = Some("jwt");
const PERILS: Option<&str> = Some("perils");
const POLICY: Option<&str> = Some("policy");
const REQUEST: Option<&str> = Some("request");
const TABLES: Option<&str> = Some("tables");
const TOKEN: Option<&str> = Some("token");

/// Refusals that only carry another room's.
const WITH_REASONS_OF_THEIR_OWN: [Reason; 13] = [
    carrier(None, "absent"),
    carrier(None, "body"),
    carrier(None, "certificate"),
    carrier(None, "certificate-unreadable"),
    carrier(None, "certificate-unverified"),
    carrier(None, "denied"),
    carrier(None, "malformed"),
    carrier(None, "perils"),
    carrier(None, "tables"),
    carrier(None, "token"),
    carrier(CERTIFICATE, "unreadable"),
    carrier(TOKEN, "jwt"),
    carrier(TOKEN, "unavailable"),
];

const fn carrier(subject: Option<&'static str>, name: &'static str) -> Reason {
    Reason { subject, name }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        edge::{Peer, UntrustedPeer},
        token::TransportFault,
    };

    #[test]
    fn no_two_reasons_print_alike() {
        let all: BTreeSet<String> = Reason::all().map(|reason| reason.to_string()).collect();
        assert_eq!(all.len(), Reason::all().count());
    }

    #[test]
    fn a_refusal_has_one_of_the_reasons_and_none_of_its_facts() {
        let secret = std::io::Error::other("the secret of the transport");
        let carried = Unavailability::Transport(TransportFault::of(&secret, None));
        let refusals: [(Refusal, &str); 6] = [
            (Refusal::NoToken, "no-token"),
            (UntrustedPeer(Peer::User(7)).into(), "stranger"),
            (TokenRefused::Inactive.into(), "token-inactive"),
            (Malformed::TokenInQuery.into(), "request-token-in-query"),
            (
                CertificateRefused::from(CertificateUnreadable::Structure).into(),
                "certificate-structure",
            ),
            (
                TokenRefused::Unavailable {
                    reason: carried,
                    retry_after: std::time::Duration::ZERO,
                }
                .into(),
                "directory-transport",
            ),
        ];
        for (refusal, expected) in refusals {
            let reason = Reason::from(&refusal);
            assert_eq!(reason.to_string(), expected);
            assert!(Reason::all().any(|known| known == reason), "{expected}");
        }
    }
}
