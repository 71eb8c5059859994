//! The forms in which certificates that are valid come, beside the one that is usual here.

use std::{fs, process::Command};

use rcgen::{CustomExtension, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SigningKey};
use rustls_pki_types::CertificateDer;

use super::{
    Ca,
    mint::{NOW, callers, verify},
};
use crate::caller::{
    Callers, CertificateRefused as Refused, PathFault, RevocationLists, Thumbprint, TrustAnchors,
    der::{self, Element, OBJECT_IDENTIFIER, SEQUENCE, SET},
};

/// A certificate changed in its fields and signed anew.
#[derive(Clone)]
struct Reissued {
    /// The fields of the `TBSCertificate`, each as one element of DER.
    fields: Vec<Vec<u8>>,
    /// The `AlgorithmIdentifier` outside.
    algorithm: Vec<u8>,
}

const INNER_ALGORITHM: usize = 2;
const ISSUER: usize = 3;
const SUBJECT: usize = 5;
const EXTENSIONS: usize = 7;

impl Reissued {
    fn of(der: &[u8]) -> Self {
        let whole = |elements: Vec<Element<'_>>| -> Vec<Vec<u8>> {
            elements
                .iter()
                .map(|element| element.whole.to_vec())
                .collect()
        };
        let parts = whole(der::elements(der::content(der, SEQUENCE).unwrap()).unwrap());
        let tbs = der::content(&parts[0], SEQUENCE).unwrap();
        Self {
            fields: whole(der::elements(tbs).unwrap()),
            algorithm: parts[1].clone(),
        }
    }

    /// Names this algorithm within and without.
    fn algorithm(mut self, algorithm: Vec<u8>) -> Self {
        self.fields[INNER_ALGORITHM].clone_from(&algorithm);
        self.algorithm = algorithm;
        self
    }

    fn field(mut self, at: usize, field: Vec<u8>) -> Self {
        self.fields[at] = field;
        self
    }

    /// Both unique identifiers of RFC 5280 §4.1.2.8.
    fn unique_identifiers(mut self) -> Self {
        let identifiers = [vec![0x81, 2, 0, 0xaa], vec![0x82, 3, 0, 0xbb, 0xcc]];
        self.fields.splice(EXTENSIONS..EXTENSIONS, identifiers);
        self
    }

    fn sign(&self, key: &impl SigningKey) -> CertificateDer<'static> {
        self.sign_by(|tbs| key.sign(tbs).unwrap())
    }

    fn sign_by(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> CertificateDer<'static> {
        let tbs = der::element(SEQUENCE, &self.fields.concat());
        let signature = [&[0][..], &sign(&tbs)].concat();
        let whole = [tbs, self.algorithm.clone(), der::element(3, &signature)].concat();
        der::element(SEQUENCE, &whole).into()
    }
}

/// A name of one `CN` of the string type `tag`.
fn common_name(tag: u8, text: &[u8]) -> Vec<u8> {
    let kind = der::element(OBJECT_IDENTIFIER, &[0x55, 4, 3]);
    let attribute = der::element(SEQUENCE, &[kind, der::element(tag, text)].concat());
    der::element(SEQUENCE, &der::element(SET, &attribute))
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let [begin, end] = ["BEGIN", "END"].map(|word| format!("-----{word} CERTIFICATE-----\n"));
    let base64 = STANDARD.encode(der);
    let lines = base64.as_bytes().chunks(64);
    let lines: Vec<_> = lines.map(|line| str::from_utf8(line).unwrap()).collect();
    begin + &lines.join("\n") + "\n" + &end
}

fn callers_of(bundle: &[&[u8]]) -> Callers {
    let pem: String = bundle.iter().map(|der| pem(der)).collect();
    let anchors = TrustAnchors::from_pem(pem.as_bytes()).unwrap();
    Callers::new(
        anchors,
        RevocationLists::default(),
        std::time::Duration::ZERO,
        100,
    )
}

/// Word of the `openssl` command on the path over `bundle` to `leaf`, with further options.
pub(super) fn openssl_verifies(bundle: &[&[u8]], leaf: &[u8], options: &[&str]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let [ca, client] = ["ca.pem", "client.pem"].map(|name| folder.path().join(name));
    fs::write(&ca, bundle.iter().map(|der| pem(der)).collect::<String>()).unwrap();
    fs::write(&client, pem(leaf)).unwrap();
    let output = Command::new("openssl")
        .args([
            "verify",
            "-purpose",
            "sslclient",
            "-attime",
            &NOW.seconds().to_string(),
        ])
        .args(options)
        .arg("-CAfile")
        .args([ca, client])
        .output()
        .expect("these tests need the openssl command");
    output.status.success()
}

