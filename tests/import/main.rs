//! Peril data as a publisher handles it: files and a database in, a store out, and nothing in between.
#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/printed.rs"]
mod printed;
#[path = "../support/process.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "shared with tests that need more of it"
)]
mod process;
#[path = "../support/python.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "shared with tests that need more of it"
)]
mod python;

mod bad_input;
mod described;
mod disk;
mod faults;
mod flatgeobuf;
mod frames;
mod interrupted;
mod interrupted_tables;
mod plain;
mod postgres;
mod postgres_tables;
mod real_files;
mod sources;
mod tables;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use perild::dataset::grid::{CoverageMetadata, Grid};
use tempfile::TempDir;

/// A folder with peril files and a state directory.
struct Bench {
    folder: TempDir,
}

impl Bench {
    /// With a synthetic sample of that step.
    fn with_sample(step: &str) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let out = bench.csv().display().to_string();
        succeed(perild(&["sample", "--step", step, "--out", &out]));
        bench
    }

    fn csv(&self) -> PathBuf {
        self.folder.path().join("perils")
    }

    fn file(&self, peril: &str) -> PathBuf {
        self.csv().join(format!("synthetic-etl{peril}.csv"))
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn store(&self) -> PathBuf {
        self.state().join("perils.arrow")
    }

    /// What lies in the state directory beside the store before the last import.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.state()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "before").collect()
    }

    fn import(&self, paths: &[&Path]) -> Output {
        self.import_command(paths).output().unwrap()
    }

    fn import_command(&self, paths: &[&Path]) -> Command {
        let mut command = perild_command(&["import", "--state"]);
        command.arg(self.state()).args(paths);
        command
    }

    /// Changes the text of one file.
    fn edit(&self, peril: &str, change: impl FnOnce(String) -> String) {
        let path = self.file(peril);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, change(text)).unwrap();
    }
}

fn perild_command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
    command.env_remove("PERILD_CONFIG").args(arguments);
    command
}

fn perild(arguments: &[&str]) -> Output {
    perild_command(arguments).output().unwrap()
}

fn succeed(output: Output) -> String {
    assert!(output.status.success(), "{}", stderr(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    printed::is_for_people(&said);
    said
}

fn stderr(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    printed::is_for_people(&said);
    said
}

/// What the store says of a coverage.
fn coverage<'g>(grid: &'g Grid, id: &str) -> Option<&'g CoverageMetadata> {
    let mut coverages = grid.metadata().coverages.iter();
    coverages.find(|coverage| &*coverage.id == id)
}

/// The names of the columns as the sources have them, each with its position in a row.
fn columns(grid: &Grid) -> impl Iterator<Item = (&str, u32)> {
    let coverages = grid.metadata().coverages.iter();
    coverages.flat_map(|coverage| {
        let names = coverage.statistics.iter().map(|one| one.column.as_str());
        names.zip(coverage.first_column..)
    })
}
