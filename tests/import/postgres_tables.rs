//! Tables of a real `PostgreSQL` that descriptions name, with their types, over its socket and by TLS.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use arrow_array::cast::AsArray;
use perild_query::{ColumnType, ColumnType as T, Literal, Table};

use crate::{
    Bench, perild_command,
    postgres::{Server, ids},
    stderr, succeed,
};

/// A folder with the description `keys` of the table that `source` names.
fn described(source: &str, keys: &str) -> Bench {
    let bench = Bench {
        folder: tempfile::tempdir().unwrap(),
    };
    fs::create_dir_all(bench.csv()).unwrap();
    let text = format!(
        "[collection]\ntitle = \"T\"\nlicence = \"CC-BY-4.0\"\nsource = \"{source}\"\n{keys}"
    );
    fs::write(description(&bench), text).unwrap();
    bench
}

fn description(bench: &Bench) -> PathBuf {
    bench.csv().join("rows.toml")
}

fn import(bench: &Bench, change: impl FnOnce(&mut Command)) -> Output {
    let mut command = bench.import_command(&[&description(bench)]);
    command
        .env("PGUSER", "perild")
        .env("HOME", bench.folder.path())
        .env_remove("PGPASSWORD")
        .env_remove("PGPASSFILE");
    change(&mut command);
    command.output().unwrap()
}

fn table(bench: &Bench) -> Arc<Table> {
    Arc::new(Table::open(&bench.state().join("tables/rows")).unwrap())
}

fn types(table: &Table) -> Vec<(&str, ColumnType)> {
    let columns = table.schema().columns.iter();
    columns
        .map(|column| (&*column.name, column.column_type))
        .collect()
}

/// The address of a table over the server's socket.
fn over_socket(server: &Server, table: &str) -> String {
    let socket = server.socket().replace('/', "%2F");
    format!("postgres://{socket}/postgres?table={table}")
}

#[test]
fn a_table_arrives_with_the_types_of_the_catalogue_as_it_was_at_one_moment() {
    let server = Server::start();
    server.sql(
        "CREATE SCHEMA \"of\"\"all\";
         CREATE TABLE \"of\"\"all\".\"Rows; DROP\" (
             id varchar(8) PRIMARY KEY, n bigint, price numeric(12,2), ratio double precision,
             is_open boolean, day date, at timestamptz, tags text[], more jsonb, \"with, \"\"comma\" text);
         INSERT INTO \"of\"\"all\".\"Rows; DROP\" VALUES
             ('007', 9007199254740993, 1.50, 1e-7, true, '2026-02-28', '2026-02-28 12:00:00.25+01',
              '{a,b}', '{\"x\": 1}', E'two\\nlines, \"quoted\"'),
             ('8', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);",
    );
    let address = over_socket(&server, "of%22all.Rows%3B%20DROP");
    let bench = described(&address, "key = [\"id\"]\n");
    let said = succeed(import(&bench, |_| {}));
    assert!(
        said.contains("rows: records, 2 rows, none rejected"),
        "{said}"
    );
    let table = table(&bench);
    assert_eq!(
        types(&table),
        [
            ("id", T::Text),
            ("n", T::Integer),
            ("price", T::Number),
            ("ratio", T::Number),
            ("is_open", T::Boolean),
            ("day", T::Date),
            ("at", T::DateTime),
            ("tags", T::Json),
            ("more", T::Json),
            ("with, \"comma", T::Text),
        ]
    );
    let row = table.item(&[Literal::Text("007".into())]).unwrap().unwrap();
    let text = format!("{:?}", row.columns());
    for part in [
        "9007199254740993",
        "1e-7",
        "two\\nlines, \\\"quoted\\\"",
        "[\\\"a\\\",\\\"b\\\"]",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // A view is a table, and what is not there is named.
    server.sql("CREATE VIEW cheap AS SELECT id, price FROM \"of\"\"all\".\"Rows; DROP\";");
    let bench = described(&over_socket(&server, "cheap"), "key = [\"id\"]\n");
    succeed(import(&bench, |_| {}));
    let bench = described(&over_socket(&server, "dear"), "key = [\"id\"]\n");
    let refused = import(&bench, |_| {});
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("no table \"dear\""),
        "{}",
        stderr(&refused)
    );
    assert!(!bench.state().join("tables/rows/current").exists());
}

#[test]
fn a_column_that_no_table_of_ours_takes_is_named_and_the_version_before_stays() {
    let server = Server::start();
    server.sql("CREATE TABLE t (id text, a int); INSERT INTO t VALUES ('x', 1);");
    let bench = described(&over_socket(&server, "t"), "key = [\"id\"]\n");
    succeed(import(&bench, |_| {}));
    let version = table(&bench).version().to_owned();
    server.sql("ALTER TABLE t ADD picture bytea; INSERT INTO t VALUES ('x', 2);");
    let refused = import(&bench, |_| {});
    assert!(
        stderr(&refused).contains("\"picture\" is of the type bytea"),
        "{}",
        stderr(&refused)
    );
    server.sql("ALTER TABLE t DROP picture;");
    let refused = import(&bench, |_| {});
    assert!(stderr(&refused).contains('x'), "{}", stderr(&refused));
    assert_eq!(refused.status.code(), Some(1), "two rows of one key");
    assert_eq!(table(&bench).version(), version);
    let left = fs::read_dir(bench.state().join("tables")).unwrap();
    let left: Vec<_> = left
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".csv"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "no copy stays");
}

