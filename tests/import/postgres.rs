//! A real `PostgreSQL`, as Debian has it, with the seven tables of the old service.

use std::{
    fmt::Write,
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use perild::dataset::grid::{Grid, Profile};
use tempfile::TempDir;

use crate::{
    Bench, coverage,
    plain::{self, assert_holds},
    stderr, succeed,
};

/// A server on a unix socket of its own; it ends with this value.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with("", |_| {})
    }

    /// As [`Self::start`], with `options` of its own and files in the folder of its data that `prepare` puts there.
    pub(crate) fn with(options: &str, prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Self {
            programs: programs(),
            folder,
        };
        if rustix::process::geteuid().is_root() {
            // PostgreSQL refuses to run as root; Debian's package brings this user.
            let user = ids("postgres");
            chown(server.folder.path(), Some(user.0), Some(user.1)).unwrap();
        }
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(server.folder.path(), mode).unwrap();
        let data = server.data();
        server.run(
            "initdb",
            &[
                "-D",
                &data,
                "-A",
                "trust",
                "-U",
                "perild",
                "-E",
                "UTF8",
                "--no-sync",
            ],
        );
        prepare(Path::new(&data));
        let socket = server.socket();
        let options = format!("-k {socket} -c listen_addresses= -c fsync=off {options}");
        let log = format!("{data}/log");
        server.run(
            "pg_ctl",
            &["-D", &data, "-l", &log, "-o", &options, "-w", "start"],
        );
        server
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    pub(crate) fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    pub(crate) fn address(&self) -> String {
        format!(
            "postgres://perild:not-told@{}/postgres",
            self.socket().replace('/', "%2F")
        )
    }

    /// Runs one of the server's programs as a user who may.
    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
            command.arg(path);
            command
        } else {
            Command::new(path)
        };
        let status = command
            .current_dir(self.folder.path())
            .args(arguments)
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{program}");
    }

    pub(crate) fn sql(&self, text: &str) {
        self.sql_at(5432, text);
    }

    /// As [`Self::sql`], of a server whose socket is named after another port.
    pub(crate) fn sql_at(&self, port: u16, text: &str) {
        let path = self.folder.path().join("script.sql");
        fs::write(&path, text).unwrap();
        let path = path.display().to_string();
        let socket = self.socket();
        let always = [
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "perild",
            "-d",
            "postgres",
        ];
        self.run(
            "psql",
            &[
                &always[..],
                &["-h", &socket, "-p", &port.to_string(), "-f", &path],
            ]
            .concat(),
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]);
    }
}

/// The tables as the old service's scripts make them, filled from `folder`.
fn tables(folder: &Path) -> String {
    let mut sql = String::new();
    for peril in &Profile::perils().coverages {
        let table = &peril.table;
        let columns: Vec<_> = peril
            .source_names
            .iter()
            .map(|column| format!("{column} numeric(12,6)"))
            .collect();
        let path = folder.join(format!("synthetic-etl{}.csv", peril.id));
        writeln!(
            sql,
            "CREATE TABLE {table} (key varchar(24), latitude numeric(12,6), longitude numeric(12,6), {});\n\
             \\copy {table} FROM '{}' WITH (FORMAT csv, HEADER)\n\
             CREATE INDEX ON {table} (key);",
            columns.join(", "),
            path.display()
        )
        .unwrap();
    }
    sql
}

fn import(bench: &Bench, address: &str) -> Output {
    bench.import(&[Path::new(address)])
}

