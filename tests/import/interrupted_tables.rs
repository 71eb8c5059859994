//! An import of a table that does not come to its end: killed, beside another, or out of disk.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use perild_query::Table;

use crate::{Bench, perild_command, stderr, succeed};

const METERS: &str = "[collection]\ntitle = \"Meters\"\nlicence = \"CC0-1.0\"\nsource = \"meters.csv\"\nkind = \"series\"\n\
    key = [\"meter\"]\ntime = \"at\"\nstep = \"PT30M\"\n";

/// A folder with a description and half hours of meters from the one to the other.
fn meters(begin: usize, end: usize) -> Bench {
    let bench = Bench {
        folder: tempfile::tempdir().unwrap(),
    };
    fs::create_dir(bench.csv()).unwrap();
    fs::write(bench.csv().join("meters.toml"), METERS).unwrap();
    write(&bench, "meters.csv", begin, end);
    bench
}

fn write(bench: &Bench, name: &str, begin: usize, end: usize) {
    let mut text = String::from("meter,at,kWh\n");
    for meter in begin..end {
        for half in 0..480 {
            let (day, hour, minute) = (1 + half / 48, half / 2 % 24, half % 2 * 30);
            let number = (meter * 7_919 + half * 104_729) % 997;
            writeln!(
                text,
                "{meter:04},2026-01-{day:02}T{hour:02}:{minute:02}Z,0.{number:03}"
            )
            .unwrap();
        }
    }
    fs::write(bench.csv().join(name), text).unwrap();
}

fn command(bench: &Bench, mode: Option<&str>, name: &str) -> Command {
    let mut command = perild_command(&["import", "--state"]);
    command.arg(bench.state());
    let description = bench.csv().join("meters.toml");
    match mode {
        Some(mode) => command
            .arg(mode)
            .arg(description)
            .arg(bench.csv().join(name)),
        None => command.arg(description),
    };
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn table(bench: &Bench) -> Table {
    let table = Table::open(&bench.state().join("tables/meters")).unwrap();
    table.verify().unwrap();
    table
}

/// Names in the folder of the table that are neither of its versions nor of every table.
fn left(bench: &Bench) -> Vec<String> {
    let entries = fs::read_dir(bench.state().join("tables/meters")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let of_every = ["current", "lock", "parts"];
    let names = names.filter(|name| !of_every.contains(&&**name));
    names.filter(|name| !name.contains(".json")).collect()
}

#[test]
fn killed_at_any_moment_it_leaves_the_version_before_or_the_new_one() {
    for mode in [None, Some("--append"), Some("--upsert")] {
        let bench = meters(0, 20);
        succeed(command(&bench, None, "meters.csv").output().unwrap());
        let before = table(&bench).version().to_owned();
        write(&bench, "more.csv", 20, 60);
        fs::copy(bench.csv().join("more.csv"), bench.csv().join("meters.csv")).unwrap();
        let rows = if mode.is_some() { 60 * 480 } else { 40 * 480 };
        let mut killed = 0;
        for delay in (0..).map(|round| Duration::from_millis(5 + round * 60)) {
            let mut child = command(&bench, mode, "more.csv").spawn().unwrap();
            thread::sleep(delay);
            child.kill().unwrap();
            let is_whole = child.wait().unwrap().success();
            let table = table(&bench);
            if is_whole || table.version() != before {
                assert_eq!(table.len(), rows, "{mode:?}");
                break;
            }
            assert_eq!(table.len(), 20 * 480, "{mode:?}");
            killed += 1;
        }
        assert!(killed > 0);
        // The next import sweeps up what the killed ones left.
        write(&bench, "last.csv", 60, 61);
        fs::copy(bench.csv().join("last.csv"), bench.csv().join("meters.csv")).unwrap();
        succeed(command(&bench, mode, "last.csv").output().unwrap());
        assert_eq!(left(&bench), [""; 0], "{mode:?}");
        table(&bench);
    }
}

#[test]
fn of_imports_at_once_each_is_whole_or_says_that_another_is_under_way() {
    let bench = meters(0, 5);
    succeed(command(&bench, None, "meters.csv").output().unwrap());
    for number in 1..5 {
        write(
            &bench,
            &format!("{number}.csv"),
            number * 10,
            number * 10 + 5,
        );
    }
    let children = (1..5).map(|number| {
        let mut command = command(&bench, Some("--append"), &format!("{number}.csv"));
        command.spawn().unwrap()
    });
    let children: Vec<_> = children.collect();
    let mut whole = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            whole += 1;
        } else {
            let said = stderr(&output);
            assert!(said.contains("another import"), "{said}");
        }
    }
    assert!(whole > 0);
    assert_eq!(table(&bench).len(), (1 + whole) * 5 * 480);
}

#[test]
fn a_disk_without_space_leaves_the_version_before_and_is_named() {
    let bench = meters(0, 2);
    succeed(command(&bench, None, "meters.csv").output().unwrap());
    write(&bench, "meters.csv", 0, 300);
    let full = bench.folder.path().join("full");
    fs::create_dir(&full).unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-euc", FULL])
        .env("PERILD", env!("CARGO_BIN_EXE_perild"))
        .env("FULL", &full)
        .env("OLD", bench.state().join("tables"))
        .env("DESCRIPTION", bench.csv().join("meters.toml"))
        .output()
        .unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert!(said.contains("nothing was imported"), "{said}");
}

/// Imports on a disk of 128 KiB; ends as the import does, or with 9 when the table is not as it was.
const FULL: &str = "
mount -t tmpfs -o size=128k tmpfs \"$FULL\"
cp -r \"$OLD\" \"$FULL/tables\"
code=0
\"$PERILD\" import --state \"$FULL\" \"$DESCRIPTION\" || code=$?
cmp \"$OLD/meters/current\" \"$FULL/tables/meters/current\" || exit 9
diff -r \"$OLD/meters/parts\" \"$FULL/tables/meters/parts\" || exit 9
exit $code";
