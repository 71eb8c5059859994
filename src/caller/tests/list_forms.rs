//! Forms of revocation lists that OpenSSL and nginx take, and those that nobody should.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::{
    Ca,
    lists::{ECDSA_WITH_SHA256, Parts, common_name, entry, extension, oid, sequence, utc_time},
    mint::{DAY, callers, later, read_lists, shared, verify, verify_at},
};
use crate::caller::{
    Callers, CertificateRefused as Refused, RevocationListFault as Fault, RevocationListReader,
    Unsigned,
    der::{SET, element},
};

const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];

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

/// What is wrong with the only file that something is wrong with.
#[track_caller]
fn fault(root: &Ca, files: &[Vec<u8>]) -> Fault {
    let mut errors = read_lists(&root.anchors(), files).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0).fault
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).collect();
    let text = String::from_utf8(lines.join(&b'\n')).unwrap();
    format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n")
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

/// Rows: PKIX-12
#[test]
fn white_space_behind_der_is_passed_over_and_anything_else_is_not() {
    let case = Case::new();
    let list = case.list();
    let followed = |by: &[u8]| [list.as_slice(), by].concat();
    for white in [&b"\n"[..], b"\r\n", b" \t\n\n\x0b\x0c"] {
        case.assert_taken_as(followed(white));
    }
    let trailing = |octets| Fault::Trailing { octets };
    assert_eq!(fault(&case.root, &[followed(b"\0")]), trailing(1));
    assert_eq!(fault(&case.root, &[followed(b"\n#\n")]), trailing(3));
    assert_eq!(fault(&case.root, &[followed(&list)]), trailing(list.len()));
}

/// Rows: PKIX-12
#[test]
fn pem_is_taken_with_text_around_it_and_any_line_ends() {
    let case = Case::new();
    let text = pem(&case.list());
    let certificate = case.root.pem();
    for file in [
        text.clone(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        format!("0 is how a comment may begin\n{text}\n\n# the end\n"),
        format!("{certificate}{text}"),
        text.trim_end().to_owned(),
    ] {
        case.assert_taken_as(file.into_bytes());
    }
}

/// Rows: PKIX-12
#[test]
fn each_file_that_cannot_be_used_is_named_with_what_is_wrong_and_what_helps() {
    let case = Case::new();
    let good = case.list();
    let cut = good[..50].to_vec();
    let broken = b"-----BEGIN X509 CRL-----\nM!!\n-----END X509 CRL-----\n".to_vec();
    let two = [pem(&good).into_bytes(), broken].concat();
    let third = Case::with(|parts| parts.version = vec![2, 1, 2]).list();
    let files = [good.clone(), b"<html>".to_vec(), cut, two, third];
    let errors = read_lists(&case.root.anchors(), &files).unwrap_err();
    let said: Vec<_> = errors
        .iter()
        .map(|error| format!("{error}; {}", error.remedy()))
        .collect();
    let announced = good.len();
    assert_eq!(
        said,
        [
            "list 1: no revocation list in it: it is HTML or XML; put a list in PEM or DER there; perild crl fetches it".to_owned(),
            format!("list 2: it is cut short: 50 of {announced} octets are there; fetch it again"),
            "list 3, list 2: the PEM block is not base64; fetch it again".to_owned(),
            "list 4: it is a list of version 3; versions 1 and 2 are known; ask its issuer for a list of version 2".to_owned(),
        ]
    );
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

/// Rows: PKIX-9
#[test]
fn rfc5280_7_1_a_list_and_its_issuer_are_brought_together_by_name_and_not_by_octets() {
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

/// Why the list counts as signed by nobody; then its issuer's certificates are refused.
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
fn a_list_with_any_octet_changed_is_refused_or_signed_by_nobody() {
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
    fn arbitrary_octets_never_panic_and_are_no_list(octets: Vec<u8>, is_sequence: bool) {
        let anchors = shared().0.anchors();
        let file = if is_sequence { element(0x30, &octets) } else { octets };
        prop_assert!(read_lists(&anchors, &[file]).is_err());
    }
}

/// Rows: PKIX-8
#[test]
fn where_lists_are_demanded_one_that_is_left_out_lets_nobody_in() {
    let case = Case::new();
    let anchors = case.root.anchors();
    // Files were named, and no complete list came of them.
    let mut reader = RevocationListReader::new(&anchors, None);
    reader.read("a.crl", b"");
    assert!(reader.finish().is_err());
    let unsigned = Ca::root("root", |_| ()).list(&[], |_| ());
    let refused = verify(&callers(&[&case.root], vec![unsigned]), &case.leaf).unwrap_err();
    assert!(
        matches!(refused, Refused::RevocationUnknown { .. }),
        "{refused}"
    );
}
