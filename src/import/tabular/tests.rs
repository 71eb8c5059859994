use std::{fs, sync::Arc};

use perild_query::{Literal, Table};

use super::*;

fn described(folder: &Path, name: &str, keys: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!("[collection]\ntitle = \"T\"\nlicence = \"CC0-1.0\"\n{keys}");
    fs::write(&path, text).unwrap();
    path
}

fn imported(description: &Path, state: &Path) -> Result<ImportedTable, TableFault> {
    let request = TableRequest {
        collection: DescribedCollection::beside(description).unwrap().unwrap(),
        state: state.to_owned(),
        now: Timestamp::from_seconds(1_780_000_000),
        change: None,
        origin: Origin::Operator,
        limits: TableLimits::default(),
        databases: DatabaseFiles::default(),
    };
    import_table(&request, &Progress::default())
}

#[test]
fn a_described_file_becomes_a_table_that_is_asked_by_its_key() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(
        folder.path().join("watches.json"),
        r#"[{"sku":"B2","year":1960},{"sku":"007","year":1970}]"#,
    )
    .unwrap();
    let description = described(
        folder.path(),
        "watches.toml",
        "key = \"sku\"\nalias = \"/info/v2\"\n[[field]]\nname = \"year\"\nunit = \"a\"\n",
    );
    for path in [&description, &folder.path().join("watches.json")] {
        let found = imported(path, state.path()).unwrap();
        let said = found.to_string();
        assert!(
            said.starts_with("watches: records, 2 rows, none rejected\n"),
            "{said}"
        );
        assert!(
            said.contains("year                                     integer               0 a"),
            "{said}"
        );
        let table = Arc::new(Table::open(&state.path().join(TABLES).join("watches")).unwrap());
        let row = table.item(&[Literal::Text("007".into())]).unwrap().unwrap();
        assert_eq!(row.num_rows(), 1);
        assert_eq!(found.manifest.about["alias"], "/info/v2");
        assert_eq!(found.manifest.about["licence"], "CC0-1.0");
    }
}

#[test]
fn rows_with_geometries_are_features_and_no_records() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let shapes = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","geometry":{"type":"Point","coordinates":[0,51]},"properties":{"ref":"a"}}]}"#;
    fs::write(folder.path().join("outages.geojson"), shapes).unwrap();
    let keys = |kind: &str| {
        described(
            folder.path(),
            "outages.toml",
            &format!("key = \"ref\"\n{kind}"),
        )
    };
    for kind in ["", "kind = \"records\"\n"] {
        let fault = imported(&keys(kind), state.path()).unwrap_err().to_string();
        assert!(
            fault.contains("geometries in its column geometry"),
            "{fault}"
        );
        assert!(fault.contains("write kind = \"features\""), "{fault}");
        assert!(!state.path().join(TABLES).join("outages/current").exists());
    }
    let found = imported(&keys("kind = \"features\"\n"), state.path()).unwrap();
    assert_eq!(found.manifest.schema.kind, perild_query::Kind::Features);
}

#[test]
fn one_fault_leaves_the_table_before_as_it_was_and_says_the_line() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let write = |text: &str| fs::write(folder.path().join("a.csv"), text).unwrap();
    let description = described(
        folder.path(),
        "a.toml",
        "key = [\"k\"]\n[[field]]\nname = \"v\"\ntype = \"integer\"\n",
    );
    write("k,v\n1,2\n");
    let first = imported(&description, state.path()).unwrap();
    for (text, expected) in [
        (
            "k,v\n1,2\n2,x\n3,4,5\n",
            "nothing was imported\na.csv: line 3: v: \"x\" is no whole number\na.csv: line 4: 3 fields where the header has 2",
        ),
        (
            "k,v\n1,2\n2,3\n1,4\n",
            "nothing was imported\na.csv: line 4: k 1 is there already, in a.csv, line 2",
        ),
    ] {
        write(text);
        let fault = imported(&description, state.path()).unwrap_err();
        assert_eq!(fault.to_string(), expected);
        let table = Table::open(&first.folder).unwrap();
        assert_eq!(table.len(), 1);
    }
    write("k,v\n1,2\n2,3\n");
    assert_eq!(
        imported(&description, state.path()).unwrap().manifest.rows,
        2
    );
}

