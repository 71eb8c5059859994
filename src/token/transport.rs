//! Failures of connecting, TLS and HTTP in words of our own, each with what mends it.
//!
//! The TLS library prints most of its errors as Rust prints values, which tells an operator nothing.

use std::{error::Error, io};

use rustls::{AlertDescription, CertificateError, PeerIncompatible};
use rustls_pki_types::UnixTime;
use thiserror::Error;
use url::Url;

use crate::clock::Timestamp;

/// A call that broke below HTTP's meaning: no connection, no TLS, or no whole answer.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{words}")]
pub struct TransportFault {
    words: String,
    kind: TransportKind,
}

/// The kinds of [`TransportFault`], by what mends them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransportKind {
    /// The connection broke while an answer was awaited.
    Broken,
    /// The other side's certificate is out of its time, or our clock is wrong.
    CertificateTime,
    /// The other side's certificate is not one that can be believed.
    CertificateUnfit,
    /// The other side's certificate is for another name.
    CertificateName,
    /// The other side's certificate is not issued under the anchors.
    CertificateIssuer,
    /// The host name cannot be looked up.
    Name,
    /// The other side speaks something other than TLS, or no TLS that is spoken here.
    Protocol,
    /// The other side does not want our certificate.
    RefusedOurs,
    /// No connection can be made.
    Unreachable,
}

impl TransportFault {
    /// What went wrong at `host`, from the error at the top of its causes.
    #[must_use]
    pub fn of(error: Cause<'_>, host: Option<&str>) -> Self {
        let host = host.unwrap_or("the other side");
        let (kind, words) = if let Some(tls) = causes(error).find_map(tls_error) {
            of_tls(tls, host)
        } else if let Some(io) = causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .last()
        {
            of_io(io, host)
        } else {
            let innermost = causes(error).last().map(ToString::to_string);
            (TransportKind::Broken, innermost.unwrap_or_default())
        };
        Self::new(kind, &words)
    }

    /// The TLS library's part in `error`, when it had one.
    #[must_use]
    pub fn of_tls(error: Cause<'_>) -> Option<Self> {
        let host = "the other side";
        let (kind, words) = of_tls(causes(error).find_map(tls_error)?, host);
        Some(Self::new(kind, &words))
    }

    fn new(kind: TransportKind, words: &str) -> Self {
        let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
        let words = words.chars().take(LONGEST).map(printable).collect();
        Self { words, kind }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> TransportKind {
        self.kind
    }

    /// Whether no question can be asked at all: there is no connection, or no TLS on it.
    pub(super) fn is_of_the_whole(&self) -> bool {
        self.kind != TransportKind::Broken
    }
}

impl From<reqwest::Error> for TransportFault {
    fn from(error: reqwest::Error) -> Self {
        let host = error.url().and_then(Url::host_str).map(ToOwned::to_owned);
        let host = host.as_deref();
        if error.is_dns() {
            let name = host.unwrap_or("of the directory");
            let words = format!("the name {name} cannot be looked up");
            return Self::new(TransportKind::Name, &words);
        }
        let is_connect = error.is_connect();
        if is_connect && error.is_timeout() {
            let host = host.unwrap_or("the directory");
            let words = format!("{host} takes no connection in time");
            return Self::new(TransportKind::Unreachable, &words);
        }
        let mut fault = Self::of(&error.without_url(), host);
        if is_connect && fault.kind == TransportKind::Broken {
            fault.kind = TransportKind::Unreachable;
        }
        fault
    }
}

impl TransportKind {
    /// What whoever set the daemon up can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Broken => "if it lasts, ask the directory's operator",
            Self::CertificateTime => {
                "see that this machine's clock is right (timedatectl); if it is, the directory's operator must renew the certificate"
            }
            Self::CertificateUnfit => "the directory's operator must mend the certificate",
            Self::CertificateName => {
                "correct directory.issuer or directory.discovery_url, or see where the name leads (getent hosts)"
            }
            Self::CertificateIssuer => {
                "directory.trust_anchors are not this directory's: are they of another environment (sandbox, production)?"
            }
            Self::Name => {
                "see that this machine can look names up (getent hosts), and correct directory.issuer or directory.discovery_url"
            }
            Self::Protocol => {
                "see that the address is that of the directory and its port, and that nothing between changes the connection"
            }
            Self::RefusedOurs => {
                "see that directory.certificate and directory.client_id are of this directory and not of another environment \
                 (sandbox, production), and that the certificate is active there"
            }
            Self::Unreachable => {
                "see that this machine reaches the directory, and that no firewall between refuses it"
            }
        }
    }
}

