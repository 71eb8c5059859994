//! The client's own certificate must say what it is for.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, DnValue,
    ExtendedKeyUsagePurpose::{Any, ClientAuth, EmailProtection, ServerAuth},
    IsCa, KeyPair,
    KeyUsagePurpose::{ContentCommitment, DigitalSignature, KeyEncipherment},
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
    PKCS_RSA_SHA256, RsaKeySize, SanType,
};

use super::{
    Ca,
    mint::{DAY, date, later, verify, verify_at},
};
use crate::caller::{CertificateRefused as Refused, KeyKind, LeafRules};

/// Refusal of the leaf that `adjust` makes.
fn refused(adjust: impl FnOnce(&mut CertificateParams)) -> Option<Refused> {
    let root = Ca::root("root", |_| ());
    verify(&root.callers(), &root.leaf(adjust)).err()
}

/// Rows: PKIX-2
#[test]
fn rfc5280_4_1_2_5_both_dates_belong_to_the_validity() {
    let root = Ca::root("root", |params| {
        params.not_before = date(-99 * DAY);
        params.not_after = date(99 * DAY);
    });
    let leaf = root.leaf(|params| {
        params.not_before = date(-DAY);
        params.not_after = date(DAY);
    });
    let (not_before, not_after) = (later(-DAY), later(DAY));
    // New callers each time, so that nothing is remembered.
    let at = |now| verify_at(&root.callers(), &leaf, now).err();
    assert_eq!(at(not_before), None);
    assert_eq!(at(not_after), None);
    let now = later(-DAY - 1);
    assert_eq!(at(now), Some(Refused::NotYetValid { not_before, now }));
    let now = later(DAY + 1);
    assert_eq!(at(now), Some(Refused::Expired { not_after, now }));
}

/// Rows: PKIX-3
#[test]
fn rfc5280_4_2_1_12_an_extended_key_usage_must_be_for_clients() {
    let cases = [
        (vec![], None),
        (vec![ClientAuth], None),
        (vec![ServerAuth, ClientAuth], None),
        (vec![Any], None),
        (vec![ServerAuth, Any], None),
        (vec![ServerAuth], Some(Refused::Purpose)),
        (vec![ServerAuth, EmailProtection], Some(Refused::Purpose)),
    ];
    for (purposes, expected) in cases {
        let found = refused(|params| params.extended_key_usages.clone_from(&purposes));
        assert_eq!(found, expected, "{purposes:?}");
    }
    let empty = CustomExtension::from_oid_content(&[2, 5, 29, 37], vec![0x30, 0]);
    let found = refused(|params| {
        params.extended_key_usages = vec![];
        params.custom_extensions = vec![empty];
    });
    assert_eq!(found, Some(Refused::Purpose));
}

/// Rows: PKIX-4
#[test]
fn rfc5280_4_2_1_9_a_ca_certificate_is_not_a_clients() {
    let is = |is_ca| refused(|params| params.is_ca = is_ca);
    assert_eq!(is(IsCa::NoCa), None);
    assert_eq!(is(IsCa::ExplicitNoCa), None);
    assert_eq!(
        is(IsCa::Ca(BasicConstraints::Unconstrained)),
        Some(Refused::CaAsClient)
    );
    assert_eq!(
        is(IsCa::Ca(BasicConstraints::Constrained(0))),
        Some(Refused::CaAsClient)
    );
}

/// Rows: PKIX-5
#[test]
fn rfc5280_4_2_1_3_key_usage_when_present_has_digital_signature() {
    let cases = [
        (vec![], None),
        (vec![DigitalSignature], None),
        (vec![KeyEncipherment, DigitalSignature], None),
        (vec![KeyEncipherment], Some(Refused::KeyUsage)),
        (vec![ContentCommitment], Some(Refused::KeyUsage)),
    ];
    for (usages, expected) in cases {
        assert_eq!(
            refused(|params| params.key_usages.clone_from(&usages)),
            expected,
            "{usages:?}"
        );
    }
    let garbage = CustomExtension::from_oid_content(&[2, 5, 29, 15], vec![4, 1, 0]);
    let found = refused(|params| {
        params.key_usages = vec![];
        params.custom_extensions = vec![garbage];
    });
    let extension = "keyUsage (2.5.29.15)".to_owned();
    assert_eq!(found, Some(Refused::ExtensionMalformed { extension }));
}

