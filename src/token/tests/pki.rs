//! The certificates of a directory and of us, minted for one test.

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use super::{super::identity::Identity, fake_directory::DirectoryTls};

pub(super) struct Pki {
    pub(super) anchor_pem: String,
    pub(super) directory: DirectoryTls,
    our_certificate: rcgen::Certificate,
    pub(super) our_key: KeyPair,
}

impl Pki {
    /// One authority; the directory's certificate is for `server_name`.
    pub(super) fn mint(server_name: &str) -> Self {
        Self::mint_with(server_name, |_| {})
    }

    /// As [`mint`](Self::mint), with `change` made to the directory's certificate.
    pub(super) fn mint_with(server_name: &str, change: impl Fn(&mut CertificateParams)) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let anchor_pem = parameters.self_signed(&key).unwrap().pem();
        let authority = Issuer::new(parameters, key);

        let (certificate, server_key) = leaf(
            &authority,
            server_name,
            ExtendedKeyUsagePurpose::ServerAuth,
            change,
        );
        let (our_certificate, our_key) = leaf(
            &authority,
            "provider.example",
            ExtendedKeyUsagePurpose::ClientAuth,
            |_| {},
        );
        let directory = DirectoryTls {
            certificate: certificate.pem(),
            private_key: server_key.serialize_pem(),
            client_anchors: anchor_pem.clone(),
        };
        Self {
            anchor_pem,
            directory,
            our_certificate,
            our_key,
        }
    }

    pub(super) fn identity(&self) -> Identity {
        let (certificate, key) = (self.our_certificate.pem(), self.our_key.serialize_pem());
        Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap()
    }

    pub(super) fn our_certificate_der(&self) -> &[u8] {
        self.our_certificate.der()
    }
}

fn leaf(
    authority: &Issuer<'_, KeyPair>,
    name: &str,
    purpose: ExtendedKeyUsagePurpose,
    change: impl Fn(&mut CertificateParams),
) -> (rcgen::Certificate, KeyPair) {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.extended_key_usages = vec![purpose];
    change(&mut parameters);
    let key = KeyPair::generate().unwrap();
    (parameters.signed_by(&key, authority).unwrap(), key)
}
