//! Tables whose octets are not as they were imported: opening one does not read them all, `perild check` does.

use std::{fs, path::Path, path::PathBuf, process::Command};

use crate::{site::Site, support::tables};

#[test]
fn a_check_reads_all_octets_of_tables_and_of_the_versions_before() {
    let site = Site::start();
    let state = site.dir().join("state");
    for id in ["watches", "rolled", "lost"] {
        tables::watches(&state, id, 1);
    }
    // Of two versions the parts of the second come to those of the first.
    let first = ["rolled", "lost"].map(|id| part(&state, id));
    for id in ["rolled", "lost"] {
        tables::watches(&state, id, 2);
    }
    let (code, said) = check(&site);
    assert_eq!(code, Some(0), "{said}");
    for id in ["watches", "rolled", "lost"] {
        let line = line(&said, &format!("state/tables/{id}: version "));
        assert!(line.starts_with("ok"), "{line}");
        assert!(
            line.contains("with 250 rows is whole, by its checksums"),
            "{line}"
        );
    }

    let [rolled, lost] = first;
    damage(&part(&state, "watches"));
    damage(&rolled);
    fs::remove_file(lost).unwrap();
    let (code, said) = check(&site);
    assert_eq!(code, Some(78), "{said}");
    let damaged = line(&said, "state/tables/watches: the part ");
    assert!(damaged.starts_with("error"), "{damaged}");
    assert!(
        damaged.contains("its octets have another digest"),
        "{damaged}"
    );
    assert!(damaged.contains("import watches again"), "{damaged}");
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

/// The one file of rows of the table `id`.
fn part(state: &Path, id: &str) -> PathBuf {
    let parts = fs::read_dir(state.join("tables").join(id).join("parts")).unwrap();
    let mut paths: Vec<PathBuf> = parts.map(|entry| entry.unwrap().path()).collect();
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
