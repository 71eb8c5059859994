use std::{fs, process::Command};

use super::*;

/// Has `openssl` (or another command) make files in a folder; tells what the last of them holds.
fn made(commands: &[&str], file: &str) -> Option<Material> {
    let folder = tempfile::tempdir().unwrap();
    for command in commands {
        let words: Vec<_> = command
            .split(' ')
            .map(|word| if word == "''" { "" } else { word })
            .collect();
        let output = Command::new(words[0])
            .args(&words[1..])
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Material::of(&fs::read(folder.path().join(file)).unwrap())
}

const KEY: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key";
const CERTIFICATE: &str = "openssl req -x509 -key key -subj /CN=a -out cert";

#[test]
fn what_openssl_writes_is_known_by_its_form() {
    use Material as M;
    let cases: [(&[&str], M); 17] = [
        (&[KEY, "openssl pkey -in key -out out"], M::PrivateKey),
        (
            &[
                KEY,
                "openssl pkey -in key -aes256 -passout pass:secret -out out",
            ],
            M::EncryptedKey,
        ),
        (
            &[
                KEY,
                "openssl ec -in key -aes256 -passout pass:secret -out out",
            ],
            M::EncryptedKey,
        ),
        (
            &[KEY, "openssl pkey -in key -outform DER -out out"],
            M::PrivateKeyDer,
        ),
        (
            &[KEY, "openssl ec -in key -outform DER -out out"],
            M::PrivateKeyDer,
        ),
        (
            &[
                "openssl genrsa -traditional -out key 2048",
                "openssl rsa -in key -traditional -outform DER -out out",
            ],
            M::PrivateKeyDer,
        ),
        (
            &["openssl genrsa -traditional -aes128 -passout pass:secret -out out 2048"],
            M::EncryptedKey,
        ),
        (
            &[
                KEY,
                "openssl pkcs8 -topk8 -in key -outform DER -passout pass:secret -out out",
            ],
            M::EncryptedKeyDer,
        ),
        (
            &[
                KEY,
                "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in key -outform DER -passout pass:secret -out out",
            ],
            M::EncryptedKeyDer,
        ),
        (
            &[KEY, "openssl pkey -in key -pubout -out out"],
            M::PublicKey,
        ),
        (
            &["openssl ecparam -name prime256v1 -out out"],
            M::Parameters,
        ),
        (
            &[KEY, "openssl req -new -key key -subj /CN=a -out out"],
            M::Request,
        ),
        (
            &[KEY, CERTIFICATE, "openssl x509 -in cert -out out"],
            M::Certificate,
        ),
        (
            &[
                KEY,
                CERTIFICATE,
                "openssl x509 -in cert -outform DER -out out",
            ],
            M::CertificateDer,
        ),
        (
            &[KEY, CERTIFICATE, "openssl x509 -in cert -trustout -out out"],
            M::TrustedCertificate,
        ),
        (
            &[
                KEY,
                CERTIFICATE,
                "openssl pkcs12 -export -in cert -inkey key -passout pass:secret -out out",
            ],
            M::Pkcs12,
        ),
        (
            &[
                KEY,
                CERTIFICATE,
                "openssl crl2pkcs7 -nocrl -certfile cert -out out",
            ],
            M::Pkcs7,
        ),
    ];
    for (commands, expected) in cases {
        assert_eq!(made(commands, "out"), Some(expected), "{commands:?}");
    }
    let der = "openssl crl2pkcs7 -nocrl -certfile cert -outform DER -out out";
    assert_eq!(made(&[KEY, CERTIFICATE, der], "out"), Some(M::Pkcs7Der));
}

#[test]
fn other_files_are_known_by_how_they_begin() {
    use Material as M;
    let openssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
    let cases: [(&[u8], Option<M>); 10] = [
        (b"", Some(M::Empty)),
        (b" \r\n\n", Some(M::Empty)),
        (b"{\"kty\":\"RSA\"}", Some(M::Json)),
        (b"PuTTY-User-Key-File-3: ssh-rsa\n", Some(M::Putty)),
        (b"\xfe\xed\xfe\xed\0\0\0\x02", Some(M::JavaKeyStore)),
        (b"\xff\xfe-\0-\0", Some(M::Utf16)),
        (openssh.as_bytes(), Some(M::OpenSsh)),
        (
            b"\xef\xbb\xbf-----BEGIN PRIVATE KEY-----\r\n",
            Some(M::ByteOrderMark),
        ),
        (b"hello", None),
        (b"\x30\x03\x02\x01\x05", None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(
            Material::of(bytes),
            expected,
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = Material::of(&bytes);
        let _ = Material::of(&[&[0x30][..], &bytes].concat());
    }
}
