//! Policies of certificates, and what a CA may demand of them.

use proptest::prelude::*;
use rcgen::{CertificateParams, CustomExtension};

use super::{
    Ca,
    forms::openssl_verifies,
    mint::{callers, verify},
};
use crate::caller::{
    CertificateRefused as Refused, Unusable,
    der::{self, OBJECT_IDENTIFIER, SEQUENCE},
};

/// Policies of a certificate of these tests; a policy is one of three, or 0 for `anyPolicy`.
#[derive(Clone, Debug, Default)]
struct Said {
    asserted: Option<Vec<u8>>,
    inhibit_any: Option<u8>,
    inhibit_mapping: Option<u8>,
    mappings: Vec<(u8, u8)>,
    require_explicit: Option<u8>,
}

const ANY: u8 = 0;

impl Said {
    fn asserting(policies: &[u8]) -> Self {
        Self {
            asserted: Some(policies.to_vec()),
            ..Self::default()
        }
    }

    fn requiring(self, certificates: u8) -> Self {
        Self {
            require_explicit: Some(certificates),
            ..self
        }
    }

    /// Puts the extensions into `params`, all of them critical.
    fn put(&self, params: &mut CertificateParams) {
        let mut add = |last: u64, content: Vec<u8>| {
            let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, last], content);
            extension.set_criticality(true);
            params.custom_extensions.push(extension);
        };
        if let Some(asserted) = &self.asserted {
            let policies = asserted
                .iter()
                .map(|id| der::element(SEQUENCE, &policy(*id)));
            add(
                32,
                der::element(SEQUENCE, &policies.collect::<Vec<_>>().concat()),
            );
        }
        if !self.mappings.is_empty() {
            let mappings = self
                .mappings
                .iter()
                .map(|(from, to)| der::element(SEQUENCE, &[policy(*from), policy(*to)].concat()));
            add(
                33,
                der::element(SEQUENCE, &mappings.collect::<Vec<_>>().concat()),
            );
        }
        let constraints = [(0x80, self.require_explicit), (0x81, self.inhibit_mapping)];
        let constraints: Vec<u8> = constraints
            .iter()
            .filter_map(|(tag, count)| Some(der::element(*tag, &[(*count)?])))
            .flatten()
            .collect();
        if !constraints.is_empty() {
            add(36, der::element(SEQUENCE, &constraints));
        }
        if let Some(certificates) = self.inhibit_any {
            add(54, der::element(2, &[certificates]));
        }
    }
}

fn policy(id: u8) -> Vec<u8> {
    match id {
        ANY => der::element(OBJECT_IDENTIFIER, &[0x55, 0x1d, 0x20, 0]),
        id => der::element(OBJECT_IDENTIFIER, &[0x2a, 3, id]),
    }
}

/// Refusal of a client whose root, issuers from the top and certificate say this of policies.
fn refused(root: &Said, issuers: &[Said], client: &Said) -> Option<Refused> {
    let (bundle, leaf) = minted(root, issuers, client);
    let bundle: Vec<&Ca> = bundle.iter().collect();
    verify(&callers(&bundle, vec![]), &leaf).err()
}

fn minted(root: &Said, issuers: &[Said], client: &Said) -> (Vec<Ca>, Vec<u8>) {
    let mut bundle = vec![Ca::root("root", |params| root.put(params))];
    for (at, said) in issuers.iter().enumerate() {
        let above = bundle.last().unwrap();
        bundle.push(above.intermediate(&format!("ca {at}"), |params| said.put(params)));
    }
    let leaf = bundle.last().unwrap().leaf(|params| client.put(params));
    (bundle, leaf.to_vec())
}

/// Rows: PKIX-6
#[test]
fn rfc5280_6_1_critical_policies_refuse_nobody_when_no_ca_requires_one() {
    let silent = Said::default();
    for said in [
        Said::asserting(&[1, 2]),
        Said::asserting(&[ANY]),
        Said {
            inhibit_any: Some(0),
            inhibit_mapping: Some(0),
            ..Said::asserting(&[1])
        },
        Said {
            mappings: vec![(1, 2)],
            ..Said::asserting(&[1])
        },
    ] {
        assert_eq!(
            refused(&silent, std::slice::from_ref(&said), &silent),
            None,
            "{said:?}"
        );
        assert_eq!(refused(&said, &[], &silent), None, "{said:?}");
        let own = Said::asserting(&[3]);
        assert_eq!(
            refused(&silent, std::slice::from_ref(&said), &own),
            None,
            "{said:?}"
        );
    }
}

