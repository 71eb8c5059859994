//! Bundles of several CAs, some of which cannot be used.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P521_SHA512,
};

use super::{
    Ca,
    mint::{DAY, callers, date, later, verify},
};
use crate::caller::{Authority, CertificateRefused as Refused, Unusable, der};

fn critical(oid: &[u64], content: &[u8]) -> impl Fn(&mut CertificateParams) {
    move |params| {
        let mut extension = CustomExtension::from_oid_content(oid, content.to_vec());
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    }
}

/// Intermediates below `root` that cannot be used, each for a reason of its own.
fn unusable(root: &Ca) -> Vec<Ca> {
    let ca = |name: &str, adjust: &dyn Fn(&mut CertificateParams)| root.intermediate(name, adjust);
    let p521 = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
    vec![
        ca("critical", &critical(&[1, 2, 3], &[5, 0])),
        ca("malformed", &critical(&[2, 5, 29, 36], &[5, 0])),
        root.intermediate_with(p521, "key", |_| ()),
        ca("usage", &|params| {
            params.key_usages = vec![KeyUsagePurpose::CrlSign];
        }),
        ca("no ca", &|params| params.is_ca = IsCa::ExplicitNoCa),
        ca("purpose", &|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }),
        // Permitted: directory names below C=GB.
        ca("names", &critical(&[2, 5, 29, 30], NAMES_BELOW_GB)),
        ca("past", &|params| params.not_after = date(-DAY)),
        ca("future", &|params| params.not_before = date(DAY)),
    ]
}

/// `NameConstraints` of one permitted directory name, `C=GB`.
const NAMES_BELOW_GB: &[u8] = &[
    0x30, 21, 0xa0, 19, 0x30, 17, 0xa4, 15, 0x30, 13, 0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 6, 0x13, 2,
    b'G', b'B',
];

/// Rows: PKIX-1
#[test]
fn a_ca_that_cannot_be_used_lends_its_reason_to_its_own_clients_alone() {
    let root = Ca::root("root", |_| ());
    let stranger = Ca::root("stranger", |_| ());
    let unusable = unusable(&root);
    let bundle: Vec<&Ca> = unusable.iter().chain([&root]).collect();
    let callers = callers(&bundle, vec![]);
    assert!(verify(&callers, &root.leaf(|_| ())).is_ok());
    let issuer = "CN=stranger".to_owned();
    let refused = verify(&callers, &stranger.leaf(|_| ())).unwrap_err();
    assert_eq!(refused, Refused::UnknownIssuer { issuer });
    let impostor = Ca::root("root", |_| ());
    assert_eq!(
        verify(&callers, &impostor.leaf(|_| ())).unwrap_err(),
        Refused::Signature
    );
    let said = |ca: &Ca| verify(&callers, &ca.leaf(|_| ())).unwrap_err().to_string();
    let said: Vec<_> = unusable.iter().map(said).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    the issuer CN=critical cannot be used: its critical extension 1.2.3 is not understood here
    the issuer CN=malformed cannot be used: its extension policyConstraints (2.5.29.36) is repeated or malformed
    the issuer CN=key cannot be used: its key is of the kind secp521r1 (1.3.132.0.35); RSA, P-256 and P-384 are supported
    the issuer CN=usage may not sign certificates
    the issuer CN=no ca is not a CA
    the issuer CN=purpose cannot be used: its extended key usage is not for clients
    the issuer CN=names cannot be used: its name constraints are on directory names, which are not computed here
    the issuer CN=past is valid from 2026-01-01T00:00:00Z to 2026-01-14T12:00:00Z, it is 2026-01-15T12:00:00Z
    the issuer CN=future is valid from 2026-01-16T12:00:00Z to 2026-02-01T00:00:00Z, it is 2026-01-15T12:00:00Z
    ");
}

