//! Binding of a token to whoever may use it, RFC 8705 §3 and IB1.

use serde::Deserialize;

use super::{answer::Confirmation, refused::TokenRefused};
use crate::caller::Caller;

/// Binding that is enough. A thumbprint in the token must be the certificate's, whichever is chosen.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Binding {
    /// The certificate's thumbprint in the token, and the application as well.
    Both,
    /// The application that the certificate names, which is the token's `client_id`: a certificate that is renewed
    /// for one application goes on with its tokens.
    ClientId,
    /// The certificate's thumbprint in the token.
    #[default]
    Thumbprint,
}

/// The certificate that a token must be bound to.
#[derive(Clone, Copy)]
pub(super) enum Bound<'c> {
    /// That of the caller.
    To(&'c Caller),
    /// Whichever it names: for who asks what would be, and shows no token.
    ToAnyCertificate,
}

impl Binding {
    /// Judges the token of `client_id`, which is confirmed by `cnf`.
    pub(super) fn holds(
        self,
        cnf: &Confirmation,
        client_id: Option<&str>,
        bound: Bound<'_>,
    ) -> Result<(), TokenRefused> {
        match (cnf, bound) {
            (Confirmation::Key, _) => return Err(TokenRefused::ProofOfPossessionMissing),
            (Confirmation::Nothing, _) if self != Self::ClientId => {
                return Err(TokenRefused::NotBound);
            }
            (Confirmation::Certificate(thumbprint), Bound::To(caller))
                if thumbprint != caller.thumbprint() =>
            {
                return Err(TokenRefused::OtherCertificate);
            }
            (Confirmation::Certificate(_) | Confirmation::Nothing, _) => {}
        }
        match bound {
            Bound::To(caller) if self != Self::Thumbprint => {
                let application = caller.facts().membership().application();
                let is_its = application.is_some() && application == client_id;
                is_its.then_some(()).ok_or(TokenRefused::OtherApplication)
            }
            Bound::To(_) | Bound::ToAnyCertificate => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::{Membership, Thumbprint};

    const APPLICATION: &str = "https://directory.example.org/application/2";

    fn thumbprint(of: &[u8]) -> Confirmation {
        Confirmation::Certificate(Thumbprint::of(of))
    }

    fn caller(application: Option<&str>) -> Caller {
        let membership = Membership::supposed(&[], None, application);
        Caller::for_test_with(Thumbprint::of(b"ours"), membership)
    }

    /// Rows: IB1-BND-1, IB1-BND-2, IB1-BND-3, MTLS-4, MTLS-5
    #[test]
    fn ib1_bnd_a_thumbprint_in_the_token_counts_always_and_the_binding_says_what_is_enough_without()
    {
        use Binding::{Both, ClientId, Thumbprint};
        use TokenRefused::{
            NotBound, OtherApplication, OtherCertificate, ProofOfPossessionMissing,
        };
        let ours = Some(APPLICATION);
        let slash = Some("https://directory.example.org/application/2/");
        for (binding, cnf, client_id, application, expected) in [
            (Thumbprint, thumbprint(b"ours"), None, None, Ok(())),
            (
                Thumbprint,
                thumbprint(b"other"),
                ours,
                ours,
                Err(OtherCertificate),
            ),
            (Thumbprint, Confirmation::Nothing, ours, ours, Err(NotBound)),
            (ClientId, Confirmation::Nothing, ours, ours, Ok(())),
            (ClientId, thumbprint(b"ours"), ours, ours, Ok(())),
            (
                ClientId,
                thumbprint(b"other"),
                ours,
                ours,
                Err(OtherCertificate),
            ),
            (
                ClientId,
                Confirmation::Nothing,
                slash,
                ours,
                Err(OtherApplication),
            ),
            (
                ClientId,
                thumbprint(b"ours"),
                slash,
                ours,
                Err(OtherApplication),
            ),
            (
                ClientId,
                Confirmation::Nothing,
                ours,
                None,
                Err(OtherApplication),
            ),
            (
                ClientId,
                Confirmation::Nothing,
                None,
                ours,
                Err(OtherApplication),
            ),
            (
                ClientId,
                Confirmation::Nothing,
                None,
                None,
                Err(OtherApplication),
            ),
            (
                ClientId,
                Confirmation::Key,
                ours,
                ours,
                Err(ProofOfPossessionMissing),
            ),
            (Both, thumbprint(b"ours"), ours, ours, Ok(())),
            (
                Both,
                thumbprint(b"ours"),
                slash,
                ours,
                Err(OtherApplication),
            ),
            (
                Both,
                thumbprint(b"other"),
                ours,
                ours,
                Err(OtherCertificate),
            ),
            (Both, Confirmation::Nothing, ours, ours, Err(NotBound)),
        ] {
            let caller = caller(application);
            let judged = binding.holds(&cnf, client_id, Bound::To(&caller));
            assert_eq!(
                judged, expected,
                "{binding:?} {cnf:?} {client_id:?} {application:?}"
            );
        }
    }
}