type Cause<'e> = &'e (dyn Error + 'static);

fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |cause: &Cause<'_>| under(*cause))
}

/// What an I/O error wraps is not its source but hidden in it.
fn under(cause: Cause<'_>) -> Option<Cause<'_>> {
    match cause
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(hidden) => Some(hidden),
        None => cause.source(),
    }
}

fn tls_error(cause: Cause<'_>) -> Option<&rustls::Error> {
    cause.downcast_ref()
}

fn of_io(error: &io::Error, host: &str) -> (TransportKind, String) {
    use io::ErrorKind as E;
    let (kind, words) = match error.kind() {
        E::ConnectionRefused => (
            TransportKind::Unreachable,
            format!("{host} refuses the connection"),
        ),
        E::HostUnreachable | E::NetworkUnreachable => (
            TransportKind::Unreachable,
            format!("there is no way to {host}"),
        ),
        E::ConnectionReset | E::ConnectionAborted | E::BrokenPipe | E::UnexpectedEof => (
            TransportKind::Broken,
            format!("{host} closed the connection"),
        ),
        _ => (
            TransportKind::Broken,
            format!("the connection to {host} failed: {error}"),
        ),
    };
    (kind, words)
}

/// The TLS library's error, as facts.
fn of_tls(error: &rustls::Error, host: &str) -> (TransportKind, String) {
    use rustls::Error as E;
    match error {
        E::InvalidCertificate(fault) => of_certificate(fault, host),
        E::AlertReceived(alert) => of_alert(*alert, host),
        E::NoCertificatesPresented => (
            TransportKind::CertificateUnfit,
            format!("{host} shows no certificate"),
        ),
        E::PeerIncompatible(fault) => (TransportKind::Protocol, incompatible(fault, host)),
        E::InvalidMessage(_) | E::InappropriateMessage { .. } => (
            TransportKind::Protocol,
            format!("{host} answers with something that is not TLS"),
        ),
        E::NoApplicationProtocol => (
            TransportKind::Protocol,
            format!("{host} does not speak HTTP/1.1 over TLS"),
        ),
        _ => (
            TransportKind::Protocol,
            format!("{host} does not keep to the TLS protocol"),
        ),
    }
}

