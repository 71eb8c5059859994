//! An existing `ClimateScore` database: its seven tables by COPY, in one snapshot.

use std::{
    env,
    error::Error,
    io::{self, Read},
    path::Path,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use postgres::{Client, Config, IsolationLevel, NoTls, Transaction, config::Host};

use super::{
    parse::parse,
    parsed::{ParseError, Parsed},
    table::Tables,
};
use crate::dataset::grid::Profile;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address is not one of a database.
    #[error(
        "not the address of a PostgreSQL database, as postgres://USER@localhost:5432/NAME is \
         (the password may be in PGPASSWORD): {0}"
    )]
    Address(postgres::Error),
    /// The database refuses.
    #[error("the database says: {}", reason(.0))]
    Database(#[from] postgres::Error),
    /// None of the tables is there with a row.
    #[error(
        "none of the tables osdbwind, osdbprecip, ... is there and has a row \
         (in a schema of another name: add ?options=-c%20search_path%3DNAME to the address)"
    )]
    NoTable,
    /// The way to the database would carry the password and the data in the open.
    #[error(
        "{host} is not this machine, and perild does not speak TLS to databases: \
         open a tunnel (ssh -L 5432:localhost:5432 {host}) and import from localhost"
    )]
    Remote {
        /// As the address has it.
        host: Box<str>,
    },
}

/// Whether a source is a database rather than a file. Whatever looks like an address is one, so that
/// nothing prints it as the path of a file that is not there, with a password in it.
pub(super) fn is_address(source: &str) -> bool {
    source.contains("://") || source.contains("password=")
}

/// One table that was read.
pub(super) struct Table {
    /// Host, database and table; neither user nor password.
    pub(super) name: String,
    pub(super) parsed: Result<Parsed, ParseError>,
}

/// Reads every table that is there and has a row: the old service's scripts make all seven at once.
pub(super) fn read(
    address: &str,
    folder: &Path,
    rounds: bool,
    count: &AtomicU64,
) -> Result<Vec<Table>, DatabaseError> {
    let mut config = Config::from_str(address).map_err(DatabaseError::Address)?;
    if let (None, Some(password)) = (config.get_password(), password()) {
        config.password(password);
    }
    if let Some(host) = remote(&config) {
        return Err(DatabaseError::Remote { host });
    }
    let mut client = config.connect(NoTls)?;
    let mut snapshot = snapshot(&mut client)?;
    let mut tables = Vec::new();
    let perils = Tables::perils();
    for peril in &Profile::perils().coverages {
        let table = &*peril.table;
        let found = snapshot.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])?;
        if found.get(0) {
            // Views and partitioned tables can be selected from, and not copied.
            let copy = format!("COPY (SELECT * FROM {table}) TO STDOUT (FORMAT csv, HEADER)");
            let text = snapshot.copy_out(&copy)?;
            let parsed = parse(Counted { text, count }, &perils, folder, rounds);
            if matches!(parsed, Err(ParseError::NoRow)) {
                continue;
            }
            let name = format!("{}/{table}", described(&config));
            tables.push(Table { name, parsed });
        }
    }
    snapshot.rollback()?;
    if tables.is_empty() {
        return Err(DatabaseError::NoTable);
    }
    Ok(tables)
}

/// The password of an address without one: an address stands in the list of processes for all to read.
#[expect(
    clippy::disallowed_methods,
    reason = "where PostgreSQL's own programs find it"
)]
fn password() -> Option<String> {
    env::var("PGPASSWORD").ok()
}

/// All tables as they were at one moment.
fn snapshot(client: &mut Client) -> Result<Transaction<'_>, postgres::Error> {
    client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
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
    let is_loopback = |address: std::net::IpAddr| address.is_loopback();
    name == "localhost" || name.parse().is_ok_and(is_loopback)
}

fn described(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.as_str(),
        Some(Host::Unix(_)) | None => "localhost",
    };
    format!("postgres://{host}/{}", config.get_dbname().unwrap_or(""))
}

/// What the server says, where the error alone says only that it said something; else what the error
/// comes from, such as a password that is missing.
fn reason(error: &postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.to_string(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

struct Counted<'c, R> {
    text: R,
    count: &'c AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.text.read(buffer)?;
        self.count
            .fetch_add(u64::try_from(length).unwrap_or(0), Ordering::Relaxed);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for (address, host) in [
            ("postgres://u:secret@db.example/climate", Some("db.example")),
            ("postgres://localhost,10.0.0.1/climate", Some("10.0.0.1")),
            (
                "postgresql://localhost/climate?hostaddr=10.0.0.2",
                Some("10.0.0.2"),
            ),
            ("postgres://u:secret@localhost:5433/climate", None),
            ("postgres://127.0.0.1/climate", None),
            ("postgres://%2Frun%2Fpostgresql/climate", None),
        ] {
            let config = Config::from_str(address).unwrap();
            assert_eq!(remote(&config).as_deref(), host, "{address}");
            assert!(!described(&config).contains("secret"));
            assert!(is_address(address));
        }
    }
}
