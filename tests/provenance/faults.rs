//! A configuration of records that cannot be: each fault is said with its key and its remedy, and nothing is signed.

use std::{fs, path::Path};

use perild::{app::examine, clock::Timestamp, config::Config};

use super::framework::{Asked, FRAMEWORK, Framework};

/// The findings about records, of a configuration with `lines` in its table.
fn findings(framework: &Framework, lines: &str) -> Vec<String> {
    let text = format!(
        "[directory]\nissuer = \"https://as.example/\"\nclient_id = \"p\"\n[paths]\nshared_data = \"{}\"\n[provenance]\n{lines}",
        framework.text("")
    );
    let (config, places) = Config::parse(Path::new("perild.toml"), &text, Vec::new()).unwrap();
    let examined = examine(&config, &places, None, Timestamp::now());
    let findings = examined.findings.iter().map(ToString::to_string);
    findings
        .filter(|finding| finding.contains("provenance."))
        .collect()
}

/// Rows: IB1-PRV-4
#[test]
fn what_cannot_sign_is_told_before_anything_is_served() {
    let framework = Framework::new();
    for asked in [
        Asked::default(),
        Asked {
            name: "other",
            ..Asked::default()
        },
        Asked {
            name: "nobody",
            member: "",
            ..Asked::default()
        },
    ] {
        framework.member(&asked);
    }
    let chain = fs::read_to_string(framework.path("provider.pem")).unwrap();
    let alone = chain
        .split_inclusive("-----END CERTIFICATE-----\n")
        .next()
        .unwrap();
    fs::write(framework.path("alone.pem"), alone).unwrap();
    fs::write(framework.path("words.pem"), "no certificate").unwrap();
    let lines = |certificate: &str, key: &str, more: &str| {
        let (certificate, key) = (framework.text(certificate), framework.text(key));
        format!("certificate = \"{certificate}\"\nprivate_key = \"{key}\"\n{more}")
    };
    let of = format!("framework = \"{FRAMEWORK}\"\n");
    let good = findings(&framework, &lines("provider.pem", "provider.key", &of));
    assert!(
        good.iter().all(|finding| !finding.starts_with("error")),
        "{good:?}"
    );
    assert!(
        good.iter()
            .any(|finding| finding.contains("records are signed by https://")),
        "{good:?}"
    );
    assert_eq!(findings(&framework, ""), [""; 0]);

    let certificate = format!("certificate = \"{}\"\n{of}", framework.text("provider.pem"));
    for (lines, expected) in [
        (
            lines("provider.pem", "other.key", &of),
            "does not belong to the certificate",
        ),
        (
            lines("provider.pem", "provider.csr", &of),
            "no private key on P-256",
        ),
        (lines("nobody.pem", "nobody.key", &of), "names no member"),
        (
            lines("alone.pem", "provider.key", &of),
            "no certificate of the issuer",
        ),
        (
            lines("words.pem", "provider.key", &of),
            "something else than certificates",
        ),
        (lines("missing.pem", "provider.key", &of), "cannot read"),
        (lines("provider.pem", "provider.key", ""), "there is none"),
        (
            lines("provider.pem", "provider.key", "framework = \"the one\"\n"),
            "there is none",
        ),
        (certificate, "provenance.private_key is not"),
        (
            lines(
                "provider.pem",
                "provider.key",
                &format!("{of}collections = [\"winds\"]\n"),
            ),
            "nothing that is published is called \"winds\"",
        ),
    ] {
        let found = findings(&framework, &lines);
        let is_told = |finding: &String| finding.starts_with("error") && finding.contains(expected);
        assert!(found.iter().any(is_told), "{expected}: {found:?}");
        // No line of a key.
        let key = fs::read_to_string(framework.path("provider.key")).unwrap();
        let secret = key.lines().nth(1).unwrap();
        assert!(found.iter().all(|finding| !finding.contains(secret)));
    }
}
