//! The path to a trust anchor.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P384_SHA384,
    PKCS_ECDSA_P521_SHA512, PKCS_ED25519, SanType,
};

use super::{
    Ca,
    mint::{DAY, NOW, callers, date, later, verify, verify_at},
};
use crate::caller::{CertificateRefused as Refused, KeyRefused, Unusable};

fn unknown(issuer: &str) -> Refused {
    Refused::UnknownIssuer {
        issuer: format!("CN={issuer}"),
    }
}

/// Rows: PKIX-1, MTLS-9
#[test]
fn rfc5280_6_1_only_a_path_to_a_configured_root_is_good() {
    let (root, other) = (Ca::root("root", |_| ()), Ca::root("other", |_| ()));
    let intermediate = root.intermediate("intermediate", |_| ());
    let callers = callers(&[&root, &intermediate], vec![]);
    assert!(verify(&callers, &root.leaf(|_| ())).is_ok());
    assert!(verify(&callers, &intermediate.leaf(|_| ())).is_ok());
    assert_eq!(
        verify(&callers, &other.leaf(|_| ())).unwrap_err(),
        unknown("other")
    );
    let absent = root.intermediate("absent", |_| ());
    assert_eq!(
        verify(&callers, &absent.leaf(|_| ())).unwrap_err(),
        unknown("absent")
    );
    // Its name is the root's, its key is not.
    let impostor = Ca::root("root", |_| ());
    assert_eq!(
        verify(&callers, &impostor.leaf(|_| ())).unwrap_err(),
        Refused::Signature
    );
    // Self-signed, and nobody's issuer.
    let own = Ca::root("own", |params| params.is_ca = IsCa::NoCa);
    assert!(verify(&callers, own.issuer.der()).is_err());
}

/// Rows: PKIX-1
#[test]
fn an_intermediate_is_not_trusted_for_standing_in_the_bundle() {
    let (root, other) = (Ca::root("root", |_| ()), Ca::root("other", |_| ()));
    let intermediate = other.intermediate("intermediate", |_| ());
    let leaf = intermediate.leaf(|_| ());
    let without = callers(&[&root, &intermediate], vec![]);
    assert_eq!(
        verify(&without, &leaf).unwrap_err(),
        unknown("intermediate")
    );
    assert!(verify(&callers(&[&root, &other, &intermediate], vec![]), &leaf).is_ok());
}

/// Rows: PKIX-2
#[test]
fn every_issuer_is_within_its_dates_and_the_anchor_too() {
    let until =
        |days: i64| move |params: &mut CertificateParams| params.not_after = date(days * DAY);
    let root = Ca::root("root", until(2));
    let intermediate = root.intermediate("intermediate", until(1));
    let leaf = intermediate.leaf(|_| ());
    let callers = callers(&[&root, &intermediate], vec![]);
    // In this order the verdict of the first is remembered for the others.
    assert!(verify_at(&callers, &leaf, NOW).is_ok());
    assert!(verify_at(&callers, &leaf, later(DAY)).is_ok());
    let refused = verify_at(&callers, &leaf, later(DAY + 1)).unwrap_err();
    assert!(
        matches!(refused, Refused::IssuerOutOfDate { issuer, .. } if issuer == "CN=intermediate")
    );

    let direct = root.leaf(|_| ());
    assert!(verify_at(&callers, &direct, later(2 * DAY)).is_ok());
    let refused = verify_at(&callers, &direct, later(2 * DAY + 1)).unwrap_err();
    assert!(matches!(refused, Refused::IssuerOutOfDate { issuer, .. } if issuer == "CN=root"));
    let young = Ca::root("young", |params| params.not_before = date(1));
    let refused = verify(&young.callers(), &young.leaf(|_| ())).unwrap_err();
    assert!(matches!(refused, Refused::IssuerOutOfDate { issuer, .. } if issuer == "CN=young"));
}

/// Rows: PKIX-2
#[test]
fn a_renewed_root_of_the_same_key_takes_over_from_the_expired_one() {
    let key = KeyPair::generate().unwrap();
    let copy = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let old = Ca::root_with(key, "root", |params| params.not_after = date(-DAY));
    let new = Ca::root_with(copy, "root", |_| ());
    let leaf = new.leaf(|_| ());
    assert!(verify(&old.callers(), &leaf).is_err());
    assert!(verify(&callers(&[&old, &new], vec![]), &leaf).is_ok());
    assert!(verify(&callers(&[&new, &old], vec![]), &leaf).is_ok());
}

