//! Revocation lists.

use std::time::Duration;

use rcgen::{
    CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, KeyPair, KeyUsagePurpose,
};
use rustls_pki_types::CertificateDer;

use super::{
    Ca,
    mint::{DAY, NOW, callers, callers_with_grace, date, later, read_lists, verify, verify_at},
};
use crate::caller::{Callers, CertificateRefused as Refused, RevocationList, Unsigned};

fn numbered(ca: &Ca, serial: u64) -> CertificateDer<'static> {
    ca.leaf(|params| params.serial_number = Some(serial.into()))
}

fn revoked(serial: &str, list: &str) -> Refused {
    Refused::Revoked {
        serial: serial.to_owned(),
        list: list.to_owned(),
    }
}

fn uncovered(issuer: &str) -> Refused {
    Refused::RevocationUnknown {
        issuer: format!("CN={issuer}"),
    }
}

fn unsigned(callers: &Callers) -> Vec<&Unsigned> {
    let reasons = callers.lists().iter().map(RevocationList::unsigned);
    reasons.flatten().collect()
}

/// Rows: PKIX-8
#[test]
fn rfc5280_6_3_a_revoked_serial_is_refused_when_its_issuer_matches() {
    let (root, other) = (Ca::root("root", |_| ()), Ca::root("other", |_| ()));
    let lists = vec![root.list(&[5, 0x80], |_| ()), other.list(&[6], |_| ())];
    let callers = callers(&[&root, &other], lists);
    let refused = |ca, serial| verify(&callers, &numbered(ca, serial)).err();
    assert_eq!(refused(&root, 5), Some(revoked("05", "list 0")));
    assert_eq!(refused(&root, 0x80), Some(revoked("80", "list 0")));
    assert_eq!(refused(&root, 6), None);
    assert_eq!(refused(&other, 5), None);
    assert_eq!(refused(&other, 6), Some(revoked("06", "list 1")));
}

/// Rows: PKIX-8
#[test]
fn without_lists_nothing_is_revoked_and_with_lists_the_clients_issuer_needs_one() {
    let (root, other) = (Ca::root("root", |_| ()), Ca::root("other", |_| ()));
    let leaf = other.leaf(|_| ());
    let bundle = [&root, &other];
    assert!(verify(&callers(&bundle, vec![]), &leaf).is_ok());
    let only_root = callers(&bundle, vec![root.list(&[], |_| ())]);
    assert_eq!(verify(&only_root, &leaf).err(), Some(uncovered("other")));
    assert!(verify(&only_root, &root.leaf(|_| ())).is_ok());
}

/// Rows: PKIX-8
#[test]
fn an_intermediate_is_checked_when_its_issuer_has_a_list() {
    let root = Ca::root("root", |_| ());
    let intermediate = root.intermediate("intermediate", |params| {
        params.serial_number = Some(9.into());
    });
    let (bundle, leaf) = ([&root, &intermediate], intermediate.leaf(|_| ()));
    let own = || intermediate.list(&[], |_| ());
    assert_eq!(verify(&callers(&bundle, vec![own()]), &leaf).err(), None);
    let good = vec![own(), root.list(&[8], |_| ())];
    assert_eq!(verify(&callers(&bundle, good), &leaf).err(), None);
    let bad = vec![own(), root.list(&[9], |_| ())];
    assert_eq!(
        verify(&callers(&bundle, bad), &leaf).err(),
        Some(revoked("09", "list 1"))
    );
    // A list of the root's name by somebody else leaves the intermediate unknown.
    let forged = vec![own(), Ca::root("root", |_| ()).list(&[], |_| ())];
    assert_eq!(
        verify(&callers(&bundle, forged), &leaf).err(),
        Some(uncovered("root"))
    );
}

