//! Rules as the operator writes them.

use serde::Deserialize;

use super::Class;
use crate::token::Scope;

/// `[defaults]`: what holds for a collection without a rule of its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// Scope that a token must carry; empty: any active token.
    pub scope: Scope,
    /// Sensitivity class.
    pub class: Class,
}

/// One of `[[datasets]]`: the rule for one collection.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetRule {
    /// The collection's identifier, or the name of one of its files.
    pub name: String,
    /// Scope that a token must carry; empty: any active token.
    #[serde(default)]
    pub scope: Scope,
    /// Sensitivity class.
    #[serde(default)]
    pub class: Class,
}