/// Rows: PKIX-1
#[test]
fn rfc5280_7_1_an_issuer_is_found_by_its_name_in_any_form() {
    let root = Ca::root("Directory Root", |_| ());
    let intermediate = root.intermediate("Directory  Issuing", |_| ());
    let direct = Reissued::of(&root.leaf(|_| ()));
    let below = Reissued::of(&intermediate.leaf(|_| ()));
    let bundle = callers(&[&root, &intermediate], vec![]);
    for (tag, text) in [
        (0x13, "Directory Root"),
        (0x0c, "DIRECTORY ROOT"),
        (0x14, " directory   root "),
        (0x1e, "\0D\0i\0r\0e\0c\0t\0o\0r\0y\0 \0R\0o\0o\0t"),
    ] {
        let name = common_name(tag, text.as_bytes());
        let leaf = direct.clone().field(ISSUER, name).sign(root.issuer.key());
        let caller = verify(&bundle, &leaf).unwrap();
        assert_eq!(*caller.thumbprint(), Thumbprint::of(&leaf), "{text}");
        let stranger = Ca::root("Directory Root", |_| ());
        let name = common_name(tag, text.as_bytes());
        let forged = direct
            .clone()
            .field(ISSUER, name)
            .sign(stranger.issuer.key());
        assert_eq!(
            verify(&bundle, &forged).unwrap_err(),
            Refused::Signature,
            "{text}"
        );
    }
    let name = common_name(0x13, b"directory issuing");
    let leaf = below
        .clone()
        .field(ISSUER, name)
        .sign(intermediate.issuer.key());
    assert!(verify(&bundle, &leaf).is_ok());
    let name = common_name(0x13, b"directoryissuing");
    let other = below.field(ISSUER, name).sign(intermediate.issuer.key());
    assert!(matches!(
        verify(&bundle, &other),
        Err(Refused::UnknownIssuer { .. })
    ));
}

/// Rows: PKIX-1
#[test]
fn rfc5280_7_1_names_between_cas_are_compared_so_as_well() {
    let root = Ca::root("Root", |_| ());
    let intermediate = root.intermediate("Issuing", |_| ());
    let disguised = Reissued::of(intermediate.issuer.der())
        .field(ISSUER, common_name(0x13, b" ROOT"))
        .field(SUBJECT, common_name(0x16, b"ISSUING "))
        .sign(root.issuer.key());
    let leaf = intermediate.leaf(|_| ());
    let bundle: [&[u8]; 2] = [root.issuer.der(), &disguised];
    assert!(verify(&callers_of(&bundle), &leaf).is_ok());
    assert!(openssl_verifies(&bundle, &leaf, &[]));
    // A root whose issuer is its subject in another form is a root all the same.
    let root_disguised = Reissued::of(root.issuer.der())
        .field(ISSUER, common_name(0x13, b"root"))
        .sign(root.issuer.key());
    let bundle: [&[u8]; 2] = [&root_disguised, &disguised];
    assert!(verify(&callers_of(&bundle), &leaf).is_ok());
}

/// Rows: PKIX-11
#[test]
fn rfc5280_4_1_2_8_unique_identifiers_are_read_over() {
    let root = Ca::root("root", |_| ());
    let intermediate = root.intermediate("intermediate", |_| ());
    let ca = Reissued::of(intermediate.issuer.der())
        .unique_identifiers()
        .sign(root.issuer.key());
    let anchor = Reissued::of(root.issuer.der())
        .unique_identifiers()
        .sign(root.issuer.key());
    let leaf = Reissued::of(&intermediate.leaf(|_| ()))
        .unique_identifiers()
        .sign(intermediate.issuer.key());
    let bundle: [&[u8]; 2] = [&anchor, &ca];
    let caller = verify(&callers_of(&bundle), &leaf).unwrap();
    assert_eq!(*caller.thumbprint(), Thumbprint::of(&leaf));
    assert!(openssl_verifies(&bundle, &leaf, &[]));
    // They are signed like everything else: one that was changed afterwards is refused.
    let at = leaf
        .windows(3)
        .position(|bytes| bytes == [0, 0xbb, 0xcc])
        .unwrap();
    let mut changed = leaf.to_vec();
    changed[at + 1] ^= 1;
    assert_eq!(
        verify(&callers_of(&bundle), &changed).unwrap_err(),
        Refused::Signature
    );
    let mut changed = ca.to_vec();
    let at = ca
        .windows(3)
        .position(|bytes| bytes == [0, 0xbb, 0xcc])
        .unwrap();
    changed[at + 1] ^= 1;
    let bundle: [&[u8]; 2] = [&anchor, &changed];
    assert_eq!(
        verify(&callers_of(&bundle), &leaf).unwrap_err(),
        Refused::Signature
    );
}

