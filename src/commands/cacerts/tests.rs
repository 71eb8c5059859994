use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use super::*;

fn certificate(is_ca: IsCa) -> String {
    let mut params = CertificateParams::new(vec!["one.example".to_owned()]).unwrap();
    params.is_ca = is_ca;
    params
        .self_signed(&KeyPair::generate().unwrap())
        .unwrap()
        .pem()
}

fn ca() -> String {
    certificate(IsCa::Ca(BasicConstraints::Unconstrained))
}

fn args(dir: &Path, bundle: &str) -> CacertsArgs {
    let from = dir.join("from.pem");
    fs::write(&from, bundle).unwrap();
    CacertsArgs {
        from: Source::File(from),
        sha256: Fingerprint::of(bundle.as_bytes()),
        out: dir.join("out.pem"),
    }
}

#[test]
fn a_bundle_with_the_right_fingerprint_is_installed_for_all_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = format!("# roots\n{}{}", ca(), ca());
    verify_and_install(&args(dir.path(), &bundle)).unwrap();
    assert_eq!(
        fs::read_to_string(dir.path().join("out.pem")).unwrap(),
        bundle
    );
    let mode = fs::metadata(dir.path().join("out.pem"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn what_is_not_a_bundle_of_ca_certificates_leaves_the_old_file() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let garbled = ca().replacen("MII", "MIX", 1);
    let leaf = certificate(IsCa::ExplicitNoCa);
    let plain = certificate(IsCa::NoCa);
    let cases = [
        "",
        "hello",
        &leaf,
        &plain,
        &format!("{}{key}", ca()),
        &garbled,
    ];
    for bundle in cases {
        let dir = tempfile::tempdir().unwrap();
        let args = args(dir.path(), bundle);
        fs::write(&args.out, "old").unwrap();
        assert!(verify_and_install(&args).is_err(), "{bundle}");
        assert_eq!(fs::read(dir.path().join("out.pem")).unwrap(), b"old");
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            2,
            "no temporary file stays"
        );
    }
}

#[test]
fn another_fingerprint_installs_nothing_and_shows_both() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = args(dir.path(), &ca());
    let right = args.sha256;
    args.sha256.0[31] ^= 1;
    let wrong = args.sha256;
    let message = verify_and_install(&args).unwrap_err().to_string();
    assert!(message.contains(&right.to_string()) && message.contains(&wrong.to_string()));
    assert!(!dir.path().join("out.pem").exists());
}

#[test]
fn a_fingerprint_of_a_certificate_is_told_from_that_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (ca(), ca());
    let mut both = args(dir.path(), &format!("# roots\n{first}{second}"));
    let file = both.sha256;
    let der = |pem: &str| {
        <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes())
            .unwrap()
            .1
    };
    let said = |args: &CacertsArgs| verify_and_install(args).unwrap_err().to_string();
    both.sha256 = Fingerprint::of(&der(&second));
    let message = said(&both);
    assert!(
        message.contains("of certificate 2 (") && message.contains("not of the file"),
        "{message}"
    );
    assert!(
        message.contains(&file.to_string()) && !message.contains("alone"),
        "{message}"
    );
    let first_der = der(&first);
    let (_, certificate) = X509Certificate::from_der(&first_der).unwrap();
    both.sha256 = Fingerprint::of(certificate.public_key().raw);
    let message = said(&both);
    assert!(
        message.contains("of the key of certificate 1 ("),
        "{message}"
    );
    let mut alone = args(dir.path(), &first);
    alone.sha256 = Fingerprint::of(&der(&first));
    let message = said(&alone);
    assert!(
        message.contains("holds that certificate alone"),
        "{message}"
    );
    assert!(!dir.path().join("out.pem").exists());
}

#[test]
fn a_fingerprint_is_64_hexadecimal_digits() {
    let text = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    let plain: Fingerprint = text.parse().unwrap();
    assert_eq!(plain, Fingerprint::of(b"foo"));
    assert_eq!(plain.to_string(), text);
    assert_eq!(text.to_uppercase().parse(), Ok(plain));
    let pairs: Vec<&str> = (0..32).map(|at| &text[2 * at..2 * at + 2]).collect();
    assert_eq!(pairs.join(":").parse(), Ok(plain));
    for wrong in [
        "",
        "zz",
        &text[1..],
        &format!("{text}0"),
        &text.replace('2', "+"),
    ] {
        assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
    }
}

#[test]
fn a_source_is_a_file_or_an_https_url() {
    assert!(matches!("ca.pem".parse(), Ok(Source::File(_))));
    assert!(matches!(
        "https://directory.example/ca.pem".parse(),
        Ok(Source::Url(_))
    ));
    assert!("http://directory.example/ca.pem".parse::<Source>().is_err());
    assert!("ftp://directory.example/ca.pem".parse::<Source>().is_err());
}
