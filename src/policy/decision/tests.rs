//! The rule that holds is the nearest, and lets in whom it names.

use super::*;
use crate::policy::{Class, Names, NotAnId};

const NOW: Timestamp = Timestamp::from_seconds(1_768_478_400);

fn listed(datasets: &[(&str, &str, Class)], publish: Publish) -> Result<Policy, PolicyError> {
    let datasets: Vec<_> = datasets
        .iter()
        .map(|&(name, scope, class)| DatasetRule {
            name: name.into(),
            scope: Scope::parse(scope).unwrap(),
            class,
        })
        .collect();
    let defaults = Defaults {
        publish,
        scope: Scope::parse("read").unwrap(),
        class: Class::SharedA,
    };
    Policy::new(&datasets, &defaults)
}

fn policy(datasets: &[(&str, &str, Class)]) -> Policy {
    listed(datasets, Publish::All).unwrap()
}

fn token(scope: &str) -> BoundToken {
    BoundToken::for_test(Some("bank"), None, scope)
}

fn id(text: &str) -> CollectionId {
    CollectionId::parse(text).unwrap()
}

fn clause(class: Class, scope: &str) -> Clause {
    Clause::new(class, Scope::parse(scope).unwrap(), Conditions::default()).unwrap()
}

fn publish(policy: Policy, name: &str, clauses: &[Clause]) -> Policy {
    bounded(policy, name, clauses, &Publishers::default()).0
}

fn bounded(
    policy: Policy,
    name: &str,
    clauses: &[Clause],
    publishers: &Publishers,
) -> (Policy, Vec<Withheld>) {
    let published = Published {
        id: &id(name),
        group: None,
        clauses,
    };
    policy.publish([published], publishers)
}

/// Rows: BRR-17, FAPI1-B-5
#[test]
fn rfc6749_3_3_scope_is_compared_by_case_and_without_order() {
    let policy = policy(&[("tidy", "a:b c", Class::SharedA)]);
    for scope in ["a:b c", "c x a:b"] {
        assert!(
            policy.decide(&token(scope), &id("tidy"), NOW).is_ok(),
            "{scope}"
        );
    }
    for scope in ["", "a:b", "A:B c", "a:bc"] {
        assert!(
            policy.decide(&token(scope), &id("tidy"), NOW).is_err(),
            "{scope}"
        );
    }
}

#[test]
fn what_is_not_listed_has_the_defaults_where_all_is_published_and_no_rule_where_not() {
    let all = policy(&[("tidy", "", Class::SharedA)]);
    let permit = all.decide(&token("read"), &id("other"), NOW).unwrap();
    assert_eq!(permit.collection(), &id("other"));
    assert_eq!(permit.rule(), "defaults");
    assert!(all.decide(&token(""), &id("other"), NOW).is_err());
    assert!(all.decide(&token(""), &id("tidy"), NOW).is_ok());

    let described = listed(&[("tidy", "", Class::SharedA)], Publish::Described).unwrap();
    assert!(described.decide(&token(""), &id("tidy"), NOW).is_ok());
    assert_eq!(
        described
            .decide(&token("read"), &id("other"), NOW)
            .unwrap_err(),
        Denied::NotPublished {
            collection: id("other")
        }
    );
    assert!(described.open(&id("other")).is_none());
}

#[test]
fn nothing_unknown_is_open_unless_all_is_published() {
    let open = |publish| {
        let defaults = Defaults {
            publish,
            class: Class::Open,
            scope: Scope::default(),
        };
        Policy::new(&[], &defaults).unwrap()
    };
    assert!(open(Publish::All).open(&id("other")).is_some());
    assert!(open(Publish::Described).open(&id("other")).is_none());
}

#[test]
fn a_rule_for_the_perils_holds_for_each_that_has_none_of_its_own() {
    let policy = policy(&[
        ("perils", "p", Class::SharedA),
        ("hail", "h", Class::SharedA),
    ]);
    assert!(policy.decide(&token("p"), &id("wind"), NOW).is_ok());
    assert!(policy.decide(&token("p"), &id("hail"), NOW).is_err());
    assert!(policy.decide(&token("h"), &id("hail"), NOW).is_ok());
    for file in ["wind.csv", "perils.csv", "Wind"] {
        assert!(
            policy.decide(&token("p"), &id(file), NOW).is_err(),
            "{file}"
        );
    }
}

#[test]
fn perils_are_published_by_their_import_and_have_the_defaults_without_a_rule() {
    let described = listed(&[], Publish::Described).unwrap();
    for peril in ["wind", "perils"] {
        let permit = described.decide(&token("read"), &id(peril), NOW).unwrap();
        assert_eq!(permit.rule(), "defaults");
    }
}

