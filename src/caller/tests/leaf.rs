//! The client's own certificate must say what it is for.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension,
    ExtendedKeyUsagePurpose::{Any, ClientAuth, EmailProtection, ServerAuth},
    IsCa, KeyPair,
    KeyUsagePurpose::{ContentCommitment, DigitalSignature, KeyEncipherment},
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519,
};

use super::{
    Ca,
    mint::{DAY, date, later, verify, verify_at},
};
use crate::caller::CertificateRefused as Refused;

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
            &[1, 3, 6, 1, 4, 1, 62329, 1, 1][..],
            "1.3.6.1.4.1.62329.1.1",
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