/// Rows: PKIX-4
#[test]
fn rfc5280_4_2_1_9_issuers_are_cas_and_keep_their_path_lengths() {
    let at_most = |length| {
        move |params: &mut CertificateParams| {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
        }
    };
    // The lengths of the root and of the first of two intermediates.
    for (root_length, first_length, expected) in [
        (2, 1, None),
        (1, 1, Some(Refused::PathTooLong)),
        (2, 0, Some(Refused::PathTooLong)),
    ] {
        let root = Ca::root("root", at_most(root_length));
        let first = root.intermediate("first", at_most(first_length));
        let second = first.intermediate("second", |_| ());
        let callers = callers(&[&root, &first, &second], vec![]);
        assert_eq!(verify(&callers, &second.leaf(|_| ())).err(), expected);
    }
    let root = Ca::root("root", |_| ());
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let client = root.intermediate("client", |params| params.is_ca = is_ca);
        let refused = verify(&callers(&[&root, &client], vec![]), &client.leaf(|_| ()));
        let issuer = "CN=client".to_owned();
        assert_eq!(refused.unwrap_err(), Refused::IssuerNotCa { issuer });
        let anchor = Ca::root("anchor", |params| params.is_ca = is_ca);
        let issuer = "CN=anchor".to_owned();
        let refused = verify(&anchor.callers(), &anchor.leaf(|_| ())).unwrap_err();
        assert_eq!(refused, Refused::IssuerNotCa { issuer });
    }
}

/// Rows: PKIX-5
#[test]
fn rfc5280_4_2_1_3_issuers_with_key_usage_have_key_cert_sign() {
    let (crl, cert) = (KeyUsagePurpose::CrlSign, KeyUsagePurpose::KeyCertSign);
    for (usages, is_good) in [(vec![], true), (vec![cert], true), (vec![crl], false)] {
        let root = Ca::root("root", |_| ());
        let named = |params: &mut CertificateParams| params.key_usages.clone_from(&usages);
        let intermediate = root.intermediate("intermediate", named);
        let anchor = Ca::root("anchor", named);
        let below = verify(
            &callers(&[&root, &intermediate], vec![]),
            &intermediate.leaf(|_| ()),
        );
        let direct = verify(&anchor.callers(), &anchor.leaf(|_| ()));
        for (refused, name) in [(below.err(), "intermediate"), (direct.err(), "anchor")] {
            let issuer = format!("CN={name}");
            assert_eq!(
                refused,
                (!is_good).then_some(Refused::IssuerMayNotSign { issuer })
            );
        }
    }
}

/// Rows: PKIX-3, PKIX-6
#[test]
fn an_intermediate_is_judged_by_its_extensions_as_well() {
    let root = Ca::root("root", |_| ());
    let with = |adjust: &dyn Fn(&mut CertificateParams)| {
        let intermediate = root.intermediate("intermediate", adjust);
        verify(
            &callers(&[&root, &intermediate], vec![]),
            &intermediate.leaf(|_| ()),
        )
        .err()
    };
    let purposes = |purposes: &[ExtendedKeyUsagePurpose]| {
        with(&|params| params.extended_key_usages = purposes.to_vec())
    };
    let (server, client) = (
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    );
    assert_eq!(purposes(&[server.clone(), client]), None);
    let unusable = |reason| {
        let issuer = "CN=intermediate".to_owned();
        Some(Refused::IssuerUnusable { issuer, reason })
    };
    assert_eq!(purposes(&[server]), unusable(Unusable::Purpose));
    let unknown = |is_critical| {
        with(&|params| {
            let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
            extension.set_criticality(is_critical);
            params.custom_extensions = vec![extension];
        })
    };
    assert_eq!(unknown(false), None);
    let extension = "1.2.3".to_owned();
    assert_eq!(
        unknown(true),
        unusable(Unusable::CriticalExtension { extension })
    );
}

/// Rows: PKIX-10
#[test]
fn issuers_sign_with_rsa_p_256_or_p_384_and_nothing_else() {
    for (algorithm, kind) in [
        (&PKCS_ECDSA_P384_SHA384, None),
        (&PKCS_ECDSA_P521_SHA512, Some("secp521r1 (1.3.132.0.35)")),
        (&PKCS_ED25519, Some("ed25519 (1.3.101.112)")),
    ] {
        let expected = |issuer: &str| {
            let algorithm = kind?.to_owned();
            let reason = KeyRefused::Unsupported { algorithm };
            let reason = Unusable::Key { reason };
            let issuer = issuer.to_owned();
            Some(Refused::IssuerUnusable { issuer, reason })
        };
        let key = || KeyPair::generate_for(algorithm).unwrap();
        let root = Ca::root_with(key(), "root", |_| ());
        let direct = verify(&root.callers(), &root.leaf(|_| ())).err();
        assert_eq!(direct, expected("CN=root"));
        let good = Ca::root("good", |_| ());
        let intermediate = good.intermediate_with(key(), "intermediate", |_| ());
        let callers = callers(&[&good, &intermediate], vec![]);
        let below = verify(&callers, &intermediate.leaf(|_| ())).err();
        assert_eq!(below, expected("CN=intermediate"));
    }
}

