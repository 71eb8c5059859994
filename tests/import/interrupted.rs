//! An import that does not come to its end: killed, out of disk, or with a file changed under it.

use std::{
    fs,
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use perild::{
    clock::Timestamp,
    dataset::grid::Grid,
    import::{ImportError, Progress, Request, Source, Tables, import},
};

use crate::{Bench, stderr, succeed};

#[test]
fn killed_at_any_moment_it_leaves_the_old_store() {
    let bench = Bench::with_sample("3");
    succeed(bench.import(&[&bench.file("wind")]));
    let before = fs::read(bench.store()).unwrap();
    let mut killed = 0;
    for delay in (0..).map(|round| Duration::from_millis(5 + round * 25)) {
        let mut child = bench
            .import_command(&[&bench.csv()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(delay);
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        killed += 1;
        let now = fs::read(bench.store()).unwrap();
        if now != before {
            // It was renamed, and killed before it could say so.
            break;
        }
    }
    assert!(killed > 0);
    let grid = Grid::open(&bench.store()).unwrap();
    grid.verify().unwrap();
    succeed(bench.import(&[&bench.csv()]));
    assert_eq!(bench.left(), ["perils.arrow"]);
}

#[test]
fn a_full_disk_leaves_the_old_store_and_is_named() {
    let bench = Bench::with_sample("5");
    succeed(bench.import(&[&bench.file("wind")]));
    let before = fs::read(bench.store()).unwrap();
    // A limit on the size of files stands for a full disk: the write fails, wherever it is.
    for blocks in [8, 64, 256] {
        let mut command = Command::new("bash");
        command
            .arg0("bash")
            .args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\""])
            .arg(blocks.to_string())
            .arg(env!("CARGO_BIN_EXE_perild"))
            .args(["import", "--state"])
            .arg(bench.state())
            .arg(bench.csv());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("too large"), "{}", stderr(&output));
        assert_eq!(fs::read(bench.store()).unwrap(), before);
        assert_eq!(bench.left(), ["perils.arrow"]);
    }
}

/// As above with a disk that is full indeed. Mounting one takes root, or a kernel that lets everybody be the
/// root of a namespace of one's own.
#[test]
fn a_disk_without_space_leaves_the_old_store_and_is_named() {
    let bench = Bench::with_sample("3");
    succeed(bench.import(&[&bench.file("wind")]));
    let state = bench.folder.path().join("full");
    fs::create_dir(&state).unwrap();
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-euc", script]);
        command
            .env("PERILD", env!("CARGO_BIN_EXE_perild"))
            .env("STATE", &state)
            .env("OLD", bench.store())
            .env("CSV", bench.csv());
        command.output().unwrap()
    };
    let mounted = in_namespace(MOUNT);
    assert!(
        mounted.status.success(),
        "no disk can be mounted here; run the tests as root, or allow namespaces (sysctl \
         kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0): {}",
        stderr(&mounted)
    );
    let output = in_namespace(&format!("{MOUNT}\n{IMPORT}"));
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let place = format!("in {}: No space left on device", state.display());
    assert!(said.contains(&place), "{said}");
}

/// A disk of one megabyte.
const MOUNT: &str = "mount -t tmpfs -o size=1m tmpfs \"$STATE\"";
/// Ends as the import does, or with 9 when it was not all or nothing.
const IMPORT: &str = "
cp \"$OLD\" \"$STATE/perils.arrow\"
code=0
\"$PERILD\" import --state \"$STATE\" \"$CSV\" || code=$?
cmp \"$OLD\" \"$STATE/perils.arrow\" || exit 9
[ \"$(ls -A \"$STATE\")\" = perils.arrow ] || exit 9
exit $code";

#[test]
fn a_file_changed_while_it_is_read_is_refused() {
    let swap = |bench: &Bench| {
        let other = bench.folder.path().join("other.csv");
        fs::copy(bench.file("fire"), &other).unwrap();
        fs::rename(&other, bench.file("fire")).unwrap();
    };
    let append = |bench: &Bench| bench.edit("fire", |text| text + "\n");
    let cut = |bench: &Bench| bench.edit("fire", |text| text[..text.len() / 2].to_owned());
    for change in [swap as fn(&Bench), append, cut] {
        let bench = Bench::with_sample("2");
        succeed(bench.import(&[&bench.file("wind")]));
        let before = fs::read(bench.store()).unwrap();
        let request = Request {
            sources: vec![Source::Path(bench.csv())],
            state: bench.state(),
            source: None,
            licence: None,
            databases: perild::import::DatabaseFiles::default(),
            synthetic: false,
            step: None,
            round: false,
            tables: Tables::perils(),
            now: Timestamp::from_seconds(1_768_478_400),
        };
        let progress = Arc::new(Progress::default());
        let importing = thread::spawn({
            let progress = Arc::clone(&progress);
            move || import(&request, &progress)
        });
        // All files are open as soon as the first octet is read.
        while progress.read.load(Ordering::Relaxed) == 0 {
            thread::yield_now();
        }
        change(&bench);
        match importing.join().unwrap() {
            Err(ImportError::Changed(path)) => assert_eq!(path, bench.file("fire")),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(bench.store()).unwrap(), before);
    }
}