/// Rows: PKIX-1
#[test]
fn a_root_that_cannot_be_used_is_named_to_the_clients_below_it() {
    let old = Ca::root("old", |params| params.not_after = date(-DAY));
    let other = Ca::root("other", |_| ());
    let intermediate = old.intermediate("intermediate", |_| ());
    let callers = callers(&[&old, &other, &intermediate], vec![]);
    let refused = verify(&callers, &intermediate.leaf(|_| ())).unwrap_err();
    assert!(matches!(refused, Refused::IssuerOutOfDate { issuer, .. } if issuer == "CN=old"));
    assert!(verify(&callers, &other.leaf(|_| ())).is_ok());
}

/// Rows: PKIX-1
#[test]
fn of_two_cas_of_one_name_the_one_that_signed_gives_the_reason() {
    let good = Ca::root("twin", |_| ());
    let bad = Ca::root("twin", |params| {
        params.key_usages = vec![KeyUsagePurpose::CrlSign];
    });
    for bundle in [[&good, &bad], [&bad, &good]] {
        let callers = callers(&bundle, vec![]);
        assert!(verify(&callers, &good.leaf(|_| ())).is_ok());
        let issuer = "CN=twin".to_owned();
        let refused = verify(&callers, &bad.leaf(|_| ())).unwrap_err();
        assert_eq!(refused, Refused::IssuerMayNotSign { issuer });
        let stranger = Ca::root("twin", |_| ());
        assert_eq!(
            verify(&callers, &stranger.leaf(|_| ())).unwrap_err(),
            Refused::Signature
        );
    }
}

