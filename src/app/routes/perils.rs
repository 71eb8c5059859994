//! Paths of the perils.

use crate::{dataset::Perils, policy::CollectionId};

/// Routes of the perils.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PerilRoute {
    /// `/v1/perils`: what there is.
    Catalogue,
    /// `/v1/location`: many places.
    Query,
}

impl PerilRoute {
    pub(in crate::app) const FIXED: [(&str, Self); 2] = [
        ("/v1/location", Self::Query),
        ("/v1/perils", Self::Catalogue),
    ];

    pub(super) fn find(path: &str) -> Option<Self> {
        let mut fixed = Self::FIXED.iter();
        let (_, route) = fixed.find(|(fixed, _)| *fixed == path)?;
        Some(*route)
    }

    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Catalogue => "/v1/perils",
            Self::Query => "/v1/location",
        }
    }

    pub(super) fn asks() -> &'static CollectionId {
        Perils::group()
    }
}