#[test]
fn a_climatescore_database_arrives_value_for_value() {
    let bench = Bench::with_sample("10");
    let readable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(bench.folder.path(), readable).unwrap();
    let server = Server::start();
    server.sql(&tables(&bench.csv()));

    let said = succeed(import(&bench, &server.address()));
    assert!(said.contains("703 cells on the grid"), "{said}");
    let grid = Grid::open(&bench.store()).unwrap();
    assert_holds(&grid, &plain::table(&bench.csv()));
    let fire = coverage(&grid, "fire").unwrap();
    let found = fire.provenance.as_ref().unwrap();
    assert_eq!(found.source, "postgres://localhost/postgres/osdbfire");
    assert!(!said.contains("not-told"));

    // Numbers of other types, one of them below a ten-thousandth, and a view.
    let wind = Profile::perils().coverage("wind").unwrap();
    let column = &wind.source_names[0];
    server.sql(&format!(
        "UPDATE osdbwind SET {column} = 0.00002 WHERE latitude = 0 AND longitude = 0;"
    ));
    succeed(import(&bench, &server.address()));
    let exact = Grid::open(&bench.store()).unwrap();
    let doubles: Vec<_> = wind
        .source_names
        .iter()
        .map(|column| format!("{column}::double precision AS {column}"))
        .collect();
    server.sql(&format!(
        "ALTER TABLE osdbwind RENAME TO numerics;\n\
         CREATE VIEW osdbwind AS SELECT key, latitude::text, longitude::real, {} FROM numerics;",
        doubles.join(", ")
    ));
    succeed(import(&bench, &server.address()));
    let grid = Grid::open(&bench.store()).unwrap();
    let statistics = |grid: &Grid| {
        let coverages = grid.metadata().coverages.iter();
        let each = coverages.map(|one| one.statistics.clone());
        each.collect::<Vec<_>>()
    };
    assert_eq!(statistics(&grid), statistics(&exact));
    server.sql("DROP VIEW osdbwind; ALTER TABLE numerics RENAME TO osdbwind;");
    let before = fs::read(bench.store()).unwrap();

    // A row that no file check let in.
    server.sql(&format!(
        "UPDATE osdbwind SET key = '1', {column} = -5 WHERE latitude = 0 AND longitude = 0;"
    ));
    let output = import(&bench, &server.address());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("osdbwind: line "),
        "{}",
        stderr(&output)
    );
    assert!(!stderr(&output).contains("not-told"));
    assert_eq!(fs::read(bench.store()).unwrap(), before);

    // A subset of the tables; one without rows is as good as none.
    let perils = &Profile::perils().coverages;
    let dropped: String = perils[..5].iter().fold(String::new(), |mut sql, peril| {
        writeln!(sql, "DROP TABLE {};", peril.table).unwrap();
        sql
    });
    server.sql(&dropped);
    server.sql(&format!("TRUNCATE {};", perils[5].table));
    succeed(import(&bench, &server.address()));
    let grid = Grid::open(&bench.state().join("collections/fire.arrow")).unwrap();
    assert_eq!(grid.metadata().coverages.len(), 1);

    server.sql("TRUNCATE osdbfire;");
    let output = import(&bench, &server.address());
    assert!(
        stderr(&output).contains("none of the tables"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_database_that_is_not_there_is_named_and_its_password_is_not() {
    let bench = Bench::with_sample("30");
    for address in [
        "postgres://perild:not-told@127.0.0.1:1/climate",
        "postgres://perild:not-told@db.example/climate",
        "postgres://perild:not-told@localhost:x/climate",
        "POSTGRES://perild:not-told@127.0.0.1:1/climate",
        "postgresql+psycopg2://perild:not-told@127.0.0.1:1/climate",
        "host=127.0.0.1 port=1 user=perild password=not-told",
    ] {
        let output = import(&bench, address);
        assert_eq!(output.status.code(), Some(1));
        assert!(!stderr(&output).contains("not-told"), "{}", stderr(&output));
    }
}

/// Where Debian keeps the server's programs.
fn programs() -> PathBuf {
    let root = Path::new("/usr/lib/postgresql");
    let mut versions: Vec<_> = fs::read_dir(root)
        .unwrap_or_else(|error| panic!("{}: {error}; apt-get install postgresql", root.display()))
        .map(|entry| entry.unwrap().path().join("bin"))
        .filter(|programs| programs.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().expect("apt-get install postgresql")
}

/// User and group id of a user.
pub(crate) fn ids(user: &str) -> (u32, u32) {
    let id = |flag: &str| {
        let output = Command::new("id").args([flag, user]).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    };
    (id("-u"), id("-g"))
}