#[test]
fn a_description_without_data_is_told() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let description = described(folder.path(), "a.toml", "key = [\"k\"]\n");
    let fault = imported(&description, state.path()).unwrap_err();
    assert!(matches!(fault, TableFault::NoFiles(_)), "{fault}");
    let description = described(folder.path(), "b.toml", "");
    assert!(DescribedCollection::beside(&description).unwrap().is_none());
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one table from one change to the next"
)]
fn rows_are_added_replaced_and_removed_by_their_keys_and_the_version_before_comes_back() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    let write = |name: &str, text: &str| fs::write(at(name), text).unwrap();
    write("a.csv", "k,v,w\n1,2,x\n2,3,y\n");
    let description = described(
        folder.path(),
        "a.toml",
        "key = [\"k\"]\nsource = \"a.csv\"\n",
    );
    imported(&description, state.path()).unwrap();
    let change = |mode, name: &str| {
        let request = TableRequest {
            collection: DescribedCollection::beside(&description).unwrap().unwrap(),
            state: state.path().to_owned(),
            now: Timestamp::from_seconds(1_780_000_001),
            change: Some(TableChange {
                mode,
                paths: vec![at(name)],
            }),
            origin: Origin::Operator,
            limits: TableLimits::default(),
            databases: DatabaseFiles::default(),
        };
        import_table(&request, &Progress::default())
    };
    let changed = |added, replaced, removed| {
        Some(Changed {
            added,
            replaced,
            removed,
            ..Changed::default()
        })
    };
    // Columns may stand in another order, and one without a value may be left out.
    write("more.csv", "v,k\n4,3\n");
    assert_eq!(
        change(Mode::Append, "more.csv").unwrap().changed,
        changed(1, 0, 0)
    );
    let fault = change(Mode::Append, "more.csv").unwrap_err().to_string();
    assert!(
        fault.ends_with("more.csv: line 2: k 3 is in the table already"),
        "{fault}"
    );
    write(
        "new.json",
        "[{\"k\":1,\"v\":7,\"w\":\"z\"},{\"k\":9,\"v\":1}]",
    );
    assert_eq!(
        change(Mode::Upsert, "new.json").unwrap().changed,
        changed(1, 1, 0)
    );
    write("part.csv", "k,v\n9,1\n1,8\n");
    let said = change(Mode::Upsert, "part.csv").unwrap().to_string();
    let note =
        "note: 1 rows were replaced by rows without a value of w, and have none from now on\n";
    assert!(said.contains(note), "{said}");
    write("part.csv", "k,v,w\n007,1,z\n");
    let fault = change(Mode::Upsert, "part.csv").unwrap_err().to_string();
    assert!(
        fault.contains("part.csv: k: \"007\" in part.csv, line 2 could be read in two ways"),
        "{fault}"
    );
    assert_eq!(
        change(Mode::Upsert, "new.json").unwrap().changed,
        Some(Changed {
            replaced: 1,
            same: 1,
            ..Changed::default()
        })
    );
    let version = change(Mode::Upsert, "new.json").unwrap();
    let said = "0 rows added, 0 replaced, 0 removed, 2 there already as they are: nothing has changed, and the version stays\n";
    assert!(version.to_string().contains(said), "{version}");
    write("gone.csv", "k\n-7\n99\n98\n");
    let said = change(Mode::Delete, "gone.csv").unwrap().to_string();
    let stays = "0 rows added, 0 replaced, 0 removed: nothing has changed, and the version stays\n";
    assert!(said.contains(stays), "{said}");
    let note = "note: 3 keys are of no row of the table, the first in gone.csv, line 2\n";
    assert!(said.contains(note), "{said}");
    write("gone.csv", "k,v\n1,7\n");
    let fault = change(Mode::Delete, "gone.csv").unwrap_err().to_string();
    assert!(
        fault.ends_with("a column \"v\" is there, and beside the key none is read"),
        "{fault}"
    );
    write("gone.csv", "k\n2\n");
    assert_eq!(
        change(Mode::Delete, "gone.csv").unwrap().changed,
        changed(0, 0, 1)
    );
    write("strange.csv", "k,v,u\n1,2,3\n");
    let fault = change(Mode::Upsert, "strange.csv").unwrap_err().to_string();
    assert!(
        fault.ends_with("a column \"u\" is there, and the table has none of that name"),
        "{fault}"
    );
    write("strange.csv", "k,v\n1,x\n");
    let fault = change(Mode::Upsert, "strange.csv").unwrap_err().to_string();
    assert!(
        fault.ends_with("strange.csv: line 2: v: \"x\" is no whole number"),
        "{fault}"
    );
    let table = || Table::open(&state.path().join(TABLES).join("a")).unwrap();
    assert_eq!(table().len(), 3);
    rollback_table(state.path(), "a").unwrap();
    assert_eq!(table().len(), 4);
    let fault = rollback_table(state.path(), "b").unwrap_err();
    assert!(matches!(fault, TableFault::Rollback { .. }), "{fault}");
}
