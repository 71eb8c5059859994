//! Signatures of revocation lists: the CA that made them, the algorithm, and lists that were changed.

use proptest::prelude::*;

use super::*;
use crate::caller::{
    Unsigned,
    tests::{lists::ECDSA_WITH_SHA256, mint::shared},
};

const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];

/// Rows: PKIX-9
#[test]
fn rfc5280_7_1_a_list_and_its_issuer_are_brought_together_by_name_and_not_by_bytes() {
    for (tag, name) in [
        (0x0c, "directory CA"),
        (0x13, "directory CA"),
        (0x16, "Directory ca"),
        (0x0c, "  DIRECTORY   CA "),
    ] {
        let root = Ca::root("directory CA", |_| ());
        let mut parts = Parts::of(&root);
        parts.issuer = common_name(tag, name.as_bytes());
        parts.entries = vec![entry(&[6], &[])];
        let callers = callers(&[&root], vec![parts.signed_by(&root)]);
        let numbered = |number: u64| root.leaf(|params| params.serial_number = Some(number.into()));
        assert_eq!(verify(&callers, &numbered(5)).err(), None, "{name}");
        let refused = verify(&callers, &numbered(6)).unwrap_err();
        assert!(
            matches!(refused, Refused::Revoked { .. }),
            "{name}: {refused}"
        );
    }
    let other = Case::with(|parts| parts.issuer = common_name(0x0c, b"root 2"));
    assert_eq!(reason(&other.root, other.list()), Some(Unsigned::NoSuchCa));
}

/// Reason why the list counts as signed by nobody; then its issuer's certificates are refused.
fn reason(root: &Ca, list: Vec<u8>) -> Option<Unsigned> {
    let callers = callers(&[root], vec![list]);
    let reason = callers.lists().iter().next().unwrap().unsigned().cloned();
    let refused = verify(&callers, &root.leaf(|_| ())).err();
    let is_unknown = matches!(refused, Some(Refused::RevocationUnknown { .. }));
    assert_eq!(is_unknown, reason.is_some());
    reason
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_1_1_2_the_algorithm_is_known_and_the_one_that_is_signed() {
    let sequence_of = |content: &[u8]| sequence(&[oid(content)]);
    let sha1 = sequence_of(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]);
    let case = Case::with(|parts| parts.algorithms = [sha1.clone(), sha1.clone()]);
    let weak = reason(&case.root, case.list()).unwrap().to_string();
    assert!(
        weak.contains("1.2.840.10045.4.1") && weak.contains("not accepted"),
        "{weak}"
    );
    let case = Case::with(|parts| parts.algorithms[0] = sha1);
    assert_eq!(case.fault(), Fault::AlgorithmsDiffer);
    // Another hash than the one that is declared.
    let sha384 = sequence_of(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]);
    let case = Case::with(|parts| parts.algorithms = [sha384.clone(), sha384]);
    assert_eq!(reason(&case.root, case.list()), Some(Unsigned::OtherKey));
    let rsa = sequence_of(SHA256_WITH_RSA);
    let case = Case::with(|parts| parts.algorithms = [rsa.clone(), rsa]);
    assert_eq!(reason(&case.root, case.list()), Some(Unsigned::KeyKind));
    let with_null = sequence(&[oid(ECDSA_WITH_SHA256), vec![5, 0]]);
    let case = Case::with(|parts| parts.algorithms = [with_null.clone(), with_null]);
    assert_eq!(reason(&case.root, case.list()), None);
}

/// Rows: PKIX-9
#[test]
fn rfc4055_5_rsa_signatures_of_lists_have_null_or_no_parameters() {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let root = Ca::root_with(key.unwrap(), "root", |_| ());
    let with = |parameters: &[u8]| {
        let algorithm = sequence(&[oid(SHA256_WITH_RSA), parameters.to_vec()]);
        let mut parts = Parts::of(&root);
        parts.algorithms = [algorithm.clone(), algorithm];
        reason(&root, parts.signed_by(&root))
    };
    assert_eq!(with(&[5, 0]), None);
    assert_eq!(with(&[]), None);
    assert!(matches!(with(&[0x30, 0]), Some(Unsigned::Algorithm { .. })));
}

/// Rows: PKIX-9
#[test]
fn not_signed_by_a_ca_of_the_anchors_is_said_only_where_that_is_the_reason() {
    let is_said = |reason: &Unsigned| {
        let said = reason.to_string();
        said.contains("is not signed by a CA of consumers.trust_anchors")
    };
    let case = Case::new();
    let stranger = Ca::root("stranger", |_| ());
    let namesake = Ca::root("root", |_| ());
    for (ca, expected) in [
        (&stranger, Unsigned::NoSuchCa),
        (&namesake, Unsigned::OtherKey),
    ] {
        let reason = reason(&case.root, Parts::of(ca).signed_by(ca));
        assert_eq!(reason.as_ref(), Some(&expected));
        assert!(is_said(&expected));
    }
    // The list names the CA's key, and so something happened to it on the way.
    let list = case.root.list(&[6], |_| ());
    let mut damaged = list.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(reason(&case.root, list), None);
    assert_eq!(reason(&case.root, damaged), Some(Unsigned::Damaged));
    assert!(!is_said(&Unsigned::Damaged));
    assert_eq!(Unsigned::Damaged.remedy(), "fetch it again");
    let may_not = Ca::root("root", |params| {
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    });
    let mut parts = Parts::of(&may_not);
    parts.entries = vec![entry(&[6], &[])];
    let reason = reason(&may_not, parts.signed_by(&may_not));
    assert_eq!(reason, Some(Unsigned::MayNotSign));
    assert!(!is_said(&Unsigned::MayNotSign));
}

/// Rows: PKIX-9
#[test]
fn a_list_with_any_byte_changed_is_refused_or_signed_by_nobody() {
    let case = Case::with(|parts| {
        parts.extensions = vec![extension(20, false, &[2, 1, 7])];
    });
    let good = case.list();
    for at in 0..good.len() {
        for bit in [1, 0x80] {
            let mut changed = good.clone();
            changed[at] ^= bit;
            if let Ok(lists) = read_lists(&case.root.anchors(), &[changed]) {
                assert!(lists.iter().all(|list| !list.is_verified()), "{at} {bit}");
            }
        }
        assert!(read_lists(&case.root.anchors(), &[good[..at].to_vec()]).is_err());
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_are_no_list(bytes: Vec<u8>, is_sequence: bool) {
        let anchors = shared().0.anchors();
        let file = if is_sequence { element(0x30, &bytes) } else { bytes };
        prop_assert!(read_lists(&anchors, &[file]).is_err());
    }
}
