//! Scheme Catalog Requirements (IB1 Data Catalog Records 1.0): the values that a conforming entry has, as sets, each with
//! the modifier that its property has.

mod modifier;

use std::collections::{BTreeMap, BTreeSet};

use oxrdf::vocab::rdf;

use super::{
    Objection,
    graph::{Entries, Properties, is_blank},
};
use crate::harvest::vocabulary::{dcterms, ib1};
use modifier::{Modifier, judge};

/// The requirements of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Requirements(Vec<Standard>);

/// One standard of a scheme.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Standard {
    address: Box<str>,
    /// Classes of entries that it is for.
    types: BTreeSet<Box<str>>,
    /// Values that are required, by their properties.
    values: Properties,
    /// Modifiers, by the properties that they are for.
    modifiers: BTreeMap<Box<str>, Modifier>,
}

/// A file of requirements that nobody can meet, or that has none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequirementsFault {
    /// A standard whose property has two modifiers.
    #[error("{standard} has two modifiers for {property}")]
    Contradiction {
        /// The standard.
        standard: Box<str>,
        /// The property.
        property: Box<str>,
    },
    /// A standard, or a value that it requires, is a blank node, which no entry can name.
    #[error("{standard} has a blank node where an entry would have to name it: {property}")]
    Nameless {
        /// The standard.
        standard: Box<str>,
        /// The property.
        property: Box<str>,
    },
    /// No standard in the file.
    #[error("there is no ib1:SchemeCatalogRequirements in it")]
    Nothing,
    /// A term that modifies requirements in a way that nobody here knows.
    #[error("{standard} has {term}, which is no modifier of Data Catalog Records 1.0")]
    UnknownModifier {
        /// The standard.
        standard: Box<str>,
        /// The term.
        term: Box<str>,
    },
    /// A standard without required metadata.
    #[error("{standard} has no ib1:requiredMetadata that says anything")]
    Unsaid {
        /// The standard.
        standard: Box<str>,
    },
    /// A standard that is for no class of entries.
    #[error("{standard} has no ib1:requiredType")]
    Untyped {
        /// The standard.
        standard: Box<str>,
    },
    /// A modifier that chooses among the values of a property that has none.
    #[error("{standard} modifies {property}, for which it requires no value")]
    Valueless {
        /// The standard.
        standard: Box<str>,
        /// The property.
        property: Box<str>,
    },
}

impl Requirements {
    /// The requirements that `document` states.
    ///
    /// # Errors
    /// [`RequirementsFault`].
    pub fn of(document: &Entries) -> Result<Self, RequirementsFault> {
        let standards = document.of_class(STANDARD);
        let standards: Vec<_> = standards
            .map(|(address, properties)| Standard::of(document, address, properties))
            .collect::<Result<_, _>>()?;
        if standards.is_empty() {
            return Err(RequirementsFault::Nothing);
        }
        Ok(Self(standards))
    }

    /// Everything in `catalog` that does not meet the standard to which it says that it conforms.
    #[must_use]
    pub fn check(&self, catalog: &Entries) -> Vec<Objection> {
        let mut objections = Vec::new();
        for standard in &self.0 {
            let mut is_named = false;
            for (entry, properties) in catalog.entries() {
                let named = properties.get(dcterms::CONFORMS_TO.as_str());
                if named.is_some_and(|named| named.contains(&standard.address)) {
                    is_named = true;
                    let found = standard.check(catalog, properties);
                    objections.extend(found.map(|(property, matter)| Objection {
                        entry: Some(entry.into()),
                        property,
                        matter,
                        remedy: "write what the standard has, or leave it out of `conforms_to`",
                        is_warning: false,
                    }));
                }
            }
            if !is_named {
                objections.push(Objection {
                    entry: None,
                    property: None,
                    matter: format!("no entry conforms to {}", standard.address),
                    remedy: "name it in `conforms_to` of what is to meet it, octet for octet",
                    is_warning: true,
                });
            }
        }
        objections
    }
}

