//! The way to a database: in the open on this machine alone, by TLS with a verified name to any other.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use postgres::{
    Client, Config, IsolationLevel, NoTls, Transaction,
    config::{Host, SslMode},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs::default_provider};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{DatabaseError, passfile, variable};

/// Files that a connection may need beside its address.
#[derive(Clone, Debug, Default)]
pub struct DatabaseFiles {
    /// The issuers of databases' certificates; none: those that the system trusts.
    pub trust_anchors: Option<PathBuf>,
    /// Passwords in the form of `PostgreSQL`'s own programs; none: the file that these would read.
    pub passfile: Option<PathBuf>,
}

/// An address, read.
pub(in crate::import) struct Address {
    config: Config,
    /// The table that it names.
    pub(in crate::import) table: Option<String>,
    is_encrypted: bool,
}

impl Address {
    /// The address as a person writes it, with the table and the demands on TLS that `PostgreSQL`'s own client knows and
    /// the one that is used here does not.
    pub(in crate::import) fn parse(text: &str) -> Result<Self, DatabaseError> {
        let (text, table, mode) = taken_apart(text);
        let mut config = Config::from_str(&text).map_err(DatabaseError::Address)?;
        let is_demanded = match mode.as_deref() {
            None | Some("allow" | "prefer") => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            Some("disable") => {
                return match remote(&config) {
                    Some(host) => Err(DatabaseError::Open { host }),
                    None => Ok(Self {
                        config,
                        table,
                        is_encrypted: false,
                    }),
                };
            }
            Some(_) => return Err(DatabaseError::SslMode),
        };
        let is_encrypted = is_demanded || remote(&config).is_some();
        config.ssl_mode(if is_encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        Ok(Self {
            config,
            table,
            is_encrypted,
        })
    }

    /// Host and database, without user and password.
    pub(in crate::import) fn name(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.as_str(),
            Some(Host::Unix(_)) | None => "localhost",
        };
        let port = match self.config.get_ports().first() {
            None | Some(5432) => String::new(),
            Some(other) => format!(":{other}"),
        };
        let database = self.config.get_dbname().unwrap_or("");
        format!("postgres://{host}{port}/{database}")
    }

    /// Connects; user and password come from where `PostgreSQL`'s own programs find them, when the address has none.
    pub(in crate::import) fn connect(
        mut self,
        files: &DatabaseFiles,
    ) -> Result<Client, DatabaseError> {
        if self.config.get_user().is_none() {
            let user = variable("PGUSER").or_else(|| variable("USER"));
            self.config.user(user.as_deref().unwrap_or("perild"));
        }
        if self.config.get_password().is_none() {
            let password = variable("PGPASSWORD");
            let password = match password {
                Some(password) => Some(password),
                None => passfile::password(&self.config, files.passfile.as_deref())?,
            };
            if let Some(password) = password {
                self.config.password(password);
            }
        }
        if !self.is_encrypted {
            return Ok(self.config.connect(NoTls)?);
        }
        let tls = MakeRustlsConnect::new(tls(files.trust_anchors.as_deref())?);
        Ok(self.config.connect(tls)?)
    }
}

/// All tables as they were at one moment. Rows that a policy hides are a fault, as `pg_dump` has it, and not left out unseen.
pub(in crate::import) fn snapshot(client: &mut Client) -> Result<Transaction<'_>, DatabaseError> {
    let mut begun = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()?;
    begun.batch_execute("SET LOCAL row_security = off")?;
    Ok(begun)
}

/// The address without `table` and `sslmode`, and these two.
fn taken_apart(text: &str) -> (String, Option<String>, Option<String>) {
    let Some((address, query)) = text.split_once('?').filter(|_| text.contains("://")) else {
        return (text.to_owned(), None, None);
    };
    let (mut table, mut mode) = (None, None);
    let mut rest = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "table" => table = Some(value.into_owned()),
            "sslmode" => mode = Some(value.into_owned()),
            _ => rest.push((name.into_owned(), value.into_owned())),
        }
    }
    if rest.is_empty() {
        return (address.to_owned(), table, mode);
    }
    let escape = |text: &str| percent_encoding::utf8_percent_encode(text, ESCAPED).to_string();
    let rest: Vec<_> = rest
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    (format!("{address}?{}", rest.join("&")), table, mode)
}

/// TLS with a server whose certificate and name are verified.
fn tls(trust_anchors: Option<&Path>) -> Result<ClientConfig, DatabaseError> {
    let mut roots = RootCertStore::empty();
    match trust_anchors {
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(path) => {
            let mut anchors = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
                for anchor in CertificateDer::pem_file_iter(path)? {
                    roots.add(anchor?)?;
                }
                Ok(())
            };
            anchors().map_err(|source| DatabaseError::Anchors {
                path: path.to_owned(),
                source,
            })?;
        }
    }
    let provider = Arc::new(default_provider());
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(DatabaseError::Tls)?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// The first host that is not this machine.
fn remote(config: &Config) -> Option<Box<str>> {
    let names = config.get_hosts().iter().find_map(|host| match host {
        Host::Tcp(name) if !is_local(name) => Some(name.as_str().into()),
        Host::Tcp(_) | Host::Unix(_) => None,
    });
    let addresses = config.get_hostaddrs().iter();
    names.or_else(|| {
        addresses
            .filter(|address| !address.is_loopback())
            .map(|address| address.to_string().into())
            .next()
    })
}

fn is_local(name: &str) -> bool {
    let is_loopback = |address: IpAddr| address.is_loopback();
    name == "localhost" || name.parse().is_ok_and(is_loopback)
}

const ESCAPED: &percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_spoken_to_by_tls_alone() {
        for (address, is_encrypted) in [
            ("postgres://u:secret@db.example/climate", true),
            ("postgres://localhost,10.0.0.1/climate", true),
            ("postgresql://localhost/climate?hostaddr=10.0.0.2", true),
            ("postgres://u:secret@localhost:5433/climate", false),
            ("postgres://127.0.0.1/climate?sslmode=prefer", false),
            ("postgres://127.0.0.1/climate?sslmode=verify-full", true),
            ("postgres://127.0.0.1/climate?sslmode=require", true),
            ("postgres://127.0.0.1/climate?sslmode=disable", false),
            ("postgres://%2Frun%2Fpostgresql/climate", false),
        ] {
            let read = Address::parse(address).unwrap();
            assert_eq!(read.is_encrypted, is_encrypted, "{address}");
            assert!(!read.name().contains("secret"), "{address}");
        }
        for address in [
            "postgres://db.example/climate?sslmode=disable",
            "postgres://localhost/climate?sslmode=no",
            "postgres://localhost/climate?host%20=x",
        ] {
            assert!(Address::parse(address).is_err(), "{address}");
        }
    }

    #[test]
    fn an_address_may_name_its_table_and_keeps_the_rest() {
        let (address, table, mode) =
            taken_apart("postgres://localhost/db?options=-c%20search_path%3Da&table=a.b%22");
        assert_eq!(
            address,
            "postgres://localhost/db?options=%2Dc%20search%5Fpath%3Da"
        );
        assert_eq!((table.as_deref(), mode), (Some("a.b\""), None));
        let (address, table, _) = taken_apart("postgres://%2Frun/db?table=t");
        assert_eq!(
            (&*address, table.as_deref()),
            ("postgres://%2Frun/db", Some("t"))
        );
        let (address, table, _) = taken_apart("host=localhost password=x?y");
        assert_eq!((&*address, table), ("host=localhost password=x?y", None));
    }
}
