//! Serial numbers of certificates and of lists, compared as the integers that they are.

use super::{
    Ca,
    lists::{Parts, entry, renumbered},
    mint::{callers, verify},
};
use crate::caller::CertificateRefused as Refused;

/// `true` when a certificate with one serial number is revoked by a list with the other.
fn is_revoked(certificate: &[u8], listed: &[u8]) -> bool {
    let root = Ca::root("root", |_| ());
    let leaf = renumbered(&root.leaf(|_| ()), certificate, &root);
    let mut parts = Parts::of(&root);
    parts.entries = vec![entry(listed, &[])];
    match verify(&callers(&[&root], vec![parts.signed_by(&root)]), &leaf) {
        Ok(_) => false,
        Err(Refused::Revoked { .. }) => true,
        Err(other) => panic!("{certificate:x?} by {listed:x?}: {other}"),
    }
}

/// Rows: PKIX-8
#[test]
fn rfc5280_5_1_2_6_serial_numbers_are_compared_as_integers() {
    let long = [0x4a; 20];
    let longer = [0x4a; 40];
    let with_zeros = |number: &[u8]| [&[0; 3], number].concat();
    let cases: [(&[u8], &[u8]); 14] = [
        (&[5], &[5]),
        (&[0, 5], &[5]),
        (&[5], &[0, 5]),
        (&[0, 0, 0, 5], &[0, 5]),
        (&[0, 0x80], &[0, 0, 0x80]),
        (&[0, 0, 0x80], &[0, 0x80]),
        (&long, &long),
        (&with_zeros(&long), &long),
        (&long, &with_zeros(&long)),
        (&longer, &longer),
        (&with_zeros(&longer), &longer),
        (&[0], &[0, 0]),
        (&[0xff, 0x85], &[0x85]),
        (&[0x85], &[0xff, 0xff, 0x85]),
    ];
    for (certificate, listed) in cases {
        assert!(
            is_revoked(certificate, listed),
            "{certificate:x?} {listed:x?}"
        );
    }
}

/// Rows: PKIX-8
#[test]
fn rfc5280_5_1_2_6_other_serial_numbers_are_not_revoked() {
    let cases: [(&[u8], &[u8]); 8] = [
        (&[5], &[6]),
        (&[5], &[5, 0]),
        (&[5, 0], &[5]),
        (&[0, 0x80], &[0x80]),
        (&[0x80], &[0, 0x80]),
        (&[0], &[1]),
        (&[1, 5], &[5]),
        (&[0x4a; 20], &[0x4a; 21]),
    ];
    for (certificate, listed) in cases {
        assert!(
            !is_revoked(certificate, listed),
            "{certificate:x?} {listed:x?}"
        );
    }
}

/// Rows: PKIX-8
#[test]
fn a_revoked_serial_is_found_among_many_of_all_lengths() {
    let root = Ca::root("root", |_| ());
    let number = |at: u32| {
        let bytes = [&[1], at.wrapping_mul(0x9e37_79b9).to_be_bytes().as_slice()].concat();
        bytes.repeat(1 + usize::try_from(at % 4).unwrap())
    };
    let mut parts = Parts::of(&root);
    parts.entries = (0..2_000).map(|at| entry(&number(at), &[])).collect();
    let callers = callers(&[&root], vec![parts.signed_by(&root)]);
    let list = callers.lists().iter().next().unwrap();
    assert_eq!(list.len(), 2_000);
    for at in 0..2_000 {
        assert!(list.revokes(&number(at)), "{at}");
        assert!(!list.revokes(&number(at + 2_000)), "{at}");
    }
    for at in [0, 777, 1_999] {
        let leaf = renumbered(&root.leaf(|_| ()), &number(at), &root);
        let refused = verify(&callers, &leaf).unwrap_err();
        assert!(
            matches!(refused, Refused::Revoked { .. }),
            "{at}: {refused}"
        );
    }
}
