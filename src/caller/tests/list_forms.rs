//! Forms of revocation lists that OpenSSL and nginx take, and those that nobody should.

mod files;
mod signatures;

use std::time::Duration;

use super::{
    Ca,
    lists::{Parts, common_name, entry, extension, oid, sequence, utc_time},
    mint::{DAY, callers, later, read_lists, verify, verify_at},
};
use crate::caller::{
    Callers, CertificateRefused as Refused, RevocationListFault as Fault, RevocationListReader,
    der::{SET, element},
};

type Adjust = fn(&mut Parts);

/// A root, a certificate of serial number 5, and a list that revokes number 6.
struct Case {
    root: Ca,
    leaf: Vec<u8>,
    parts: Parts,
}

impl Case {
    fn new() -> Self {
        let root = Ca::root("root", |_| ());
        let leaf = root.leaf(|params| params.serial_number = Some(5.into()));
        let mut parts = Parts::of(&root);
        parts.entries = vec![entry(&[6], &[])];
        Self {
            leaf: leaf.to_vec(),
            root,
            parts,
        }
    }

    fn with(adjust: impl FnOnce(&mut Parts)) -> Self {
        let mut case = Self::new();
        adjust(&mut case.parts);
        case
    }

    fn list(&self) -> Vec<u8> {
        self.parts.signed_by(&self.root)
    }

    /// The list is taken: it revokes number 6 and lets number 5 in.
    #[track_caller]
    fn assert_taken(&self) {
        self.assert_taken_as(self.list());
    }

    #[track_caller]
    fn assert_taken_as(&self, file: Vec<u8>) {
        let callers = callers(&[&self.root], vec![file]);
        assert_eq!(verify(&callers, &self.leaf).err(), None);
        let six = self
            .root
            .leaf(|params| params.serial_number = Some(6.into()));
        let refused = verify(&callers, &six).unwrap_err();
        assert!(matches!(refused, Refused::Revoked { .. }), "{refused}");
    }

    fn fault(&self) -> Fault {
        fault(&self.root, &[self.list()])
    }
}

/// Fault of the only file that something is wrong with.
#[track_caller]
fn fault(root: &Ca, files: &[Vec<u8>]) -> Fault {
    let mut errors = read_lists(&root.anchors(), files).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0).fault
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_1_2_1_lists_of_versions_1_and_2_are_taken_and_later_ones_not() {
    Case::new().assert_taken();
    Case::with(|parts| parts.version = Vec::new()).assert_taken();
    Case::with(|parts| parts.version = vec![2, 1, 0]).assert_taken();
    // Extensions bind even where they should not be.
    let version_1 = |value: &'static [u8]| {
        Case::with(|parts| {
            parts.version = Vec::new();
            parts.extensions = vec![extension(99, true, value)];
        })
    };
    assert!(matches!(
        version_1(&[5, 0]).fault(),
        Fault::CriticalExtension { .. }
    ));
    let version_3 = Case::with(|parts| parts.version = vec![2, 1, 2]);
    assert_eq!(version_3.fault(), Fault::Version { version: 3 });
    let garbled = Case::with(|parts| parts.version = vec![2, 0]);
    assert_eq!(
        garbled.fault(),
        Fault::Malformed {
            part: "its version"
        }
    );
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_1_2_5_a_list_without_next_update_is_judged_by_its_age() {
    let case = Case::with(|parts| parts.next_update = Vec::new());
    assert_eq!(case.fault(), Fault::NoNextUpdate);
    assert!(
        case.fault()
            .to_string()
            .contains("consumers.crl_max_age_seconds")
    );
    assert!(
        case.fault()
            .remedy()
            .contains("consumers.crl_max_age_seconds")
    );

    let anchors = case.root.anchors();
    let max_age = Duration::from_hours(48);
    let mut reader = RevocationListReader::new(&anchors, Some(max_age));
    reader.read("a.crl", &case.list());
    let lists = reader.finish().unwrap();
    // The grace is for lists that say when the next one is due.
    let grace = Duration::from_hours(24);
    let callers = Callers::new(case.root.anchors(), lists, grace, 100);
    assert!(verify_at(&callers, &case.leaf, later(DAY - 1)).is_ok());
    let refused = verify_at(&callers, &case.leaf, later(DAY)).unwrap_err();
    assert!(
        matches!(refused, Refused::RevocationListStale { .. }),
        "{refused}"
    );
}

