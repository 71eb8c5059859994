use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use super::{run, text, tool};

#[test]
fn cacerts_installs_what_has_the_right_fingerprint() {
    let directory = directory_with_a_bundle();
    let fingerprint = fingerprint(directory.path());
    let output = run(directory.path(), &arguments("ca.pem", &fingerprint));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(
        read(directory.path(), "out.pem"),
        read(directory.path(), "ca.pem")
    );
}

#[test]
fn cacerts_with_another_fingerprint_leaves_nothing() {
    let directory = directory_with_a_bundle();
    let other = fingerprint(directory.path())
        .chars()
        .rev()
        .collect::<String>();
    let output = run(directory.path(), &arguments("ca.pem", &other));
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains(&other) && said.contains(&fingerprint(directory.path())),
        "{said}"
    );
    assert_eq!(
        names(directory.path()),
        ["ca.pem", "server.key", "server.pem"]
    );
}

/// What `openssl x509 -fingerprint -sha256` prints is the fingerprint that people have at hand.
#[test]
fn cacerts_tells_the_fingerprint_of_a_certificate_from_that_of_the_file() {
    let directory = directory_with_a_bundle();
    let printed = Command::new("openssl")
        .args(["x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha256"])
        .current_dir(directory.path())
        .output()
        .unwrap();
    let printed = text(&printed.stdout);
    let (_, of_certificate) = printed.trim().split_once('=').unwrap();
    let output = run(directory.path(), &arguments("ca.pem", of_certificate));
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    for words in [
        "fingerprint of certificate 1",
        "not of the file",
        "nothing was installed",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(said.contains(&fingerprint(directory.path())), "{said}");
    assert!(!directory.path().join("out.pem").exists());
}

#[test]
fn cacerts_over_https_trusts_the_fingerprint_and_not_the_server() {
    let directory = directory_with_a_bundle();
    let server = Server::start(directory.path());
    let url = format!("https://127.0.0.1:{}/ca.pem", server.port);
    let right = fingerprint(directory.path());
    let wrong = right.chars().rev().collect::<String>();

    let refused = run(directory.path(), &arguments(&url, &wrong));
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    assert!(!directory.path().join("out.pem").exists());

    let installed = run(directory.path(), &arguments(&url, &right));
    assert!(installed.status.success(), "{}", text(&installed.stderr));
    assert_eq!(
        read(directory.path(), "out.pem"),
        read(directory.path(), "ca.pem")
    );
}

#[test]
fn cacerts_does_not_fetch_without_tls() {
    let directory = directory_with_a_bundle();
    let right = fingerprint(directory.path());
    let output = run(
        directory.path(),
        &arguments("http://127.0.0.1:9/ca.pem", &right),
    );
    assert_eq!(output.status.code(), Some(2));
}

pub(super) fn arguments<'a>(from: &'a str, fingerprint: &'a str) -> [&'a str; 7] {
    [
        "cacerts",
        "--from",
        from,
        "--sha256",
        fingerprint,
        "--out",
        "out.pem",
    ]
}

/// A CA in `ca.pem`, and a server certificate that no one trusts.
pub(super) fn directory_with_a_bundle() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = ca.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["elsewhere.example".to_owned()]).unwrap();
    let server = server.self_signed(&key).unwrap();
    fs::write(directory.path().join("ca.pem"), ca.pem()).unwrap();
    fs::write(directory.path().join("server.pem"), server.pem()).unwrap();
    fs::write(directory.path().join("server.key"), key.serialize_pem()).unwrap();
    directory
}

pub(super) fn fingerprint(directory: &Path) -> String {
    let file = directory.join("ca.pem");
    let output = tool("sha256sum", "coreutils", &[file.to_str().unwrap()]);
    text(&output.stdout)[..64].to_owned()
}

fn read(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// `openssl s_server`, which serves the files of a directory.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(directory: &Path) -> Self {
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-WWW"])
            .args(["-cert", "server.pem", "-key", "server.key"])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl runs; apt-get install openssl");
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                line.strip_prefix("ACCEPT ")?
                    .rsplit_once(':')?
                    .1
                    .parse()
                    .ok()
            })
            .expect("openssl s_server names its port");
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
