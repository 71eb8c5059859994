//! Certificates minted for one run. No key is ever in the tree.
//!
//! | file | what |
//! | --- | --- |
//! | `certs/consumers-ca.pem` | the consumers' root and the intermediate that signs them |
//! | `certs/directory-ca.pem` | who may be the directory |
//! | `certs/a.pem`, `certs/a.key` | what the data provider shows to the directory |
//! | `directory.pem`, `directory.key` | the directory's server certificate |
//! | `letsencrypt/live/localhost/` | what consumers see |
//! | `web.pem` | what a consumer trusts: the server's CA and the directory's |

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber,
};
use time::{Duration, OffsetDateTime};

/// A certificate and its key, in PEM files.
#[derive(Clone, Debug)]
pub struct Identity {
    pub certificate: PathBuf,
    pub private_key: PathBuf,
    pub serial_number: SerialNumber,
}

impl Identity {
    /// The certificate as nginx's `$ssl_client_escaped_cert` writes it.
    pub fn escaped(&self) -> String {
        use std::fmt::Write as _;
        let pem = fs::read_to_string(&self.certificate).unwrap();
        pem.bytes().fold(String::new(), |mut text, byte| {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    text.push(byte.into());
                }
                _ => write!(text, "%{byte:02X}").unwrap(),
            }
            text
        })
    }
}

/// Everyone's certificates under one directory.
pub struct Pki {
    dir: PathBuf,
    consumers_root: Authority,
    consumers: Authority,
    strangers: Authority,
    web: Authority,
    directory: Authority,
}

type Authority = Issuer<'static, KeyPair>;

impl Pki {
    /// Mints the authorities and the servers' certificates under `dir`.
    pub fn new(dir: &Path) -> Self {
        for sub in ["certs", "consumers", "letsencrypt/live/localhost"] {
            fs::create_dir_all(dir.join(sub)).unwrap();
        }
        let (root_pem, consumers_root) = root("Consumers' root");
        let (intermediate_pem, consumers) = intermediate("Consumers' issuer", &consumers_root);
        let (_, strangers) = root("Another root");
        let (web_pem, web) = root("Web root");
        let (directory_pem, directory) = root("Directory root");
        let pki = Self {
            dir: dir.to_owned(),
            consumers_root,
            consumers,
            strangers,
            web,
            directory,
        };

        write(
            &dir.join("certs/consumers-ca.pem"),
            &format!("{root_pem}{intermediate_pem}"),
        );
        write(&dir.join("certs/directory-ca.pem"), &directory_pem);
        write(&dir.join("web.pem"), &format!("{web_pem}{directory_pem}"));

        let localhost = || leaf("localhost", ExtendedKeyUsagePurpose::ServerAuth);
        let site = dir.join("letsencrypt/live/localhost");
        issue(
            localhost(),
            &pki.web,
            &site.join("fullchain.pem"),
            &site.join("privkey.pem"),
        );
        issue(
            localhost(),
            &pki.directory,
            &dir.join("directory.pem"),
            &dir.join("directory.key"),
        );
        let provider = leaf("provider.example", ExtendedKeyUsagePurpose::ClientAuth);
        issue(
            provider,
            &pki.consumers,
            &dir.join("certs/a.pem"),
            &dir.join("certs/a.key"),
        );
        pki
    }

    /// A path below this PKI's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A consumer as the directory issues them, known by the DNS name `{name}.example`.
    pub fn consumer(&self, name: &str) -> Identity {
        self.consumer_with(name, |_| {})
    }

