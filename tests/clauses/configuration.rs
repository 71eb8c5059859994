//! A configuration that is wrong: named with file, line and remedy, and nothing is started (exit code 78).

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
    path::Path,
    process::Command,
};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::support::{
    perild::{Settings, write_config},
    pki::Pki,
    world::place,
};

/// A directory with everything that a daemon needs, and the settings for it.
pub(super) struct Installation {
    pub(super) settings: Settings,
    pki: Pki,
    dir: TempDir,
}

impl Installation {
    pub(super) fn new() -> Self {
        let dir = place();
        for sub in ["run", "state"] {
            fs::create_dir_all(dir.path().join(sub)).unwrap();
        }
        Self {
            settings: super::site::settings("https://localhost:9/"),
            pki: Pki::new(dir.path()),
            dir,
        }
    }

    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// What `perild` says to the configuration as it is now, and its exit code.
    pub(super) fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        write_config(self.dir.path(), &self.settings);
        // A daemon that serves, or waits, would not end.
        let mut command = Command::new("timeout");
        command
            .args(["20", env!("CARGO_BIN_EXE_perild")])
            .args(arguments)
            .arg("--config")
            .arg(self.path("perild.toml"));
        let done = command.output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8(said).unwrap())
    }

    /// Neither `check` nor `serve` takes it; both name the line of `key` and say each of `words`.
    #[track_caller]
    pub(super) fn assert_refused(&self, key: &str, words: &[&str]) {
        self.assert_refused_by(&[&["serve"], &["check", "--offline"]], key, words);
    }

    /// The same of `check` alone, where the daemon waits for what is missing.
    #[track_caller]
    pub(super) fn assert_found(&self, key: &str, words: &[&str]) {
        self.assert_refused_by(&[&["check", "--offline"]], key, words);
    }

    #[track_caller]
    fn assert_refused_by(&self, commands: &[&[&str]], key: &str, words: &[&str]) {
        for arguments in commands {
            let (code, said) = self.run(arguments);
            assert_eq!(code, Some(78), "{arguments:?}: {said}");
            let place = format!("perild.toml:{}", self.line_of(key));
            for word in words.iter().copied().chain([&*place]) {
                assert!(
                    said.contains(word),
                    "{word:?} is not in what {arguments:?} says: {said}"
                );
            }
            assert!(
                !said.contains("panicked") && !said.contains("PRIVATE KEY-----"),
                "{said}"
            );
        }
        assert!(!self.path("run/perild.sock").exists());
    }

    pub(crate) fn listen(&mut self, address: &str, peers: &str) {
        super::trusted_peers::listen(&mut self.settings, address, peers);
    }

    /// The line of the last `key` in the configuration, counted from 1.
    fn line_of(&self, key: &str) -> usize {
        let text = fs::read_to_string(self.path("perild.toml")).unwrap();
        let numbered = (1..).zip(text.lines());
        let found = numbered.filter(|(_, line)| line.starts_with(key)).last();
        found.unwrap_or_else(|| panic!("no {key} in {text}")).0
    }

    #[track_caller]
    pub(super) fn assert_passes_check(&self) -> String {
        let (code, said) = self.run(&["check", "--offline"]);
        assert_eq!(code, Some(0), "{said}");
        said
    }
}

/// The twin of everything below.
#[test]
fn a_configuration_as_it_should_be_passes() {
    let said = Installation::new().assert_passes_check();
    assert!(
        !said.lines().any(|line| line.starts_with("error")),
        "{said}"
    );
}

/// Rows: SYSD-11
#[test]
fn a_variable_that_is_not_utf_8_and_not_ours_is_no_business_of_ours() {
    let installation = Installation::new();
    installation.assert_passes_check();
    let secret = OsStr::from_bytes(b"hunter2\xe9");
    let check = |name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
        command.args(["check", "--offline", "--config"]);
        command.arg(installation.path("perild.toml"));
        let done = command.env(name, secret).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = check("SOMEBODY_ELSES");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let (code, said) = check("PERILD_CONFIGURED_HERE");
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("PERILD_CONFIGURED_HERE"), "{said}");
}

#[test]
fn a_file_beside_the_configuration_holds_over_it_and_is_named_in_what_is_found() {
    let installation = Installation::new();
    let beside = installation.path("perild.d");
    fs::create_dir(&beside).unwrap();
    let check = |text: &str| {
        fs::write(beside.join("10-own.toml"), text).unwrap();
        installation.run(&["check", "--offline"])
    };
    let (code, said) = check("[server]\nworkers = 2\n");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = check("[server]\nworkers = 2\nsurprise = 1\n");
    assert_eq!(code, Some(78), "{said}");
    assert!(
        said.contains("perild.d/10-own.toml:3: server.surprise"),
        "{said}"
    );
    let (code, said) = check("[paths]\nshared_data = \"/nowhere\"\n");
    assert_eq!(code, Some(78), "{said}");
    assert!(
        said.contains("perild.d/10-own.toml:2: paths.shared_data"),
        "{said}"
    );
}

