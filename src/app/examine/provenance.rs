//! The signer of records, with what it is signed by.

use std::{path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::Examination;
use crate::{
    app::provenance::Provenance,
    dataset::{Catalog, metadata::Iri},
    policy::Names,
    provenance::{KeyFile, SealKey, Signer, SignerError},
};

impl Examination<'_> {
    /// The signer; none where none is configured, and where something of it is wrong.
    pub(super) fn provenance(&mut self) -> Option<Arc<Provenance>> {
        let settings = &self.config.provenance;
        let (certificate, key) = match (&settings.certificate, &settings.private_key) {
            (None, None) => return None,
            (Some(certificate), Some(key)) => (certificate.as_path(), key.as_path()),
            (one, _) => {
                let (there, missing) = if one.is_some() {
                    ("provenance.certificate", "provenance.private_key")
                } else {
                    ("provenance.private_key", "provenance.certificate")
                };
                let finding = format!("{there} is set, and {missing} is not");
                self.error(there, finding, "set both, or neither");
                return None;
            }
        };
        let framework = self.framework()?;
        let (signer, seal) = self.signer(certificate, key, &framework)?;
        self.judge(&signer, certificate);
        Some(Arc::new(Provenance {
            signer,
            seal,
            to: settings.to,
            collections: names(&settings.collections),
            parameters: names(&settings.parameters),
            since: self.now,
        }))
    }

    /// Tells of names in `provenance.collections` that nothing has: what was meant would leave without a record.
    pub(super) fn provenance_is_of(&mut self, catalog: &Catalog) {
        let names = &self.config.provenance.collections;
        for name in names.iter().filter(|name| catalog.get(name).is_none()) {
            let finding = format!(
                "nothing that is published is called \"{}\"",
                name.escape_debug()
            );
            self.error("provenance.collections", finding, "correct or remove it");
        }
    }

    fn framework(&mut self) -> Option<String> {
        let own = self.config.provenance.framework.clone();
        let of_all = self.config.catalog.trust_framework.as_ref();
        let framework = own.or_else(|| of_all.map(|iri| iri.as_str().to_owned()));
        let is_address = |text: &String| text.parse::<Iri>().is_ok();
        if framework.as_ref().is_some_and(is_address) {
            return framework;
        }
        let finding =
            "records name their trust framework by its address, and there is none".to_owned();
        let remedy = "set it, or catalog.trust_framework, to the address in the registry";
        self.error("provenance.framework", finding, remedy);
        None
    }

    fn signer(
        &mut self,
        certificate: &Path,
        key: &Path,
        framework: &str,
    ) -> Option<(Signer, SealKey)> {
        let chain = self.file("provenance.certificate", certificate);
        let secret = self.file("provenance.private_key", key).map(Zeroizing::new);
        self.private_key_mode("provenance.private_key", key);
        let (chain, secret) = (chain?, secret?);
        let signer = KeyFile::from_pem(&secret).and_then(|(key, seal)| {
            let signer = Signer::new(&chain, Box::new(key), framework)?;
            Ok((signer, seal))
        });
        match signer {
            Ok(signer) => Some(signer),
            Err(error) => {
                let (at, path, remedy) = match &error {
                    SignerError::KeyDoesNotMatch | SignerError::KeyUnusable => (
                        "provenance.private_key",
                        key,
                        "use the key of the signing certificate, as openssl ecparam -name prime256v1 -genkey makes one",
                    ),
                    SignerError::Certificate(_)
                    | SignerError::Curve
                    | SignerError::NoIssuer
                    | SignerError::NotCertificates => (
                        "provenance.certificate",
                        certificate,
                        "use the certificate of the framework's signing CA, and behind it that of its issuer",
                    ),
                };
                let finding = format!("{}: {error}", path.display());
                self.error(at, finding, remedy);
                None
            }
        }
    }

    /// Says whose the certificate is, how long it is good, and whether it is this member's.
    fn judge(&mut self, signer: &Signer, path: &Path) {
        let certificate = signer.certificate();
        let member = certificate.member();
        let finding = format!("records are signed by {member}, of {}", signer.framework());
        self.fine("provenance.certificate", finding);
        let publisher = self.config.catalog.publisher.as_ref();
        if let Some(publisher) = publisher.filter(|publisher| publisher.as_str() != member) {
            let finding = format!(
                "{} is the certificate of {member}, and the publisher is {}",
                path.display(),
                publisher.as_str()
            );
            let remedy = "sign with this member's certificate, or correct catalog.publisher";
            self.warn("provenance.certificate", finding, remedy);
        }
        let what = format!("the signing certificate {}", path.display());
        let remedy = "have a new signing certificate issued for the key";
        self.days_left(
            "provenance.certificate",
            &what,
            certificate.not_after(),
            remedy,
        );
    }
}

fn names(all: &[String]) -> Names {
    all.iter().map(|name| name.as_str().into()).collect()
}