#[test]
fn a_bundle_tells_which_of_its_cas_can_never_be_used() {
    let root = Ca::root("root", |_| ());
    let unusable = unusable(&root);
    let bundle: Vec<&Ca> = unusable.iter().chain([&root]).collect();
    let callers = callers(&bundle, vec![]);
    let never = callers
        .anchors()
        .iter()
        .filter_map(|ca| Some((ca.subject(), ca.unusable()?)));
    let never: Vec<_> = never
        .map(|(subject, reason)| format!("{subject}: {reason}"))
        .collect();
    // Out of date is not for ever.
    insta::assert_snapshot!(never.join("\n"), @r"
    CN=critical: its critical extension 1.2.3 is not understood here
    CN=malformed: its extension policyConstraints (2.5.29.36) is repeated or malformed
    CN=key: its key is of the kind secp521r1 (1.3.132.0.35); RSA, P-256 and P-384 are supported
    CN=usage: its key usage lacks keyCertSign, so it may not sign certificates
    CN=no ca: it is no CA's: basicConstraints does not say cA
    CN=purpose: its extended key usage is not for clients
    CN=names: its name constraints are on directory names, which are not computed here
    ");
}

#[test]
fn a_bundle_tells_which_of_its_cas_lead_to_no_root() {
    let (root, absent) = (Ca::root("root", |_| ()), Ca::root("absent", |_| ()));
    let impostor = Ca::root("root", |_| ());
    let first = root.intermediate("first", |_| ());
    let second = first.intermediate("second", |_| ());
    let lost = absent.intermediate("lost", |_| ());
    let below_lost = lost.intermediate("below lost", |_| ());
    let forged = impostor.intermediate("forged", |_| ());
    let bundle = [&below_lost, &second, &forged, &lost, &first, &root];
    let callers = callers(&bundle, vec![]);
    let found: Vec<_> = callers
        .anchors()
        .without_root()
        .map(Authority::subject)
        .collect();
    assert_eq!(found, ["CN=below lost", "CN=forged", "CN=lost"]);
}

/// Rows: PKIX-7
#[test]
fn constraints_on_directory_names_are_told_of_with_the_ca_that_has_them() {
    let root = Ca::root("root", critical(&[2, 5, 29, 30], NAMES_BELOW_GB));
    let (issuer, reason) = ("CN=root".to_owned(), Unusable::NameConstraints);
    let refused = verify(&root.callers(), &root.leaf(|_| ())).unwrap_err();
    assert_eq!(refused, Refused::IssuerUnusable { issuer, reason });
}

/// Rows: PKIX-1
#[test]
fn a_ca_may_be_in_the_bundle_twice_and_renewed_with_its_key_or_with_another() {
    let key = KeyPair::generate().unwrap();
    let again = |key: &KeyPair| KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let first = Ca::root_with(again(&key), "root", |params| params.not_after = date(DAY));
    let renewed = Ca::root_with(key, "root", |_| ());
    let rolled = Ca::root("root", |_| ());
    let bundle = [&first, &first, &renewed, &rolled, &first];
    let callers = callers(&bundle, vec![]);
    assert_eq!(callers.anchors().len(), 3);
    for ca in bundle {
        assert!(verify(&callers, &ca.leaf(|_| ())).is_ok());
    }
    let text = super::text(&first.leaf(|_| ()));
    let presented = callers.recognise(&super::forwarded(&text)).unwrap();
    assert!(
        presented.verify(later(2 * DAY)).is_ok(),
        "the renewed root stands for the first"
    );
}

/// Rows: PKIX-4
#[test]
fn of_two_roots_of_one_name_and_key_either_may_carry_the_path() {
    let key = KeyPair::generate().unwrap();
    let again = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let narrow = Ca::root_with(again, "root", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let wide = Ca::root_with(key, "root", |_| ());
    let intermediate = wide.intermediate("issuing", |_| ());
    let leaf = intermediate.leaf(|_| ());
    for roots in [[&narrow, &wide], [&wide, &narrow]] {
        let bundle = [roots[0], roots[1], &intermediate];
        assert!(verify(&callers(&bundle, vec![]), &leaf).is_ok());
    }
    let refused = verify(&callers(&[&narrow, &intermediate], vec![]), &leaf).unwrap_err();
    assert_eq!(refused, Refused::PathTooLong);
}

/// Rows: PKIX-4
#[test]
fn an_intermediate_that_is_cross_signed_leads_to_either_root() {
    let (old, new) = (Ca::root("old", |_| ()), Ca::root("new", |_| ()));
    let key = KeyPair::generate().unwrap();
    let again = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let by_old = old.intermediate_with(again, "issuing", |params| params.not_after = date(-DAY));
    let by_new = new.intermediate_with(key, "issuing", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let leaf = by_new.leaf(|_| ());
    assert!(verify(&callers(&[&old, &new, &by_old, &by_new], vec![]), &leaf).is_ok());
    assert!(verify(&callers(&[&new, &by_new], vec![]), &leaf).is_ok());
    let refused = verify(&callers(&[&old, &by_old], vec![]), &leaf).unwrap_err();
    assert!(matches!(refused, Refused::IssuerOutOfDate { issuer, .. } if issuer == "CN=issuing"));
}

/// Rows: PKIX-7
#[test]
fn a_bundle_tells_whose_constraints_are_not_computed() {
    let kinds = |constrained: &[(u8, &[u8])]| {
        let names = constrained.iter().flat_map(|(tag, name)| {
            let name = der::element(*tag, name);
            der::element(der::SEQUENCE, &name)
        });
        let subtrees = der::element(0xa0, &names.collect::<Vec<_>>());
        let root = Ca::root(
            "root",
            critical(&[2, 5, 29, 30], &der::element(der::SEQUENCE, &subtrees)),
        );
        let anchors = root.anchors();
        let ca = anchors.iter().next().unwrap();
        assert!(ca.may_issue(), "{:?}", ca.unusable());
        ca.uncomputed_constraints().join(", ")
    };
    let dns: (u8, &[u8]) = (0x82, b"a.example");
    assert_eq!(kinds(&[dns, (0x87, &[0; 8])]), "");
    assert_eq!(
        kinds(&[(0x86, b".a.example"), dns, (0x81, b"a.example")]),
        "URIs, e-mail addresses"
    );
}