#[test]
fn a_dataset_that_two_files_list_is_refused_with_both_named() {
    let installation = Installation::new();
    let beside = installation.path("perild.d");
    fs::create_dir(&beside).unwrap();
    fs::write(installation.path("srv/shared_data/tidy.csv"), "a").unwrap();
    let rule = "[[datasets]]\nname = \"tidy\"\n";
    fs::write(beside.join("a.toml"), rule).unwrap();
    assert_eq!(installation.run(&["check", "--offline"]).0, Some(0));
    fs::write(beside.join("b.toml"), format!("\n{rule}")).unwrap();
    let (code, said) = installation.run(&["check", "--offline"]);
    assert_eq!(code, Some(78), "{said}");
    let line = said.lines().next().unwrap();
    assert!(
        line.contains("perild.d/b.toml:3: datasets[1].name"),
        "{line}"
    );
    assert!(
        line.contains("perild.d/a.toml:2: datasets[0].name"),
        "{line}"
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let mut installation = Installation::new();
    installation.settings.edit("client_id =", "cliend_id =");
    installation.assert_refused("cliend_id", &["cliend_id", "client_id"]);
    let mut installation = Installation::new();
    installation.settings.more = "[loging]\nlevel = \"info\"\n".to_owned();
    installation.assert_refused("[loging]", &["loging"]);
}

/// Rows: SYSD-11
#[test]
fn a_configuration_that_is_no_toml_is_named_with_its_line() {
    let mut installation = Installation::new();
    installation.settings.more = "[[datasets]]\nname = \"open\nscope = \"x\"\n".to_owned();
    installation.assert_refused("name = \"open", &[]);
    let mut installation = Installation::new();
    installation
        .settings
        .edit("cache_seconds = 60", "cache_seconds = \"60\"");
    installation.assert_refused("cache_seconds", &["a whole number"]);
}

/// Rows: SYSD-11
#[test]
fn a_configuration_that_is_not_there_says_how_to_give_another() {
    let nowhere = Path::new("/nonexistent/perild.toml");
    for command in ["serve", "check"] {
        let done = Command::new(env!("CARGO_BIN_EXE_perild"))
            .arg(command)
            .arg("--config")
            .arg(nowhere)
            .output()
            .unwrap();
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        assert_eq!(done.status.code(), Some(78), "{said}");
        assert!(
            said.contains("/nonexistent/perild.toml") && said.contains("--config"),
            "{said}"
        );
    }
}

/// Rows: SYSD-11, PKIX-12
#[test]
fn each_file_that_is_missing_is_named() {
    for (file, key) in [
        ("certs/a.pem", "certificate ="),
        ("certs/a.key", "private_key ="),
        ("certs/consumers-ca.pem", "trust_anchors ="),
    ] {
        let installation = Installation::new();
        fs::remove_file(installation.path(file)).unwrap();
        installation.assert_found(key, &[file, "No such file"]);
    }
    let installation = Installation::new();
    fs::remove_dir_all(installation.path("srv/shared_data")).unwrap();
    installation.assert_found("shared_data", &["srv/shared_data", "install -d"]);
    let mut installation = Installation::new();
    installation.settings.revocation_lists = vec!["/nonexistent/list.crl".into()];
    installation.assert_found("revocation_lists", &["/nonexistent/list.crl"]);
}

/// Rows: PKIX-12
#[test]
fn files_that_hold_something_else_are_named() {
    let installation = Installation::new();
    fs::write(installation.path("certs/consumers-ca.pem"), "garbage").unwrap();
    installation.assert_refused("trust_anchors", &["consumers-ca.pem"]);
    let installation = Installation::new();
    fs::write(installation.path("certs/a.pem"), "garbage").unwrap();
    installation.assert_refused("certificate =", &["cannot be read as PEM", "keygen"]);
    let installation = Installation::new();
    fs::write(installation.path("certs/a.key"), "garbage").unwrap();
    installation.assert_refused("private_key", &["private key", "keygen"]);
    let mut installation = Installation::new();
    fs::write(installation.path("list.crl"), "garbage").unwrap();
    installation.settings.revocation_lists = vec![installation.path("list.crl")];
    installation.assert_refused("revocation_lists", &["list.crl"]);
}

/// Rows: INT-4
#[test]
fn a_key_that_does_not_fit_its_certificate_is_named() {
    let installation = Installation::new();
    let other = KeyPair::generate().unwrap().serialize_pem();
    fs::write(installation.path("certs/a.key"), other).unwrap();
    installation.assert_refused("private_key", &["does not belong", "keygen"]);
}

/// Rows: INT-4
#[test]
fn a_key_that_cannot_be_read_is_named_and_nothing_of_it_is_said() {
    let installation = Installation::new();
    let path = installation.path("certs/a.key");
    let key = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = key.lines().collect();
    let base64 = lines[1..lines.len() - 1].concat();
    let octets: Vec<_> = base64.bytes().map(|octet| octet.to_string()).collect();
    let traces = [base64[..40].to_owned(), octets[..20].join(", ")];
    let on_one_line = lines.concat();
    for broken in [
        on_one_line.as_str(),
        &on_one_line[..90],
        &key[..key.len() - 12],
    ] {
        fs::write(&path, broken).unwrap();
        installation.assert_refused("private_key", &["no private key that can be read"]);
        for arguments in [&["check", "--offline"][..], &["serve"]] {
            let (_, said) = installation.run(arguments);
            for trace in &traces {
                assert!(!said.contains(trace), "{said}");
            }
        }
    }
    fs::write(&path, &key).unwrap();
    installation.assert_passes_check();
}

/// Rows: INT-4
#[test]
fn a_key_and_a_certificate_that_are_swapped_are_named() {
    let installation = Installation::new();
    let (certificate, key) = (
        installation.path("certs/a.pem"),
        installation.path("certs/a.key"),
    );
    let kept = [&certificate, &key].map(|path| fs::read(path).unwrap());
    fs::write(&certificate, &kept[1]).unwrap();
    fs::write(&key, &kept[0]).unwrap();
    installation.assert_refused("certificate =", &["are swapped", "exchange"]);
    fs::write(&certificate, &kept[0]).unwrap();
    fs::write(&key, &kept[1]).unwrap();
    installation.assert_passes_check();
}

#[test]
fn an_own_certificate_of_the_future_is_a_question_of_the_clock() {
    let installation = Installation::new();
    let replace = |days: i64| {
        let mut params = CertificateParams::new(vec!["provider.example".to_owned()]).unwrap();
        params.not_before = OffsetDateTime::now_utc() + Duration::days(days);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(90);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(installation.path("certs/a.pem"), certificate.pem()).unwrap();
        fs::write(installation.path("certs/a.key"), key.serialize_pem()).unwrap();
    };
    replace(2);
    let said = installation.assert_passes_check();
    assert!(
        said.contains("a.pem begins at ") && said.contains("timedatectl"),
        "{said}"
    );
    replace(-2);
    let said = installation.assert_passes_check();
    assert!(!said.contains("timedatectl"), "{said}");
}

/// Rows: INT-4
#[test]
fn a_private_key_that_everyone_can_read_is_refused() {
    let installation = Installation::new();
    let path = installation.path("certs/a.key");
    for mode in [0o604, 0o644, 0o606] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        installation.assert_refused("private_key", &["a.key", "chmod"]);
    }
    for mode in [0o600, 0o640, 0o400] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        installation.assert_passes_check();
    }
}

