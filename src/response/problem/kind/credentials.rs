//! Refusals of credentials: certificates, tokens, and the requests that carry them.

use actix_web::http::StatusCode;

use super::{Challenged, Kind};
use crate::{
    edge::VerificationFailure,
    response::ErrorCode,
    token::{TokenRefused, Unavailability},
};

/// Detail for the consumer on a certificate that the proxy did not find good, in place of the proxy's own words.
pub(super) fn unverified_detail(failure: VerificationFailure) -> &'static str {
    use VerificationFailure as F;
    match failure {
        F::Expired => {
            "The client certificate that was shown has expired, or an issuer in its chain has. Connect with a current one."
        }
        F::IssuerUnfit | F::NameConstraint | F::Unsupported => {
            "The client certificate that was shown does not lead to the directory by a valid path: an issuer may not have issued it, or a constraint or critical extension stands against it."
        }
        F::Malformed => "The client certificate that was shown cannot be read as one.",
        F::NotYetValid => {
            "The client certificate that was shown is not valid yet, or an issuer in its chain is not. Connect with a current one."
        }
        F::Other => "The client certificate that was shown did not pass verification.",
        F::Purpose => {
            "The client certificate that was shown is not for client authentication. Connect with one that the directory issued for clients."
        }
        F::Revoked => {
            "The client certificate that was shown is revoked. Get another one from the directory."
        }
        F::RevocationUnknown => {
            "Whether the client certificate that was shown is revoked cannot be told here now. Please report the interaction id."
        }
        F::Signature => {
            "A signature in the chain of the client certificate that was shown does not verify."
        }
        F::TooLong => "The chain of the client certificate that was shown is too long.",
        F::TooWeak => {
            "The client certificate that was shown, or an issuer in its chain, has a key or signature that is too weak."
        }
        F::UnknownIssuer => {
            "The client certificate that was shown was not issued under the directory, or its intermediate certificates were not sent. Connect with the one that the directory issued, and its chain."
        }
    }
}

/// One text for every token that is no good, so that nobody learns which tokens exist (INT-19); another for who
/// holds a token that no other would be better than.
pub(super) fn token_kind(refused: &TokenRefused) -> Kind {
    match refused {
        TokenRefused::AnswerLacksActive => {
            invalid_request("The directory could not tell whether this token is active.")
        }
        TokenRefused::Unavailable { reason, .. } => Kind {
            status: StatusCode::SERVICE_UNAVAILABLE,
            name: Some("introspection-unavailable"),
            title: "The access token cannot be checked now",
            detail: match reason {
                Unavailability::HeldBack => {
                    "The directory gave no answer about several access tokens of this client. The next one is checked after the time in Retry-After."
                }
                Unavailability::Saturated => {
                    "More access tokens wait to be checked than the directory answers in time. Try again after the time in Retry-After."
                }
                _ => {
                    "The directory does not answer as it should. Try again after the time in Retry-After."
                }
            },
            challenge: Challenged::No,
        },
        TokenRefused::Expired { .. }
        | TokenRefused::Inactive
        | TokenRefused::Jwt(_)
        | TokenRefused::NotBound
        | TokenRefused::OtherApplication
        | TokenRefused::OtherCertificate
        | TokenRefused::ProofOfPossessionMissing
        | TokenRefused::Rejected { .. } => invalid_token(TOKEN_REFUSED),
        // Only who holds the token comes here, and another token would be no better.
        TokenRefused::IssuedInFuture { .. }
        | TokenRefused::NotYetValid { .. }
        | TokenRefused::Unreadable { .. }
        | TokenRefused::WrongAudience
        | TokenRefused::WrongIssuer
        | TokenRefused::WrongType => invalid_token(TOKEN_MISDESCRIBED),
    }
}

pub(super) fn invalid_request(detail: &'static str) -> Kind {
    Kind {
        status: StatusCode::BAD_REQUEST,
        name: Some("invalid-request"),
        title: "The credentials are malformed",
        detail,
        challenge: Challenged::With(ErrorCode::InvalidRequest),
    }
}

pub(super) fn invalid_token(detail: &'static str) -> Kind {
    Kind {
        status: StatusCode::UNAUTHORIZED,
        name: Some("invalid-token"),
        title: "The credentials are not accepted",
        detail,
        challenge: Challenged::With(ErrorCode::InvalidToken),
    }
}

const TOKEN_MISDESCRIBED: &str = "What the directory says of this access token cannot be accepted here, and it is likely to say the same of any other. Tell the data provider, and name the interaction id.";
pub(super) const TOKEN_TOO_LONG: &str =
    "The access token is too long: at most 4096 octets are taken.";
pub(super) const TOKEN_REFUSED: &str = "The access token is unknown, expired, revoked, or not bound to the client certificate of this connection. Get a new one with the same certificate.";
