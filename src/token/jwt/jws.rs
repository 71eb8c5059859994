//! Signed JWTs in their compact serialization (RFC 7515 §7.1), verified by the authorization server's keys.

use super::{
    header::{Header, HeaderRules, is_header},
    key_set::KeySet,
    keys::Keys,
};
use crate::{
    clock::Timestamp,
    token::{jwt_fault::JwtFault, refused::Unavailability},
};

/// The parts of a signed JWT.
pub(super) struct Parts<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
    /// Header and payload, as they are signed.
    signed: &'t str,
}

/// Reason why the authorization server is not known to have signed a JWT.
#[derive(Debug)]
pub(super) enum NotVerified {
    /// It has not.
    Unfit(JwtFault),
    /// Its keys cannot be had.
    Unavailable(Unavailability),
}

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let is_whole = !payload.contains('.') && !header.is_empty() && !signature.is_empty();
        is_whole.then_some(Self {
            header,
            payload,
            signature,
            signed,
        })
    }

    #[cfg(fuzzing)]
    pub(super) fn header(&self) -> &'t str {
        self.header
    }

    #[cfg(fuzzing)]
    pub(super) fn payload(&self) -> &'t str {
        self.payload
    }

    /// `true` when the first part is a JOSE header.
    pub(super) fn have_header(&self) -> bool {
        is_header(self.header)
    }

    /// Finds a key of `keys` that has signed, RFC 8725 §3.1.
    fn verify(&self, header: &Header, keys: &KeySet) -> Result<(), JwtFault> {
        let fitting = keys.fitting(header)?;
        let mut fitting = fitting.into_iter();
        if fitting.any(|key| key.verifies(self.signature, self.signed)) {
            Ok(())
        } else {
            Err(JwtFault::SignatureWrong)
        }
    }
}

/// The payload of `text`, still encoded, when its header is as `rules` have it and one of `keys` has signed it; a key
/// that is not among them is looked for.
pub(super) async fn verified<'t>(
    text: &'t str,
    rules: &HeaderRules,
    keys: &Keys,
    now: Timestamp,
) -> Result<&'t str, NotVerified> {
    let parts = Parts::of(text).ok_or(JwtFault::NotAJwt)?;
    let header = Header::read(parts.header, rules)?;
    let mut verified = parts.verify(&header, &*keys.current(now).await?);
    if verified == Err(JwtFault::UnknownKey) {
        verified = parts.verify(&header, &*keys.renewed(now).await?);
    }
    verified?;
    Ok(parts.payload)
}

impl From<JwtFault> for NotVerified {
    fn from(fault: JwtFault) -> Self {
        Self::Unfit(fault)
    }
}

impl From<Unavailability> for NotVerified {
    fn from(reason: Unavailability) -> Self {
        Self::Unavailable(reason)
    }
}
