//! Sensitivity classes.

use serde::Deserialize;

/// Sensitivity class of a collection, by its name in Open Energy or in IB1.
///
/// Classes that must not be shared do not exist here (OE-CLS-1): OE-C and IB1-C never are, and OE-SP and IB1-SP want the
/// permission of those whom the data is about, which is not checked here (IB1-SEN-1).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum Class {
    /// Open data.
    #[serde(rename = "OE-O", alias = "IB1-O")]
    Open,
    /// Shared data, class A.
    #[default]
    #[serde(rename = "OE-SA", alias = "IB1-SA")]
    SharedA,
    /// Shared data, class B.
    #[serde(rename = "OE-SB", alias = "IB1-SB")]
    SharedB,
}

impl Class {
    /// Every name of a class.
    pub const NAMES: &[&str] = &["OE-O", "OE-SA", "OE-SB", "IB1-O", "IB1-SA", "IB1-SB"];

    /// The class of either name; none for one that must not be shared, or that there is not.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "OE-O" | "IB1-O" => Some(Self::Open),
            "OE-SA" | "IB1-SA" => Some(Self::SharedA),
            "OE-SB" | "IB1-SB" => Some(Self::SharedB),
            _ => None,
        }
    }

    /// As Open Energy names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "OE-O",
            Self::SharedA => "OE-SA",
            Self::SharedB => "OE-SB",
        }
    }
}
