//! The client's own certificate: what it says, and the checks that path validation leaves out.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::{
    certificate::X509Certificate,
    extensions::GeneralName,
    prelude::FromDer,
    time::ASN1Time,
    x509::{AttributeTypeAndValue, X509Name, X509Version},
};

use super::{
    CertificateFacts, CertificateRefused, CertificateUnreadable, KeyKind, KeyRefused, Membership,
    Thumbprint, distinguished_name, extensions, key, membership::MembershipFault, name,
    policies::Policies, revocation::PointNames, validity::Validity, view::View,
};
use crate::clock::Timestamp;

/// A certificate that could be read; nothing in it is believed yet.
pub(super) struct Leaf<'d> {
    certificate: X509Certificate<'d>,
    der: &'d CertificateDer<'d>,
    pub(super) view: View,
}

impl<'d> Leaf<'d> {
    /// Reads DER that is one certificate and nothing else.
    pub(super) fn read(der: &'d CertificateDer<'d>) -> Result<Self, CertificateUnreadable> {
        use webpki::Error::{BadDer, BadDerTime, TrailingData};
        let view = View::of(der).ok_or(CertificateUnreadable::Structure)?;
        // The second parser refuses BER within the certificate, which the first lets pass (CERT-5).
        if let Err(BadDer | BadDerTime | TrailingData(_)) = EndEntityCert::try_from(&view.der) {
            return Err(CertificateUnreadable::Structure);
        }
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Ok(Self {
                certificate,
                der,
                view,
            }),
            _ => Err(CertificateUnreadable::Structure),
        }
    }

    pub(super) fn end_entity(&self) -> Result<EndEntityCert<'_>, webpki::Error> {
        EndEntityCert::try_from(&self.view.der)
    }

    /// Its policies; whether they can be used [`Self::judge`] tells.
    pub(super) fn policies(&self) -> Policies {
        Policies::read(&self.certificate, self.view.subject == self.view.issuer).unwrap_or_default()
    }

    pub(super) fn distribution_points(&self) -> Option<PointNames> {
        PointNames::of_certificate(&self.certificate)
    }

    pub(super) fn has_email(&self) -> bool {
        self.certificate.subject().iter_email().next().is_some()
    }

    /// `true` when a DNS name in it is a wildcard, among the alternative names or as the common name that such names were
    /// in before them (RFC 6125 §6.4.4).
    pub(super) fn has_wildcard(&self) -> bool {
        let mut common = self.certificate.subject().iter_common_name();
        let is_wildcard = |name: &AttributeTypeAndValue<'_>| {
            let value = name.attr_value();
            let tag = u8::try_from(value.tag().0);
            let text = tag
                .ok()
                .and_then(|tag| distinguished_name::text(tag, value.data));
            text.is_some_and(|text| text.starts_with("*."))
        };
        if common.any(is_wildcard) {
            return true;
        }
        let names = self.certificate.subject_alternative_name().ok().flatten();
        names.is_some_and(|names| {
            let mut names = names.value.general_names.iter();
            names.any(|name| matches!(name, GeneralName::DNSName(name) if name.contains('*')))
        })
    }

    pub(super) fn key_kind(&self) -> Result<KeyKind, KeyRefused> {
        key::judge(self.certificate.public_key())
    }

    pub(super) fn issuer(&self) -> String {
        name::printed_unvouched(self.certificate.issuer())
    }

    /// The facts that are kept of a certificate that was verified.
    pub(super) fn facts(&self) -> CertificateFacts {
        self.facts_named(name::printed)
    }

    /// The same of one that was not, or not yet: its names are cut when they are long.
    pub(super) fn unvouched_facts(&self) -> CertificateFacts {
        self.facts_named(name::printed_unvouched)
    }

    fn facts_named(&self, printed: fn(&X509Name<'_>) -> String) -> CertificateFacts {
        CertificateFacts {
            issuer: printed(self.certificate.issuer()),
            // What cannot be read states nothing, and refuses the certificate where it is judged.
            membership: Membership::read(&self.certificate).unwrap_or_default(),
            not_after: moment(self.certificate.validity().not_after),
            serial: serial(&self.certificate),
            subject: printed(self.certificate.subject()),
            thumbprint: Thumbprint::of(self.der),
        }
    }

    /// The checks that need no issuer; the result is the certificate's own dates.
    pub(super) fn judge(&self, now: Timestamp) -> Result<Validity, CertificateRefused> {
        if self.certificate.version() != X509Version::V3 {
            return Err(CertificateRefused::Version);
        }
        if let Some(extension) = extensions::malformed(&self.certificate) {
            return Err(CertificateRefused::ExtensionMalformed { extension });
        }
        let validity = self.in_date(now)?;
        if let Some(extension) = extensions::unknown_critical(&self.certificate) {
            return Err(CertificateRefused::CriticalExtension { extension });
        }
        if Policies::read(&self.certificate, false).is_none() {
            return Err(CertificateRefused::Policies);
        }
        self.usage()?;
        Membership::read(&self.certificate)?;
        self.key_kind()?;
        Ok(validity)
    }

    /// RFC 5280 §4.1.2.5: both ends belong to the validity, and no clock skew is granted.
    fn in_date(&self, now: Timestamp) -> Result<Validity, CertificateRefused> {
        let not_before = moment(self.certificate.validity().not_before);
        let not_after = moment(self.certificate.validity().not_after);
        if now < not_before {
            return Err(CertificateRefused::NotYetValid { not_before, now });
        }
        if now > not_after {
            return Err(CertificateRefused::Expired { not_after, now });
        }
        Ok(Validity::new(not_before, not_after))
    }

    /// RFC 5280 §4.2.1.3: a client signs the handshake.
    fn usage(&self) -> Result<(), CertificateRefused> {
        match self.certificate.key_usage() {
            Ok(Some(usage)) if !usage.value.digital_signature() => {
                Err(CertificateRefused::KeyUsage)
            }
            // One that cannot be read was refused before.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl From<MembershipFault> for CertificateRefused {
    fn from(fault: MembershipFault) -> Self {
        match fault {
            MembershipFault::Malformed(statement) => Self::ExtensionMalformed {
                extension: statement.to_string(),
            },
            MembershipFault::TwoApplications => Self::TwoApplications,
        }
    }
}

/// The time as the clock counts it.
pub(super) fn moment(time: ASN1Time) -> Timestamp {
    Timestamp::from_seconds(time.timestamp())
}

/// The serial number in hexadecimal, without the byte that only carries the sign.
pub(super) fn serial(certificate: &X509Certificate<'_>) -> String {
    match certificate.raw_serial() {
        [0, number @ ..] if !number.is_empty() => name::hex(number),
        number => name::hex(number),
    }
}

impl CertificateFacts {
    /// Reads them from DER that nobody vouches for; its names are cut when they are long.
    ///
    /// # Errors
    ///
    /// The DER is not one well-formed certificate.
    pub fn read(der: &CertificateDer<'_>) -> Result<Self, CertificateUnreadable> {
        Ok(Leaf::read(der)?.unvouched_facts())
    }
}
