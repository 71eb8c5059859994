//! Refusals by a rule, or for want of one.

use super::{CollectionId, Unmet};
use crate::token::Scope;

/// Reason why a rule does not grant.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Denied {
    /// The provider's list of those who get nothing names whoever asks, whatever rules say.
    #[error("{name} is blocked")]
    Blocked {
        /// The client, organisation, member, application or account.
        name: Box<str>,
    },
    /// Conditions of the rule do not hold.
    #[error("{rule} does not let it in: {}", said(.unmet))]
    Conditions {
        /// The rule that was applied.
        rule: Box<str>,
        /// Those of the clause for which the least is missing.
        unmet: Box<[Unmet]>,
        /// The scope that the clause demands, where the token lacks it or a licence.
        needed: Option<Scope>,
    },
    /// The token's scope does not cover what the collection demands, RFC 6750 §3.1 `insufficient_scope`.
    #[error("{rule} demands the scope {needed}")]
    InsufficientScope {
        /// The rule that was applied.
        rule: Box<str>,
        /// The scope that it demands.
        needed: Scope,
    },
    /// No rule lets anybody have it: to a caller it does not exist.
    #[error("{collection} is not published: no rule holds for it")]
    NotPublished {
        /// The collection.
        collection: CollectionId,
    },
}

impl Denied {
    /// The rule that was applied, where there was one.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Conditions { rule, .. } | Self::InsufficientScope { rule, .. } => Some(rule),
            Self::Blocked { .. } | Self::NotPublished { .. } => None,
        }
    }

    /// The conditions that do not hold, in words that name nobody.
    #[must_use]
    pub fn lacking(&self) -> Option<String> {
        match self {
            Self::Conditions { unmet, .. } => Some(said(unmet)),
            Self::InsufficientScope { needed, .. } => {
                Some(format!("the token must carry the scope {needed}"))
            }
            Self::Blocked { .. } | Self::NotPublished { .. } => None,
        }
    }
}

fn said(unmet: &[Unmet]) -> String {
    let said: Vec<_> = unmet.iter().map(ToString::to_string).collect();
    said.join("; ")
}
