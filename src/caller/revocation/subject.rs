//! A certificate whose revocation is asked about.

use super::points::PointNames;

/// A certificate on a path, its issuer's key beside it, whose revocation is asked about.
pub(in crate::caller) struct RevocationSubject<'a> {
    pub(in crate::caller) distribution_points: Option<&'a PointNames>,
    pub(in crate::caller) is_ca: bool,
    /// Content of the issuer's `Name` in its canonical form.
    pub(in crate::caller) issuer: &'a [u8],
    pub(in crate::caller) issuer_key: &'a [u8],
    pub(in crate::caller) serial: &'a [u8],
}
