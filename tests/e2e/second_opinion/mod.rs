//! What perild says of JWTs and of itself, beside what another implementation of the same standards says: `oauth4webapi`.

mod answers;
mod tokens;

use std::{fs, path::Path, process::Command, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::support::{
    directory::{node, program},
    fake_directory::{Answer as Reply, DirectoryTls, FakeDirectory},
    http::{Request, unix},
    jwt::SigningKey,
    perild::{Launch, Perild, Settings, own_name},
    pki::{Identity, Pki},
    process::{eventually, output},
    world::{NAME, place},
};

const AUDIENCE: &str = "https://localhost";

/// A daemon under a directory that publishes the keys `p`, `e` and `r`.
struct Site {
    perild: Perild,
    directory: FakeDirectory,
    bank: Identity,
    keys: Keys,
    pki: Pki,
    dir: TempDir,
}

struct Keys {
    p256: SigningKey,
    ed25519: SigningKey,
    rsa: SigningKey,
}

impl Keys {
    fn published(&self) -> Value {
        json!([self.p256.jwk("p"), self.ed25519.jwk("e"), self.rsa.jwk("r")])
    }
}

impl Site {
    fn start(change: impl FnOnce(&mut Settings)) -> Self {
        let dir = place();
        let pki = Pki::new(dir.path());
        let bank = pki.consumer("bank-a");
        let server = pki.directory("localhost");
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        let directory = FakeDirectory::start(&DirectoryTls {
            certificate: read(&server.certificate),
            private_key: read(&server.private_key),
            client_anchors: read(&pki.path("certs/consumers-ca.pem")),
        });
        let keys = Keys {
            p256: SigningKey::p256(),
            ed25519: SigningKey::ed25519(),
            rsa: SigningKey::rsa(),
        };
        directory.answer_at(
            FakeDirectory::KEYS_PATH,
            Reply::Json(json!({"keys": keys.published()})),
        );
        let mut settings = Settings::new(&directory.issuer);
        settings.proxy = own_name();
        settings.cache_seconds = 0;
        change(&mut settings);
        let perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
        perild.await_state("READY=1");
        let site = Self {
            perild,
            directory,
            bank,
            keys,
            pki,
            dir,
        };
        eventually("the keys are known", Duration::from_secs(20), || {
            (site.ask(&Request::get("/readyz")).0 == 200).then_some(())
        });
        site
    }

    fn ask(&self, request: &Request) -> (u16, String) {
        let answer = unix(&self.perild.socket).send(request);
        (answer.status, answer.text().to_owned())
    }

    /// The status that `token` is answered with.
    fn status(&self, token: &str, identity: &Identity) -> u16 {
        let request = Request::get(&format!("/{NAME}"))
            .bearer(token)
            .field("X-OE-CLIENT-CERT", &identity.escaped());
        self.ask(&request).0
    }

    /// The other implementation's opinions of `cases`.
    fn opinions(&self, cases: &Value) -> Value {
        let mut asked = json!({
            "issuer": self.directory.issuer, "audience": AUDIENCE, "client_id": "provider",
            "keys": self.keys.published(), "algorithms": ["ES256", "PS256", "EdDSA"],
            "tokens": [], "introspections": [], "metadata": [],
        });
        for (name, list) in cases.as_object().unwrap() {
            *asked.get_mut(name).unwrap() = list.clone();
        }
        let path = self.dir.path().join("cases.json");
        fs::write(&path, asked.to_string()).unwrap();
        let program = program();
        let mut command = Command::new(node(&program));
        let said = output(command.arg(program.join("second_opinion.js")).arg(&path));
        serde_json::from_str(&said).unwrap()
    }
}

/// Opinions that are expected of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    BothTake,
    BothRefuse,
    /// perild is stricter, for the reason beside the case.
    PerildRefuses,
    /// perild takes what the other does not, which no case expects.
    PerildTakes,
}

impl Expected {
    /// What is otherwise than expected of the case `name`, with perild's `status` and the other's `opinion`.
    fn differs(self, name: &str, status: u16, opinion: &Value) -> Option<String> {
        let found = Self::of(status == 200, opinion.is_null());
        (found != self).then(|| format!("{name}: {found:?}, {status}, {opinion}"))
    }

    fn of(perild: bool, other: bool) -> Self {
        match (perild, other) {
            (true, true) => Self::BothTake,
            (false, false) => Self::BothRefuse,
            (false, true) => Self::PerildRefuses,
            (true, false) => Self::PerildTakes,
        }
    }
}

/// `x5t#S256` of RFC 8705 §3.1.
fn thumbprint(identity: &Identity) -> String {
    let der = CertificateDer::from_pem_file(&identity.certificate).unwrap();
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &der))
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// Rows: PRM-1, PRM-2, PRM-3
#[test]
fn rfc9728_another_implementation_reads_the_metadata_and_knows_whose_they_are() {
    let site = Site::start(|_| {});
    let well_known = "/.well-known/oauth-protected-resource";
    let mut cases = Vec::new();
    for path in ["", "/v1", &format!("/{NAME}")] {
        let (status, text) = site.ask(&Request::get(&format!("{well_known}{path}")));
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&text).unwrap();
        for (resource, is_good) in [
            (format!("{AUDIENCE}{path}"), true),
            (format!("https://evil.example{path}"), false),
            (format!("{AUDIENCE}{path}/other"), false),
        ] {
            cases.push((json!({"resource": resource, "body": body}), is_good));
        }
    }
    let asked: Vec<&Value> = cases.iter().map(|(case, _)| case).collect();
    let opinions = site.opinions(&json!({ "metadata": asked }));
    for ((case, is_good), opinion) in cases.iter().zip(opinions["metadata"].as_array().unwrap()) {
        assert_eq!(opinion.is_null(), *is_good, "{case}: {opinion}");
    }
}
