//! The paths of the old service.

use super::Peril;
use crate::{dataset::Perils, policy::CollectionId};

/// A path of the old service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContractRoute {
    /// `/allperils`: one place, all perils.
    All,
    /// `/perils`: what there is.
    Listing,
    /// `/location`: many places.
    Locations,
    /// `/fire` and so on: one place, one peril.
    One(Peril),
}

impl ContractRoute {
    /// The paths that name no peril.
    pub(crate) const FIXED: [(&str, Self); 3] = [
        ("/allperils", Self::All),
        ("/location", Self::Locations),
        ("/perils", Self::Listing),
    ];

    /// The template of the paths that name one.
    pub(crate) const PERIL: &str = "/{peril}";

    /// The route of `path`, if the old service had it.
    pub(crate) fn find(path: &str) -> Option<Self> {
        let fixed = Self::FIXED.iter().find(|(fixed, _)| *fixed == path);
        let peril = || {
            let name = path.strip_prefix('/')?;
            let mut perils = Peril::ALL.into_iter();
            perils.find(|peril| peril.name() == name).map(Self::One)
        };
        fixed.map(|(_, route)| *route).or_else(peril)
    }

    /// The route as the log names it.
    pub(crate) fn template(self) -> &'static str {
        let fixed = Self::FIXED.iter().find(|(_, route)| *route == self);
        fixed.map_or(Self::PERIL, |(path, _)| path)
    }

    /// The collection that the path asks for; that of all perils where the body says which.
    pub(crate) fn asks(self) -> &'static CollectionId {
        match self {
            Self::One(peril) => peril.collection(),
            Self::All | Self::Listing | Self::Locations => Perils::group(),
        }
    }

    /// The methods, as `Allow` lists them.
    pub(crate) fn allow(self) -> &'static str {
        match self {
            Self::Locations => "OPTIONS, POST",
            Self::All | Self::Listing | Self::One(_) => "GET, HEAD, OPTIONS",
        }
    }
}
