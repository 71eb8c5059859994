//! Requirements of a scheme, met and missed.

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
const ONE_OR_MORE: &str = "; ib1:requireOneOrMoreOf ib1:roleRequiredToAccess";
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
        (ONE_OR_MORE, &[a], None),
        (ONE_OR_MORE, &[a, b], None),
        (
            ONE_OR_MORE,
            &[a, c],
            Some("may not have https://r.example/role/c"),
        ),
        (ONE_OR_MORE, &[], Some("must be one or more of")),
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

#[test]
fn requirements_that_would_be_asked_of_nobody_are_refused() {
    type IsFault = fn(&RequirementsFault) -> bool;
    let good = standard(ALL_AND_MORE);
    assert!(Requirements::of(&read(&good)).is_ok());
    let cases: [(&str, &str, IsFault); 7] = [
        (
            "requireAllAndAllowAdditional",
            "requireAtLeast",
            |fault| matches!(fault, RequirementsFault::UnknownModifier { term, .. } if term.ends_with("#requireAtLeast")),
        ),
        ("ib1:requiredMetadata [", "ib1:requireMetadata [", |fault| {
            matches!(fault, RequirementsFault::Unsaid { .. })
        }),
        (
            "ib1:requiredMetadata [",
            "ib1:requiredMetadata <https://r.example/elsewhere> ; dcat:x [",
            |fault| matches!(fault, RequirementsFault::Unsaid { .. }),
        ),
        (
            "Additional ib1:roleRequiredToAccess",
            "Additional ib1:scheme",
            |fault| matches!(fault, RequirementsFault::Valueless { property, .. } if property.ends_with("#scheme")),
        ),
        (
            "r:a, r:b",
            "r:a, [ ib1:x r:b ]",
            |fault| matches!(fault, RequirementsFault::Nameless { property, .. } if property.ends_with("Access")),
        ),
        // A circle of blank nodes is walked by nobody.
        (
            "[ a ib1:RequiredMetadata",
            "_:b . _:b ib1:scheme _:b ; ib1:x [ a ib1:RequiredMetadata",
            |fault| matches!(fault, RequirementsFault::Nameless { .. }),
        ),
        (
            "<https://r.example/standard>",
            "[]",
            |fault| matches!(fault, RequirementsFault::Nameless { standard, .. } if standard.starts_with("_:")),
        ),
    ];
    for (from, to, is_fault) in cases {
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "{from}");
        let fault = Requirements::of(&read(&broken)).unwrap_err();
        assert!(is_fault(&fault), "{to}: {fault}");
    }
}

#[test]
fn terms_as_the_registry_writes_them_are_those_of_a_record() {
    let asked = standard("").replace(
        "ib1:sensitivityClass ib1:IB1-SA",
        "dcterms:licence <https://r.example/l> ; dcat:heartbeatDescription <https://r.example/h>",
    );
    let requirements = Requirements::of(&read(&asked)).unwrap();
    let written = entry(
        "; ib1:roleRequiredToAccess r:a, r:b ; dcterms:license <https://r.example/l> ;\n\
        ib1:heartbeatDescription <https://r.example/h>",
    );
    assert_eq!(requirements.check(&read(&written)), []);
    let without = written.replace("; dcterms:license <https://r.example/l>", "");
    assert!(
        requirements.check(&read(&without))[0]
            .matter
            .contains("lacks https://r.example/l")
    );
}
