//! The directory: oidc-provider under Node, as `tests/directory/` configures it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    pki::{Identity, Pki},
    process::{Running, eventually, output, tool},
};

/// The scope that the directory knows.
pub const SCOPE: &str = "directory:software";

/// The running directory.
pub struct Directory {
    process: Running,
    web_anchors: PathBuf,
    fences: AtomicUsize,
    pub issuer: String,
}

impl Directory {
    /// Starts a directory that knows the data provider as `provider` and each of `consumers` by name.
    pub fn start(pki: &Pki, consumers: &[&str]) -> Self {
        Self::with(pki, consumers, |_| {})
    }

    /// As [`start`](Self::start), with its configuration changed by `change`.
    pub fn with(pki: &Pki, consumers: &[&str], change: impl FnOnce(&mut Value)) -> Self {
        let config = pki.path("directory.json");
        let mut registrations = registrations(pki, consumers);
        change(&mut registrations);
        fs::write(&config, registrations.to_string()).unwrap();
        let program = program();
        let mut command = Command::new(node(&program));
        let process = Running::start(
            "the directory",
            command.arg(program.join("server.js")).arg(config),
        );
        let ready = process.wait_for_line(|line| line.starts_with("READY "));
        let issuer = ready.trim_start_matches("READY ").to_owned();
        Self {
            process,
            web_anchors: pki.path("web.pem"),
            fences: AtomicUsize::new(0),
            issuer,
        }
    }

    /// A token for the client `client_id`, bound to `identity`.
    pub fn token(&self, client_id: &str, identity: &Identity) -> String {
        let form = format!("grant_type=client_credentials&client_id={client_id}&scope={SCOPE}");
        let answer: Value = serde_json::from_str(&self.post("/token", identity, &form)).unwrap();
        answer["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {answer}"))
            .to_owned()
    }

    pub fn revoke(&self, client_id: &str, identity: &Identity, token: &str) {
        self.post(
            "/token/revocation",
            identity,
            &format!("client_id={client_id}&token={token}"),
        );
    }

    /// The calls the directory has answered that `wanted` accepts, as `listener method path client status`.
    pub fn calls(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.await_its_lines();
        let calls = self.process.lines().into_iter();
        calls
            .filter_map(|line| line.strip_prefix("CALL ").map(str::to_owned))
            .filter(|call| wanted(call))
            .collect()
    }

    /// How many times the data provider has asked about a token.
    pub fn introspections(&self) -> usize {
        self.calls(|call| call.contains(" POST /token/introspection "))
            .len()
    }

    /// Lines come in the order of the calls: when that of a call of our own is here, the earlier are.
    fn await_its_lines(&self) {
        let path = format!("/fence-{}", self.fences.fetch_add(1, Ordering::Relaxed));
        let mut curl = Command::new(tool("curl", "curl"));
        curl.args(["-sS", "--max-time", "10", "--cacert"]);
        output(
            curl.arg(&self.web_anchors)
                .arg(format!("{}{path}", self.issuer)),
        );
        let line = format!(" GET {path} ");
        eventually("a line of the directory", Duration::from_secs(10), || {
            let lines = self.process.lines();
            lines.iter().any(|call| call.contains(&line)).then_some(())
        });
    }

    fn post(&self, path: &str, identity: &Identity, form: &str) -> String {
        let mut curl = Command::new(tool("curl", "curl"));
        curl.args([
            "-sS",
            "--fail-with-body",
            "--max-time",
            "10",
            "--data",
            form,
        ]);
        curl.arg("--cacert").arg(&self.web_anchors);
        curl.arg("--cert")
            .arg(&identity.certificate)
            .arg("--key")
            .arg(&identity.private_key);
        output(curl.arg(format!("{}{path}", self.issuer)))
    }
}

fn registrations(pki: &Pki, consumers: &[&str]) -> Value {
    let consumer = |name: &&str| {
        json!({
            "client_id": name,
            "san_dns": format!("{name}.example"),
            "introspection": {
                "organisation_id": format!("org-{name}"),
                "organisation_name": format!("Organisation {name}"),
                "software_roles": ["DATA_CONSUMER"],
                "additional_software_metadata": { "metadata": { "oe:organisation_type": "bank" } },
            },
        })
    };
    let provider = json!({ "client_id": "provider", "san_dns": "provider.example" });
    let clients: Vec<Value> = consumers.iter().map(consumer).chain([provider]).collect();
    json!({
        "certificate": pki.path("directory.pem"),
        "private_key": pki.path("directory.key"),
        "client_trust_anchors": pki.path("certs/consumers-ca.pem"),
        "scopes": [SCOPE],
        "introspectors": ["provider"],
        "clients": clients,
    })
}

/// The program's directory, with its packages installed.
pub fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/directory");
    let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("directory.lock")).unwrap();
    lock.lock().unwrap();
    if !program
        .join("node_modules/oauth4webapi/package.json")
        .exists()
    {
        output(
            Command::new(tool("npm", "npm"))
                .arg("ci")
                .current_dir(&program),
        );
    }
    program
}

/// The Node that npm brought with the packages: Debian 12's own (18) is older than oidc-provider wants.
pub fn node(program: &Path) -> PathBuf {
    let brought =
        ["x64", "arm64"].map(|cpu| program.join(format!("node_modules/node-linux-{cpu}/bin/node")));
    brought
        .into_iter()
        .find(|node| node.exists())
        .unwrap_or_else(|| tool("node", "nodejs"))
}
