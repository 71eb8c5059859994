//! The room as a whole: recognise, verify, remember.

mod anchors;
mod bundle;
mod escapings;
mod forms;
mod leaf;
mod list_forms;
mod lists;
mod mint;
mod openssl;
mod path;
mod policies;
mod revocation;
mod serial;

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

use self::mint::{Ca, DAY, NOW, later, text, verify};
use super::*;
use crate::edge::{CertificateFormat, CertificateSyntax};

fn forwarded(text: &str) -> ForwardedCertificate<'_> {
    ForwardedCertificate::new(CertificateFormat::DerBase64, text.as_bytes())
}

/// Rows: PKIX-2
#[test]
fn rfc5280_4_1_2_5_a_remembered_certificate_expires_all_the_same() {
    let root = Ca::root("root", |_| ());
    let callers = root.callers();
    let text = text(&root.leaf(|_| ()));
    let verify = |now| callers.recognise(&forwarded(&text)).unwrap().verify(now);
    let not_after = later(16 * DAY + DAY / 2);

    let first = verify(NOW).unwrap();
    assert_eq!(callers.cache.len(), 1);
    assert_eq!(first.not_after(), not_after);
    let again = verify(later(1)).unwrap();
    assert!(
        Arc::ptr_eq(&first.0, &again.0),
        "the second was not remembered"
    );
    assert!(verify(not_after).is_ok());
    let now = not_after.after(Duration::from_secs(1));
    assert_eq!(
        verify(now).unwrap_err(),
        CertificateRefused::Expired { not_after, now }
    );
    let now = later(-20 * DAY);
    assert!(matches!(
        verify(now).unwrap_err(),
        CertificateRefused::NotYetValid { .. }
    ));
    assert!(verify(NOW).is_ok());
}

/// Rows: PKIX-1
#[test]
fn a_refusal_is_not_remembered() {
    let (root, other) = (Ca::root("root", |_| ()), Ca::root("other", |_| ()));
    let callers = root.callers();
    let text = text(&other.leaf(|_| ()));
    for _ in 0..2 {
        let presented = callers.recognise(&forwarded(&text)).unwrap();
        assert!(matches!(
            presented.verify(NOW),
            Err(CertificateRefused::UnknownIssuer { .. })
        ));
    }
    assert_eq!(callers.cache.len(), 0);
}

/// Rows: MTLS-10
#[test]
fn the_cache_is_bounded() {
    let root = Ca::root("root", |_| ());
    let callers = Callers::new(
        root.anchors(),
        RevocationLists::default(),
        Duration::ZERO,
        4,
    );
    for _ in 0..40 {
        verify(&callers, &root.leaf(|_| ())).unwrap();
    }
    assert!(callers.cache.len() <= 4);
}

/// Rows: MTLS-2, CERT-6, IB1-HDR-2
#[test]
fn rfc8705_3_1_the_thumbprint_is_over_the_der_whatever_the_header_looked_like() {
    let root = Ca::root("root", |_| ());
    let callers = root.callers();
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    for der in [root.leaf(|_| ()), root.leaf_with(&rsa, |_| ())] {
        let base64 = STANDARD.encode(&der);
        let pem = |line_end| {
            let [begin, end] = ["BEGIN", "END"].map(|word| format!("-----{word} CERTIFICATE-----"));
            format!("{begin}{line_end}{base64}{line_end}{end}{line_end}")
        };
        let url = |text: String| {
            text.replace(' ', "%20")
                .replace('\r', "%0D")
                .replace('\n', "%0A")
        };
        let texts = [
            (CertificateFormat::PemUrlencoded, url(pem("\n"))),
            (CertificateFormat::PemUrlencoded, url(pem("\r\n"))),
            (
                CertificateFormat::PemUrlencoded,
                url(pem("\n")).replace('+', "%2b"),
            ),
            (
                CertificateFormat::PemFolded,
                pem("\t").trim_end().to_owned(),
            ),
            (CertificateFormat::DerBase64, base64.clone()),
            (CertificateFormat::Rfc9440, format!(":{base64}:")),
        ];
        for (format, text) in texts {
            let certificate = ForwardedCertificate::new(format, text.as_bytes());
            let caller = callers
                .recognise(&certificate)
                .unwrap()
                .verify(NOW)
                .unwrap();
            assert_eq!(*caller.thumbprint(), Thumbprint::of(&der));
            assert_eq!(caller.thumbprint().to_string(), openssl::thumbprint(&der));
        }
    }
}

#[test]
fn the_facts_of_a_certificate_are_there_whether_or_not_it_is_verified() {
    let (root, other) = (Ca::root("root", |_| ()), Ca::root("other", |_| ()));
    let callers = root.callers();
    for (ca, is_good) in [(&root, true), (&other, false)] {
        let der = ca.leaf(|params| params.serial_number = Some(vec![0x00, 0xab, 0x01].into()));
        let text = text(&der);
        // The second time it is known, when it was good.
        for _ in 0..2 {
            let presented = callers.recognise(&forwarded(&text)).unwrap();
            let facts = presented.facts();
            let issuer = if is_good { "CN=root" } else { "CN=other" };
            assert_eq!((facts.subject(), facts.issuer()), ("CN=client", issuer));
            assert_eq!(facts.serial(), "ab01");
            assert_eq!(*facts.thumbprint(), Thumbprint::of(&der));
            assert_eq!(facts.not_after(), later(16 * DAY + DAY / 2));
            let verified = presented.verify(NOW);
            assert_eq!(verified.is_ok(), is_good);
            assert!(verified.is_err() || verified.is_ok_and(|caller| *caller.facts() == facts));
        }
    }
}

