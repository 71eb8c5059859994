//! Status of a certificate by revocation lists, RFC 5280 §6.3.3.

use std::time::Duration;

use super::{RevocationList, RevocationSubject, serial::shortest};
use crate::{
    caller::{CertificateRefused, IssuerKey, name, validity::Validity},
    clock::Timestamp,
};

/// Status of a certificate that no list revokes.
pub(in crate::caller) enum Revocation {
    /// Lists cover it, and say so within this time.
    NotRevoked(Validity),
    /// No list bears its issuer's name.
    Unlisted,
    /// Lists bear its issuer's name, none that this issuer signed covers it.
    Unknown,
}

/// Asks all `lists` of the certificate's issuer.
///
/// # Errors
///
/// It is revoked, or a list that covers it is not in force.
pub(in crate::caller) fn revocation(
    lists: &[RevocationList],
    subject: &RevocationSubject<'_>,
    grace: Duration,
    now: Timestamp,
) -> Result<Revocation, CertificateRefused> {
    let issuer = IssuerKey::of_canonical(subject.issuer);
    // A certificate without any serial number is on no list, and no list speaks for it.
    let Some(serial) = shortest(subject.serial) else {
        return Ok(Revocation::Unknown);
    };
    let mut answer = Revocation::Unlisted;
    for list in lists.iter().filter(|list| *list.issuer_key() == issuer) {
        if let Revocation::Unlisted = answer {
            answer = Revocation::Unknown;
        }
        if !list.is_signed_with(subject.issuer_key) {
            continue;
        }
        if list.revokes(serial) {
            return Err(CertificateRefused::Revoked {
                serial: printed(serial),
                list: list.name.clone(),
            });
        }
        if list.covers(subject) {
            let validity = list.in_force(grace, now)?;
            answer = match answer {
                Revocation::NotRevoked(other) => Revocation::NotRevoked(other.and(validity)),
                _ => Revocation::NotRevoked(validity),
            };
        }
    }
    Ok(answer)
}

/// In hexadecimal, without the byte that only carries the sign.
fn printed(serial: &[u8]) -> String {
    match serial {
        [0, number @ ..] if !number.is_empty() => name::hex(number),
        number => name::hex(number),
    }
}
