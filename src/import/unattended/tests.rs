use std::{fs, io::Write as _, os::unix::fs::symlink, path::Path, sync::Arc};

use perild_query::{Literal, Table};

use super::{attempt::Outcome, *};
use crate::import::{Origin, Progress, TableLimits, TableRequest, import_table};

/// A folder with data, and one with tables.
struct Bench {
    folder: tempfile::TempDir,
    known: attempt::Known,
    most_bytes: u64,
    is_stopped: Arc<std::sync::atomic::AtomicBool>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["shared", "state"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let bench = Self {
            folder,
            known: HashMap::new(),
            most_bytes: 1 << 20,
            is_stopped: Arc::default(),
        };
        bench.write(
            "watches.toml",
            "[collection]\ntitle = \"T\"\nlicence = \"CC0-1.0\"\nkey = [\"sku\"]\n",
        );
        bench
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.shared(name), text).unwrap();
    }

    fn shared(&self, name: &str) -> PathBuf {
        self.folder.path().join("shared").join(name)
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn collection(&self) -> DescribedCollection {
        let found = DescribedCollection::beside(&self.shared("watches.toml"));
        found.unwrap().unwrap()
    }

    /// A look, as if everything had been left alone for long.
    fn look(&mut self) -> Result<Outcome, Refusal> {
        self.look_at(Timestamp::now().after(Duration::from_mins(1)))
    }

    fn look_at(&mut self, now: Timestamp) -> Result<Outcome, Refusal> {
        let bounds = Bounds {
            shared_data: self.folder.path().join("shared"),
            state: self.state(),
            most_bytes: self.most_bytes,
        };
        let collection = self.collection();
        let mut attempt = Attempt {
            bounds: &bounds,
            collection: &collection,
            is_stopped: &self.is_stopped,
            known: &mut self.known,
        };
        attempt.run(now)
    }

    fn import(&self, origin: Origin) {
        let request = TableRequest {
            collection: self.collection(),
            state: self.state(),
            now: Timestamp::now(),
            change: None,
            origin,
            limits: TableLimits::default(),
            databases: crate::import::DatabaseFiles::default(),
        };
        import_table(&request, &Progress::default()).unwrap();
    }

    fn skus(&self) -> Vec<String> {
        let table = Table::open(&self.state().join("tables/watches")).unwrap();
        let table = Arc::new(table);
        let names = ["A", "B", "C", "D"].into_iter();
        let is_there = |name: &&str| {
            let item = table.item(&[Literal::Text((*name).into())]);
            item.unwrap().is_some()
        };
        names.filter(is_there).map(str::to_owned).collect()
    }
}

fn is_imported(looked: &Result<Outcome, Refusal>) -> bool {
    matches!(looked, Ok(Outcome::Imported(_)))
}

fn is_nothing(looked: &Result<Outcome, Refusal>) -> bool {
    matches!(looked, Ok(Outcome::Nothing))
}