#[test]
fn domains_have_the_types_they_are_made_of_and_an_empty_text_is_a_text() {
    let server = Server::start();
    server.sql(
        "CREATE DOMAIN positive AS int CHECK (value > 0); CREATE DOMAIN small AS positive;
         CREATE DOMAIN moment AS timestamptz; CREATE DOMAIN image AS bytea;
         CREATE TABLE t (id text, n small, at moment, note text);
         INSERT INTO t VALUES ('a', 1, '2026-01-01 00:00+00', ''), ('b', NULL, NULL, NULL), ('c', 2, NULL, '  ');",
    );
    let bench = described(&over_socket(&server, "t"), "key = [\"id\"]\n");
    succeed(import(&bench, |_| {}));
    let found = table(&bench);
    assert_eq!(
        types(&found),
        [
            ("id", T::Text),
            ("n", T::Integer),
            ("at", T::DateTime),
            ("note", T::Text)
        ]
    );
    for (key, note) in [("a", Some("")), ("b", None), ("c", Some("  "))] {
        let row = found.item(&[Literal::Text(key.into())]).unwrap().unwrap();
        let notes = row.column(3).as_string::<i32>();
        assert_eq!(notes.iter().next().unwrap(), note, "{key:?}");
    }
    server.sql("CREATE TABLE pictures (id text, picture image);");
    let bench = described(&over_socket(&server, "pictures"), "key = [\"id\"]\n");
    let refused = import(&bench, |_| {});
    assert!(
        stderr(&refused).contains("\"picture\" is of the type bytea"),
        "{}",
        stderr(&refused)
    );
}

/// Nothing is left out unseen: a policy hides rows from all but the owner of the table.
#[test]
fn rows_that_a_policy_hides_are_a_fault_and_a_view_of_the_others_is_none() {
    let server = Server::start();
    server.sql(
        "CREATE TABLE t (id text, open boolean); INSERT INTO t VALUES ('a', true), ('b', false);
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY seen ON t USING (open);
         CREATE VIEW of_all AS SELECT id FROM t WHERE open;
         CREATE ROLE reader LOGIN; GRANT SELECT ON t, of_all TO reader;",
    );
    let as_reader = |table: &str| {
        let bench = described(&over_socket(&server, table), "key = [\"id\"]\n");
        let output = import(&bench, |command| {
            command.env("PGUSER", "reader");
        });
        (output, bench)
    };
    let (refused, bench) = as_reader("t");
    let said = stderr(&refused);
    assert_eq!(refused.status.code(), Some(1));
    for part in [
        "row-level security",
        "import as a user who may read all of its rows",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!bench.state().join("tables/rows").exists());
    let (taken, _bench) = as_reader("of_all");
    assert!(succeed(taken).contains("1 rows, none rejected"));
}

#[test]
fn a_connection_that_ends_is_not_the_words_of_the_database() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let ending = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let source = format!("postgres://127.0.0.1:{port}/postgres?table=t");
    let refused = import(&described(&source, "key = [\"id\"]\n"), |_| {});
    ending.join().unwrap();
    let said = stderr(&refused);
    assert!(
        said.contains("the connection to the database has ended"),
        "{said}"
    );
    assert!(!said.contains("the database says"), "{said}");
}

#[test]
fn spans_of_time_are_written_as_iso_8601_has_them_whatever_the_server_prefers() {
    let server = Server::start();
    server.sql(
        "ALTER DATABASE postgres SET intervalstyle = 'postgres_verbose';
         CREATE TABLE t (id text, span interval); INSERT INTO t VALUES ('a', '1 day 02:00');",
    );
    let bench = described(&over_socket(&server, "t"), "key = [\"id\"]\n");
    succeed(import(&bench, |_| {}));
    let row = table(&bench)
        .item(&[Literal::Text("a".into())])
        .unwrap()
        .unwrap();
    assert_eq!(row.column(1).as_string::<i32>().value(0), "P1DT2H");
}

