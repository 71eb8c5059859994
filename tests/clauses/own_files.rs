//! Our own certificate and key in the forms in which people have them: named, with what would help.

use std::{fs, process::Command};

use super::configuration::Installation;

/// Runs a line of shell in the folder of the certificates.
#[track_caller]
fn sh(installation: &Installation, line: &str) {
    let output = Command::new("sh")
        .args(["-ec", line])
        .current_dir(installation.path("certs"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
}

/// The command that the remedy of the error about `file` begins with.
fn remedy(installation: &Installation, file: &str) -> String {
    let (_, said) = installation.run(&["check", "--offline"]);
    let line = said
        .lines()
        .find(|line| line.starts_with("error") && line.contains(file));
    let line = line.unwrap_or_else(|| panic!("nothing is said of {file}: {said}"));
    let (_, command) = line
        .split_once("needed; ")
        .or_else(|| line.split_once("own first; "))
        .unwrap();
    command.rsplit_once("; then name").unwrap().0.to_owned()
}

/// Each file is named as what it is; the command that is told of makes one that is taken.
#[test]
fn a_key_in_another_form_is_named_and_the_remedy_helps() {
    for (made, words) in [
        (
            "openssl pkey -in a.key -outform DER -out new",
            "a private key in DER",
        ),
        (
            "openssl ec -in a.key -outform DER -out new",
            "a private key in DER",
        ),
        (
            "openssl pkcs12 -export -in a.pem -inkey a.key -passout pass: -out new",
            "a PKCS#12 container",
        ),
        ("iconv -f UTF-8 -t UTF-16 a.key > new", "text in UTF-16"),
        (
            "{ printf '\\357\\273\\277'; cat a.key; } > new",
            "byte order mark",
        ),
    ] {
        let installation = Installation::new();
        sh(
            &installation,
            &format!("{made}; chmod 0600 new; mv new a.key"),
        );
        installation.assert_refused("private_key", &[words]);
        let command = remedy(&installation, "a.key");
        let command = command.replace("-nodes", "-nodes -passin pass:");
        sh(&installation, &format!("{command}; mv a.key.pem a.key"));
        installation.assert_passes_check();
    }
}

#[test]
fn a_key_that_only_a_passphrase_opens_is_named() {
    for made in [
        "openssl pkey -in a.key -aes256 -passout pass:secret -out new",
        "openssl ec -in a.key -aes256 -passout pass:secret -out new",
        "openssl pkcs8 -topk8 -in a.key -outform DER -passout pass:secret -out new",
    ] {
        let installation = Installation::new();
        sh(
            &installation,
            &format!("{made}; chmod 0600 new; mv new a.key"),
        );
        installation.assert_refused("private_key", &["encrypted", "passphrase", "openssl"]);
        let command = remedy(&installation, "a.key").replace("-out", "-passin pass:secret -out");
        sh(&installation, &format!("{command}; mv a.key.pem a.key"));
        installation.assert_passes_check();
    }
}

#[test]
fn what_is_no_private_key_is_named() {
    for (made, words) in [
        ("openssl pkey -in a.key -pubout -out new", "a public key"),
        (
            "openssl req -new -key a.key -subj /CN=a -out new",
            "a request for a certificate",
        ),
        ("cp a.pem new", "a certificate"),
        (
            "openssl ecparam -name prime256v1 -out new",
            "the parameters of a key",
        ),
        (
            "ssh-keygen -q -t ed25519 -N '' -f new",
            "an OpenSSH private key",
        ),
        ("printf '{\"kty\":\"EC\"}' > new", "JSON"),
        (": > new", "it is empty"),
    ] {
        let installation = Installation::new();
        sh(
            &installation,
            &format!("{made}; chmod 0600 new; mv new a.key"),
        );
        installation.assert_refused("private_key", &[words]);
    }
    // A key is taken with the parameters of its curve before it, and with certificates after it.
    let installation = Installation::new();
    sh(
        &installation,
        "{ openssl ecparam -name prime256v1; openssl ec -in a.key; cat a.pem; } > new; cat new > a.key",
    );
    installation.assert_passes_check();
}

#[test]
fn a_certificate_in_another_form_is_named_and_the_remedy_helps() {
    for (made, words) in [
        (
            "openssl x509 -in a.pem -outform DER -out new",
            "a certificate in DER",
        ),
        (
            "openssl x509 -in a.pem -trustout -out new",
            "OpenSSL's own form",
        ),
        (
            "openssl crl2pkcs7 -nocrl -certfile a.pem -out new",
            "PKCS#7",
        ),
        (
            "openssl crl2pkcs7 -nocrl -certfile a.pem -outform DER -out new",
            "PKCS#7 in DER",
        ),
        (
            "openssl pkcs12 -export -in a.pem -inkey a.key -passout pass: -out new",
            "a PKCS#12 container",
        ),
    ] {
        let installation = Installation::new();
        sh(&installation, &format!("{made}; mv new a.pem"));
        installation.assert_refused("certificate =", &[words]);
        let command = remedy(&installation, "a.pem");
        let command = command.replace("-nokeys", "-nokeys -passin pass:");
        sh(&installation, &format!("{command}; mv a.pem.pem a.pem"));
        installation.assert_passes_check();
    }
    let installation = Installation::new();
    sh(
        &installation,
        "openssl req -new -key a.key -subj /CN=a -out a.pem",
    );
    installation.assert_refused(
        "certificate =",
        &["a request for a certificate", "directory returned"],
    );
}

#[test]
fn a_file_of_key_and_certificate_together_is_named_as_combined() {
    let installation = Installation::new();
    let kept = fs::read(installation.path("certs/a.pem")).unwrap();
    sh(&installation, "cat a.key >> a.pem");
    installation.assert_refused(
        "certificate =",
        &["combined PEM", "part them", "chmod 0600"],
    );
    sh(
        &installation,
        "openssl crl2pkcs7 -nocrl -certfile a.pem | openssl pkcs7 -print_certs -out new; mv new a.pem",
    );
    installation.assert_passes_check();
    fs::write(installation.path("certs/a.pem"), kept).unwrap();
    // The key's file is guarded, and may hold the certificate as well.
    sh(&installation, "cat a.pem >> a.key");
    installation.assert_passes_check();
}

#[test]
fn a_chain_in_the_wrong_order_is_named_as_that() {
    let installation = Installation::new();
    sh(
        &installation,
        "cat a.pem consumers-ca.pem > right; cat consumers-ca.pem a.pem > wrong",
    );
    sh(&installation, "cp right a.pem");
    installation.assert_passes_check();
    sh(&installation, "cp wrong a.pem");
    installation.assert_refused("certificate =", &["wrong order", "certificate 3", "first"]);

    // One's own first, and those above it the wrong way round: a warning, for many servers take it.
    let above = |name: &str, by: &str| {
        format!(
            "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -subj /CN={name} -out csr; \
             openssl x509 -req -in csr -CA {by}.pem -CAkey {by}.key -set_serial 7 -days 9 -out {name}.pem"
        )
    };
    sh(
        &installation,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout top.key -subj /CN=top -days 9 -out top.pem",
    );
    for (name, by) in [("middle", "top"), ("low", "middle")] {
        sh(&installation, &above(name, by));
    }
    sh(
        &installation,
        "printf keyUsage=digitalSignature > v3; openssl req -new -key a.key -subj /CN=own -out csr; openssl x509 -req -in csr -CA low.pem -CAkey low.key -set_serial 7 -days 9 -extfile v3 -out own.pem",
    );
    sh(
        &installation,
        "cat own.pem low.pem middle.pem top.pem > a.pem",
    );
    let said = installation.assert_passes_check();
    assert!(!said.contains("wrong order"), "{said}");
    sh(
        &installation,
        "cat own.pem middle.pem low.pem top.pem > a.pem",
    );
    let said = installation.assert_passes_check();
    assert!(
        said.contains("wrong order: the issuer of certificate 1 is certificate 3"),
        "{said}"
    );
}
