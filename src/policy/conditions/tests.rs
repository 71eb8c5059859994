use super::*;
use crate::{
    caller::Membership,
    token::{Decimal, Facts},
};

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const READER: &str = "https://registry.example/role/reader";
const OPEN_LICENCE: &str = "https://registry.example/licence/open";
const OTHER_LICENCE: &str = "https://registry.example/licence/other";

fn names(names: &[&str]) -> Names {
    names.iter().map(|name| Box::from(*name)).collect()
}

fn lists() -> Lists {
    Lists {
        approved: names(&["bank"]),
        licence_prefixes: names(&["https://registry.example/licence/"]),
        ..Lists::default()
    }
}

/// All conditions, each of which holds for [`Somebody::default`].
fn conditions() -> Conditions {
    Conditions {
        roles: names(&["https://registry.example/role/writer", READER]),
        licences: names(&[OPEN_LICENCE]),
        members: names(&["https://directory.example/member/1"]),
        applications: names(&["https://directory.example/application/2"]),
        clients: names(&["bank", "insurer"]),
        organisations: names(&["org-bank"]),
        blocked: names(&["thief"]),
        from: Some(Timestamp::from_seconds(1_000)),
        until: Some(Timestamp::from_seconds(1_001)),
        is_approved: true,
        facts: [
            ("verified".into(), Fact::Boolean(true)),
            ("level".into(), Fact::Number(Decimal::from(2))),
        ]
        .into(),
    }
}

struct Somebody {
    scope: String,
    client: Option<&'static str>,
    organisation: Option<&'static str>,
    membership: Membership,
    facts: Vec<(&'static str, Fact)>,
    now: Timestamp,
}

impl Default for Somebody {
    fn default() -> Self {
        Self {
            scope: format!("read {OPEN_LICENCE}"),
            client: Some("bank"),
            organisation: Some("org-bank"),
            membership: Membership::supposed(
                &[READER],
                Some("https://directory.example/member/1"),
                Some("https://directory.example/application/2"),
            ),
            facts: vec![
                ("verified", Fact::Boolean(true)),
                ("level", Fact::Number(Decimal::parse("2.0").unwrap())),
                ("sub", Fact::Text("account".into())),
            ],
            now: NOW,
        }
    }
}

impl Somebody {
    fn lacks(&self, conditions: &Conditions) -> Vec<String> {
        let scope = Scope::parse(&self.scope).unwrap();
        let facts: Facts = self
            .facts
            .iter()
            .map(|(name, fact)| (Box::from(*name), fact.clone()))
            .collect();
        let applicant = Applicant {
            scope: &scope,
            client: self.client,
            organisation: self.organisation,
            membership: &self.membership,
            facts: &facts,
            now: self.now,
        };
        let lists = lists();
        let unmet = conditions.unmet(&applicant, &lists);
        let unmet: Vec<_> = unmet.map(|unmet| unmet.to_string()).collect();
        assert_eq!(unmet.is_empty(), conditions.hold(&applicant, &lists));
        unmet
    }
}

/// Rows: ACL-1, ACL-2, ACL-4, ACL-7, ACL-10, ACL-11, ACL-18, IB1-ID-2, IB1-TOK-2, IB1-RBAC-1
#[test]
fn all_conditions_hold_for_whom_they_name_and_one_broken_is_told() {
    type Break = fn(&mut Somebody);
    let cases: [(Break, &str); 22] = [
        (|_| (), ""),
        (
            |one| one.membership = with_roles(&["https://registry.example/role/reader/"]),
            "certificate must hold",
        ),
        (
            |one| one.membership = with_roles(&["https://sandbox.registry.example/role/reader"]),
            "certificate must hold",
        ),
        (
            |one| one.membership = with_roles(&[]),
            "certificate must hold",
        ),
        (|one| one.scope = "read".into(), "exactly one licence"),
        (
            |one| one.scope = OTHER_LICENCE.into(),
            "exactly one licence",
        ),
        (
            |one| one.scope = format!("{OPEN_LICENCE} {OTHER_LICENCE}"),
            "exactly one licence",
        ),
        (|one| one.client = Some("Insurer"), "certain clients"),
        (|one| one.client = None, "certain clients"),
        (|one| one.client = Some("insurer"), "has not approved"),
        (|one| one.organisation = None, "certain organisations"),
        (
            |one| {
                one.membership = Membership::supposed(
                    &[READER],
                    None,
                    Some("https://directory.example/application/2"),
                );
            },
            "certain members",
        ),
        (
            |one| {
                one.membership = Membership::supposed(
                    &[READER],
                    Some("https://directory.example/member/1"),
                    Some("https://directory.example/application/2/"),
                );
            },
            "certain applications",
        ),
        (
            |one| one.now = Timestamp::from_seconds(999),
            "from 1970-01-01T00:16:40Z on",
        ),
        (
            |one| one.now = Timestamp::from_seconds(1_001),
            "until 1970-01-01T00:16:41Z",
        ),
        (
            |one| one.facts[0].1 = Fact::Boolean(false),
            "assert verified",
        ),
        (
            |one| one.facts[0].1 = Fact::Text("true".into()),
            "assert verified",
        ),
        (|one| one.facts[0].0 = "VERIFIED", "assert verified"),
        (
            |one| one.facts[1].1 = Fact::Number(Decimal::parse("2.0000000000000000001").unwrap()),
            "assert level",
        ),
        (
            |one| one.facts[1].1 = Fact::Text("2".into()),
            "assert level",
        ),
        (
            |one| one.facts[2].1 = Fact::Text("thief".into()),
            "access was withdrawn",
        ),
        (|one| one.facts.clear(), "assert verified"),
    ];
    let conditions = conditions();
    for (change, told) in cases {
        let mut somebody = Somebody::default();
        change(&mut somebody);
        let lacks = somebody.lacks(&conditions);
        match told {
            "" => assert_eq!(lacks, [""; 0]),
            told => assert!(
                lacks.iter().any(|one| one.contains(told)),
                "{told}: {lacks:?}"
            ),
        }
    }
}

fn with_roles(roles: &[&str]) -> Membership {
    let Somebody { membership, .. } = Somebody::default();
    Membership::supposed(roles, membership.member(), membership.application())
}

#[test]
fn whoever_is_let_in_is_never_told_who_else_is() {
    let nobody = Somebody {
        scope: String::new(),
        client: None,
        organisation: None,
        membership: Membership::default(),
        facts: Vec::new(),
        now: NOW,
    };
    let told = nobody.lacks(&conditions()).join("; ");
    for name in ["bank", "insurer", "thief", "member/1", "application/2"] {
        assert!(!told.contains(name), "{told}");
    }
    assert!(told.contains(READER), "{told}");
}

#[test]
fn without_conditions_everybody_is_let_in() {
    let nobody = Somebody {
        client: None,
        facts: Vec::new(),
        ..Somebody::default()
    };
    assert_eq!(nobody.lacks(&Conditions::default()), [""; 0]);
    assert!(Conditions::default().is_empty() && !conditions().is_empty());
}

#[test]
fn demands_are_told_to_everyone_and_name_nobody() {
    let told = conditions().demands();
    assert_eq!(told.len(), 11, "{told:?}");
    let told = told.join("; ");
    for name in ["bank", "insurer", "thief", "member/1", "application/2"] {
        assert!(!told.contains(name), "{told}");
    }
    for demand in [
        READER,
        OPEN_LICENCE,
        "approve",
        "verified",
        "from 1970",
        "until 1970",
    ] {
        assert!(told.contains(demand), "{told}");
    }
    assert!(Conditions::default().demands().is_empty());
}