/// Rows: PKIX-6
#[test]
fn rfc5280_6_1_3_f_where_a_ca_requires_a_policy_one_must_hold_along_the_path() {
    let silent = Said::default();
    let asserting = Said::asserting;
    let missing = Some(Refused::PolicyRequired);
    let cases = [
        (asserting(&[1]).requiring(0), asserting(&[1]), None),
        (asserting(&[1, 2]).requiring(0), asserting(&[2, 3]), None),
        (asserting(&[ANY]).requiring(0), asserting(&[3]), None),
        (asserting(&[1]).requiring(0), asserting(&[ANY]), None),
        (
            asserting(&[1]).requiring(0),
            asserting(&[2]),
            missing.clone(),
        ),
        (
            asserting(&[1]).requiring(0),
            silent.clone(),
            missing.clone(),
        ),
        (
            silent.clone().requiring(0),
            asserting(&[1]),
            missing.clone(),
        ),
        // It is required from the second certificate below on, and there is but one.
        (silent.clone().requiring(2), silent.clone(), None),
        (
            Said {
                mappings: vec![(1, 2)],
                ..asserting(&[1]).requiring(0)
            },
            asserting(&[2]),
            None,
        ),
        (
            Said {
                mappings: vec![(1, 2)],
                ..asserting(&[1]).requiring(0)
            },
            asserting(&[1]),
            missing.clone(),
        ),
        (
            Said {
                inhibit_any: Some(0),
                ..asserting(&[1]).requiring(0)
            },
            asserting(&[ANY]),
            missing.clone(),
        ),
    ];
    for (ca, client, expected) in cases {
        assert_eq!(
            refused(&silent, std::slice::from_ref(&ca), &client),
            expected,
            "{ca:?} {client:?}"
        );
    }
    // A mapping does not bring back what inhibitAnyPolicy took away.
    let inhibiting = Said {
        inhibit_any: Some(0),
        ..asserting(&[2]).requiring(0)
    };
    let mapping = Said {
        mappings: vec![(2, 2)],
        ..asserting(&[ANY])
    };
    let found = refused(&silent, &[inhibiting, mapping], &asserting(&[2]));
    assert_eq!(found, missing);
    // A mapped policy goes on below a CA that asserts any.
    let mapping = Said {
        mappings: vec![(3, 2)],
        ..asserting(&[ANY])
    };
    let path = [asserting(&[3]), mapping, asserting(&[ANY])];
    for (policy, expected) in [(2, None), (3, missing.clone())] {
        let client = asserting(&[policy]).requiring(0);
        assert_eq!(refused(&silent, &path, &client), expected);
    }
    // What a root demands counts like what a CA demands.
    let root = silent.clone().requiring(0);
    assert_eq!(refused(&root, &[], &asserting(&[1])), None);
    assert_eq!(refused(&root, &[], &silent), missing);
}