/// An RSA root and its key.
fn rsa_root() -> Ca {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    Ca::root_with(key, "rsa", |_| ())
}

/// Rows: PKIX-10
#[test]
fn rfc4055_5_rsa_signatures_without_parameters_are_verified() {
    let root = rsa_root();
    let callers = root.callers();
    let with_null = Reissued::of(&root.leaf(|_| ()));
    let kind = der::element(
        OBJECT_IDENTIFIER,
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11],
    );
    let absent = der::element(SEQUENCE, &kind);
    assert_ne!(with_null.algorithm, absent);
    let leaf = with_null
        .clone()
        .algorithm(absent.clone())
        .sign(root.issuer.key());
    assert!(verify(&callers, &leaf).is_ok());
    assert!(openssl_verifies(&[root.issuer.der()], &leaf, &[]));
    // As a CA's certificate too.
    let intermediate = root.intermediate("intermediate", |_| ());
    let ca = Reissued::of(intermediate.issuer.der())
        .algorithm(absent.clone())
        .sign(root.issuer.key());
    let below = intermediate.leaf(|_| ());
    assert!(verify(&callers_of(&[root.issuer.der(), &ca]), &below).is_ok());
    // Nothing else than NULL or nothing, and the same in both places, RFC 5280 §4.1.1.2.
    let number = der::element(SEQUENCE, &[kind, vec![2, 1, 0]].concat());
    let other = with_null.clone().algorithm(number).sign(root.issuer.key());
    assert!(matches!(
        verify(&callers, &other),
        Err(Refused::SignatureUnsupported { .. })
    ));
    let inner_alone = with_null
        .clone()
        .field(INNER_ALGORITHM, absent)
        .sign(root.issuer.key());
    let reason = PathFault::AlgorithmMismatch;
    assert_eq!(
        verify(&callers, &inner_alone).unwrap_err(),
        Refused::Path { reason }
    );
    assert!(!openssl_verifies(&[root.issuer.der()], &inner_alone, &[]));
    let mut tampered = leaf.to_vec();
    *tampered.last_mut().unwrap() ^= 1;
    assert_eq!(verify(&callers, &tampered).unwrap_err(), Refused::Signature);
}

/// Rows: PKIX-10
#[test]
fn rfc4055_2_1_hashes_of_pss_are_read_with_null_and_without() {
    let root = rsa_root();
    let key = aws_lc_rs::rsa::KeyPair::from_pkcs8(&root.issuer.key().serialize_der()).unwrap();
    let sign = |tbs: &[u8]| {
        let mut signature = vec![0; key.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        key.sign(
            &aws_lc_rs::signature::RSA_PSS_SHA256,
            &random,
            tbs,
            &mut signature,
        )
        .unwrap();
        signature
    };
    let hash = |null: &[u8]| {
        let kind = der::element(OBJECT_IDENTIFIER, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]);
        der::element(SEQUENCE, &[&kind, null].concat())
    };
    let pss = |hash_null: &[u8], mask_null: &[u8], rest: &[u8]| {
        let pkcs1 = |last| {
            der::element(
                OBJECT_IDENTIFIER,
                &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, last],
            )
        };
        let mask = der::element(SEQUENCE, &[pkcs1(8), hash(mask_null)].concat());
        let salt = der::element(0xa2, &[2, 1, 32]);
        let fields = [
            der::element(0xa0, &hash(hash_null)),
            der::element(0xa1, &mask),
            salt,
            rest.to_vec(),
        ];
        let parameters = der::element(SEQUENCE, &fields.concat());
        der::element(SEQUENCE, &[pkcs1(10), parameters].concat())
    };
    let leaf = Reissued::of(&root.leaf(|_| ()));
    let null: &[u8] = &[5, 0];
    for (hash_null, mask_null, rest) in [
        (null, null, &[][..]),
        (&[], &[], &[]),
        (&[], null, &[]),
        (null, &[], &[]),
        // The trailer that there always is, said although it is the default.
        (null, null, &[0xa3, 3, 2, 1, 1]),
    ] {
        let algorithm = pss(hash_null, mask_null, rest);
        let der = leaf.clone().algorithm(algorithm).sign_by(sign);
        assert!(
            verify(&root.callers(), &der).is_ok(),
            "{hash_null:?} {mask_null:?} {rest:?}"
        );
        assert!(openssl_verifies(&[root.issuer.der()], &der, &[]));
    }
    let other_trailer = pss(null, null, &[0xa3, 3, 2, 1, 2]);
    let der = leaf.clone().algorithm(other_trailer).sign_by(sign);
    assert!(matches!(
        verify(&root.callers(), &der),
        Err(Refused::SignatureUnsupported { .. })
    ));
    let kind = der::element(
        OBJECT_IDENTIFIER,
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 10],
    );
    let none = leaf.algorithm(der::element(SEQUENCE, &kind)).sign_by(sign);
    assert!(matches!(
        verify(&root.callers(), &none),
        Err(Refused::SignatureUnsupported { .. })
    ));
}

