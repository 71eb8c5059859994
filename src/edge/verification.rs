//! Failures of the proxy's verification of a certificate: nginx's `$ssl_client_verify`, in a closed list of reasons.
//!
//! The texts after `FAILED:` are those of OpenSSL's `X509_verify_cert_error_string`, of versions 1.1.1 to 3.5.

use std::fmt;

use rustls_pki_types::CertificateDer;

use super::{CertificateSyntax, ForwardedCertificate};

/// Failure of the proxy's verification of a certificate.
#[derive(
    Clone, Copy, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum VerificationFailure {
    /// Later than its `notAfter`, or an issuer later than that of its own.
    #[error("it, or an issuer of it, has expired")]
    Expired,
    /// A certificate among its issuers that may not issue.
    #[error("an issuer of it may not issue certificates")]
    IssuerUnfit,
    /// A field that cannot be read, RFC 5280 §4.1.
    #[error("it, or an issuer of it, is malformed")]
    Malformed,
    /// A name outside an issuer's name constraints, RFC 5280 §4.2.1.10.
    #[error("a name in it breaks an issuer's name constraints")]
    NameConstraint,
    /// Earlier than its `notBefore`, or an issuer earlier than that of its own.
    #[error("it, or an issuer of it, is not valid yet")]
    NotYetValid,
    /// A text that is not in the list.
    #[error("for a reason that is not known here")]
    Other,
    /// Extended key usage without client authentication, RFC 5280 §4.2.1.12.
    #[error("it, or an issuer of it, is not for clients")]
    Purpose,
    /// On a revocation list, or withdrawn by OCSP.
    #[error("it, or an issuer of it, is revoked")]
    Revoked,
    /// No revocation list, or none in force: the proxy's own files.
    #[error("the hop has no revocation list in force for it")]
    RevocationUnknown,
    /// A signature on the path that does not verify.
    #[error("a signature on its path does not verify")]
    Signature,
    /// More issuers than `ssl_verify_depth` or an issuer's path length allow.
    #[error("its chain is longer than is allowed")]
    TooLong,
    /// A key or digest that is too weak.
    #[error("a key or signature on its path is too weak")]
    TooWeak,
    /// No path to one of the proxy's trust anchors.
    #[error("its issuer does not lead to a trust anchor of the hop's")]
    UnknownIssuer,
    /// A critical extension or policy that is not understood.
    #[error("it, or an issuer of it, has a critical extension that is not understood")]
    Unsupported,
}

impl VerificationFailure {
    /// Reads the proxy's word on a certificate; none when it does not say that there is a bad one.
    pub(super) fn read(verify: &[u8]) -> Option<Self> {
        let text = verify.strip_prefix(b"FAILED")?;
        let text = text.strip_prefix(b":").unwrap_or(text);
        let known = TEXTS.iter().find(|(_, texts)| {
            let mut texts = texts.iter();
            texts.any(|known| known.as_bytes().eq_ignore_ascii_case(text))
        });
        Some(known.map_or(Self::Other, |(failure, _)| *failure))
    }
}

/// A certificate that the proxy showed to be bad: why, and the certificate itself for the log.
///
/// It is nobody's identity: there is no way from here to a [`ForwardedCertificate`], which alone can be verified.
#[derive(Clone, Copy)]
pub struct Unverified<'r> {
    failure: VerificationFailure,
    certificate: Option<ForwardedCertificate<'r>>,
}

impl<'r> Unverified<'r> {
    pub(super) const fn new(
        failure: VerificationFailure,
        certificate: Option<ForwardedCertificate<'r>>,
    ) -> Self {
        Self {
            failure,
            certificate,
        }
    }

    /// The failure of the proxy's verification.
    #[must_use]
    pub const fn failure(&self) -> VerificationFailure {
        self.failure
    }

    /// The certificate's DER, to be named in the log and for nothing else; none when the proxy did not pass it on.
    ///
    /// # Errors
    /// As [`ForwardedCertificate::der`].
    #[must_use]
    pub fn der_for_log(&self) -> Option<Result<CertificateDer<'static>, CertificateSyntax>> {
        self.certificate.as_ref().map(ForwardedCertificate::der)
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unverified({})", self.failure)
    }
}

