//! A trust framework of a test: its CAs, and the certificates of its members.

use std::{
    fs,
    path::{Path, PathBuf},
};

use perild::provenance::{KeyFile, Signer};
use tempfile::TempDir;

use super::support::python;

/// The URL of the framework.
pub(crate) const FRAMEWORK: &str = "https://registry.core.trust.example/trust-framework";

pub(crate) struct Framework(TempDir);

/// A certificate that is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    pub(crate) ca: &'a str,
    pub(crate) application: &'a str,
    pub(crate) member: &'a str,
    pub(crate) role: &'a str,
    pub(crate) days: u32,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            name: "provider",
            ca: "signing",
            application: "https://provider.example/app",
            member: "https://directory.example/member/1",
            role: "https://registry.example/role/provider",
            days: 30,
        }
    }
}

impl Framework {
    /// A framework with the root of a signing CA.
    pub(crate) fn new() -> Self {
        let framework = Self(tempfile::tempdir().unwrap());
        framework.mint(&["ca", "signing", "Signing"]);
        framework
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        fs::read(self.path("signing-root.pem")).unwrap()
    }

    pub(crate) fn mint(&self, arguments: &[&str]) {
        let script = Path::new("tests/provenance/mint.py");
        let folder = self.0.path().to_str().unwrap();
        python::file(&python::IB1, script, &[&[folder], arguments].concat());
    }

    /// A key and the certificate for it.
    pub(crate) fn member(&self, asked: &Asked<'_>) {
        self.mint(&["key", asked.name]);
        let (csr, days) = (self.text(&format!("{}.csr", asked.name)), asked.days);
        self.mint(&[
            "leaf",
            asked.ca,
            asked.name,
            &csr,
            "Provider & Söhne",
            asked.application,
            asked.member,
            asked.role,
            &days.to_string(),
        ]);
    }

    /// What signs with the key and certificate `name`.
    pub(crate) fn signer(&self, name: &str) -> Signer {
        let key = fs::read(self.path(&format!("{name}.key"))).unwrap();
        let (key, _) = KeyFile::from_pem(&key).unwrap();
        let chain = fs::read(self.path(&format!("{name}.pem"))).unwrap();
        Signer::new(&chain, Box::new(key), FRAMEWORK).unwrap()
    }

    /// What the reference library prints.
    pub(crate) fn reference(&self, what: &str, arguments: &[&str]) -> String {
        let root = self.text("signing-root.pem");
        let script = Path::new("tests/provenance/reference.py");
        let arguments = [&[what, &root, FRAMEWORK], arguments].concat();
        python::file(&python::IB1, script, &arguments)
    }

    /// What the reference library makes of `record`.
    pub(crate) fn judged(&self, record: &str) -> serde_json::Value {
        self.reference_of(FRAMEWORK, &self.text("signing-root.pem"), record)
    }

    /// The same, as a record of the framework `url`.
    pub(crate) fn reference_of(&self, url: &str, root: &str, record: &str) -> serde_json::Value {
        let path = self.path("judged.json");
        fs::write(&path, record).unwrap();
        let script = Path::new("tests/provenance/reference.py");
        let arguments = ["verify", root, url, path.to_str().unwrap()];
        serde_json::from_str(&python::file(&python::IB1, script, &arguments)).unwrap()
    }
}
