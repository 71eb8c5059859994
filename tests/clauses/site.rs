//! One running daemon with its directory, its certificates and its files.

use std::{
    fs,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::support::{
    described,
    fake_directory::{Answer as Reply, DirectoryTls, FakeDirectory},
    http::{Answer, Connection, Request, unix},
    perild::{Launch, Perild, Settings, own_name},
    pki::{Identity, Pki},
    process::eventually,
    world,
};

pub(crate) use world::{CONTENT, NAME};

/// Header that carries the certificate.
pub(crate) const CERTIFICATE: &str = "X-OE-CLIENT-CERT";

/// A daemon that knows its directory. Fields are dropped in order: the daemon first.
pub(crate) struct Site {
    pub(crate) perild: Perild,
    pub(crate) directory: FakeDirectory,
    pub(crate) bank: Identity,
    pub(crate) pki: Pki,
    dir: TempDir,
}

impl Site {
    pub(crate) fn start() -> Self {
        Self::with(|_, _| {})
    }

    /// Starts with the settings changed by `change`.
    pub(crate) fn with(change: impl FnOnce(&mut Settings, &Pki)) -> Self {
        let site = Self::unready("localhost", change);
        site.await_readiness();
        site
    }

    /// Starts, for a directory whose certificate is for `host`, and does not wait for its discovery.
    pub(crate) fn unready(host: &str, change: impl FnOnce(&mut Settings, &Pki)) -> Self {
        Self::told(host, |directory| drop(directory.metadata()), change)
    }

    /// As [`unready`](Self::unready), with the directory told what to say before anybody asks.
    pub(crate) fn told(
        host: &str,
        tell: impl FnOnce(&FakeDirectory),
        change: impl FnOnce(&mut Settings, &Pki),
    ) -> Self {
        let dir = world::place();
        let pki = Pki::new(dir.path());
        let bank = pki.consumer("bank-a");
        let directory = directory(&pki, host);
        tell(&directory);
        let mut settings = settings(&directory.issuer);
        change(&mut settings, &pki);
        let perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
        perild.await_state("READY=1");
        let site = Self {
            perild,
            directory,
            bank,
            pki,
            dir,
        };
        site.vouch();
        site
    }

    pub(crate) fn await_readiness(&self) {
        eventually("the directory is known", Duration::from_secs(20), || {
            (self.ask(&Request::get("/readyz")).status == 200).then_some(())
        });
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The place of `file` in the shared data.
    pub(crate) fn shared(&self, file: &str) -> PathBuf {
        self.dir().join("srv/shared_data").join(file)
    }

    /// What the directory says of a good token of the bank's.
    pub(crate) fn good(&self) -> Value {
        json!({
            "active": true,
            "client_id": "bank-a",
            "organisation_id": "org-a",
            "scope": "energy:read",
            "iss": self.directory.issuer,
            "token_type": "Bearer",
            "iat": now() - 60,
            "exp": now() + 600,
            "cnf": { "x5t#S256": thumbprint(&self.bank) },
        })
    }

    /// From now on every token is good, for the bank.
    pub(crate) fn vouch(&self) {
        self.says(self.good());
    }

    pub(crate) fn says(&self, answer: Value) {
        self.replies(Reply::Json(answer));
    }

    pub(crate) fn replies(&self, reply: Reply) {
        self.directory.answer_introspection(reply);
    }

    /// From now on every token is as good as one of the bank's with `member` set to `value`.
    pub(crate) fn says_with(&self, member: &str, value: Value) {
        let mut answer = self.good();
        answer[member] = value;
        self.says(answer);
    }

    pub(crate) fn introspections(&self) -> usize {
        self.directory.introspections().len()
    }

    pub(crate) fn connect(&self) -> Connection<UnixStream> {
        unix(&self.perild.socket)
    }

    /// One request on a connection of its own; its answer is one that the description has.
    pub(crate) fn ask(&self, request: &Request) -> Answer {
        let answer = self.connect().send(request);
        described::check(request, &answer);
        answer
    }

    /// A request by the bank for `target`, with a certificate and `token`.
    pub(crate) fn request(&self, target: &str, token: &str) -> Request {
        Request::get(target)
            .bearer(token)
            .field(CERTIFICATE, &self.bank.escaped())
    }

    /// The file, asked for by the bank with a token never seen before.
    pub(crate) fn fetch(&self) -> Answer {
        self.get(&format!("/{NAME}"))
    }

    /// `target`, asked for by the bank with a token never seen before.
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask(&self.request(target, &fresh_token()))
    }

    /// The file, asked for with `fields` besides good credentials.
    pub(crate) fn fetch_with(&self, fields: &[(&str, &str)]) -> Answer {
        self.get_with(&format!("/{NAME}"), fields)
    }

    pub(crate) fn get_with(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(target, &fresh_token());
        self.ask(&with_fields(request, fields))
    }

    /// What no answer may hold: where things are, who is asked, what was sent.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let pem = fs::read_to_string(&self.bank.certificate).unwrap();
        let certificate = pem.lines().nth(1).unwrap().to_owned();
        vec![
            self.dir().display().to_string(),
            format!("localhost:{}", self.directory.port),
            FakeDirectory::INTROSPECTION_PATH.to_owned(),
            "BEGIN".to_owned(),
            "tok-".to_owned(),
            certificate[..40].to_owned(),
        ]
    }
}

/// The settings of a daemon that this test may speak to itself.
pub(crate) fn settings(issuer: &str) -> Settings {
    let mut settings = Settings::new(issuer);
    settings.proxy = own_name();
    settings
}

/// A directory whose certificate is for `host`.
pub(crate) fn directory(pki: &Pki, host: &str) -> FakeDirectory {
    FakeDirectory::start(&directory_tls(pki, host))
}

/// A directory on `port`, where one has been.
pub(crate) fn directory_at(pki: &Pki, port: u16) -> FakeDirectory {
    FakeDirectory::start_at(port, &directory_tls(pki, "localhost"))
}

fn directory_tls(pki: &Pki, host: &str) -> DirectoryTls {
    let server = pki.directory(host);
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    DirectoryTls {
        certificate: read(&server.certificate),
        private_key: read(&server.private_key),
        client_anchors: read(&pki.path("certs/consumers-ca.pem")),
    }
}

pub(crate) fn with_fields(request: Request, fields: &[(&str, &str)]) -> Request {
    fields
        .iter()
        .fold(request, |request, (name, value)| request.field(name, value))
}

/// A token that no test of this run has used; all begin alike, so that a log can be searched.
pub(crate) fn fresh_token() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("tok-{:05}-secret", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Seconds since the epoch.
pub(crate) fn now() -> u64 {
    OffsetDateTime::now_utc()
        .unix_timestamp()
        .try_into()
        .unwrap()
}

pub(crate) fn der(identity: &Identity) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&identity.certificate).unwrap()
}

/// `x5t#S256` of RFC 8705 §3.1.
pub(crate) fn thumbprint(identity: &Identity) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &der(identity)))
}

/// `text` as nginx's `$ssl_client_escaped_cert` writes it.
pub(crate) fn escaped(text: &[u8]) -> String {
    percent_encoding::percent_encode(text, ESCAPED).to_string()
}

const ESCAPED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