#[test]
fn a_new_file_is_imported_once_and_again_when_its_content_is_another() {
    let mut bench = Bench::new();
    assert!(is_nothing(&bench.look()), "there is no file yet");
    bench.write("watches.csv", "sku,brand\nA,x\n");
    assert!(is_imported(&bench.look()));
    assert!(is_nothing(&bench.look()));
    // Another time, and the same content.
    bench.write("watches.csv", "sku,brand\nA,x\n");
    assert!(is_nothing(&bench.look()));
    bench.write("watches.csv", "sku,brand\nA,x\nB,y\n");
    assert!(is_imported(&bench.look()));
    assert_eq!(bench.skus(), ["A", "B"]);
    // Another daemon knows it from the note beside the table.
    bench.known.clear();
    assert!(is_nothing(&bench.look()));
    bench.write(
        "watches.toml",
        "[collection]\ntitle = \"T\"\nlicence = \"CC0-1.0\"\nkey = [\"brand\"]\n",
    );
    assert!(is_imported(&bench.look()), "the key is another");
    let left = fs::read_dir(bench.state().join("tables")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut left: Vec<_> = left.collect();
    left.sort();
    assert_eq!(left, [".origins", "watches"], "no copy stays");
}

#[test]
fn a_file_that_was_just_written_waits() {
    let mut bench = Bench::new();
    bench.write("watches.csv", "sku,brand\nA,x\n");
    let looked = bench.look_at(Timestamp::now());
    assert!(matches!(looked, Ok(Outcome::NotYet)), "{looked:?}");
    assert!(is_imported(&bench.look()));
}

#[test]
fn a_fault_is_told_once_a_look_and_leaves_the_version_before() {
    let mut bench = Bench::new();
    bench.write("watches.csv", "sku,brand\nA,x\n");
    assert!(is_imported(&bench.look()));
    bench.write("watches.csv", "sku,brand\nA,x\nA,y\n");
    let fault = in_one_line(&bench.look().unwrap_err());
    assert!(fault.contains("watches.csv: line 3"), "{fault}");
    // It is not read anew, and said again.
    let again = bench.look();
    assert!(matches!(&again, Err(Refusal::Unchanged(reason)) if **reason == *fault));
    assert_eq!(bench.skus(), ["A"]);
    // The content of before is what is served.
    bench.write("watches.csv", "sku,brand\nA,x\nC,y\n");
    assert!(is_imported(&bench.look()));
    assert!(is_nothing(&bench.look()));
    assert_eq!(bench.skus(), ["A", "C"]);
}

/// The folder of the data, of which nobody took a digest.
fn of_folder() -> Origin {
    Origin::Folder {
        source: None,
        refused: None,
    }
}

#[test]
fn a_table_of_an_operators_stays_as_it_is() {
    for (origin, is_kept) in [(Origin::Operator, true), (of_folder(), false)] {
        let mut bench = Bench::new();
        bench.write("watches.csv", "sku,brand\nA,x\n");
        bench.import(origin);
        bench.write("watches.csv", "sku,brand\nB,x\n");
        let looked = bench.look();
        assert_eq!(is_nothing(&looked), is_kept, "{looked:?}");
        assert_eq!(bench.skus(), [if is_kept { "A" } else { "B" }]);
    }
    // One that was there before anybody noted origins is an operator's.
    let mut bench = Bench::new();
    bench.write("watches.csv", "sku,brand\nA,x\n");
    bench.import(of_folder());
    fs::remove_dir_all(bench.state().join("tables/.origins")).unwrap();
    assert!(is_nothing(&bench.look()));
}

#[test]
fn what_is_large_or_unpacks_to_much_is_left_to_a_command() {
    let mut bench = Bench::new();
    bench.most_bytes = 4_096;
    bench.write(
        "watches.csv",
        &format!("sku,brand\nA,{}\n", "x".repeat(8_192)),
    );
    let looked = bench.look();
    assert!(
        matches!(looked, Err(Refusal::TooLarge { .. })),
        "{looked:?}"
    );
    fs::remove_file(bench.shared("watches.csv")).unwrap();

    let mut packed = zstd::Encoder::new(Vec::new(), 19).unwrap();
    packed.write_all(b"sku,brand\n").unwrap();
    for row in 0..100_000 {
        packed.write_all(format!("{row},x\n").as_bytes()).unwrap();
    }
    let packed = packed.finish().unwrap();
    bench.most_bytes = u64::try_from(packed.len()).unwrap();
    fs::write(bench.shared("watches.csv.zst"), &packed).unwrap();
    bench.most_bytes = bench.most_bytes.max(16_384).min(bench.most_bytes + 1);
    let looked = bench.look();
    let is_bounded = match &looked {
        Err(Refusal::Unpacked { .. } | Refusal::Table(_)) => true,
        // The file may pack badly; then it is taken.
        Ok(Outcome::Imported(_)) => 1_000_000 <= bench.most_bytes * 16,
        _ => false,
    };
    assert!(is_bounded, "{looked:?}");
    assert!(!bench.state().join("tables/.copy").exists());
}

#[test]
fn links_that_lead_out_are_refused_and_those_within_are_read() {
    let mut bench = Bench::new();
    let outside = bench.folder.path().join("secret.csv");
    fs::write(&outside, "sku,brand\nA,x\n").unwrap();
    symlink("../secret.csv", bench.shared("watches.csv")).unwrap();
    let looked = bench.look();
    assert!(matches!(looked, Err(Refusal::Files(_))), "{looked:?}");
    fs::remove_file(bench.shared("watches.csv")).unwrap();
    bench.write("other.dat", "sku,brand\nB,x\n");
    symlink("other.dat", bench.shared("watches.csv")).unwrap();
    assert!(is_imported(&bench.look()));
    assert_eq!(bench.skus(), ["B"]);
}

#[test]
fn an_import_that_is_stopped_leaves_nothing_half_done() {
    let mut bench = Bench::new();
    bench.write("watches.csv", "sku,brand\nA,x\n");
    assert!(is_imported(&bench.look()));
    bench.write("watches.csv", "sku,brand\nB,x\n");
    bench
        .is_stopped
        .store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(matches!(bench.look(), Err(Refusal::Stopped)));
    assert_eq!(bench.skus(), ["A"]);
    bench
        .is_stopped
        .store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(is_imported(&bench.look()));
}

#[test]
fn an_import_that_is_under_way_elsewhere_is_waited_for() {
    let mut bench = Bench::new();
    bench.write("watches.csv", "sku,brand\nA,x\n");
    let table = bench.state().join("tables/watches");
    fs::create_dir_all(&table).unwrap();
    let lock = fs::File::create(Path::new(&table).join("lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(bench.look(), Ok(Outcome::NotYet)));
    lock.unlock().unwrap();
    assert!(is_imported(&bench.look()));
}
