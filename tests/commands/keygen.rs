use std::{fs, os::unix::fs::PermissionsExt};

use super::{run, text, tool};

pub(super) const ARGUMENTS: [&str; 9] = [
    "keygen",
    "--software-statement",
    "olQh4BLV0mQUaM3OZbpXy",
    "--organisation",
    "Example Ltd",
    "--organisation-unit",
    "0015800001041RHAAY",
    "--out",
    "certs",
];

#[test]
fn keygen_makes_a_private_key_of_2048_bits_and_a_request_that_openssl_verifies() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), &ARGUMENTS);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("next:"));

    let (key, csr) = (
        directory.path().join("certs/a.key"),
        directory.path().join("certs/a.csr"),
    );
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!text(&output.stdout).contains("PRIVATE"));

    let csr = csr.to_str().unwrap();
    let verified = tool(
        "openssl",
        "openssl",
        &["req", "-verify", "-in", csr, "-noout", "-subject", "-text"],
    );
    let said = text(&verified.stdout) + &text(&verified.stderr);
    assert!(
        verified.status.success() && said.contains("verify OK"),
        "{said}"
    );
    assert!(said.contains("Public-Key: (2048 bit)"), "{said}");
    assert!(
        said.contains(
            "C = GB, O = Example Ltd, OU = 0015800001041RHAAY, CN = olQh4BLV0mQUaM3OZbpXy"
        ),
        "{said}"
    );

    let public = |arguments: &[&str]| text(&tool("openssl", "openssl", arguments).stdout);
    let of_key = public(&["pkey", "-in", key.to_str().unwrap(), "-pubout"]);
    assert!(of_key.contains("PUBLIC KEY"));
    assert_eq!(of_key, public(&["req", "-in", csr, "-noout", "-pubkey"]));
}

/// Rows: IB1-PRV-4
#[test]
fn keygen_of_the_ib1_profile_makes_keys_on_p_256_unless_another_kind_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let of = [
        "keygen",
        "--organisation",
        "Example Energy",
        "--out",
        "certs",
    ];
    for (name, more, expected) in [
        ("signing", &["--profile", "ib1"][..], "ASN1 OID: prime256v1"),
        (
            "client",
            &["--profile", "ib1", "--key", "rsa"],
            "(2048 bit)",
        ),
    ] {
        let arguments = [&of[..], &["--name", name], more].concat();
        let output = run(directory.path(), &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        assert!(said.contains("provenance.private_key"), "{said}");
        assert!(said.contains(&format!("certs/{name}.pem")), "{said}");
        let csr = directory.path().join(format!("certs/{name}.csr"));
        let csr = csr.to_str().unwrap();
        let arguments = ["req", "-verify", "-in", csr, "-noout", "-subject", "-text"];
        let verified = tool("openssl", "openssl", &arguments);
        let said = text(&verified.stdout) + &text(&verified.stderr);
        assert!(
            said.contains("verify OK") && said.contains(expected),
            "{said}"
        );
        let subject = format!("C = GB, O = Example Energy, CN = {name}");
        assert!(said.contains(&subject), "{said}");
    }
}

#[test]
fn keygen_asks_for_the_ids_of_the_directory_where_no_profile_goes_without() {
    let directory = tempfile::tempdir().unwrap();
    for without in ["--software-statement", "--organisation-unit"] {
        let at = ARGUMENTS.iter().position(|one| *one == without).unwrap();
        let arguments = [&ARGUMENTS[..at], &ARGUMENTS[at + 2..]].concat();
        let output = run(directory.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{without}");
        assert!(text(&output.stderr).contains(without));
    }
    let outside = [&ARGUMENTS[..], &["--name", "../b"]].concat();
    assert_eq!(run(directory.path(), &outside).status.code(), Some(2));
    assert!(!directory.path().join("certs").exists());
}

#[test]
fn keygen_never_overwrites_a_key() {
    let directory = tempfile::tempdir().unwrap();
    assert!(run(directory.path(), &ARGUMENTS).status.success());
    let files = ["certs/a.key", "certs/a.csr"].map(|name| directory.path().join(name));
    let before = files.each_ref().map(|file| fs::read(file).unwrap());

    let again = run(directory.path(), &ARGUMENTS);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("a.key exists"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(files.map(|file| fs::read(file).unwrap()), before);
}
