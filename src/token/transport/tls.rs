//! Errors of the TLS library in words: facts with names and dates, not values as Rust prints them.

use rustls::{AlertDescription, CertificateError, PeerIncompatible};
use rustls_pki_types::UnixTime;

use super::TransportKind;
use crate::clock::Timestamp;

/// The TLS library's error, as facts.
pub(super) fn described(error: &rustls::Error, host: &str) -> (TransportKind, String) {
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
    let within = name.split_once('(').map_or(name, |(_, within)| within);
    within.trim_end_matches(')').trim_matches('"')
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
        A::DecryptError => (
            K::RefusedOurs,
            "it cannot verify a signature of our certificate or handshake",
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

const MOST_NAMES: usize = 5;

#[cfg(test)]
mod tests {
    use std::{io, time::Duration};

    use rustls_pki_types::ServerName;

    use super::{super::TransportFault, *};

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
        let presented = [
            "DnsName(\"b.example\")",
            "DnsName(\"*.c.example\")",
            "IpAddress(127.0.0.1)",
        ]
        .map(str::to_owned);
        let expected = ServerName::try_from("as.example").unwrap();
        let presented = presented.to_vec();
        let error = CertificateError::NotValidForNameContext {
            expected,
            presented,
        };
        assert_eq!(
            of(error.into()).to_string(),
            "the certificate of as.example is for other names: b.example, *.c.example, 127.0.0.1"
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
}