impl Standard {
    fn of(
        document: &Entries,
        address: &str,
        properties: &Properties,
    ) -> Result<Self, RequirementsFault> {
        let standard = || Box::from(address);
        if is_blank(address) {
            return Err(RequirementsFault::Nameless {
                standard: standard(),
                property: dcterms::CONFORMS_TO.as_str().into(),
            });
        }
        let types = properties.get(REQUIRED_TYPE).cloned().unwrap_or_default();
        if types.is_empty() {
            return Err(RequirementsFault::Untyped {
                standard: standard(),
            });
        }
        let values = required(document, properties);
        if values.is_empty() {
            return Err(RequirementsFault::Unsaid {
                standard: standard(),
            });
        }
        let mut each = values.iter();
        if let Some((property, _)) = each.find(|(_, values)| values.iter().any(|one| is_blank(one)))
        {
            return Err(RequirementsFault::Nameless {
                standard: standard(),
                property: property.clone(),
            });
        }
        Ok(Self {
            address: standard(),
            types,
            modifiers: modifiers(address, properties, &values)?,
            values,
        })
    }

    /// Faults of the entry `properties` by this standard, each with its property where one is meant.
    fn check(
        &self,
        catalog: &Entries,
        properties: &Properties,
    ) -> impl Iterator<Item = (Option<Box<str>>, String)> {
        let nothing = BTreeSet::new();
        let classes = properties.get(rdf::TYPE.as_str()).unwrap_or(&nothing);
        let missing = self.types.difference(classes).next();
        let of_type = missing.map(|class| {
            let matter = format!("it is no {class}, for which the standard is");
            (None, matter)
        });
        let named = self.values.keys().chain(self.modifiers.keys());
        let named: BTreeSet<_> = named.collect();
        let of_values = named.into_iter().filter_map(move |property| {
            let required = self.values.get(property).cloned().unwrap_or_default();
            let actual = catalog.values(properties, property);
            let modifier = self.modifiers.get(property).copied();
            let fault = judge(modifier, &required, &actual)?;
            Some((Some(property.clone()), format!("{property} {fault}")))
        });
        of_type.into_iter().chain(of_values)
    }
}

/// The values that the nodes of required metadata have, by their properties.
fn required(document: &Entries, properties: &Properties) -> Properties {
    let nodes = properties.get(REQUIRED_METADATA).into_iter().flatten();
    let mut values = Properties::new();
    for (property, required) in nodes.filter_map(|node| document.get(node)).flatten() {
        let values = values.entry(property.clone()).or_default();
        values.extend(required.iter().cloned());
    }
    values.remove(rdf::TYPE.as_str());
    values
}

/// The modifiers of the standard `address`. A term that is nearly one is none that may be passed over: what it was meant to
/// ask for would be asked of nobody.
fn modifiers(
    address: &str,
    properties: &Properties,
    values: &Properties,
) -> Result<BTreeMap<Box<str>, Modifier>, RequirementsFault> {
    let mut modifiers = BTreeMap::new();
    for (term, modified) in properties {
        let name = term.strip_prefix(ib1::NAMESPACE);
        let Some(name) = name.filter(|name| name.starts_with("require")) else {
            continue;
        };
        if [REQUIRED_TYPE, REQUIRED_METADATA].contains(&&**term) {
            continue;
        }
        let standard = address.into();
        let mut known = Modifier::NAMED.into_iter();
        let Some((_, modifier)) = known.find(|(known, _)| *known == name) else {
            let term = term.clone();
            return Err(RequirementsFault::UnknownModifier { standard, term });
        };
        for property in modified.iter().cloned() {
            if modifier.needs_values() && !values.contains_key(&property) {
                return Err(RequirementsFault::Valueless { standard, property });
            }
            if modifiers.insert(property.clone(), modifier).is_some() {
                return Err(RequirementsFault::Contradiction { standard, property });
            }
        }
    }
    Ok(modifiers)
}

const STANDARD: &str = "https://registry.trust.ib1.org/ns/1.0#SchemeCatalogRequirements";
const REQUIRED_METADATA: &str = "https://registry.trust.ib1.org/ns/1.0#requiredMetadata";
const REQUIRED_TYPE: &str = "https://registry.trust.ib1.org/ns/1.0#requiredType";

#[cfg(test)]
mod tests;
