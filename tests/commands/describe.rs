use std::fs;

use super::{run, text};

#[test]
fn describe_writes_a_first_description_once_and_leaves_it_alone_from_then_on() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("meters.csv"),
        "from,energy_kwh\n2026-01-31,1.5\n",
    )
    .unwrap();
    let printed = run(directory.path(), &["describe", "meters.csv", "--print"]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let description = directory.path().join("meters.toml");
    assert!(!description.exists());

    let written = run(directory.path(), &["describe", "meters.csv"]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    assert!(text(&written.stdout).contains("perild check"));
    assert_eq!(
        fs::read_to_string(&description).unwrap(),
        text(&printed.stdout)
    );
    assert!(text(&printed.stdout).contains("# unit = \"kW.h\"   # ? guessed from the name"));

    fs::write(&description, "answered").unwrap();
    let again = run(directory.path(), &["describe", "meters.csv"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("meters.toml is there already"));
    assert_eq!(fs::read_to_string(&description).unwrap(), "answered");
}

#[test]
fn describe_says_what_keeps_it_from_describing() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("torn.json"), "[{\"a\": 1}").unwrap();
    fs::write(directory.path().join("meters.exe"), "MZ").unwrap();
    fs::create_dir(directory.path().join("folder.csv")).unwrap();
    for (path, said) in [
        ("torn.json", "torn.json cannot be read as JSON"),
        ("folder.csv", "folder.csv: it is not a file"),
        ("none.csv", "none.csv: No such file or directory"),
        ("meters.exe", "no file that can be served"),
    ] {
        let refused = run(directory.path(), &["describe", path]);
        assert_eq!(refused.status.code(), Some(1), "{path}");
        assert!(
            text(&refused.stderr).contains(said),
            "{}",
            text(&refused.stderr)
        );
    }
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        3,
        "nothing is written"
    );
}