/// Rows: PKIX-6
#[test]
fn rfc5280_4_2_an_unknown_critical_extension_is_refused_and_another_ignored() {
    let unknown = |oid: &[u64], is_critical| {
        let mut extension = CustomExtension::from_oid_content(oid, vec![5, 0]);
        extension.set_criticality(is_critical);
        refused(|params| params.custom_extensions = vec![extension])
    };
    for (oid, name) in [
        (
            &[1, 3, 6, 1, 4, 1, 62329, 1, 9][..],
            "1.3.6.1.4.1.62329.1.9",
        ),
        (&[2, 5, 29, 99], "2.5.29.99"),
        (&[2, 5, 29, 18], "issuerAltName (2.5.29.18)"),
    ] {
        assert_eq!(unknown(oid, false), None, "{oid:?}");
        let extension = name.to_owned();
        let refused = Some(Refused::CriticalExtension { extension });
        assert_eq!(unknown(oid, true), refused, "{oid:?}");
    }
}

/// Rows: PKIX-6, IB1-ID-5
#[test]
fn ib1_an_extension_of_the_framework_that_is_critical_is_not_of_its_form() {
    for (arc, value) in [
        (1, roles().content().to_vec()),
        (2, utf8(APPLICATION)),
        (3, utf8(MEMBER)),
    ] {
        let with = |is_critical| {
            refused(|params| {
                let mut extension = stating(arc, value.clone());
                extension.set_criticality(is_critical);
                params.custom_extensions = vec![extension];
            })
        };
        assert_eq!(with(false), None, "{arc}");
        let extension = format!("1.3.6.1.4.1.62329.1.{arc}");
        assert_eq!(
            with(true),
            Some(Refused::CriticalExtension { extension }),
            "{arc}"
        );
    }
}

/// Rows: PKIX-6
#[test]
fn rfc5280_4_2_an_extension_that_is_repeated_is_refused() {
    let extension = || CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    let with = |extensions| refused(|params| params.custom_extensions = extensions);
    assert_eq!(with(vec![extension()]), None);
    assert_eq!(
        with(vec![extension(), extension()]),
        Some(Refused::ExtensionMalformed {
            extension: "1.2.3.4".to_owned()
        })
    );
}

/// Rows: PKIX-10
#[test]
fn only_p_256_and_p_384_of_the_curves_are_accepted() {
    let root = Ca::root("root", |_| ());
    let callers = root.callers();
    let unsupported = |oid: &str| {
        Some(Refused::KeyUnsupported {
            algorithm: oid.to_owned(),
        })
    };
    let cases = [
        (&PKCS_ECDSA_P256_SHA256, None),
        (&PKCS_ECDSA_P384_SHA384, None),
        (
            &PKCS_ECDSA_P521_SHA512,
            unsupported("secp521r1 (1.3.132.0.35)"),
        ),
        (&PKCS_ED25519, unsupported("ed25519 (1.3.101.112)")),
    ];
    for (algorithm, expected) in cases {
        let key = KeyPair::generate_for(algorithm).unwrap();
        assert_eq!(
            verify(&callers, &root.leaf_with(&key, |_| ())).err(),
            expected
        );
    }
}

const ROLE: &str = "https://r.example/a";
const MEMBER: &str = "https://directory.example.org/member/1";
const APPLICATION: &str = "https://directory.example.org/application/2";

fn utf8(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[0x0c, length], text.as_bytes()].concat()
}

fn stating(arc: u64, value: Vec<u8>) -> CustomExtension {
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 62329, 1, arc], value)
}

fn roles() -> CustomExtension {
    let roles = utf8(ROLE);
    let length = u8::try_from(roles.len()).unwrap();
    stating(1, [&[0x30, length], roles.as_slice()].concat())
}