/// Rows: PKIX-6
#[test]
fn policies_that_cannot_be_processed_are_refused_by_name() {
    let silent = Said::default();
    let any = Said {
        mappings: vec![(ANY, 1)],
        ..Said::asserting(&[ANY])
    };
    let issuer = "CN=ca 0".to_owned();
    let reason = Unusable::Policies;
    let expected = Refused::IssuerUnusable { issuer, reason };
    assert_eq!(refused(&silent, &[any], &silent), Some(expected));

    let with = |last: u64, content: Vec<u8>| {
        let root = Ca::root("root", |_| ());
        let ca = root.intermediate("ca", |params| {
            let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, last], content);
            extension.set_criticality(true);
            params.custom_extensions.push(extension);
        });
        verify(&callers(&[&root, &ca], vec![]), &ca.leaf(|_| ()))
            .unwrap_err()
            .to_string()
    };
    for (last, name) in [
        (32, "certificatePolicies (2.5.29.32)"),
        (33, "policyMappings (2.5.29.33)"),
        (36, "policyConstraints (2.5.29.36)"),
        (54, "inhibitAnyPolicy (2.5.29.54)"),
    ] {
        assert_eq!(
            with(last, vec![5, 0]),
            format!(
                "the issuer CN=ca cannot be used: its extension {name} is repeated or malformed"
            )
        );
    }
    // What is asserted and cannot be read is not asserted, which matters only where it is required.
    for (requiring, expected) in [(None, None), (Some(0), Some(Refused::PolicyRequired))] {
        let root = Ca::root("root", |params| {
            let said = Said {
                require_explicit: requiring,
                ..Said::default()
            };
            said.put(params);
        });
        let leaf = root.leaf(|params| {
            let unread = CustomExtension::from_oid_content(&[2, 5, 29, 32], vec![5, 0]);
            params.custom_extensions.push(unread);
        });
        assert_eq!(verify(&root.callers(), &leaf).err(), expected);
    }
    // A policy with a qualifier: 1.3.6.1.5.5.7.2.1 is a URI, 1.3.6.1.5.5.7.2.9 is unknown.
    let qualified = |last: u8| {
        let kind = [0x2b, 6, 1, 5, 5, 7, 2, last];
        let qualifier = [
            der::element(OBJECT_IDENTIFIER, &kind),
            der::element(0x16, b"https://a"),
        ];
        let qualifiers = der::element(SEQUENCE, &der::element(SEQUENCE, &qualifier.concat()));
        der::element(
            SEQUENCE,
            &der::element(SEQUENCE, &[policy(1), qualifiers].concat()),
        )
    };
    let root = Ca::root("root", |_| ());
    let verified = |last, is_critical| {
        let leaf = root.leaf(|params| {
            let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], qualified(last));
            extension.set_criticality(is_critical);
            params.custom_extensions.push(extension);
        });
        verify(&root.callers(), &leaf).err()
    };
    assert_eq!(verified(1, true), None);
    assert_eq!(verified(9, false), None);
    assert_eq!(verified(9, true), Some(Refused::Policies));
}

fn said() -> impl Strategy<Value = Said> {
    let policy = || 0_u8..4;
    let count = || prop::option::weighted(0.3, 0_u8..3);
    (
        prop::option::weighted(0.9, prop::collection::btree_set(policy(), 1..4)),
        count(),
        count(),
        prop::collection::vec((1_u8..4, 1_u8..4), 0..3),
        prop::option::weighted(0.5, 0_u8..3),
    )
        .prop_map(
            |(asserted, inhibit_any, inhibit_mapping, mappings, require_explicit)| Said {
                asserted: asserted.map(|policies| policies.into_iter().collect()),
                inhibit_any,
                inhibit_mapping,
                mappings,
                require_explicit,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows: PKIX-6
    #[test]
    fn rfc5280_6_1_policies_hold_where_openssl_finds_that_they_do(
        issuers in prop::collection::vec(said(), 1..4),
        client in said(),
    ) {
        let client = Said { mappings: vec![], inhibit_any: None, ..client };
        // Where a CA maps what it asserts by anyPolicy alone, OpenSSL lets the mapping bring back what
        // inhibitAnyPolicy took away, and loses the mapped policy below a CA that asserts anyPolicy too;
        // RFC 5280 §6.1.3 (d) does neither.
        let asserts_any = |said: &Said| said.asserted.iter().flatten().any(|id| *id == ANY);
        let maps_any = issuers.iter().position(|said| !said.mappings.is_empty() && asserts_any(said));
        let inhibits_any = issuers.iter().any(|said| said.inhibit_any.is_some());
        let any_below = |at: usize| issuers[at + 1..].iter().any(asserts_any);
        prop_assume!(maps_any.is_none_or(|at| !inhibits_any && !any_below(at)));
        let (bundle, leaf) = minted(&Said::default(), &issuers, &client);
        let ders: Vec<&[u8]> = bundle.iter().map(|ca| ca.issuer.der().as_ref()).collect();
        let expected = openssl_verifies(&ders, &leaf, &["-policy_check", "-policy", "2.5.29.32.0"]);
        let bundle: Vec<&Ca> = bundle.iter().collect();
        let found = verify(&callers(&bundle, vec![]), &leaf);
        prop_assert_eq!(found.is_ok(), expected, "{:?}", found.err());
    }
}