fn of_certificate(fault: &CertificateError, host: &str) -> (TransportKind, String) {
    use CertificateError as C;
    use TransportKind as K;
    let (kind, what) = match fault {
        C::Expired => (K::CertificateTime, "has expired".to_owned()),
        C::ExpiredContext { time, not_after } => (
            K::CertificateTime,
            format!(
                "expired at {}, and it is {}",
                moment(*not_after),
                moment(*time)
            ),
        ),
        C::NotValidYet => (K::CertificateTime, "is not valid yet".to_owned()),
        C::NotValidYetContext { time, not_before } => (
            K::CertificateTime,
            format!(
                "is not valid before {}, and it is {}",
                moment(*not_before),
                moment(*time)
            ),
        ),
        C::UnknownIssuer => (
            K::CertificateIssuer,
            "is not issued by an authority that is trusted here".to_owned(),
        ),
        C::NotValidForName => (K::CertificateName, "is for another name".to_owned()),
        C::NotValidForNameContext { presented, .. } if presented.is_empty() => (
            K::CertificateName,
            "has no name in its subjectAltName".to_owned(),
        ),
        C::NotValidForNameContext { presented, .. } => {
            let names = presented.iter().map(|name| named(name));
            let names: Vec<_> = names.take(MOST_NAMES).collect();
            (
                K::CertificateName,
                format!("is for other names: {}", names.join(", ")),
            )
        }
        C::Revoked => (K::CertificateUnfit, "is revoked".to_owned()),
        C::BadEncoding => (
            K::CertificateUnfit,
            "is not encoded as X.509 asks".to_owned(),
        ),
        // Authorities of two environments may bear one name.
        C::BadSignature => (
            K::CertificateIssuer,
            "is not signed by the authority of that name that is trusted here".to_owned(),
        ),
        C::UnhandledCriticalExtension => (
            K::CertificateUnfit,
            "has a critical extension that is not understood here".to_owned(),
        ),
        C::UnsupportedSignatureAlgorithmContext { .. }
        | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            K::CertificateUnfit,
            "is signed with an algorithm that is not taken here, such as SHA-1".to_owned(),
        ),
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => (
            K::CertificateUnfit,
            "is not for servers (extended key usage)".to_owned(),
        ),
        _ => (K::CertificateUnfit, "cannot be verified".to_owned()),
    };
    (kind, format!("the certificate of {host} {what}"))
}

/// A name of the library's list: `DnsName("a.example")` is printed as `a.example`.
fn named(name: &str) -> &str {
    let within = name
        .split_once('"')
        .and_then(|(_, rest)| rest.split_once('"'));
    within.map_or(name, |(name, _)| name)
}

/// RFC 8446 §6.2: those about a certificate are about ours.
fn of_alert(alert: AlertDescription, host: &str) -> (TransportKind, String) {
    use AlertDescription as A;
    use TransportKind as K;
    let (kind, what) = match alert {
        A::BadCertificate | A::CertificateUnknown => {
            (K::RefusedOurs, "our certificate is not accepted")
        }
        A::UnsupportedCertificate => (
            K::RefusedOurs,
            "our certificate is of a kind that it does not take",
        ),
        A::CertificateRevoked => (K::RefusedOurs, "our certificate is revoked"),
        A::CertificateExpired => (K::RefusedOurs, "our certificate has expired"),
        A::UnknownCA => (
            K::RefusedOurs,
            "it does not know who issued our certificate",
        ),
        A::AccessDenied => (K::RefusedOurs, "access denied"),
        A::CertificateRequired | A::NoCertificate => {
            (K::RefusedOurs, "it wants a certificate and got none")
        }
        A::HandshakeFailure | A::InsufficientSecurity => (
            K::Protocol,
            "no cipher suite or signature algorithm suits both",
        ),
        A::ProtocolVersion => (K::Protocol, "it speaks neither TLS 1.2 nor TLS 1.3"),
        A::UnrecognisedName => (K::Protocol, "it does not know that name"),
        A::InternalError => (K::Protocol, "it has an internal error"),
        other => {
            let number = u8::from(other);
            return (K::Protocol, format!("{host} ended TLS with alert {number}"));
        }
    };
    let number = u8::from(alert);
    (kind, format!("{host} ended TLS: {what} (alert {number})"))
}

fn incompatible(fault: &PeerIncompatible, host: &str) -> String {
    match fault {
        PeerIncompatible::NoCipherSuitesInCommon => {
            format!("{host} and we have no cipher suite in common")
        }
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            format!("{host} speaks neither TLS 1.2 nor TLS 1.3")
        }
        _ => format!("{host} speaks no TLS that is spoken here"),
    }
}

fn moment(time: UnixTime) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

