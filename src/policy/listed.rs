//! Rules and their bounds as the operator writes them.

use serde::Deserialize;

use super::Class;
use crate::token::Scope;

/// `[defaults]`: what holds where nothing else is said.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// Collections that are published.
    pub publish: Publish,
    /// Scope that a token must carry; empty: any active token.
    pub scope: Scope,
    /// Sensitivity class.
    pub class: Class,
}

/// Collections that are published.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Publish {
    /// Every file of the folder as well, as the original guide has it.
    All,
    /// Those that have a description or a rule; a file without is not served.
    #[default]
    Described,
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

/// `[publishers]`: what those may choose who describe collections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Publishers {
    /// `true` when a description's rule holds where the configuration has none.
    pub may_choose_rules: bool,
    /// Classes that such a rule may have.
    pub classes: Vec<Class>,
}

impl Default for Publishers {
    fn default() -> Self {
        Self {
            may_choose_rules: true,
            classes: vec![Class::Open, Class::SharedA, Class::SharedB],
        }
    }
}
