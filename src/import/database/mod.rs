//! `PostgreSQL` as a source: connections, and the seven tables of an existing `ClimateScore` database by COPY, in one snapshot.

mod connection;
mod passfile;

use std::{
    env,
    error::Error,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use postgres::error::SqlState;

use super::{
    parse::parse,
    parsed::{ParseError, Parsed},
    table::Tables,
};
use crate::dataset::grid::Profile;

pub use connection::DatabaseFiles;
pub(super) use connection::{Address, snapshot};

/// Reasons for which a database is not read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The table is not there.
    #[error("there is no table \"{}\" in the database, or this user may not see it", .0.escape_debug())]
    Absent(Box<str>),
    /// The address is not one of a database.
    #[error(
        "not the address of a PostgreSQL database, as postgres://USER@localhost:5432/NAME is \
         (the password may be in PGPASSWORD or a file as ~/.pgpass): {0}"
    )]
    Address(postgres::Error),
    /// The anchors cannot be read.
    #[error("cannot read the anchors {}: {source}; see import.database_trust_anchors", .path.display())]
    Anchors {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A column of a type that no table of ours takes.
    #[error(
        "the column \"{}\" is of the type {named}: select the others in a view, and import that",
        .column.escape_debug()
    )]
    ColumnType {
        /// The column.
        column: Box<str>,
        /// Its type.
        named: Box<str>,
    },
    /// The copy of the rows cannot be written.
    #[error("cannot write the copy of the table: {0}")]
    Copy(io::Error),
    /// The database refuses, or the connection to it is none.
    #[error("{}", reason(.0))]
    Database(#[from] postgres::Error),
    /// None of the tables is there with a row.
    #[error(
        "none of the tables osdbwind, osdbprecip, ... is there and has a row \
         (in a schema of another name: add ?options=-c%20search_path%3DNAME to the address)"
    )]
    NoTable,
    /// The address names no table.
    #[error("the address names no table: add ?table=NAME to it")]
    NoTableNamed,
    /// The way to the database would carry the password and the data in the open.
    #[error("{host} is not this machine, and is spoken to by TLS alone: leave sslmode=disable out")]
    Open {
        /// As the address has it.
        host: Box<str>,
    },
    /// Others can read the passwords.
    #[error("others can read {}, and it has passwords: chmod 0600 {}", .path.display(), .path.display())]
    OpenPassfile {
        /// The file.
        path: PathBuf,
    },
    /// The file of passwords cannot be read.
    #[error("cannot read the passwords {}: {source}", .path.display())]
    Passfile {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A demand on TLS that nobody knows.
    #[error(
        "sslmode is disable, prefer, require, verify-ca or verify-full; the last three are all the last"
    )]
    SslMode,
    /// TLS cannot be had.
    #[error("TLS cannot be had: {0}")]
    Tls(rustls::Error),
}

/// `true` for a source that is a database and no file. Whatever looks like an address is one, so that
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
    files: &DatabaseFiles,
    folder: &Path,
    rounds: bool,
    count: &AtomicU64,
) -> Result<Vec<Table>, DatabaseError> {
    let address = Address::parse(address)?;
    let database = address.name();
    let mut client = address.connect(files)?;
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
            let name = format!("{database}/{table}");
            tables.push(Table { name, parsed });
        }
    }
    snapshot.rollback()?;
    if tables.is_empty() {
        return Err(DatabaseError::NoTable);
    }
    Ok(tables)
}

/// A variable of `PostgreSQL`'s own programs: an address stands in the list of processes for all to read.
#[expect(
    clippy::disallowed_methods,
    reason = "where PostgreSQL's own programs find them"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}

/// The words of the server, where the error alone says only that there are some; else what the error
/// comes from, such as a password that is missing.
fn reason(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        let remedy = match said.code() {
            // `row_security` is off, so that this is also the code of a policy.
            &SqlState::INSUFFICIENT_PRIVILEGE => {
                "; import as a user who may read all of its rows, or a view of those that are meant"
            }
            _ => "",
        };
        return format!("the database says: {said}{remedy}");
    }
    let Some(cause) = error.source() else {
        return if error.is_closed() {
            "the connection to the database has ended".to_owned()
        } else {
            format!("the database cannot be read: {error}")
        };
    };
    match of_tls(cause) {
        None if has_ended(cause) => format!("the connection to the database has ended: {cause}"),
        None => format!("the database cannot be read: {error}: {cause}"),
        Some(rustls::Error::InvalidCertificate(_)) => {
            "the database's certificate is not good for this name and time, or not from an issuer that is trusted: \
             see import.database_trust_anchors"
                .to_owned()
        }
        Some(_) => "TLS with the database cannot be had".to_owned(),
    }
}

/// `true` of an error of input and output in the midst of a connection that was there.
fn has_ended(cause: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind as Kind;
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(
        kind,
        Some(
            Kind::BrokenPipe
                | Kind::ConnectionAborted
                | Kind::ConnectionReset
                | Kind::UnexpectedEof
        )
    )
}

/// The TLS library's error, which stands within one of input and output.
fn of_tls<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let within = cause.downcast_ref::<io::Error>()?.get_ref()?;
    within.downcast_ref()
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
    fn whatever_looks_like_an_address_is_one() {
        for (text, expected) in [
            ("postgres://u:secret@db.example/climate", true),
            ("host=db.example password=secret", true),
            ("perils", false),
            ("perils.csv", false),
        ] {
            assert_eq!(is_address(text), expected, "{text}");
        }
    }
}