/// Rows: PKIX-9
#[test]
fn a_list_with_next_update_does_not_live_longer_by_the_highest_age() {
    let case = Case::new();
    let anchors = case.root.anchors();
    let mut reader = RevocationListReader::new(&anchors, Some(Duration::from_hours(240)));
    reader.read("a.crl", &case.list());
    let lists = reader.finish().unwrap();
    let callers = Callers::new(case.root.anchors(), lists, Duration::ZERO, 100);
    assert!(verify_at(&callers, &case.leaf, later(DAY - 1)).is_ok());
    assert!(verify_at(&callers, &case.leaf, later(DAY)).is_err());
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_2_5_a_distribution_point_without_a_name_narrows_by_its_flags_alone() {
    let flagged = |flags: &[u8]| {
        let point = extension(28, true, &element(0x30, flags));
        let mut case = Case::new();
        case.leaf = case
            .root
            .leaf(|params| {
                params.serial_number = Some(5.into());
                params.crl_distribution_points = vec![rcgen::CrlDistributionPoint {
                    uris: vec!["http://crl.example/1".to_owned()],
                }];
            })
            .to_vec();
        case.parts.extensions = vec![point];
        case
    };
    flagged(&[]).assert_taken();
    // Only user certificates; the others of the flags written out as FALSE.
    flagged(&[0x81, 1, 0xff]).assert_taken();
    flagged(&[0x82, 1, 0, 0x84, 1, 0, 0x85, 1, 0]).assert_taken();
    let only_ca = flagged(&[0x82, 1, 0xff]);
    let callers = callers(&[&only_ca.root], vec![only_ca.list()]);
    let refused = verify(&callers, &only_ca.leaf).unwrap_err();
    assert!(
        matches!(refused, Refused::RevocationUnknown { .. }),
        "{refused}"
    );
    assert_eq!(flagged(&[0x83, 2, 1, 0x40]).fault(), Fault::SomeReasons);
    assert_eq!(flagged(&[0x84, 1, 0xff]).fault(), Fault::Indirect);
    assert_eq!(
        flagged(&[0x85, 1, 0xff]).fault(),
        Fault::AttributeCertificates
    );
    for contradictory in [
        &[0x81, 1, 0xff, 0x82, 1, 0xff][..],
        &[0x81, 1, 7],
        &[0x86, 0],
    ] {
        let part = "its issuing distribution point";
        assert_eq!(flagged(contradictory).fault(), Fault::Malformed { part });
    }
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_2_5_points_are_compared_by_names_of_any_kind() {
    let directory_name = |text: &[u8]| element(0xa4, &common_name(0x0c, text));
    let full = |name: Vec<u8>| element(0xa0, &element(0xa0, &name));
    let relative = |text: &[u8]| {
        let attribute = sequence(&[oid(&[0x55, 4, 3]), element(0x0c, text)]);
        element(0xa0, &element(0xa1, &attribute))
    };
    let below_root = {
        let attribute = |text| sequence(&[oid(&[0x55, 4, 3]), element(0x13, text)]);
        let components = [
            element(SET, &attribute(b"root".as_slice())),
            element(SET, &attribute(b"ONE".as_slice())),
        ];
        full(element(0xa4, &sequence(&components)))
    };
    let covers = |listed: &[u8], shown: &[u8]| {
        let mut case = Case::with(|parts| {
            parts.extensions = vec![extension(28, true, &element(0x30, listed))];
        });
        let points = element(0x30, &element(0x30, shown));
        let points = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 31], points);
        case.leaf = case
            .root
            .leaf(|params| params.custom_extensions = vec![points])
            .to_vec();
        verify(&callers(&[&case.root], vec![case.list()]), &case.leaf).is_ok()
    };
    let one = full(directory_name(b"one"));
    assert!(covers(&one, &one));
    assert!(covers(&one, &full(directory_name(b" One "))));
    assert!(!covers(&one, &full(directory_name(b"two"))));
    assert!(covers(&relative(b"one"), &relative(b"one")));
    assert!(covers(&relative(b"one"), &below_root));
    assert!(!covers(&relative(b"one"), &one));
    // A point for some reasons, or whose lists another signs, is none of this list's.
    let some_reasons = [one.clone(), vec![0x81, 2, 1, 0x40]].concat();
    assert!(!covers(&one, &some_reasons));
}