/// Rows: SYSD-11
#[test]
fn an_own_certificate_that_has_expired_is_found_and_one_that_soon_will_is_told_of() {
    let installation = Installation::new();
    let replace = |days: i64| {
        let mut params = CertificateParams::new(vec!["provider.example".to_owned()]).unwrap();
        params.not_before = OffsetDateTime::now_utc() - Duration::days(90);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(days);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(installation.path("certs/a.pem"), certificate.pem()).unwrap();
        fs::write(installation.path("certs/a.key"), key.serialize_pem()).unwrap();
    };
    replace(-1);
    installation.assert_found(
        "certificate =",
        &["ended at", "new transport certificate", "timedatectl"],
    );
    replace(5);
    let said = installation.assert_passes_check();
    assert!(said.contains("a.pem ends in "), "{said}");
    replace(300);
    let said = installation.assert_passes_check();
    assert!(said.contains("a.pem is good for "), "{said}");
}

/// Rows: FAPI2-NET-1
#[test]
fn an_issuer_without_tls_is_refused() {
    let mut installation = Installation::new();
    installation.settings.issuer = "http://localhost:9/".to_owned();
    installation.assert_refused("issuer", &["https://"]);
    for issuer in ["localhost", "https://a/?x", "https://a/#x", ""] {
        installation.settings.issuer = issuer.to_owned();
        installation.assert_refused("issuer", &[]);
    }
}

