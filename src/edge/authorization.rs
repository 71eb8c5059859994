//! The `Authorization` field, RFC 6750 §2.1: from field lines to an [`AccessToken`] or a fault.

use std::fmt;

/// An access token as the client sent it; prints redacted and is never logged.
///
/// The text is within the `b64token` alphabet (RFC 6750 §2.1) and within the size limit.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct AccessToken<'r>(&'r str);

impl<'r> AccessToken<'r> {
    /// Longest access token that is looked at, in octets (LIM-3).
    pub const MAX_BYTES: usize = 4096;

    /// Takes `text` when it is a `b64token` of at most [`Self::MAX_BYTES`] octets, RFC 6750 §2.1.
    #[must_use]
    pub fn parse(text: &'r str) -> Option<Self> {
        let body = text.trim_end_matches('=');
        let in_alphabet =
            |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
        let fits = !body.is_empty() && text.len() <= Self::MAX_BYTES && body.bytes().all(in_alphabet);
        fits.then_some(Self(text))
    }

    /// The secret itself: for the introspection request and for the cache key, nothing else.
    #[must_use]
    pub fn secret(self) -> &'r str {
        self.0
    }
}

impl fmt::Debug for AccessToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}