#[test]
fn geometries_of_postgis_are_turned_to_longitudes_and_latitudes() {
    let server = Server::start();
    server.sql(
        "CREATE EXTENSION postgis;
         CREATE TABLE places (id int PRIMARY KEY, geom geometry(Point, 3857), name text);
         INSERT INTO places VALUES
             (1, ST_Transform(ST_SetSRID(ST_MakePoint(-0.1275, 51.5072), 4326), 3857), 'London'),
             (2, NULL, 'nowhere');
         CREATE VIEW national AS SELECT id, ST_Transform(geom, 27700) AS geom FROM places;
         CREATE TABLE without (id int PRIMARY KEY, geom geometry);
         INSERT INTO without VALUES (1, ST_MakePoint(530000, 180000));",
    );
    for name in ["places", "national"] {
        let keys = "kind = \"features\"\nkey = [\"id\"]\ngeometry = \"geom\"\n";
        let bench = described(&over_socket(&server, name), keys);
        succeed(import(&bench, |_| {}));
        let [west, south, east, north] = table(&bench).bounds().unwrap();
        for (found, expected) in [
            (west, -0.1275),
            (east, -0.1275),
            (south, 51.5072),
            (north, 51.5072),
        ] {
            // A millimetre, of which some is the datum's.
            assert!(
                (found - expected).abs() < 1e-6,
                "{name}: {found} {expected}"
            );
        }
    }
    let keys = "kind = \"features\"\nkey = [\"id\"]\ngeometry = \"geom\"\n";
    let bench = described(&over_socket(&server, "without"), keys);
    let refused = import(&bench, |_| {});
    assert!(stderr(&refused).contains("SRID"), "{}", stderr(&refused));
}

/// A server that takes the user `reader` by TLS and with a password alone, and where it listens; its certificate.
fn by_tls(folder: &Path) -> (Server, u16, PathBuf) {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = folder.join("database.pem");
    fs::write(&certificate, made.cert.pem()).unwrap();
    let options = format!("-c listen_addresses=127.0.0.1 -p {port} -c ssl=on");
    let server = Server::with(&options, |data| {
        for (name, text) in [
            ("server.crt", made.cert.pem()),
            ("server.key", made.signing_key.serialize_pem()),
            (
                "pg_hba.conf",
                "local all all trust\nhostssl all reader 127.0.0.1/32 scram-sha-256\n".to_owned(),
            ),
        ] {
            let path = data.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if rustix::process::geteuid().is_root() {
                let (user, group) = ids("postgres");
                chown(&path, Some(user), Some(group)).unwrap();
            }
        }
    });
    (server, port, certificate)
}

#[test]
fn another_user_comes_by_tls_with_a_verified_name_and_a_password_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (server, port, certificate) = by_tls(folder.path());
    server.sql_at(
        port,
        "CREATE TABLE t (id text); INSERT INTO t VALUES ('x');
         CREATE ROLE reader LOGIN PASSWORD 'not-told'; GRANT SELECT ON t TO reader;",
    );
    let address =
        |host: &str, more: &str| format!("postgres://{host}:{port}/postgres?table=t{more}");
    let bench = described(
        &address("localhost", "&sslmode=verify-full"),
        "key = [\"id\"]\n",
    );
    let passfile = folder.path().join("passwords");
    fs::write(
        &passfile,
        "localhost:*:postgres:reader:not-told\n127.0.0.1:*:*:reader:not-told\n",
    )
    .unwrap();
    fs::set_permissions(&passfile, fs::Permissions::from_mode(0o600)).unwrap();
    let config = |anchors: &Path| {
        let text = format!(
            "[paths]\nstate = {:?}\nshared_data = {:?}\n[directory]\nissuer = \"https://d.example/\"\nclient_id = \"x\"\n\
             [import]\ndatabase_trust_anchors = {anchors:?}\ndatabase_passfile = {passfile:?}\n",
            bench.state(),
            bench.csv(),
        );
        let path = folder.path().join("perild.toml");
        fs::write(&path, text).unwrap();
        path
    };
    let run = |description: &Path, anchors: &Path| {
        let mut command = perild_command(&["import", "--config"]);
        command.arg(config(anchors)).arg(description);
        command
            .env("PGUSER", "reader")
            .env_remove("PGPASSWORD")
            .output()
            .unwrap()
    };
    succeed(run(&description(&bench), &certificate));
    assert_eq!(table(&bench).len(), 1);

    // Each by itself: another anchor, another name, no TLS, no password.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let others = folder.path().join("other.pem");
    fs::write(&others, other.cert.pem()).unwrap();
    let by_address = described(
        &address("127.0.0.1", "&sslmode=verify-full"),
        "key = [\"id\"]\n",
    );
    let in_the_open = described(&address("localhost", ""), "key = [\"id\"]\n");
    for (refused, reason) in [
        (run(&description(&bench), &others), "certificate"),
        (run(&description(&by_address), &certificate), "certificate"),
        (run(&description(&in_the_open), &certificate), "pg_hba.conf"),
        (
            import(&bench, |command| {
                command
                    .env("PGUSER", "reader")
                    .env("SSL_CERT_FILE", &certificate);
            }),
            "password",
        ),
    ] {
        let said = stderr(&refused);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(reason), "{reason}: {said}");
        assert!(!said.contains("not-told"), "{said}");
    }
}