/// Rows: IB1-ID-2, IB1-ID-3, IB1-ID-4, CON-12
#[test]
fn a_certificate_names_its_member_and_application_in_either_layout() {
    let uri = |text: &str| SanType::URI(text.try_into().unwrap());
    let dns = || SanType::DnsName("other.example".try_into().unwrap());
    let (member, application) = (
        || stating(3, utf8(MEMBER)),
        || stating(2, utf8(APPLICATION)),
    );
    let found = |extensions: Vec<CustomExtension>, names: Vec<SanType>| {
        let root = Ca::root("root", |_| ());
        let leaf = root.leaf(|params| {
            params.custom_extensions = extensions;
            params.subject_alt_names = names;
        });
        let caller = verify(&root.callers(), &leaf)?;
        let membership = caller.facts().membership();
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        Ok((
            membership.roles().to_vec(),
            owned(membership.member()),
            owned(membership.application()),
        ))
    };
    let both = Ok((
        vec![Box::from(ROLE)],
        Some(MEMBER.to_owned()),
        Some(APPLICATION.to_owned()),
    ));
    assert_eq!(
        found(vec![roles(), member()], vec![dns(), uri(APPLICATION)]),
        both
    );
    assert_eq!(found(vec![roles(), application()], vec![uri(MEMBER)]), both);
    assert_eq!(
        found(
            vec![roles(), member(), application()],
            vec![uri(APPLICATION)]
        ),
        both
    );
    for names in [
        vec![uri(MEMBER)],
        vec![dns()],
        vec![uri(APPLICATION), uri(MEMBER)],
    ] {
        let two = found(vec![member(), application()], names);
        assert_eq!(two, Err(Refused::TwoApplications));
    }
    let none = Ok((Vec::new(), None, None));
    assert_eq!(found(Vec::new(), vec![dns()]), none);
    assert_eq!(found(Vec::new(), vec![uri(MEMBER), uri(APPLICATION)]), none);
}

/// Rows: IB1-ID-5
#[test]
fn a_membership_that_cannot_be_read_refuses_the_certificate() {
    let with =
        |extension: CustomExtension| refused(|params| params.custom_extensions = vec![extension]);
    assert_eq!(with(roles()), None);
    for (arc, name) in [(1, "roles"), (2, "application"), (3, "member")] {
        for value in [
            vec![],
            vec![0x13, 1, b'a'],
            vec![0x0c, 1, b'a', 0],
            vec![0x30, 0],
            vec![0x0c, 0],
            vec![0x0c, 1, b'\n'],
        ] {
            let extension = format!("1.3.6.1.4.1.62329.1.{arc} ({name})");
            let found = with(stating(arc, value.clone()));
            assert_eq!(
                found,
                Some(Refused::ExtensionMalformed { extension }),
                "{value:?}"
            );
        }
    }
}

/// Rows: IB1-TLS-1
#[test]
fn ib1_tls_1_a_key_of_a_kind_that_is_not_configured_and_a_wildcard_are_refused() {
    let root = Ca::root("root", |_| ());
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let [p256, p384] = [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384]
        .map(|algorithm| KeyPair::generate_for(algorithm).unwrap());
    let by = |keys: &[KeyKind], wildcards, leaf: &_| {
        let keys = keys.to_vec();
        let callers = root
            .callers()
            .with_leaf_rules(LeafRules { keys, wildcards });
        verify(&callers, leaf).err()
    };
    let ecdsa = [KeyKind::P256, KeyKind::P384];
    for (key, kind) in [
        (&rsa, KeyKind::Rsa),
        (&p256, KeyKind::P256),
        (&p384, KeyKind::P384),
    ] {
        let leaf = root.leaf_with(key, |_| ());
        assert_eq!(verify(&root.callers(), &leaf).err(), None, "{kind}");
        assert_eq!(by(&[kind], true, &leaf), None);
        let others: Vec<_> = KeyKind::ALL
            .iter()
            .copied()
            .filter(|one| *one != kind)
            .collect();
        let refused = Some(Refused::KeyNotAllowed { kind });
        assert_eq!(by(&others, true, &leaf), refused);
        assert_eq!(by(&ecdsa, true, &leaf).is_none(), kind != KeyKind::Rsa);
    }
    for (name, is_wildcard) in [
        ("a.example.org", false),
        ("*.example.org", true),
        ("a*.example.org", true),
    ] {
        let leaf = root.leaf(|params| {
            params.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())];
        });
        let refused = is_wildcard.then_some(Refused::Wildcard);
        assert_eq!(by(&ecdsa, false, &leaf), refused, "{name}");
        assert_eq!(by(&ecdsa, true, &leaf), None, "{name}");
    }
    let in_utf_16 = |name: &str| DnValue::BmpString(name.try_into().unwrap());
    for (name, is_wildcard) in [
        (DnValue::from("a.example.org"), false),
        (DnValue::from("*.example.org"), true),
        (DnValue::from("Five * Energy"), false),
        (in_utf_16("a.example.org"), false),
        (in_utf_16("*.example.org"), true),
    ] {
        let leaf = root.leaf(|params| {
            let name = name.clone();
            params.distinguished_name.push(DnType::CommonName, name);
        });
        let refused = is_wildcard.then_some(Refused::Wildcard);
        assert_eq!(by(&ecdsa, false, &leaf), refused, "CN={name:?}");
        assert_eq!(by(&ecdsa, true, &leaf), None, "CN={name:?}");
    }
}
