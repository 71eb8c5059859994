//! Values and files that one could guess about: they are told, and nothing is decided.

use std::iter;

use super::*;

/// The column `v` of a file of one key each, with the notes.
fn judged(name: &str, values: &[&str], delimiter: char) -> Result<String, String> {
    let header = format!("k{delimiter}v");
    let rows = values.iter().enumerate();
    let rows = rows.map(|(key, value)| format!("{key}{delimiter}{value}"));
    let text = iter::once(header)
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
        + "\n";
    let (reader, _) =
        read(&[(name, text.as_bytes())], keyed()).map_err(|faults| faults.join("; "))?;
    let (_, column) = reader.schema().column("v").unwrap();
    Ok(
        [&[column.column_type.name().to_owned()][..], &reader.notes()]
            .concat()
            .join("; "),
    )
}

#[test]
fn whole_numbers_that_a_double_does_not_hold_are_never_rounded() {
    let long = "9007199254740993";
    assert_eq!(judged("a.csv", &[long, "1"], ','), Ok("integer".into()));
    assert_eq!(
        judged("a.csv", &["9007199254740992", "0.5"], ','),
        Ok("number".into())
    );
    for numbers in [[long, "0.5"], ["-9223372036854775807", "1e3"]] {
        let said = judged("a.csv", &numbers, ',').unwrap();
        assert_eq!(
            said,
            format!(
                "text; v is text: \"{}\" in a.csv, line 2 would lose digits as a number",
                numbers[0]
            )
        );
    }
    let json = format!("{{\"k\":1,\"v\":{long}}}\n{{\"k\":2,\"v\":0.5}}\n");
    let found = read(&[("a.ndjson", json.as_bytes())], keyed())
        .map(|_| ())
        .unwrap_err();
    assert!(found[0].contains("do not fit together"), "{found:?}");
    let mut hints = keyed();
    typed(&mut hints, "v", ColumnType::Text);
    read(&[("a.ndjson", json.as_bytes())], hints).unwrap();
}

#[test]
fn a_point_before_three_digits_is_not_taken_for_decimals_where_commas_are() {
    let german = |text: &str, hints| read(&[("a.csv", text.as_bytes())], hints).map(|_| ());
    let found = german("k;v;w\n1;1.234;0,5\n", keyed()).unwrap_err();
    assert_eq!(
        found,
        [
            "a.csv: v: \"1.234\" in a.csv, line 2 could be read in two ways: other numbers have a decimal comma: write thousands \
          without a point, or all numbers with one mark before decimals"
        ]
    );
    let found = judged("a.csv", &["1.234", "5.678"], ';').unwrap_err();
    assert!(
        found.ends_with("as [csv] decimal = \".\", or write thousands without it"),
        "{found}"
    );
    let mut hints = keyed();
    hints.csv.decimal = Some(DecimalMark::Point);
    german("k;v\n1;1.234\n", hints).unwrap();
    // Another number says that the point is for decimals, or that no habit of commas is to be feared.
    for (values, delimiter) in [
        (["1.234", "0.5"], ';'),
        (["1.234", "0.678"], ';'),
        (["1.234", "5.678"], ','),
    ] {
        assert_eq!(
            judged("a.csv", &values, delimiter),
            Ok("number".into()),
            "{values:?}"
        );
    }
    german("k;v;w\n1;1.234;0.5\n", keyed()).unwrap();
}

#[test]
fn a_value_that_keeps_a_column_from_being_the_time_is_told_with_its_line() {
    for (value, remedy) in [
        ("n/a", "or say [csv] missing where it stands for no value"),
        (
            "20260101",
            "20260131 are a day where a [[field]] says type = \"date\"",
        ),
        ("1767225600", "write 2026-01-31 or 2026-01-31T00:30:00Z"),
        ("01-Jan-2026", "write 2026-01-31 or 2026-01-31T00:30:00Z"),
        (
            "2026-02-30T00:00Z",
            "write 2026-01-31 or 2026-01-31T00:30:00Z",
        ),
    ] {
        let text = format!("k,t\n1,2026-01-01T00:00Z\n2,{value}\n");
        let hints = Hints {
            kind: Some(Kind::Series),
            time: Some(Time::At { column: "t".into() }),
            ..keyed()
        };
        let found = read(&[("a.csv", text.as_bytes())], hints)
            .map(|_| ())
            .unwrap_err();
        let expected = format!("a.csv: t: \"{value}\" in a.csv, line 3 is no day and no time: ");
        assert!(
            found[0].starts_with(&expected) && found[0].contains(remedy),
            "{found:?}"
        );
    }
}

#[test]
fn a_text_that_lies_beside_data_is_not_read_as_a_header() {
    for name in ["README.md", "a.csv.part", "a.log"] {
        let found = read(&[(name, b"hello\n"), ("b.csv", b"k\n1\n")], keyed())
            .map(|_| ())
            .unwrap_err();
        assert!(
            found[0].contains("take it out of the folder, or name it .csv"),
            "{found:?}"
        );
    }
    for name in ["a", "a.txt", "a.DAT", "a.tsv.gz"] {
        read(&[(name, b"k\n2\n"), ("b.csv", b"k\n1\n")], keyed()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.csv")).unwrap();
    let fault = files(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(fault.contains("gone.csv: cannot be read: "), "{fault}");
}