/// Rows: MTLS-9, NGX-10
#[test]
fn a_bundle_of_public_cas_is_warned_of() {
    let mut installation = Installation::new();
    let public = "/etc/ssl/certs/ca-certificates.crt";
    assert!(
        Path::new(public).exists(),
        "{public}: apt-get install ca-certificates"
    );
    let own = installation
        .path("certs/consumers-ca.pem")
        .display()
        .to_string();
    installation.settings.edit(&own, public);
    let said = installation.assert_passes_check();
    let warned = |line: &str| line.starts_with("warning") && line.contains("public web CAs");
    assert!(said.lines().any(warned), "{said}");
    let said = Installation::new().assert_passes_check();
    assert!(!said.lines().any(warned), "{said}");
}

/// Rows: CERT-14
#[test]
fn a_socket_directory_that_everyone_can_write_to_is_refused() {
    let installation = Installation::new();
    let run = installation.path("run");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o777)).unwrap();
    installation.assert_refused("listen", &["chmod o-w"]);
    fs::set_permissions(&run, fs::Permissions::from_mode(0o775)).unwrap();
    installation.assert_passes_check();
}

/// Rows: SYSD-11
#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let installation = Installation::new();
    fs::remove_file(installation.path("certs/a.pem")).unwrap();
    fs::remove_file(installation.path("certs/consumers-ca.pem")).unwrap();
    fs::remove_dir_all(installation.path("srv/shared_data")).unwrap();
    // One that only a person can mend is enough to end a start, and all are named.
    fs::write(installation.path("certs/directory-ca.pem"), "none").unwrap();
    let (code, said) = installation.run(&["serve"]);
    assert_eq!(code, Some(78), "{said}");
    for file in [
        "a.pem",
        "consumers-ca.pem",
        "directory-ca.pem",
        "shared_data",
    ] {
        assert!(said.contains(file), "{file} is not in {said}");
    }
    let first = installation.run(&["check", "--offline"]).1;
    assert!(first.starts_with("error"), "{first}");
    assert!(installation.pki.path("certs/a.key").exists());
}

/// Rows: CERT-14
#[test]
fn everybody_and_slips_are_refused_as_trusted_peers() {
    for (peers, words) in [
        ("0.0.0.0/0", &["everybody"][..]),
        ("::/0", &["everybody"]),
        ("10.0.1.7/24", &["10.0.1.0/24"]),
        ("proxy.internal", &["neither an IP address nor a network"]),
    ] {
        let mut installation = Installation::new();
        installation.listen("0.0.0.0:0", &format!("[\"192.0.2.1\", {peers:?}]"));
        installation.assert_refused("trusted_peers", words);
    }
    let mut installation = Installation::new();
    installation.listen("0.0.0.0:0", "[]");
    installation.assert_refused("listen", &["loopback", "server.trusted_peers"]);
}

/// Rows: CERT-14
#[test]
fn peers_that_are_more_than_proxies_are_warned_of() {
    let warnings = |address: &str, peers: &str| {
        let mut installation = Installation::new();
        installation.listen(address, peers);
        let said = installation.assert_passes_check();
        let warned = said
            .lines()
            .filter(|line| line.starts_with("warning") && line.contains("claim any certificate"));
        warned.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        warnings("0.0.0.0:0", r#"["10.0.1.0/24", "fd00:1::/64"]"#),
        [""; 0]
    );
    let public = warnings("0.0.0.0:0", r#"["10.0.1.0/24", "203.0.113.0/24"]"#);
    assert!(
        matches!(&*public, [line] if line.contains("203.0.113.0/24 has public addresses")),
        "{public:?}"
    );
    for (address, peers) in [("127.0.0.1:0", "[]"), ("0.0.0.0:0", r#"["127.0.0.1"]"#)] {
        let open = warnings(address, peers);
        assert!(
            matches!(&*open, [line] if line.contains("every user of this machine")),
            "{open:?}"
        );
    }
}

/// Rows: IB1-HDR-1
#[test]
fn ib1_hdr_1_the_field_of_unverified_chains_is_refused_as_a_source() {
    let mut installation = Installation::new();
    installation
        .settings
        .edit("\"X-OE-CLIENT-CERT\"", "\"X-Amzn-Mtls-Clientcert\"");
    installation.assert_refused(
        "certificate_header",
        &["verify", "X-Amzn-Mtls-Clientcert-Leaf"],
    );
    let mut installation = Installation::new();
    installation
        .settings
        .edit("\"X-OE-CLIENT-CERT\"", "\"X-Amzn-Mtls-Clientcert-Leaf\"");
    installation.assert_passes_check();
}
