//! Sensitivity classes.

use serde::Deserialize;

/// Sensitivity class of a collection; classes that must not be shared do not exist here (OE-CLS-1).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum Class {
    /// Open data.
    #[serde(rename = "OE-O")]
    Open,
    /// Shared data, class A.
    #[default]
    #[serde(rename = "OE-SA")]
    SharedA,
    /// Shared data, class B.
    #[serde(rename = "OE-SB")]
    SharedB,
}

impl Class {
    /// As the configuration names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "OE-O",
            Self::SharedA => "OE-SA",
            Self::SharedB => "OE-SB",
        }
    }
}
