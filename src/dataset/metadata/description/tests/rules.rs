//! Rules: their conditions, their classes and their bounds.

use super::*;

#[test]
fn a_rule_has_typed_conditions_and_one_that_cannot_be_read_leaves_no_rule() {
    let rule = |keys: &str| described(&format!("{SMALLEST}[[rule]]\n{keys}\n"));
    let whole = rule(
        "roles = [\"https://r.example/a\"]\nlicences = [\"https://r.example/l\"]\nmembers = [\"m\"]\n\
         applications = [\"a\"]\nclients = [\"b\", \"c\"]\norganisations = [\"o\"]\nblocked = [\"x\"]\n\
         from = 2026-01-31\nuntil = \"2027-01-31T12:00:00+01:00\"\napproved = true\n\
         facts = { verified = true, tier = \"gold\", level = 2, share = 0.50 }",
    );
    let rules = whole.unwrap().rules;
    let said = rules[0].clause.to_string();
    assert_eq!(
        said,
        "a token, in a role of https://r.example/a, under one licence of https://r.example/l, of the members m, \
         of the applications a, of the clients b, c, of the organisations o, and not of x, with the provider's approval, \
         with level = 2, with share = 0.5, with tier = \"gold\", with verified = true, from 2026-01-31T00:00:00Z, \
         until 2027-01-31T11:00:00Z (OE-SA)"
    );
    for broken in [
        "roles = []",
        "roles = \"a\"",
        "clients = [\"\"]",
        "licences = [\"a b\"]",
        "from = \"tomorrow\"",
        "from = 2026-01-31\nuntil = 2026-01-31",
        "approved = \"yes\"",
        "facts = { }",
        "facts = { list = [1] }",
        "facts = { number = nan }",
        "facts = true",
        "member = [\"m\"]",
        "class = \"OE-O\"\nclients = [\"bank\"]",
        "class = \"OE-O\"\napproved = true",
    ] {
        assert!(rule(broken).is_err(), "{broken}");
    }
    assert!(rule("approved = false").is_ok());
}

/// Rows: IB1-SEN-1, OE-CLS-1
#[test]
fn ib1_sen_1_classes_have_the_names_of_both_schemes_and_those_that_are_not_for_sharing_are_refused()
{
    let class = |name: &str| {
        let described = described(&format!("{SMALLEST}[[rule]]\nclass = \"{name}\"\n"));
        described.map(|described| described.rules[0].clause.class())
    };
    for (names, expected) in [
        (["OE-O", "IB1-O"], Class::Open),
        (["OE-SA", "IB1-SA"], Class::SharedA),
        (["OE-SB", "IB1-SB"], Class::SharedB),
    ] {
        for name in names {
            assert_eq!(class(name).unwrap(), expected, "{name}");
        }
    }
    for (name, is_known) in [
        ("OE-SP", true),
        ("OE-C", true),
        ("IB1-SP", true),
        ("IB1-C", true),
        ("IB1-P", false),
        ("ib1-o", false),
        ("SA", false),
        ("", false),
    ] {
        let said = format!("{:?}", class(name).unwrap_err());
        assert_eq!(said.contains("ClassNotShared"), is_known, "{name}: {said}");
    }
}

/// Rows: LIM-7
#[test]
fn lim_7_a_rule_has_at_most_64_conditions_and_256_names_in_a_list() {
    let facts = |number: usize| {
        let facts: Vec<_> = (0..number).map(|at| format!("fact_{at} = true")).collect();
        format!("facts = {{ {} }}\n", facts.join(", "))
    };
    let names = |number: usize| {
        let names: Vec<_> = (0..number).map(|at| format!("\"client-{at}\"")).collect();
        format!("clients = [{}]\n", names.join(", "))
    };
    for (conditions, is_good) in [
        (facts(64), true),
        (facts(65), false),
        (names(256), true),
        (names(257), false),
        (facts(63) + &names(256), true),
        (facts(64) + &names(1), false),
        (
            facts(60) + &names(1) + "approved = true\nfrom = 2026-01-01\nuntil = 2027-01-01\n",
            true,
        ),
        (
            facts(61) + &names(1) + "approved = true\nfrom = 2026-01-01\nuntil = 2027-01-01\n",
            false,
        ),
    ] {
        let text = format!("{SMALLEST}[[rule]]\n{conditions}");
        assert_eq!(described(&text).is_ok(), is_good, "{}", complaints(&text));
    }
}
