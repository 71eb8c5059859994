//! What we show people how to do, done.

use std::{path::Path, process::Command};

use crate::support::process::{output, tool};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_example_certificates_are_minted_and_verify() {
    let dir = tempfile::tempdir().unwrap();
    output(Command::new(Path::new(ROOT).join("certs.example/mint.sh")).arg(dir.path()));
    let verify = |anchors: &str, arguments: &[&str]| {
        let mut openssl = Command::new(tool("openssl", "openssl"));
        openssl.args(["verify", "-CAfile", anchors]).args(arguments);
        openssl
            .current_dir(dir.path())
            .output()
            .unwrap()
            .status
            .success()
    };
    for certificate in ["consumer.pem", "a.pem"] {
        assert!(verify(
            "consumers-ca.pem",
            &["-purpose", "sslclient", certificate]
        ));
        assert!(!verify(
            "web-ca.pem",
            &["-purpose", "sslclient", certificate]
        ));
    }
    let name = [
        "-purpose",
        "sslserver",
        "-verify_hostname",
        "example.energydata.org.uk",
        "server.pem",
    ];
    assert!(verify("web-ca.pem", &name));
}

#[test]
fn no_private_key_is_in_the_tree() {
    let found = Command::new(tool("git", "git"))
        .args([
            "grep",
            "--cached",
            "--name-only",
            "-E",
            "^-----BEGIN ([A-Z]+ )?PRIVATE KEY-----",
        ])
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert_eq!(
        found.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&found.stdout)
    );
}
