//! Scheme Catalog Requirements (IB1 Data Catalog Records 1.0): the values that a conforming entry has, as sets, each with
//! the modifier that its property has.

use std::collections::{BTreeMap, BTreeSet};

use oxrdf::vocab::rdf;

use super::{
    Objection,
    graph::{Entries, Properties},
};
use crate::harvest::vocabulary::{dcterms, ib1};

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

/// Meaning of the required values of a property.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Modifier {
    /// The property must not be there.
    AbsenceOf,
    /// Every value is there, and others may be.
    AllAndAllowAdditional,
    /// Exactly one of the values is there, and no other.
    AnyOneOf,
    /// Some value is there.
    AnyValue,
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
    /// No standard in the file.
    #[error("there is no ib1:SchemeCatalogRequirements in it")]
    Nothing,
    /// A standard that is for no class of entries.
    #[error("{standard} has no ib1:requiredType")]
    Untyped {
        /// The standard.
        standard: Box<str>,
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
                    objections.extend(found.map(|matter| Objection {
                        entry: Some(entry.into()),
                        matter,
                        remedy: "write what the standard has, or leave it out of `conforms_to`",
                        is_warning: false,
                    }));
                }
            }
            if !is_named {
                objections.push(Objection {
                    entry: None,
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
        let named = |name: &str| {
            let values = properties.get(&*format!("{}{name}", ib1::NAMESPACE));
            values.cloned().unwrap_or_default()
        };
        let types = named("requiredType");
        if types.is_empty() {
            let standard = address.into();
            return Err(RequirementsFault::Untyped { standard });
        }
        let mut values = Properties::new();
        for node in named("requiredMetadata") {
            for (property, required) in document.get(&node).into_iter().flatten() {
                let values = values.entry(property.clone()).or_default();
                values.extend(required.iter().cloned());
            }
        }
        values.remove(rdf::TYPE.as_str());
        let mut modifiers = BTreeMap::new();
        for (name, modifier) in MODIFIERS {
            for property in named(name) {
                if modifiers.insert(property.clone(), modifier).is_some() {
                    return Err(RequirementsFault::Contradiction {
                        standard: address.into(),
                        property,
                    });
                }
            }
        }
        Ok(Self {
            address: address.into(),
            types,
            values,
            modifiers,
        })
    }

    /// Faults of the entry `properties` by this standard.
    fn check<'s>(
        &'s self,
        catalog: &'s Entries,
        properties: &'s Properties,
    ) -> impl Iterator<Item = String> {
        let nothing = BTreeSet::new();
        let classes = properties
            .get(rdf::TYPE.as_str())
            .unwrap_or(&nothing)
            .clone();
        let missing = self.types.difference(&classes).next().cloned();
        let of_type = missing.map(|class| format!("it is no {class}, for which the standard is"));
        let properties_named = self.values.keys().chain(self.modifiers.keys());
        let properties_named: BTreeSet<_> = properties_named.collect();
        let of_values = properties_named.into_iter().filter_map(move |property| {
            let required = self.values.get(property).cloned().unwrap_or_default();
            let actual = catalog.values(properties, property);
            let modifier = self.modifiers.get(property).copied();
            let fault = judge(modifier, &required, &actual)?;
            Some(format!("{property} {fault}"))
        });
        of_type.into_iter().chain(of_values)
    }
}

/// The fault of `actual` where `required` is asked for.
fn judge(
    modifier: Option<Modifier>,
    required: &BTreeSet<Box<str>>,
    actual: &BTreeSet<Box<str>>,
) -> Option<String> {
    let lacks = || {
        let lacking: Vec<_> = required.difference(actual).map(AsRef::as_ref).collect();
        (!lacking.is_empty()).then(|| format!("lacks {}", lacking.join(", ")))
    };
    let exceeds = || {
        let beyond: Vec<_> = actual.difference(required).map(AsRef::as_ref).collect();
        (!beyond.is_empty()).then(|| format!("may not have {}", beyond.join(", ")))
    };
    match modifier {
        None => lacks().or_else(exceeds),
        Some(Modifier::AbsenceOf) => (!actual.is_empty()).then(|| "must not be there".to_owned()),
        Some(Modifier::AllAndAllowAdditional) => lacks(),
        Some(Modifier::AnyOneOf) => match actual.len() {
            1 => exceeds(),
            0 => Some("must be one of those that the standard has".to_owned()),
            _ => Some("must be exactly one of those that the standard has".to_owned()),
        },
        Some(Modifier::AnyValue) => actual.is_empty().then(|| "must be there".to_owned()),
    }
}

const STANDARD: &str = "https://registry.trust.ib1.org/ns/1.0#SchemeCatalogRequirements";

