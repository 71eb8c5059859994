//! Bundles of trust anchors.

use rcgen::DnType;

use super::{
    Ca,
    mint::{DAY, later},
};
use crate::caller::{AnchorsError, TrustAnchors};

fn read(pem: &str) -> Result<TrustAnchors, AnchorsError> {
    TrustAnchors::from_pem(pem.as_bytes())
}

/// Rows: PKIX-12
#[test]
fn a_bundle_that_cannot_be_read_is_an_error_that_says_where() {
    let root = Ca::root("root", |_| ()).pem();
    assert_eq!(read(&root).unwrap().len(), 1);
    assert_eq!(read("").unwrap_err(), AnchorsError::Empty);
    assert_eq!(read("garbage").unwrap_err(), AnchorsError::Empty);
    let cut = &root[..root.len() - 40];
    assert_eq!(
        read(&format!("{root}{cut}")).unwrap_err(),
        AnchorsError::Pem { position: 2 }
    );
    let other = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let unreadable = AnchorsError::Unreadable { position: 2 };
    assert_eq!(read(&format!("{root}{other}")).unwrap_err(), unreadable);
}

/// Rows: PKIX-1
#[test]
fn a_bundle_without_a_root_trusts_nobody_and_is_an_error() {
    let root = Ca::root("root", |_| ());
    let intermediate = root.intermediate("intermediate", |_| ());
    let refused = read(&intermediate.pem()).unwrap_err();
    assert_eq!(refused, AnchorsError::NoRoot { intermediates: 1 });
    assert!(read(&(intermediate.pem() + &root.pem())).is_ok());
}

#[test]
fn a_bundle_tells_its_certificates_anchors_first() {
    let root = Ca::root("root", |params| params.serial_number = Some(0x1f.into()));
    let intermediate = root.intermediate("intermediate", |_| ());
    let anchors = read(&format!(
        "# ours\n{}text\n{}",
        intermediate.pem(),
        root.pem()
    ))
    .unwrap();
    assert_eq!((anchors.len(), anchors.is_empty()), (1, false));
    let facts = anchors
        .iter()
        .map(|ca| (ca.subject(), ca.is_anchor(), ca.may_issue()));
    let expected = [("CN=root", true, true), ("CN=intermediate", false, true)];
    assert_eq!(facts.collect::<Vec<_>>(), expected);
    let first = anchors.iter().next().unwrap();
    assert_eq!(
        (first.serial(), first.not_after()),
        ("1f", later(16 * DAY + DAY / 2))
    );
}

/// Rows: MTLS-9
#[test]
fn a_bundle_of_public_web_cas_is_told_from_a_directorys() {
    let of = |organisation: &str| {
        let named = Ca::root("root", |params| {
            params
                .distinguished_name
                .push(DnType::OrganizationName, organisation);
        });
        read(&named.pem()).unwrap().looks_public()
    };
    assert!(!of("Open Energy"));
    assert!(!of("The Directory of Amazonia"));
    assert!(of("DigiCert Inc"));
    assert!(of("Let's Encrypt"));
    let many = |count| -> String { (0..count).map(|_| Ca::root("root", |_| ()).pem()).collect() };
    assert!(!read(&many(20)).unwrap().looks_public());
    assert!(read(&many(21)).unwrap().looks_public());
}