/// Rows: PKIX-11
#[test]
fn certificates_as_directories_issue_them_are_taken_as_openssl_takes_them() {
    let root = Ca::root("root", |_| ());
    let extension = |oid: &[u64], content: Vec<u8>, is_critical: bool| {
        let mut extension = CustomExtension::from_oid_content(oid, content);
        extension.set_criticality(is_critical);
        extension
    };
    let names = |content: &[u8], is_critical| {
        extension(
            &[2, 5, 29, 17],
            der::element(SEQUENCE, content),
            is_critical,
        )
    };
    let with =
        |extension: CustomExtension| root.leaf(|params| params.custom_extensions = vec![extension]);
    let serial = |bytes: &[u8]| {
        let leaf = Reissued::of(&root.leaf(|_| ()));
        leaf.field(1, der::element(2, bytes))
            .sign(root.issuer.key())
    };
    let text = |tag: u8, text: &[u8]| der::element(tag, text);
    let dates = |until: Vec<u8>| {
        let from = text(0x17, b"200101000000Z");
        let leaf = Reissued::of(&root.leaf(|_| ()));
        leaf.field(4, der::element(SEQUENCE, &[from, until].concat()))
            .sign(root.issuer.key())
    };
    let other_name = [
        der::element(OBJECT_IDENTIFIER, &[0x2a, 3]),
        der::element(0xa0, &text(0x0c, b"x")),
    ];
    let nameless = Reissued::of(&with(names(&text(0x86, b"https://a.example"), true)))
        .field(SUBJECT, vec![0x30, 0])
        .sign(root.issuer.key());
    let cases = [
        ("no subject, critical names", nameless),
        (
            "an other name",
            with(names(&der::element(0xa0, &other_name.concat()), false)),
        ),
        (
            "a registered id",
            with(names(&text(0x88, &[0x2a, 3]), false)),
        ),
        (
            "a directory name",
            with(names(&der::element(0xa4, &common_name(0x0c, b"a")), false)),
        ),
        (
            "an address of IPv6",
            with(names(&text(0x87, &[0; 16]), false)),
        ),
        (
            "an e-mail address",
            with(names(&text(0x81, b"a@b.example"), false)),
        ),
        ("serial number 0", serial(&[0])),
        ("a negative serial number", serial(&[0x80, 1])),
        ("a serial number of 20 octets", serial(&[0x7f; 20])),
        ("a serial number of 21 octets", serial(&[0x7f; 21])),
        ("no end", dates(text(0x18, b"99991231235959Z"))),
        ("an end in UTCTime", dates(text(0x17, b"491231235959Z"))),
        (
            "an unknown extension",
            with(extension(&[1, 2, 3, 4], b"anything".to_vec(), false)),
        ),
        (
            "critical distribution points",
            with(extension(&[2, 5, 29, 31], crl_point(), true)),
        ),
    ];
    for (form, leaf) in cases {
        let found = verify(&root.callers(), &leaf);
        assert!(found.is_ok(), "{form}: {}", found.unwrap_err());
        assert!(openssl_verifies(&[root.issuer.der()], &leaf, &[]), "{form}");
    }
}

/// `CRLDistributionPoints` of one URI.
fn crl_point() -> Vec<u8> {
    let uri = der::element(0x86, b"http://a.example/crl");
    let point = der::element(0xa0, &der::element(0xa0, &uri));
    der::element(SEQUENCE, &der::element(SEQUENCE, &point))
}