const MODIFIERS: [(&str, Modifier); 4] = [
    ("requireAbsenceOf", Modifier::AbsenceOf),
    (
        "requireAllAndAllowAdditional",
        Modifier::AllAndAllowAdditional,
    ),
    ("requireAnyOneOf", Modifier::AnyOneOf),
    ("requireAnyValue", Modifier::AnyValue),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PREFIXES: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n\
        @prefix dcterms: <http://purl.org/dc/terms/> .\n\
        @prefix ib1: <https://registry.core.trust.ib1.org/ns/1.0#> .\n\
        @prefix r: <https://r.example/role/> .\n";

    fn read(text: &str) -> Entries {
        let text = format!("{PREFIXES}{text}");
        Entries::read(Path::new("a.ttl"), text.as_bytes()).unwrap()
    }

    fn standard(modifiers: &str) -> String {
        format!(
            "<https://r.example/standard> a ib1:SchemeCatalogRequirements ;\n\
            ib1:requiredType dcat:DataService ;\n\
            ib1:requiredMetadata [ a ib1:RequiredMetadata ; ib1:sensitivityClass ib1:IB1-SA ;\n\
            ib1:roleRequiredToAccess r:a, r:b ] {modifiers} ."
        )
    }

    fn entry(statements: &str) -> String {
        format!(
            "<https://d.example/s> a dcat:DataService ; dcterms:conformsTo <https://r.example/standard> ;\n\
            ib1:sensitivityClass <https://registry.trust.ib1.org/sensitivity-class/IB1-SA> {statements} ."
        )
    }

    fn check(modifiers: &str, statements: &str) -> Vec<String> {
        let requirements = Requirements::of(&read(&standard(modifiers))).unwrap();
        let found = requirements.check(&read(&entry(statements)));
        found.iter().map(ToString::to_string).collect()
    }

    const ALL_AND_MORE: &str = "; ib1:requireAllAndAllowAdditional ib1:roleRequiredToAccess";
    const ONE: &str = "; ib1:requireAnyOneOf ib1:roleRequiredToAccess";
    const ANY: &str = "; ib1:requireAnyValue ib1:roleRequiredToAccess";
    const NONE: &str = "; ib1:requireAbsenceOf ib1:oauthIssuer";

    #[test]
    fn sets_of_values_are_judged_as_their_modifier_says() {
        let (a, b, c) = ("r:a", "r:b", "r:c");
        for (modifiers, roles, told) in [
            ("", &[a, b][..], None),
            ("", &[a], Some("lacks https://r.example/role/b")),
            (
                "",
                &[a, b, c],
                Some("may not have https://r.example/role/c"),
            ),
            (
                "",
                &[],
                Some("lacks https://r.example/role/a, https://r.example/role/b"),
            ),
            (ALL_AND_MORE, &[a, b, c], None),
            (
                ALL_AND_MORE,
                &[a, c],
                Some("lacks https://r.example/role/b"),
            ),
            (ONE, &[b], None),
            (ONE, &[a, b], Some("exactly one")),
            (ONE, &[c], Some("may not have")),
            (ONE, &[], Some("must be one of")),
            (ANY, &[c], None),
            (ANY, &[], Some("must be there")),
        ] {
            let each: Vec<_> = roles
                .iter()
                .map(|role| format!("; ib1:roleRequiredToAccess {role}"))
                .collect();
            let found = check(modifiers, &each.concat());
            match told {
                None => assert_eq!(found, [""; 0], "{modifiers} {roles:?}"),
                Some(told) => assert!(
                    found.len() == 1 && found[0].contains(told),
                    "{found:?} {roles:?}"
                ),
            }
        }
    }

    #[test]
    fn what_must_not_be_there_is_refused_and_its_absence_is_not() {
        let roles = "; ib1:roleRequiredToAccess r:a, r:b";
        assert_eq!(check(NONE, roles), [""; 0]);
        let with = format!("{roles} ; ib1:oauthIssuer <https://auth.example/>");
        assert!(check(NONE, &with)[0].contains("must not be there"));
    }

    #[test]
    fn an_entry_of_another_type_or_class_does_not_conform() {
        let requirements = Requirements::of(&read(&standard(""))).unwrap();
        let good = entry("; ib1:roleRequiredToAccess r:a, r:b");
        assert_eq!(requirements.check(&read(&good)), []);
        let dataset = good.replace("dcat:DataService", "dcat:Dataset");
        assert!(
            requirements.check(&read(&dataset))[0]
                .matter
                .contains("it is no")
        );
        let open = good.replace("IB1-SA", "IB1-O");
        assert!(requirements.check(&read(&open))[0].matter.contains("lacks"));
        // A standard that nobody names is told of.
        let other = good.replace("r.example/standard", "r.example/standard/");
        assert!(requirements.check(&read(&other))[0].is_warning);
    }

    #[test]
    fn a_document_that_contradicts_itself_or_says_nothing_is_refused() {
        let of = |text: &str| Requirements::of(&read(text)).unwrap_err();
        assert_eq!(of(""), RequirementsFault::Nothing);
        let both = standard(&format!("{ONE} {ANY}"));
        assert!(matches!(of(&both), RequirementsFault::Contradiction { .. }));
        let untyped = standard("").replace("ib1:requiredType dcat:DataService ;", "");
        assert!(matches!(of(&untyped), RequirementsFault::Untyped { .. }));
    }
}