/// Rows: PKIX-8
#[test]
fn each_of_two_intermediates_is_asked_of_its_own_issuer() {
    let root = Ca::root("root", |_| ());
    let first = root.intermediate("first", |params| params.serial_number = Some(1.into()));
    let second = first.intermediate("second", |params| params.serial_number = Some(2.into()));
    let leaf = numbered(&second, 3);
    // What the root, the first and the second intermediate revoke.
    let refused = |serials: [u64; 3]| {
        let [by_root, by_first, by_second] = serials;
        let lists = vec![
            root.list(&[by_root], |_| ()),
            first.list(&[by_first], |_| ()),
            second.list(&[by_second], |_| ()),
        ];
        verify(&callers(&[&root, &first, &second], lists), &leaf).err()
    };
    assert_eq!(refused([2, 3, 1]), None);
    assert_eq!(refused([1, 3, 1]), Some(revoked("01", "list 0")));
    assert_eq!(refused([2, 2, 1]), Some(revoked("02", "list 1")));
    assert_eq!(refused([2, 3, 3]), Some(revoked("03", "list 2")));
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_a_list_past_its_next_update_refuses_unless_grace_is_granted() {
    let root = Ca::root("root", |_| ());
    let leaf = root.leaf(|_| ());
    let (list, next_update) = ("list 0".to_owned(), later(DAY));
    for grace in [0, 3600] {
        let lists = vec![root.list(&[], |_| ())];
        let grace_granted = Duration::from_secs(grace);
        let callers = callers_with_grace(&[&root], lists, grace_granted);
        let at_last = later(DAY - 1).after(grace_granted);
        let now = later(DAY).after(grace_granted);
        // The first is remembered: its verdict ends with the list.
        assert!(verify_at(&callers, &leaf, NOW).is_ok());
        assert!(verify_at(&callers, &leaf, at_last).is_ok());
        let refused = verify_at(&callers, &leaf, now).unwrap_err();
        assert_eq!(
            refused,
            Refused::RevocationListStale {
                list: list.clone(),
                next_update,
                now
            }
        );
    }
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_1_2_4_a_list_before_its_this_update_refuses() {
    let root = Ca::root("root", |_| ());
    let leaf = root.leaf(|_| ());
    let lists = vec![root.list(&[], |params| params.this_update = date(1))];
    let callers = callers(&[&root], lists);
    let (list, this_update) = ("list 0".to_owned(), later(1));
    let refused = verify_at(&callers, &leaf, NOW).unwrap_err();
    assert_eq!(
        refused,
        Refused::RevocationListFuture {
            list,
            this_update,
            now: NOW
        }
    );
    assert!(verify_at(&callers, &leaf, this_update).is_ok());
}

/// Rows: PKIX-9
#[test]
fn rfc5280_6_3_3_a_list_counts_only_when_its_issuers_key_signed_it() {
    let root = Ca::root("root", |_| ());
    let leaf = root.leaf(|_| ());
    let good = root.list(&[], |_| ());
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let forged = Ca::root("root", |_| ()).list(&[], |_| ());
    for list in [flipped, forged] {
        let callers = callers(&[&root], vec![list]);
        assert_eq!(verify(&callers, &leaf).err(), Some(uncovered("root")));
        assert_eq!(unsigned(&callers).len(), 1);
    }
    let callers = callers(&[&root], vec![good]);
    assert!(verify(&callers, &leaf).is_ok());
    assert!(unsigned(&callers).is_empty());
}

/// Rows: PKIX-9
#[test]
fn rfc5280_6_3_3_f_the_signer_of_a_list_has_crl_sign() {
    let key = KeyPair::generate().unwrap();
    let copy = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let list = Ca::root_with(key, "root", |_| ()).list(&[], |_| ());
    let without = |params: &mut CertificateParams| {
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    };
    let root = Ca::root_with(copy, "root", without);
    let callers = callers(&[&root], vec![list]);
    assert_eq!(
        verify(&callers, &root.leaf(|_| ())).err(),
        Some(uncovered("root"))
    );
}

/// Rows: PKIX-8, PKIX-9
#[test]
fn of_two_lists_of_one_issuer_the_newer_counts_in_any_order() {
    let root = Ca::root("root", |_| ());
    let old = root.list(&[1], |params| {
        params.this_update = date(-3 * DAY);
        params.next_update = date(-2 * DAY);
    });
    let new = root.list(&[2], |_| ());
    for (lists, name) in [([&old, &new], "list 1"), ([&new, &old], "list 0")] {
        let callers = callers(&[&root], lists.map(Vec::clone).to_vec());
        assert_eq!(callers.lists().iter().count(), 1);
        assert_eq!(verify(&callers, &numbered(&root, 1)).err(), None);
        assert_eq!(
            verify(&callers, &numbered(&root, 2)).err(),
            Some(revoked("02", name))
        );
    }
    // A newer list that the issuer did not sign replaces nothing.
    let forged = Ca::root("root", |_| ()).list(&[], |params| params.this_update = date(-1));
    let callers = callers(&[&root], vec![new, forged]);
    assert_eq!(
        verify(&callers, &numbered(&root, 2)).err(),
        Some(revoked("02", "list 0"))
    );
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_2_5_a_list_covers_what_its_distribution_point_says() {
    let point = |uri: &str| CrlDistributionPoint {
        uris: vec![uri.to_owned()],
    };
    let scoped = |uri: &str, scope| {
        let distribution_point = point(uri);
        move |params: &mut CertificateRevocationListParams| {
            let scope = CrlIssuingDistributionPoint {
                distribution_point,
                scope,
            };
            params.issuing_distribution_point = Some(scope);
        }
    };
    let (here, there) = ("http://crl.example/1", "http://crl.example/2");
    let root = Ca::root("root", |_| ());
    let leaf_of = |uri| root.leaf(|params| params.crl_distribution_points = vec![point(uri)]);
    let refused = |scope, leaf: &[u8]| {
        let callers = callers(&[&root], vec![root.list(&[], scoped(here, scope))]);
        verify(&callers, leaf).err()
    };
    assert_eq!(refused(None, &leaf_of(here)), None);
    assert_eq!(refused(None, &leaf_of(there)), Some(uncovered("root")));
    assert_eq!(refused(None, &root.leaf(|_| ())), None);
    assert_eq!(refused(Some(CrlScope::UserCertsOnly), &leaf_of(here)), None);
    assert_eq!(
        refused(Some(CrlScope::CaCertsOnly), &leaf_of(here)),
        Some(uncovered("root"))
    );
    // Lists of two points stand side by side, and each may revoke.
    let lists = vec![
        root.list(&[3], scoped(here, None)),
        root.list(&[4], scoped(there, None)),
    ];
    let callers = callers(&[&root], lists);
    assert_eq!(callers.lists().iter().count(), 2);
    assert_eq!(
        verify(&callers, &numbered(&root, 3)).err(),
        Some(revoked("03", "list 0"))
    );
    assert_eq!(
        verify(&callers, &numbered(&root, 4)).err(),
        Some(revoked("04", "list 1"))
    );
    assert_eq!(verify(&callers, &numbered(&root, 5)).err(), None);
}

#[test]
fn rfc5280_5_2_3_a_list_precedes_those_with_higher_numbers_however_long() {
    let root = Ca::root("root", |_| ());
    let numbered = |number: u64| {
        let der = root.list(&[], |params| params.crl_number = number.into());
        read_lists(&root.anchors(), &[der]).unwrap()
    };
    let precedes = |one, other| {
        let (one, other) = (numbered(one), numbered(other));
        one.iter().zip(other.iter()).all(|(a, b)| a.precedes(b))
    };
    for (lower, higher) in [(0, 1), (9, 10), (255, 256), (128, 0x1_0000)] {
        assert!(precedes(lower, higher), "{lower} {higher}");
        assert!(!precedes(higher, lower), "{lower} {higher}");
    }
    assert!(!precedes(7, 7));
}