#[test]
fn the_configuration_stands_before_a_description_and_that_before_the_defaults() {
    let own = [clause(Class::SharedA, "theirs")];
    let policy = policy(&[
        ("tidy", "ours", Class::SharedA),
        ("perils", "p", Class::SharedA),
    ]);
    let policy = publish(policy, "tidy", &own);
    let policy = publish(policy, "smart", &own);
    let policy = publish(policy, "plain", &[]);
    let group = id("perils");
    let hail = Published {
        id: &id("hail"),
        group: Some(&group),
        clauses: &own,
    };
    let (policy, _) = policy.publish([hail], &Publishers::default());
    for (collection, scope, rule) in [
        ("tidy", "ours", "dataset tidy"),
        ("smart", "theirs", "description of smart"),
        ("plain", "read", "defaults"),
        ("hail", "p", "dataset perils"),
    ] {
        let permit = policy.decide(&token(scope), &id(collection), NOW).unwrap();
        assert_eq!(permit.rule(), rule);
        let other = policy.decide(&token("other"), &id(collection), NOW);
        assert!(other.is_err(), "{collection}");
    }
}

#[test]
fn any_one_clause_that_holds_grants_and_a_refusal_names_the_nearest() {
    let clauses = [
        clause(Class::SharedB, "a b c"),
        clause(Class::SharedA, "d e"),
    ];
    let policy = publish(listed(&[], Publish::Described).unwrap(), "smart", &clauses);
    for scope in ["a b c", "d e", "a b c d e"] {
        assert!(
            policy.decide(&token(scope), &id("smart"), NOW).is_ok(),
            "{scope}"
        );
    }
    for (scope, nearest) in [("", "d e"), ("a b", "a b c"), ("d", "d e"), ("b e", "d e")] {
        let denied = policy.decide(&token(scope), &id("smart"), NOW).unwrap_err();
        let expected = Denied::InsufficientScope {
            rule: "description of smart".into(),
            needed: Scope::parse(nearest).unwrap(),
        };
        assert_eq!(denied, expected, "{scope}");
    }
    assert!(policy.open(&id("smart")).is_none());
    let clauses = [clauses[0].clone(), clause(Class::Open, "")];
    let policy = publish(policy, "smart", &clauses);
    assert!(policy.open(&id("smart")).is_some());
}

#[test]
fn what_publishers_may_not_choose_withholds_their_collection() {
    let chosen = [clause(Class::SharedA, "s"), clause(Class::Open, "")];
    let bounds = |may_choose_rules, classes: &[Class]| Publishers {
        may_choose_rules,
        classes: classes.to_vec(),
    };
    for (publishers, clause) in [
        (bounds(false, &[Class::Open, Class::SharedA]), None),
        (bounds(true, &[Class::SharedA]), Some(chosen[1].clone())),
        (bounds(true, &[]), Some(chosen[0].clone())),
    ] {
        let (withholding, withheld) = bounded(policy(&[]), "smart", &chosen, &publishers);
        let id = id("smart");
        assert!(withholding.open(&id).is_none());
        let denied = withholding.decide(&token("read s"), &id, NOW).unwrap_err();
        assert!(matches!(denied, Denied::NotPublished { .. }));
        assert_eq!(withheld, [Withheld { id, clause }]);

        // The operator's own rule needs nobody's leave, and a description without a rule chooses nothing.
        let own = policy(&[("smart", "", Class::SharedA)]);
        let (own, withheld) = bounded(own, "smart", &chosen, &publishers);
        assert!(own.decide(&token(""), &self::id("smart"), NOW).is_ok() && withheld.is_empty());
        let (without, withheld) = bounded(policy(&[]), "smart", &[], &publishers);
        let permit = without.decide(&token("read"), &self::id("smart"), NOW);
        assert!(permit.is_ok() && withheld.is_empty());
    }
    let all = bounds(true, &[Class::Open, Class::SharedA]);
    let (chosen, withheld) = bounded(policy(&[]), "smart", &chosen, &all);
    assert!(chosen.open(&id("smart")).is_some() && withheld.is_empty());
}

/// Rows: OE-CLS-3
#[test]
fn oe_cls_2_only_open_data_is_permitted_without_a_token() {
    let policy = policy(&[("tidy", "", Class::Open), ("shared", "", Class::SharedB)]);
    let open = policy.open(&id("tidy")).unwrap();
    assert_eq!(open.collection(), &id("tidy"));
    for closed in ["shared", "other"] {
        assert!(policy.open(&id(closed)).is_none(), "{closed}");
    }
}