#[test]
fn long_names_that_nobody_vouches_for_are_cut() {
    let root = Ca::root("root", |_| ());
    let der = root.leaf(|params| {
        params
            .distinguished_name
            .push(DnType::CommonName, "n".repeat(3000));
    });
    let facts = CertificateFacts::read(&der).unwrap();
    assert!(facts.subject().len() < 300, "{}", facts.subject().len());
    let caller = verify(&root.callers(), &der).unwrap();
    assert_eq!(caller.subject().len(), 3003);
    assert!(CertificateFacts::read(&CertificateDer::from(vec![0x30, 0])).is_err());
}

#[test]
fn the_same_text_in_another_format_is_another_certificate() {
    let root = Ca::root("root", |_| ());
    let callers = root.callers();
    let text = text(&root.leaf(|_| ()));
    assert!(
        callers
            .recognise(&forwarded(&text))
            .unwrap()
            .verify(NOW)
            .is_ok()
    );
    let folded = ForwardedCertificate::new(CertificateFormat::PemFolded, text.as_bytes());
    let refused = callers.recognise(&folded).unwrap_err();
    assert_eq!(
        refused,
        CertificateUnreadable::Header(CertificateSyntax::Label)
    );
}

/// Rows: PKIX-11
#[test]
fn a_common_name_of_90_characters_is_accepted_and_printed() {
    let url = format!("https://directory.example/{}", "n".repeat(64));
    let root = Ca::root("root", |_| ());
    let leaf = root.leaf(|params: &mut CertificateParams| {
        params
            .distinguished_name
            .push(DnType::OrganizationName, "A, B\n& C");
        params
            .distinguished_name
            .push(DnType::CommonName, url.as_str());
        params.serial_number = Some(vec![0x00, 0xab, 0x01].into());
    });
    let caller = verify(&root.callers(), &leaf).unwrap();
    assert_eq!(caller.subject(), format!("CN={url},O=A\\, B\\0A& C"));
    assert_eq!(caller.serial(), "ab01");
    assert_eq!(
        format!("{caller:?}"),
        format!("Caller({})", caller.subject())
    );
}

/// Rows: CERT-5, MTLS-10
#[test]
fn x690_der_that_is_no_certificate_is_unreadable_rather_than_refused() {
    let root = Ca::root("root", |_| ());
    let callers = root.callers();
    let good = root.leaf(|_| ()).to_vec();
    let read = |der: &[u8]| {
        callers
            .recognise(&forwarded(&STANDARD.encode(der)))
            .map(|_| ())
    };
    assert_eq!(read(&good), Ok(()));
    assert_eq!(read(&[0x30, 0]), Err(CertificateUnreadable::Structure));
    assert_eq!(
        read(&[0x30, 3, 2, 1, 5]),
        Err(CertificateUnreadable::Structure)
    );
    let trailing = [good.as_slice(), &[0]].concat();
    assert_eq!(read(&trailing), Err(CertificateSyntax::Der.into()));
    // The tbsCertificate's length in one byte more than it needs, as BER allows.
    let [0x30, 0x82, high, low, 0x30, 0x81, rest @ ..] = good.as_slice() else {
        panic!("the lengths are of other forms than this test is for");
    };
    let [high, low] = (u16::from_be_bytes([*high, *low]) + 1).to_be_bytes();
    let ber = [&[0x30, 0x82, high, low, 0x30, 0x82, 0][..], rest].concat();
    assert_eq!(read(&ber), Err(CertificateUnreadable::Structure));
}

#[test]
fn debug_output_holds_no_certificate() {
    let root = Ca::root("root", |_| ());
    let callers = root.callers();
    let text = text(&root.leaf(|_| ()));
    let presented = callers.recognise(&forwarded(&text)).unwrap();
    for printed in [
        format!("{callers:?}"),
        format!("{presented:?}"),
        format!("{:?}", root.anchors()),
    ] {
        assert!(
            printed.len() < 200 && !printed.contains(&text[..20]),
            "{printed}"
        );
    }
    let caller = Caller::for_test(Thumbprint::of(b"x"));
    assert_eq!(format!("{caller:?}"), "Caller(CN=test)");
}

proptest! {
    /// Rows: MTLS-10
    #[test]
    fn arbitrary_bytes_never_panic_and_are_nobody(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let callers = mint::shared().0.callers();
        for der in [bytes.clone(), [&[0x30, u8::try_from(bytes.len() % 128).unwrap()][..], &bytes].concat()] {
            let text = STANDARD.encode(der);
            if let Ok(presented) = callers.recognise(&forwarded(&text)) {
                prop_assert!(presented.verify(NOW).is_err());
            }
        }
    }

    /// Rows: PKIX-1, MTLS-10
    #[test]
    fn a_certificate_with_any_byte_changed_is_nobody(at in any::<prop::sample::Index>(), by in 1_u8..) {
        let (root, leaf) = mint::shared();
        let callers = root.callers();
        let mut der = leaf.to_vec();
        let at = at.index(der.len());
        der[at] ^= by;
        let text = STANDARD.encode(&der);
        if let Ok(presented) = callers.recognise(&forwarded(&text)) {
            prop_assert!(presented.verify(NOW).is_err(), "octet {} by {}", at, by);
        }
    }
}
