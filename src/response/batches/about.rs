//! The metadata of a schema: where the values are from, and what they are.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use crate::dataset::{grid::Variable, perils::Origins};

/// Metadata of a schema: sources of the values, and the definitions of their variables.
pub(crate) fn metadata<'v>(
    origins: &Origins,
    variables: impl Iterator<Item = &'v Variable>,
) -> HashMap<String, String> {
    let definitions = variables.map(|variable| (&*variable.name, &*variable.definition));
    let definitions: BTreeMap<&str, &str> = definitions.collect();
    named([
        ("perild.definitions", json!(definitions).to_string()),
        (
            "perild.store_version",
            origins.version.map_or(0, |version| version.id).to_string(),
        ),
        ("perild.synthetic", origins.synthetic.to_string()),
        ("perild.source", origins.source.clone()),
        ("perild.licence", origins.licence.clone()),
    ])
}

/// Metadata by their names.
pub(crate) fn named<const COUNT: usize>(all: [(&str, String); COUNT]) -> HashMap<String, String> {
    all.map(|(name, text)| (name.to_owned(), text)).into()
}