/// Rows: PKIX-8
#[test]
fn rfc5280_5_3_1_whatever_the_reason_who_is_listed_is_revoked() {
    for reason in [0, 1, 6, 7, 8, 9, 10, 11, 100, 0xff] {
        for is_critical in [false, true] {
            let reason = extension(21, is_critical, &[0x0a, 1, reason]);
            Case::with(|parts| parts.entries = vec![entry(&[6], &[reason])]).assert_taken();
        }
    }
    let date = extension(24, false, &element(0x18, b"20260101000000Z"));
    let other = extension(99, false, &[5, 0]);
    Case::with(|parts| parts.entries = vec![entry(&[6], &[date, other])]).assert_taken();
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_3_a_critical_extension_of_an_entry_that_is_not_known_refuses_the_list() {
    let unknown = extension(99, true, &[5, 0]);
    let case = Case::with(|parts| parts.entries = vec![entry(&[6], &[unknown])]);
    let (oid, serial) = ("2.5.29.99".to_owned(), "06".to_owned());
    assert_eq!(case.fault(), Fault::CriticalEntryExtension { oid, serial });
    for is_critical in [true, false] {
        let issuer = extension(29, is_critical, &element(0x30, &[]));
        let case = Case::with(|parts| parts.entries = vec![entry(&[6], &[issuer])]);
        assert_eq!(case.fault(), Fault::Indirect);
    }
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_2_extensions_that_are_not_known_matter_only_when_critical() {
    let number = |is_critical| extension(20, is_critical, &[2, 1, 7]);
    Case::with(|parts| parts.extensions = vec![number(false)]).assert_taken();
    Case::with(|parts| parts.extensions = vec![number(true)]).assert_taken();
    Case::with(|parts| parts.extensions = vec![extension(46, false, &[0x30, 0])]).assert_taken();
    let critical = Case::with(|parts| parts.extensions = vec![extension(46, true, &[0x30, 0])]);
    let said = critical.fault().to_string();
    assert!(
        said.contains("critical extension") && said.contains("2.5.29.46"),
        "{said}"
    );
    let twice = Case::with(|parts| parts.extensions = vec![number(false), number(false)]);
    assert!(matches!(twice.fault(), Fault::Repeated { .. }));
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_1_what_is_not_well_formed_is_refused_by_its_part() {
    let short_date = sequence(&[vec![2, 1, 6], vec![0x17, 0]]);
    let unreadable = "an entry of revokedCertificates";
    let cases: [(Adjust, &str); 5] = [
        (|parts| parts.this_update = Vec::new(), ""),
        (
            |parts| parts.this_update = vec![0x17, 1, b'Z'],
            "thisUpdate",
        ),
        (
            |parts| parts.next_update = vec![0x17, 1, b'Z'],
            "nextUpdate",
        ),
        (|parts| parts.issuer = vec![2, 1, 1], "its issuer"),
        (
            |parts| parts.entries = vec![vec![2, 1, 6]],
            "an entry of revokedCertificates",
        ),
    ];
    for (adjust, part) in cases {
        let case = Case::with(adjust);
        if part.is_empty() {
            // The one date that is left is the first; then the second is missing.
            assert_eq!(case.fault(), Fault::NoNextUpdate);
        } else {
            assert_eq!(case.fault(), Fault::Malformed { part });
        }
    }
    for broken in [short_date, sequence(&[vec![2, 0], utc_time(later(0))])] {
        let case = Case::with(|parts| parts.entries = vec![broken]);
        assert_eq!(case.fault(), Fault::Malformed { part: unreadable });
    }
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_2_4_a_delta_list_counts_for_nothing_and_only_beside_its_complete_list() {
    let case = Case::new();
    let mut delta = Parts::of(&case.root);
    delta.entries = vec![
        entry(&[5], &[]),
        entry(&[6], &[extension(21, false, &[0x0a, 1, 8])]),
    ];
    delta.extensions = vec![extension(27, true, &[2, 1, 1])];
    let (complete, delta) = (case.list(), delta.signed_by(&case.root));
    for files in [[complete.clone(), delta.clone()], [delta.clone(), complete]] {
        let callers = callers(&[&case.root], files.to_vec());
        assert_eq!(callers.lists().deltas().count(), 1);
        assert_eq!(verify(&callers, &case.leaf).err(), None);
        let six = case
            .root
            .leaf(|params| params.serial_number = Some(6.into()));
        assert!(verify(&callers, &six).is_err());
    }
    assert_eq!(
        fault(&case.root, std::slice::from_ref(&delta)),
        Fault::DeltaAlone
    );
    // A list of somebody else, or for CA certificates only, is not the delta's.
    let other = Ca::root("other", |_| ()).list(&[], |_| ());
    let only_ca = element(0x30, &[0x82, 1, 0xff]);
    let only_ca = Case::with(|parts| parts.extensions = vec![extension(28, true, &only_ca)]);
    for beside in [other, only_ca.parts.signed_by(&case.root)] {
        assert_eq!(
            fault(&case.root, &[beside, delta.clone()]),
            Fault::DeltaAlone
        );
    }
}
