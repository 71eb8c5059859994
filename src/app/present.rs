//! State that a daemon answers from at present.

use super::{Site, Waiting};
use crate::edge::{Limits, Peers};

/// A site, or what is waited for in its place.
pub enum Present {
    /// Everything that is needed was there.
    Site(Box<Site>),
    /// Something is missing.
    Waiting(Waiting),
}

impl Present {
    /// The site, once there is one.
    #[must_use]
    pub fn site(&self) -> Option<&Site> {
        match self {
            Self::Site(site) => Some(site),
            Self::Waiting(_) => None,
        }
    }

    pub(super) fn peers(&self) -> &Peers {
        match self {
            Self::Site(site) => &site.peers,
            Self::Waiting(waiting) => &waiting.peers,
        }
    }

    pub(super) fn limits(&self) -> Limits {
        match self {
            Self::Site(site) => site.limits,
            Self::Waiting(waiting) => waiting.limits,
        }
    }
}

impl From<Site> for Present {
    fn from(site: Site) -> Self {
        Self::Site(Box::new(site))
    }
}

impl From<Waiting> for Present {
    fn from(waiting: Waiting) -> Self {
        Self::Waiting(waiting)
    }
}