/// OpenSSL's texts by what they come to. Several of them tell of the client's certificate or of an issuer's alike.
const TEXTS: [(VerificationFailure, &[&str]); 13] = [
    (VerificationFailure::Expired, &["certificate has expired"]),
    (
        VerificationFailure::NotYetValid,
        &["certificate is not yet valid"],
    ),
    (
        VerificationFailure::UnknownIssuer,
        &[
            "unable to get issuer certificate",
            "unable to get local issuer certificate",
            "unable to verify the first certificate",
            "self-signed certificate",
            "self signed certificate",
            "self-signed certificate in certificate chain",
            "self signed certificate in certificate chain",
            "certificate not trusted",
            "certificate rejected",
            "subject issuer mismatch",
            "issuer name mismatch",
            "authority and subject key identifier mismatch",
            "authority and issuer serial number mismatch",
        ],
    ),
    (
        VerificationFailure::TooLong,
        &[
            "certificate chain too long",
            "path length constraint exceeded",
            "proxy path length constraint exceeded",
        ],
    ),
    (
        VerificationFailure::Purpose,
        &[
            "unsupported certificate purpose",
            "unsuitable certificate purpose",
        ],
    ),
    (VerificationFailure::Revoked, &["certificate revoked"]),
    (
        VerificationFailure::RevocationUnknown,
        &[
            "unable to get certificate CRL",
            "unable to get CRL issuer certificate",
            "unable to decrypt CRL's signature",
            "CRL signature failure",
            "CRL is not yet valid",
            "CRL has expired",
            "CRL path validation error",
            "format error in CRL's lastUpdate field",
            "format error in CRL's nextUpdate field",
            "key usage does not include CRL signing",
            "unhandled critical CRL extension",
            "Different CRL scope",
            "unsupported extension feature",
            "OCSP verification needed",
            "OCSP verification failed",
            "OCSP unknown cert",
        ],
    ),
    (
        VerificationFailure::Signature,
        &[
            "certificate signature failure",
            "unable to decrypt certificate's signature",
            "unable to decode issuer public key",
            "cannot find certificate signature algorithm",
            "subject signature algorithm and issuer public key algorithm mismatch",
            "cert info signature and signature algorithm mismatch",
            "signature algorithm mismatch",
        ],
    ),
    (
        VerificationFailure::IssuerUnfit,
        &[
            "invalid CA certificate",
            "invalid non-CA certificate (has CA markings)",
            "key usage does not include certificate signing",
            "issuer certificate doesn't have a public key",
            "Basic Constraints of CA cert not marked critical",
            "CA cert does not include key usage extension",
            "Path length given without key usage keyCertSign",
            "Path length invalid for non-CA cert",
        ],
    ),
    (
        VerificationFailure::NameConstraint,
        &[
            "permitted subtree violation",
            "excluded subtree violation",
            "name constraints minimum and maximum not supported",
            "unsupported name constraint type",
            "unsupported or invalid name constraint syntax",
            "unsupported or invalid name syntax",
        ],
    ),
    (
        VerificationFailure::TooWeak,
        &[
            "EE certificate key too weak",
            "CA certificate key too weak",
            "CA signature digest algorithm too weak",
        ],
    ),
    (
        VerificationFailure::Unsupported,
        &[
            "unhandled critical extension",
            "invalid or inconsistent certificate extension",
            "invalid or inconsistent certificate policy extension",
            "no explicit policy",
            "proxy certificates not allowed, please set the appropriate flag",
            "using cert extension requires at least X509v3",
        ],
    ),
    (
        VerificationFailure::Malformed,
        &[
            "format error in certificate's notBefore field",
            "format error in certificate's notAfter field",
            "Empty Subject Alternative Name extension",
            "subject empty and Subject Alt Name extension not critical",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::{VerificationFailure as Failure, *};

    /// Rows: NGX-20
    #[test]
    fn ngx_20_the_texts_of_openssl_are_told_apart() {
        for (verify, failure) in [
            ("FAILED:certificate has expired", Failure::Expired),
            ("FAILED:certificate is not yet valid", Failure::NotYetValid),
            (
                "FAILED:unable to get local issuer certificate",
                Failure::UnknownIssuer,
            ),
            (
                "FAILED:unable to verify the first certificate",
                Failure::UnknownIssuer,
            ),
            ("FAILED:self signed certificate", Failure::UnknownIssuer),
            ("FAILED:self-signed certificate", Failure::UnknownIssuer),
            ("FAILED:unsupported certificate purpose", Failure::Purpose),
            ("FAILED:unsuitable certificate purpose", Failure::Purpose),
            ("FAILED:certificate chain too long", Failure::TooLong),
            ("FAILED:certificate revoked", Failure::Revoked),
            ("FAILED:CRL has expired", Failure::RevocationUnknown),
            ("FAILED:CERTIFICATE HAS EXPIRED", Failure::Expired),
            ("FAILED:certificate has expired ", Failure::Other),
            ("FAILED:a text of tomorrow", Failure::Other),
            ("FAILED:", Failure::Other),
            ("FAILED", Failure::Other),
        ] {
            assert_eq!(Failure::read(verify.as_bytes()), Some(failure), "{verify}");
        }
        for verify in ["SUCCESS", "NONE", "", "failed:certificate has expired"] {
            assert_eq!(Failure::read(verify.as_bytes()), None, "{verify}");
        }
    }

    #[test]
    fn no_text_stands_in_the_list_twice() {
        let texts: Vec<_> = TEXTS.iter().flat_map(|(_, texts)| *texts).collect();
        let each: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(each.len(), texts.len());
    }
}
