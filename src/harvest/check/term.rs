//! Terms of the trust framework in one spelling: its specification prescribes full addresses in one namespace, and its
//! own examples have others (CON-23, CON-24).

/// `property` in the namespace that is prescribed.
pub(super) fn property(property: &str) -> Box<str> {
    let mut misspelt = MISSPELT.iter();
    if let Some((_, right)) = misspelt.find(|(wrong, _)| *wrong == property) {
        return (*right).into();
    }
    match local_name(property) {
        Some(name) => format!("{NAMESPACE}{name}").into(),
        None => property.into(),
    }
}

/// `value` of `property`, which is prescribed: classes and levels by their full addresses.
pub(super) fn value(property: &str, value: &str) -> Box<str> {
    let name = local_name(value).unwrap_or(value);
    match property.strip_prefix(NAMESPACE) {
        Some("sensitivityClass") if is_class(name) => format!("{CLASSES}{name}").into(),
        Some("datasetAssurance") => match level(value) {
            Some(level) => format!("{LEVELS}{level}").into(),
            None => value.into(),
        },
        // Properties and classes may be values themselves, as those of modifiers.
        _ => self::property(value),
    }
}

/// The name after a namespace of the trust framework.
fn local_name(address: &str) -> Option<&str> {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    let is_registry = host.ends_with("ib1.org") && host.contains("registry");
    let rest = path
        .strip_prefix("ns/1.0")
        .or_else(|| path.strip_prefix("ns/ib1"))?;
    let name = rest.trim_start_matches(['/', '#']);
    (is_registry && !name.is_empty()).then_some(name)
}

fn is_class(name: &str) -> bool {
    ["IB1-C", "IB1-O", "IB1-SA", "IB1-SB", "IB1-SP"].contains(&name)
}

/// The generic level that `value` means, in any of its spellings.
fn level(value: &str) -> Option<u8> {
    let name = local_name(value).or_else(|| {
        let root = "https://registry.trust.ib1.org/";
        let rest = value.strip_prefix(root)?;
        let kinds = ["dataset-assurance-level/", "assurance-level/"];
        kinds.iter().find_map(|kind| rest.strip_prefix(kind))
    });
    let name = name.unwrap_or(value);
    let name = name.strip_prefix("IB1-").unwrap_or(name);
    let name = name.strip_prefix("Assurance").unwrap_or(name);
    let level = name.strip_prefix("Level")?.parse().ok()?;
    (1..=4).contains(&level).then_some(level)
}

/// Terms as the registry and the examples of the specification have them, and as they are prescribed.
const MISSPELT: [(&str, &str); 2] = [
    (
        "http://purl.org/dc/terms/licence",
        "http://purl.org/dc/terms/license",
    ),
    (
        "http://www.w3.org/ns/dcat#heartbeatDescription",
        "https://registry.trust.ib1.org/ns/1.0#heartbeatDescription",
    ),
];

const NAMESPACE: &str = "https://registry.trust.ib1.org/ns/1.0#";
const CLASSES: &str = "https://registry.trust.ib1.org/sensitivity-class/";
const LEVELS: &str = "https://registry.trust.ib1.org/dataset-assurance-level/Level";

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: CON-23
    #[test]
    fn every_namespace_that_the_ecosystem_has_used_is_read_as_the_one_that_is_prescribed() {
        for namespace in [
            "https://registry.trust.ib1.org/ns/1.0#",
            "https://registry.core.trust.ib1.org/ns/1.0#",
            "http://registry.ib1.org/ns/1.0/#",
            "http://registry.ib1.org/ns/1.0/",
            "https://registry.core.trust.ib1.org/ns/ib1#",
        ] {
            let found = property(&format!("{namespace}scheme"));
            assert_eq!(&*found, "https://registry.trust.ib1.org/ns/1.0#scheme");
        }
        for other in [
            "https://registry.evil.example/ns/1.0#scheme",
            "https://directory.ib1.org/ns/1.0#scheme",
            "https://registry.trust.ib1.org/ns/1.0#",
            "http://purl.org/dc/terms/title",
        ] {
            assert_eq!(&*property(other), other);
        }
    }

    /// Rows: CON-23
    #[test]
    fn terms_that_the_registry_itself_spells_otherwise_are_read_as_they_are_prescribed() {
        for (wrong, right) in MISSPELT {
            assert_eq!((&*property(wrong), &*property(right)), (right, right));
        }
    }

    /// Rows: CON-24
    #[test]
    fn classes_and_levels_are_read_in_every_spelling() {
        let class = format!("{NAMESPACE}sensitivityClass");
        for text in [
            "https://registry.trust.ib1.org/sensitivity-class/IB1-SA",
            "https://registry.core.trust.ib1.org/ns/1.0#IB1-SA",
            "IB1-SA",
        ] {
            let found = value(&class, text);
            assert_eq!(
                &*found,
                "https://registry.trust.ib1.org/sensitivity-class/IB1-SA"
            );
        }
        assert_eq!(&*value(&class, "IB1-XX"), "IB1-XX");
        let assurance = format!("{NAMESPACE}datasetAssurance");
        for text in [
            "https://registry.trust.ib1.org/dataset-assurance-level/Level2",
            "https://registry.trust.ib1.org/assurance-level/Level2",
            "https://registry.trust.ib1.org/assurance-level/IB1-Level2",
            "https://registry.core.trust.ib1.org/ns/1.0#AssuranceLevel2",
            "Level2",
        ] {
            let found = value(&assurance, text);
            assert_eq!(
                &*found,
                "https://registry.trust.ib1.org/dataset-assurance-level/Level2"
            );
        }
        let own = "https://registry.example/levels/Level2";
        assert_eq!(&*value(&assurance, own), own);
    }
}