/// Refusal of a leaf with the alternative names `names` below constraints of an issuer.
fn constrained(constrain: &dyn Fn(&mut CertificateParams), names: &[SanType]) -> Option<Refused> {
    let give = |params: &mut CertificateParams| params.subject_alt_names = names.to_vec();
    let anchor = Ca::root("anchor", constrain);
    let direct = verify(&anchor.callers(), &anchor.leaf(give)).err();
    let root = Ca::root("root", |_| ());
    let intermediate = root.intermediate("intermediate", constrain);
    let below = verify(
        &callers(&[&root, &intermediate], vec![]),
        &intermediate.leaf(give),
    )
    .err();
    assert_eq!(
        direct, below,
        "an anchor constrains as an intermediate does"
    );
    below
}

/// Rows: PKIX-7
#[test]
fn rfc5280_4_2_1_10_dns_names_keep_to_the_constraints() {
    let dns = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let tree = || vec![GeneralSubtree::DnsName("example.org".to_owned())];
    let only = NameConstraints {
        permitted_subtrees: tree(),
        excluded_subtrees: vec![],
    };
    let none = NameConstraints {
        permitted_subtrees: vec![],
        excluded_subtrees: tree(),
    };
    let cases = [
        (&only, dns("a.example.org"), None),
        (&only, dns("a.example.com"), Some(Refused::NameConstraint)),
        (&none, dns("a.example.com"), None),
        (&none, dns("a.example.org"), Some(Refused::NameConstraint)),
    ];
    for (constraints, name, expected) in cases {
        let constrain = |params: &mut CertificateParams| {
            params.name_constraints = Some(constraints.clone());
        };
        assert_eq!(constrained(&constrain, &[name]), expected);
    }
}

/// Rows: PKIX-7
#[test]
fn rfc5280_4_2_1_10_constraints_on_uris_and_addresses_refuse_such_names() {
    // NameConstraints of one subtree: 0xa0 permitted or 0xa1 excluded; 0x86 a URI, 0x81 an address.
    let constrain = |subtrees: u8, kind: u8| {
        move |params: &mut CertificateParams| {
            let host = b"example.org";
            let head = [0x30, 17, subtrees, 15, 0x30, 13, kind, 11];
            let bytes = [&head[..], host].concat();
            let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 30], bytes);
            extension.set_criticality(true);
            params.custom_extensions = vec![extension];
        }
    };
    let uri = || SanType::URI("https://example.org/a".try_into().unwrap());
    let address = || SanType::Rfc822Name("a@example.org".try_into().unwrap());
    for subtrees in [0xa0, 0xa1] {
        let (uris, addresses) = (constrain(subtrees, 0x86), constrain(subtrees, 0x81));
        assert_eq!(constrained(&uris, &[uri()]), Some(Refused::NameConstraint));
        assert_eq!(
            constrained(&addresses, &[address()]),
            Some(Refused::NameConstraint)
        );
        assert_eq!(constrained(&uris, &[address()]), None);
        assert_eq!(constrained(&addresses, &[uri()]), None);

        let root = Ca::root("root", addresses);
        let with_email = root.leaf(|params| {
            let email = DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]);
            params.distinguished_name.push(email, "a@example.com");
        });
        let refused = verify(&root.callers(), &with_email).unwrap_err();
        assert_eq!(refused, Refused::NameConstraint);
        let free = Ca::root("free", uris);
        assert!(verify(&free.callers(), &free.leaf(|_| ())).is_ok());
    }
}

/// Rows: MTLS-10
#[test]
fn cross_signed_cas_in_circles_end_in_a_refusal_or_a_path() {
    let key = || KeyPair::generate().unwrap();
    let root = Ca::root("root", |_| ());
    let (left, right) = (key(), key());
    let again = |key: &KeyPair| KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let left_by_root = root.intermediate_with(again(&left), "left", |_| ());
    let right_by_left = left_by_root.intermediate_with(again(&right), "right", |_| ());
    let left_by_right = right_by_left.intermediate_with(left, "left", |_| ());
    let leaf = left_by_right.leaf(|_| ());
    let bundle = [&root, &left_by_right, &right_by_left];
    assert!(verify(&callers(&bundle, vec![]), &leaf).is_err());
    let bundle = [&root, &left_by_right, &right_by_left, &left_by_root];
    assert!(verify(&callers(&bundle, vec![]), &leaf).is_ok());
}
