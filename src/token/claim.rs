//! Claims of a JWT access token that may have to be there.

use serde::Deserialize;

/// Claim of RFC 9068 §2.2.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, PartialEq, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Claim {
    /// Those whom it is meant for.
    Aud,
    /// The client that it was issued to.
    ClientId,
    /// Its end.
    Exp,
    /// Its issue.
    Iat,
    /// Its issuer.
    Iss,
    /// Its number.
    Jti,
    /// The one whom it speaks for.
    Sub,
}

impl Claim {
    /// All of them, which RFC 9068 wants.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
