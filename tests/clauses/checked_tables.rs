//! Tables whose octets are not as they were imported: opening one does not read them all, `perild check` does.

use std::{fs, path::Path, path::PathBuf, process::Command};

use crate::{site::Site, support::tables};

#[test]
fn a_check_reads_all_octets_of_tables_and_of_the_versions_before() {
    let site = Site::start();
    let state = site.dir().join("state");
    for id in ["watches", "copied", "rolled", "lost"] {
        tables::watches(&state, id, 1);
    }
    // Of two versions the parts of the second come to those of the first.
    let first = ["rolled", "lost"].map(|id| part(&state, id, "parquet"));
    for id in ["rolled", "lost"] {
        tables::watches(&state, id, 2);
    }
    let (code, said) = check(&site);
    assert_eq!(code, Some(0), "{said}");
    for id in ["watches", "copied", "rolled", "lost"] {
        let line = line(&said, &format!("state/tables/{id}: version "));
        assert!(line.starts_with("ok"), "{line}");
        assert!(
            line.contains("with 250 rows is whole, by its checksums"),
            "{line}"
        );
    }

    let [rolled, lost] = first;
    damage(&part(&state, "watches", "parquet"));
    damage(&part(&state, "copied", "arrow"));
    damage(&rolled);
    fs::remove_file(lost).unwrap();
    let (code, said) = check(&site);
    assert_eq!(code, Some(78), "{said}");
    for id in ["watches", "copied"] {
        let damaged = line(&said, &format!("state/tables/{id}: the part "));
        assert!(damaged.starts_with("error"), "{damaged}");
        assert!(
            damaged.contains("its octets have another digest"),
            "{damaged}"
        );
        assert!(damaged.contains(&format!("import {id} again")), "{damaged}");
    }
    for id in ["rolled", "lost"] {
        let line = line(&said, &format!("state/tables/{id}: of the version before"));
        assert!(line.starts_with("warning"), "{line}");
        assert!(line.contains("nobody can take back to it"), "{line}");
        let whole = format!("state/tables/{id}: version ");
        assert!(said.contains(&whole), "{said}");
    }
}

fn check(site: &Site) -> (Option<i32>, String) {
    let mut check = Command::new(env!("CARGO_BIN_EXE_perild"));
    check.args(["check", "--offline", "--config"]);
    let output = check.arg(&site.perild.config).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

fn line<'s>(said: &'s str, part: &str) -> &'s str {
    let line = said.lines().find(|line| line.contains(part));
    line.unwrap_or_else(|| panic!("{part}: {said}"))
}

/// The one file of rows of the table `id` in one of their forms.
fn part(state: &Path, id: &str, form: &str) -> PathBuf {
    let parts = fs::read_dir(state.join("tables").join(id).join("parts")).unwrap();
    let paths = parts.map(|entry| entry.unwrap().path());
    let is_asked = |path: &PathBuf| path.extension().is_some_and(|end| end == form);
    let mut paths: Vec<PathBuf> = paths.filter(is_asked).collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.remove(0)
}

/// Changes one octet in the middle, and not the length.
fn damage(path: &Path) {
    let mut content = fs::read(path).unwrap();
    let at = content.len() / 3;
    content[at] ^= 1;
    fs::write(path, content).unwrap();
}
