//! The metadata of a schema: where the values are from, and what they are.

use std::collections::{BTreeMap, HashMap};

use arrow_schema::Field;
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

/// A meaning that a column has beside its type, by the name that Arrow's canonical extensions and `GeoArrow` have for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, strum::EnumString, strum::IntoStaticStr)]
pub(crate) enum Extension {
    /// JSON in a text.
    #[strum(serialize = "arrow.json")]
    Json,
    /// Well-known binary.
    #[strum(serialize = "geoarrow.wkb")]
    Wkb,
}

impl Extension {
    /// The metadata of a field that has it.
    pub(crate) fn metadata(self) -> HashMap<String, String> {
        let name: &str = self.into();
        let parameters = match self {
            Self::Json => String::new(),
            Self::Wkb => json!({"crs": "OGC:CRS84", "crs_type": "authority_code"}).to_string(),
        };
        named([(NAME, name.to_owned()), (PARAMETERS, parameters)])
    }
}

/// The extension that `field` names, if we know it.
pub(super) fn extension(field: &Field) -> Option<Extension> {
    field.metadata().get(NAME)?.parse().ok()
}

const NAME: &str = "ARROW:extension:name";
const PARAMETERS: &str = "ARROW:extension:metadata";