#[test]
fn rules_that_contradict_are_a_fault() {
    let refused = |rules: &[_]| listed(rules, Publish::All).unwrap_err();
    let twice = [("tidy", "", Class::Open), ("tidy", "", Class::SharedA)];
    let expected = PolicyError::ListedTwice {
        id: id("tidy"),
        first: 0,
        second: 1,
    };
    assert_eq!(refused(&twice), expected);

    let nameless = [("tidy", "", Class::Open), ("/tidy", "", Class::Open)];
    let expected = PolicyError::NotAnId {
        name: "/tidy".into(),
        index: 1,
        reason: NotAnId::Character('/'),
    };
    assert_eq!(refused(&nameless), expected);

    let both = [("tidy", "", Class::Open), ("smart", "s", Class::Open)];
    let expected = PolicyError::OpenWithDemands {
        index: Some(1),
        reason: OpenWithDemands,
    };
    assert_eq!(refused(&both), expected);
    let defaults = Defaults {
        publish: Publish::All,
        scope: Scope::parse("s").unwrap(),
        class: Class::Open,
    };
    let expected = PolicyError::OpenWithDemands {
        index: None,
        reason: OpenWithDemands,
    };
    assert_eq!(Policy::new(&[], &defaults).unwrap_err(), expected);
}

/// Rows: ACL-12
#[test]
fn of_several_clauses_any_one_that_holds_grants_and_the_nearest_is_told() {
    let approved = Conditions {
        is_approved: true,
        ..Conditions::default()
    };
    let with = |scope: &str, conditions: &Conditions| {
        let scope = Scope::parse(scope).unwrap();
        Clause::new(Class::SharedA, scope, conditions.clone()).unwrap()
    };
    let clauses = [with("a b", &Conditions::default()), with("a", &approved)];
    let policy = publish(policy(&[]), "smart", &clauses);
    let approving = policy.clone().with_lists(Lists {
        approved: Names::of_lines("bank"),
        ..Lists::default()
    });
    let smart = id("smart");
    assert!(policy.decide(&token("a b"), &smart, NOW).is_ok());
    assert!(approving.decide(&token("a"), &smart, NOW).is_ok());
    let denied = policy.decide(&token("a"), &smart, NOW).unwrap_err();
    let expected = Denied::InsufficientScope {
        rule: "description of smart".into(),
        needed: Scope::parse("a b").unwrap(),
    };
    assert_eq!(denied, expected);
    let alone = publish(listed(&[], Publish::All).unwrap(), "smart", &clauses[1..]);
    let denied = alone.decide(&token("a"), &smart, NOW).unwrap_err();
    let said =
        "description of smart does not let it in: the data provider has not approved this client";
    assert_eq!(denied.to_string(), said);
    assert!(matches!(denied, Denied::Conditions { needed: None, .. }));
}

/// Rows: IB1-TOK-2
#[test]
fn the_scope_that_is_needed_has_the_licence_where_only_one_will_do() {
    let clause = |scope: &str, licences: &[&str]| {
        let licences = licences.iter().map(|licence| Box::from(*licence));
        let conditions = Conditions {
            licences: licences.collect(),
            ..Conditions::default()
        };
        Clause::new(Class::SharedA, Scope::parse(scope).unwrap(), conditions).unwrap()
    };
    for (scope, licences, held, needed) in [
        ("", &["https://l/1"][..], "", "https://l/1"),
        ("a", &["https://l/1"], "", "a https://l/1"),
        ("a", &["https://l/1"], "https://l/1", "a https://l/1"),
        ("a", &["https://l/1"], "a https://l/2", "a https://l/1"),
        ("a", &["https://l/1", "https://l/2"], "", "a"),
        ("", &["https://l/a b"], "", ""),
    ] {
        let policy = publish(policy(&[]), "smart", &[clause(scope, licences)]);
        let denied = policy.decide(&token(held), &id("smart"), NOW).unwrap_err();
        let (Denied::InsufficientScope { needed: found, .. }
        | Denied::Conditions {
            needed: Some(found),
            ..
        }) = denied
        else {
            panic!("{denied}");
        };
        assert_eq!(found, Scope::parse(needed).unwrap(), "{scope} {held}");
    }
}

#[test]
fn who_is_blocked_gets_what_is_open_and_nothing_else() {
    let open = [("tidy", "", Class::Open), ("shared", "", Class::SharedA)];
    for (blocked, is_let_in) in [
        ("bank", false),
        ("org-bank", false),
        ("Bank", true),
        ("", true),
    ] {
        let policy = policy(&open).with_lists(Lists {
            blocked: Names::of_lines(blocked),
            ..Lists::default()
        });
        let token = BoundToken::for_test(Some("bank"), Some("org-bank"), "read");
        assert!(policy.open(&id("tidy")).is_some());
        assert!(policy.decide(&token, &id("tidy"), NOW).is_ok());
        for shared in ["shared", "other"] {
            let decided = policy.decide(&token, &id(shared), NOW);
            assert_eq!(decided.is_ok(), is_let_in, "{blocked} {shared}");
            if let Err(denied) = decided {
                assert_eq!(
                    denied,
                    Denied::Blocked {
                        name: blocked.into()
                    }
                );
            }
        }
    }
}