    /// A consumer with one thing changed.
    pub fn consumer_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        self.issued(name, &self.consumers, change)
    }

    /// A consumer with a key of its own choice.
    pub fn consumer_with_key(&self, name: &str, key: &KeyPair) -> Identity {
        let params = leaf(
            &format!("{name}.example"),
            ExtendedKeyUsagePurpose::ClientAuth,
        );
        let file = |end| self.dir.join(format!("consumers/{name}-own.{end}"));
        issue_for(key, params, &self.consumers, &file("pem"), &file("key"))
    }

    /// A consumer whose certificate's last day has passed.
    pub fn expired_consumer(&self, name: &str) -> Identity {
        self.consumer_with(name, |params| {
            params.not_before = OffsetDateTime::now_utc() - Duration::days(9);
            params.not_after = OffsetDateTime::now_utc() - Duration::days(2);
        })
    }

    /// A certificate with the same names from an authority that is no one's trust anchor.
    pub fn stranger(&self, name: &str) -> Identity {
        self.issued(name, &self.strangers, |_| {})
    }

    /// A directory's server certificate, for the host `name`.
    pub fn directory(&self, name: &str) -> Identity {
        let params = leaf(name, ExtendedKeyUsagePurpose::ServerAuth);
        let file = |end| self.dir.join(format!("consumers/server-{name}.{end}"));
        issue(params, &self.directory, &file("pem"), &file("key"))
    }

    /// What consumers see at the further name `name`, where nginx looks for it.
    pub fn site(&self, name: &str) -> Identity {
        let place = self.dir.join("letsencrypt/live").join(name);
        fs::create_dir_all(&place).unwrap();
        let params = leaf(name, ExtendedKeyUsagePurpose::ServerAuth);
        issue(
            params,
            &self.web,
            &place.join("fullchain.pem"),
            &place.join("privkey.pem"),
        )
    }

    /// A file of the revocation lists of the whole path: the issuer's with `revoked`, the root's with none.
    pub fn revocation_lists(&self, file: &str, revoked: &[&Identity]) -> PathBuf {
        self.revocation_lists_until(file, revoked, OffsetDateTime::now_utc() + Duration::days(1))
    }

    /// As [`revocation_lists`](Self::revocation_lists), due for renewal at `next_update`.
    pub fn revocation_lists_until(
        &self,
        file: &str,
        revoked: &[&Identity],
        next_update: OffsetDateTime,
    ) -> PathBuf {
        let serials = revoked
            .iter()
            .map(|identity| identity.serial_number.clone())
            .collect();
        let path = self.dir.join(file);
        let lists = [
            list(&self.consumers, serials, next_update),
            list(&self.consumers_root, Vec::new(), next_update),
        ];
        write(&path, &lists.concat());
        path
    }

    fn issued(
        &self,
        name: &str,
        issuer: &Authority,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut params = leaf(
            &format!("{name}.example"),
            ExtendedKeyUsagePurpose::ClientAuth,
        );
        change(&mut params);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = |end| self.dir.join(format!("consumers/{name}-{count}.{end}"));
        issue(params, issuer, &file("pem"), &file("key"))
    }
}

fn root(name: &str) -> (String, Authority) {
    let key = KeyPair::generate().unwrap();
    let params = authority(name, BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, Issuer::new(params, key))
}

fn intermediate(name: &str, root: &Authority) -> (String, Authority) {
    let key = KeyPair::generate().unwrap();
    let params = authority(name, BasicConstraints::Constrained(0));
    let pem = params.signed_by(&key, root).unwrap().pem();
    (pem, Issuer::new(params, key))
}

fn authority(name: &str, constraints: BasicConstraints) -> CertificateParams {
    let mut params = dated(CertificateParams::new(Vec::new()).unwrap());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf(name: &str, usage: ExtendedKeyUsagePurpose) -> CertificateParams {
    let mut params = dated(CertificateParams::new(vec![name.to_owned()]).unwrap());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    params
}

fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = OffsetDateTime::now_utc() - Duration::days(10);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(10);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
}

fn issue(
    params: CertificateParams,
    issuer: &Authority,
    certificate: &Path,
    private_key: &Path,
) -> Identity {
    let key = KeyPair::generate().unwrap();
    issue_for(&key, params, issuer, certificate, private_key)
}

fn issue_for(
    key: &KeyPair,
    mut params: CertificateParams,
    issuer: &Authority,
    certificate: &Path,
    private_key: &Path,
) -> Identity {
    let serial_number = params
        .serial_number
        .get_or_insert_with(fresh_serial_number)
        .clone();
    write(certificate, &params.signed_by(key, issuer).unwrap().pem());
    write(private_key, &key.serialize_pem());
    fs::set_permissions(private_key, fs::Permissions::from_mode(0o600)).unwrap();
    Identity {
        certificate: certificate.into(),
        private_key: private_key.into(),
        serial_number,
    }
}

fn fresh_serial_number() -> SerialNumber {
    static NEXT: AtomicU64 = AtomicU64::new(4096);
    SerialNumber::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

fn list(issuer: &Authority, revoked: Vec<SerialNumber>, next_update: OffsetDateTime) -> String {
    let now = OffsetDateTime::now_utc();
    let entry = |serial_number| RevokedCertParams {
        serial_number,
        revocation_time: now - Duration::hours(1),
        reason_code: None,
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: now - Duration::days(5),
        next_update,
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked.into_iter().map(entry).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).unwrap().pem().unwrap()
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
