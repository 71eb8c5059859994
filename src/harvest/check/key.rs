//! Keys at which something of a record is written.

use crate::harvest::vocabulary::{dcat, dcterms, ib1};

/// A key of a description, or of the configuration for all of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// Of the collection's description.
    Description(&'static str),
    /// Of the configuration.
    Setting(&'static str),
}

impl Key {
    /// The key that decides `property` of an entry; that of the description as a whole where none does.
    #[must_use]
    pub fn of_property(property: Option<&str>) -> Self {
        let mut known = PROPERTIES.iter();
        let found = known.find(|(name, _)| Some(*name) == property);
        found.map_or(Self::Description("collection"), |(_, key)| *key)
    }
}

const PROPERTIES: [(&str, Key); 19] = [
    (
        dcat::ENDPOINT_DESCRIPTION.as_str(),
        Key::Description("catalog.endpoint_description"),
    ),
    (dcat::IN_SERIES.as_str(), Key::Description("catalog.series")),
    (
        dcat::KEYWORD.as_str(),
        Key::Description("collection.keywords"),
    ),
    (dcat::THEME.as_str(), Key::Description("catalog.themes")),
    (
        dcat::VERSION.as_str(),
        Key::Description("collection.version"),
    ),
    (
        dcat::VERSION_NOTES.as_str(),
        Key::Description("catalog.version_notes"),
    ),
    (
        dcterms::ACCRUAL_PERIODICITY.as_str(),
        Key::Description("catalog.frequency"),
    ),
    (
        dcterms::CONFORMS_TO.as_str(),
        Key::Description("catalog.conforms_to"),
    ),
    (
        dcterms::DESCRIPTION.as_str(),
        Key::Description("collection.description"),
    ),
    (
        dcterms::LICENSE.as_str(),
        Key::Description("collection.licence"),
    ),
    (
        dcterms::PUBLISHER.as_str(),
        Key::Setting("catalog.publisher"),
    ),
    (
        dcterms::TITLE.as_str(),
        Key::Description("collection.title"),
    ),
    (
        ib1::DATASET_ASSURANCE.as_str(),
        Key::Description("catalog.assurance"),
    ),
    (
        ib1::DATA_SCHEMA.as_str(),
        Key::Description("catalog.data_schema"),
    ),
    (
        ib1::HEARTBEAT_DESCRIPTION.as_str(),
        Key::Description("catalog.heartbeat_description"),
    ),
    (
        ib1::OAUTH_ISSUER.as_str(),
        Key::Description("catalog.names_issuer"),
    ),
    (
        ib1::ROLE_REQUIRED_TO_ACCESS.as_str(),
        Key::Description("catalog.roles"),
    ),
    (ib1::SCHEME.as_str(), Key::Description("catalog.scheme")),
    (
        ib1::SENSITIVITY_CLASS.as_str(),
        Key::Description("rule.class"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_decided_by_a_key_and_one_that_nobody_knows_by_the_description() {
        for (property, key) in [
            (
                Some(dcterms::LICENSE.as_str()),
                Key::Description("collection.licence"),
            ),
            (
                Some(dcterms::PUBLISHER.as_str()),
                Key::Setting("catalog.publisher"),
            ),
            (
                Some("https://example.org/own#property"),
                Key::Description("collection"),
            ),
            (None, Key::Description("collection")),
        ] {
            assert_eq!(Key::of_property(property), key, "{property:?}");
        }
    }
}