const LONGEST: usize = 400;
const MOST_NAMES: usize = 5;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls_pki_types::ServerName;

    use super::*;

    fn of(error: rustls::Error) -> TransportFault {
        TransportFault::of(&io::Error::other(error), Some("as.example"))
    }

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    #[test]
    fn a_certificate_out_of_its_time_is_named_with_both_times() {
        let (time, not_after) = (at(1_768_478_400), at(1_768_478_399));
        let fault = of(CertificateError::ExpiredContext { time, not_after }.into());
        assert_eq!(
            fault.to_string(),
            "the certificate of as.example expired at 2026-01-15T11:59:59Z, and it is 2026-01-15T12:00:00Z"
        );
        assert_eq!(fault.kind(), TransportKind::CertificateTime);
    }

    #[test]
    fn a_certificate_for_other_names_lists_them() {
        let presented = ["DnsName(\"b.example\")", "DnsName(\"*.c.example\")"].map(str::to_owned);
        let expected = ServerName::try_from("as.example").unwrap();
        let presented = presented.to_vec();
        let error = CertificateError::NotValidForNameContext {
            expected,
            presented,
        };
        assert_eq!(
            of(error.into()).to_string(),
            "the certificate of as.example is for other names: b.example, *.c.example"
        );
    }

    /// Names of Rust's variants, and braces, are no words for people.
    #[test]
    fn no_error_of_the_tls_library_prints_as_rust_prints_a_value() {
        use rustls::Error as E;
        let certificates = [
            CertificateError::BadEncoding,
            CertificateError::Expired,
            CertificateError::NotValidYet,
            CertificateError::Revoked,
            CertificateError::UnhandledCriticalExtension,
            CertificateError::UnknownIssuer,
            CertificateError::UnknownRevocationStatus,
            CertificateError::ExpiredRevocationList,
            CertificateError::BadSignature,
            CertificateError::NotValidForName,
            CertificateError::InvalidPurpose,
            CertificateError::InvalidOcspResponse,
            CertificateError::ApplicationVerificationFailure,
            CertificateError::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id: vec![1, 2],
                supported_algorithms: Vec::new(),
            },
        ];
        let alerts = (0..=u8::MAX).map(|number| E::AlertReceived(number.into()));
        let others = [
            E::NoCertificatesPresented,
            E::DecryptError,
            E::PeerSentOversizedRecord,
            E::NoApplicationProtocol,
            E::InvalidMessage(rustls::InvalidMessage::InvalidContentType),
            E::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
            E::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
            E::PeerIncompatible(PeerIncompatible::KeyShareExtensionRequired),
            E::PeerMisbehaved(rustls::PeerMisbehaved::UnsolicitedEncryptedExtension),
            E::General("x".to_owned()),
        ];
        let certificates = certificates.into_iter().map(E::InvalidCertificate);
        for error in certificates.chain(alerts).chain(others) {
            let variant = match &error {
                E::InvalidCertificate(inner) => format!("{inner:?}"),
                E::AlertReceived(inner) => format!("{inner:?}"),
                other => format!("{other:?}"),
            };
            let fault = of(error);
            let said = fault.to_string();
            assert!(said.contains("as.example"), "{said}");
            assert!(!said.contains(['{', '}', '[', ']']), "{said}");
            let first = variant.split([' ', '(']).next().unwrap();
            assert!(!said.contains(first), "{said} has {first}");
            assert!(!fault.kind().remedy().is_empty());
        }
    }

    #[test]
    fn connections_that_fail_say_so_in_words() {
        let io =
            |kind: io::ErrorKind| TransportFault::of(&io::Error::from(kind), Some("as.example"));
        let refused = io(io::ErrorKind::ConnectionRefused);
        assert_eq!(refused.to_string(), "as.example refuses the connection");
        assert!(refused.is_of_the_whole());
        let closed = io(io::ErrorKind::UnexpectedEof);
        assert_eq!(closed.to_string(), "as.example closed the connection");
        assert!(!closed.is_of_the_whole());
    }
}
