//! Other readers of the store: what `docs/store.md` shows, run as it stands there.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Bench, plain, succeed};

/// A Python with pandas and Polars, made once.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(target.join("frames.lock")).unwrap();
    lock.lock().unwrap();
    let environment = target.join("frames-1");
    let python = environment.join("bin/python");
    if !environment.join("complete").exists() {
        let made = Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment)
            .status();
        assert!(made.unwrap().success(), "apt-get install python3-venv");
        let installed = Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(["pyarrow==21.0.0", "pandas==2.3.3", "polars==1.35.2"])
            .status();
        assert!(installed.unwrap().success());
        File::create(environment.join("complete")).unwrap();
    }
    python
}

/// The Python of the document, block after block.
fn blocks(document: &str) -> Vec<&str> {
    let blocks = document.split("```python\n").skip(1);
    blocks
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block))
        .collect()
}

#[test]
fn pandas_and_polars_read_what_the_files_held() {
    let bench = Bench::with_sample("10");
    succeed(bench.import(&[&bench.csv()]));
    let document = fs::read_to_string("docs/store.md").unwrap();
    let blocks = blocks(&document);
    assert_eq!(blocks.len(), 2);
    let table = plain::table(&bench.csv());
    // A cell with a number, and one that fire has nothing to say about.
    let column = "firessp1262020metric_mean";
    for (key, row) in table
        .iter()
        .filter(|(_, row)| row[column] != "None")
        .step_by(97)
    {
        for block in &blocks {
            let script = format!("STORE = {:?}\nKEY = {key:?}\n{block}", bench.store());
            let output = Command::new(python())
                .args(["-c", &script])
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let said = String::from_utf8(output.stdout).unwrap();
            let expected: f64 = row[column].parse().unwrap();
            let found: Option<f64> = said.trim().parse().ok();
            let expected = (expected > -9999.0).then_some(expected);
            assert_eq!(
                found.filter(|number| !number.is_nan()),
                expected,
                "{key}: {said}"
            );
        }
    }
}
