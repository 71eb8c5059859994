mod page;
mod profiles;
mod rules;

use std::path::Path;

use perild_query::{
    ColumnType,
    source::{DateOrder, DecimalMark},
};
use proptest::prelude::*;

use super::*;
use crate::{
    dataset::{
        Kind,
        metadata::{BoundingBox, FieldType, Licence, Moment},
    },
    policy::Class,
};

const SMALLEST: &str = "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\n";

fn read(text: &str) -> Read {
    Read::parse(Path::new("meters.toml"), text.as_bytes())
}

fn described(text: &str) -> Result<Described, Vec<DescriptionFault>> {
    let read = read(text);
    if !read.is_whole() {
        return Err(read.faults);
    }
    Described::resolve(Path::new("meters.toml"), &read.draft, &Profiles::new())
}

/// What is said of `text`, a line a fault.
fn complaints(text: &str) -> String {
    let faults = described(text).map(|_| read(text).faults);
    let faults = faults.unwrap_or_else(|faults| faults);
    let lines = faults.iter().map(DescriptionFault::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shortest_description_is_a_title_a_licence_and_a_rule() {
    let described = described(&format!("{SMALLEST}[[rule]]\nclass = \"OE-O\"\n")).unwrap();
    assert_eq!(&*described.metadata.title, "Meters");
    assert_eq!(described.kind, Kind::Files);
    assert!(described.is_listed);
    let rules: Vec<_> = described
        .rules
        .iter()
        .map(|rule| rule.clause.class())
        .collect();
    assert_eq!(rules, [Class::Open]);
}

#[test]
fn every_key_is_read() {
    let text = r#"
[collection]
id = "uk-meters"
title = "Half-hourly meter readings"
description = """
Two
lines"""
keywords = ["energy", "meters"]
licence = "https://example.org/terms"
version = "1.2.0"
publisher = "Example Energy Ltd"
contact = "data@example.org"
issued = 2026-01-31
modified = "2026-02-01T12:00:00Z"
kind = "coverage"
source = "tiles/"
listed = false
bbox = [-8.2, 49.9, 1.8, 60.9]
datetime = "2020-01-01/.."

[[rule]]
class = "OE-SA"
scopes = ["energy:read", "more"]

[[rule]]
class = "OE-SB"

[coverage]
form = "wide"
columns = "{variable}_{month}"
latitude = "y"
longitude = "x"
ignore = ["key"]
missing = ["", "NA"]
not_applicable = ["-"]

[[dimension]]
name = "month"
title = "Month of the year"
type = "number"
unit = "mo"
values = [1, 2, 3]

[[field]]
name = "ghi"
title = "Irradiation"
type = "number"
unit = "kW.h/m2"
definition = "global horizontal irradiation of the month"
decimals = 3
minimum = 0
maximum = 400.5
"#;
    let described = described(text).unwrap();
    let metadata = &described.metadata;
    assert_eq!(described.id.as_ref().unwrap().value.as_ref(), "uk-meters");
    assert_eq!(metadata.description.as_deref(), Some("Two\nlines"));
    assert_eq!(metadata.keywords.len(), 2);
    assert!(matches!(metadata.licence, Some(Licence::Url(_))));
    assert_eq!(metadata.issued, Moment::parse("2026-01-31"));
    assert_eq!(metadata.modified, Moment::parse("2026-02-01T12:00:00Z"));
    assert_eq!(
        metadata.extent.temporal.unwrap().to_string(),
        "2020-01-01/.."
    );
    assert_eq!(
        metadata.extent.spatial,
        BoundingBox::new([-8.2, 49.9, 1.8, 60.9])
    );
    assert!(!described.is_listed);
    let scopes: Vec<_> = described
        .rules
        .iter()
        .map(|rule| rule.clause.scope().iter().count())
        .collect();
    assert_eq!(scopes, [2, 0]);
    let coverage = described.coverage.unwrap();
    assert_eq!(
        coverage.dimensions.first().unwrap().values,
        DimensionValues::Numbers(vec![1.0, 2.0, 3.0])
    );
    let variable = coverage.variables.first().unwrap();
    assert_eq!(variable.field.field_type, Some(FieldType::Number));
    assert_eq!(
        (variable.decimals, variable.maximum),
        (Some(3), Some(400.5))
    );
}

#[test]
fn a_table_is_described_by_the_roles_of_its_columns() {
    let kind = |keys: &str| described(&format!("{SMALLEST}{keys}")).unwrap();
    for (keys, expected) in [
        ("key = \"sku\"\n", Kind::Records),
        (
            "key = [\"a\", \"b\"]\nbegin = \"from\"\nend = \"to\"\n",
            Kind::Records,
        ),
        ("key = [\"meter\"]\ntime = \"from\"\n", Kind::Series),
        (
            "key = [\"id\"]\nlongitude = \"x\"\nlatitude = \"y\"\n",
            Kind::Features,
        ),
        ("kind = \"features\"\n", Kind::Features),
        (
            "kind = \"records\"\nkey = \"sku\"\ntime = \"made\"\n",
            Kind::Records,
        ),
    ] {
        let found = kind(keys);
        let table = found.table.unwrap();
        assert_eq!(
            (found.kind, table.hints.kind),
            (expected, expected.table()),
            "{keys}"
        );
    }
    let found = kind(
        "key = \"meter\"\ntime = \"from\"\nstep = \"PT30M\"\nzone = \"Europe/London\"\nalias = \"/readings/v2\"\n\
         [[field]]\nname = \"kwh\"\ntype = \"number\"\nunit = \"kW.h\"\n\
         [csv]\ndelimiter = \"tab\"\ndecimal = \",\"\ndates = \"day-first\"\nmissing = [\"-\"]\n",
    );
    let table = found.table.unwrap();
    let hints = &table.hints;
    assert_eq!(
        (hints.step_ms, &*hints.key),
        (Some(1_800_000), &["meter".into()][..])
    );
    assert_eq!(
        hints.zone.as_ref().and_then(|zone| zone.iana_name()),
        Some("Europe/London")
    );
    assert_eq!(table.alias.as_deref(), Some("/readings/v2"));
    let csv = &hints.csv;
    assert_eq!(
        (csv.delimiter, csv.decimal),
        (Some(b'\t'), Some(DecimalMark::Comma))
    );
    assert_eq!(
        (csv.dates, &*csv.missing),
        (Some(DateOrder::DayFirst), &["-".into()][..])
    );
    let unit = hints
        .columns
        .first()
        .map(|column| (column.column_type, column.unit.as_deref()));
    assert_eq!(unit, Some((Some(ColumnType::Number), Some("kW.h"))));
    assert_eq!(described(SMALLEST).unwrap().table, None);
}

#[test]
fn a_mistake_is_said_with_its_line_its_key_and_what_to_write_instead() {
    let said: Vec<_> = [
        "",
        "[collection]\n",
        "[colection]\ntitle = \"a\"\n",
        &format!("{SMALLEST}tite = \"b\"\n"),
        &format!("{SMALLEST}colour = \"red\"\n"),
        "[collection]\ntitle = 7\nlicence = \"CC-BY-4.0\"\n",
        "[collection]\ntitle = \" \"\nlicence = \"CC-BY-4.0\"\n",
        "[collection]\ntitle = \"a\\u0007\"\nlicence = \"CC-BY-4.0\"\n",
        "[collection]\ntitle = \"a\"\nlicence = \"CC BY 4.0\"\n",
        "[collection]\ntitle = \"a\"\nlicence = \"ours\"\n",
        &format!("{SMALLEST}kind = \"grid\"\n"),
        &format!("{SMALLEST}kind = \"series\"\n"),
        &format!("{SMALLEST}kind = \"records\"\n"),
        &format!("{SMALLEST}kind = \"series\"\nkey = \"meter\"\n"),
        &format!("{SMALLEST}kind = \"files\"\nkey = [\"a\"]\n"),
        &format!("{SMALLEST}key = []\n"),
        &format!("{SMALLEST}key = [\"a\"]\nbegin = \"from\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\ntime = \"t\"\nbegin = \"from\"\nend = \"to\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\nlongitude = \"x\"\n"),
        &format!("{SMALLEST}geometry = \"g\"\nlongitude = \"x\"\nlatitude = \"y\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\ntime = \"t\"\nstep = \"P1M\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\nzone = \"Europe/Londn\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\nalias = \"/v1/info\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\nalias = \"/info/../v2\"\n"),
        &format!("{SMALLEST}keys = [\"a\"]\n"),
        &format!("{SMALLEST}key = [\"a\"]\n[csv]\ndelimiter = \"x\"\n"),
        &format!("{SMALLEST}key = [\"a\"]\n[csv]\ndates = \"days\"\nseparator = \";\"\n"),
        &format!("{SMALLEST}listed = \"no\"\n"),
        &format!("{SMALLEST}version = 1.0\n"),
        &format!("{SMALLEST}keywords = \"a\"\n"),
        &format!("{SMALLEST}keywords = [1]\n"),
        &format!("{SMALLEST}issued = \"31.01.2026\"\n"),
        &format!("{SMALLEST}modified = 2026\n"),
        &format!("{SMALLEST}bbox = [1, 2, 3]\n"),
        &format!("{SMALLEST}bbox = [0, 91, 0, 92]\n"),
        &format!("{SMALLEST}datetime = \"2024-01-01/2020-01-01\"\n"),
        &format!("{SMALLEST}source = \"../secret.csv\"\n"),
        &format!("{SMALLEST}source = \"/etc/passwd\"\n"),
        &format!("{SMALLEST}source = \"s3://bucket/prefix/\"\n"),
        &format!("{SMALLEST}source = \"postgres://me:secret@host/db\"\n"),
        &format!("{SMALLEST}[[rule]]\nclass = \"OE-C\"\n"),
        &format!("{SMALLEST}[[rule]]\nclass = \"IB1-SP\"\n"),
        &format!("{SMALLEST}[[rule]]\nclass = \"oe-o\"\n"),
        &format!("{SMALLEST}[[rule]]\nclass = \"OE-O\"\nscopes = [\"a\"]\n"),
        &format!("{SMALLEST}[[rule]]\nscopes = [\"a b\"]\n"),
        &format!("{SMALLEST}[[rule]]\nscope = [\"a\"]\n"),
        &format!("{SMALLEST}[[rule]]\nscopes = \"a\"\n"),
        &format!("{SMALLEST}[rule]\nclass = \"OE-O\"\n"),
        &format!("{SMALLEST}rule = 3\n"),
        &format!("{SMALLEST}[[field]]\nunit = \"kWh\"\n"),
        &format!("{SMALLEST}[[field]]\nname = \"a\"\nunit = \"kWh\"\n"),
        &format!("{SMALLEST}[[field]]\nname = \"a\"\nunit = \"furlongs\"\n"),
        &format!("{SMALLEST}[[field]]\nname = \"a\"\ntype = \"float\"\n"),
        &format!("{SMALLEST}[[field]]\nname = \"a\"\ndecimals = 16\n"),
        &format!("{SMALLEST}[[field]]\nname = \"a\"\n[[field]]\nname = \"a\"\n"),
        &format!("{SMALLEST}[coverage]\ncolumns = \"{{variable}}_{{year}}\"\n"),
        &format!("{SMALLEST}[coverage]\ncolumns = \"{{variable}}\"\n[[dimension]]\nname = \"year\"\nvalues = [2020]\n"),
        &format!("{SMALLEST}[coverage]\ncolumns = \"{{variable\"\n"),
        &format!("{SMALLEST}[coverage]\nform = \"tall\"\n"),
        &format!("{SMALLEST}[[dimension]]\nname = \"year\"\n"),
        &format!("{SMALLEST}[[dimension]]\nname = \"year\"\nvalues = []\n"),
        &format!("{SMALLEST}[[dimension]]\nname = \"year\"\nvalues = [2030, 2020]\n"),
        &format!("{SMALLEST}[[dimension]]\nname = \"s\"\nvalues = [\"a\", \"A\"]\n"),
        &format!("{SMALLEST}[[dimension]]\nname = \"t\"\ntype = \"time\"\nvalues = [\"2020-13\"]\n"),
        &format!("{SMALLEST}profile = \"base.toml\"\n"),
        &format!("{SMALLEST}title = \"twice\"\n"),
        "[collection\ntitle = \"a\"\n",
    ]
    .iter()
    .map(|text| complaints(text))
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn what_is_wrong_with_units_and_licences_is_told_and_keeps_nothing_from_being_published() {
    let text = format!("{SMALLEST}[[field]]\nname = \"a\"\nunit = \"kWh\"\n");
    let text = text.replace("CC-BY-4.0", "ours");
    assert!(described(&text).is_ok());
    let faults = read(&text).faults;
    assert_eq!(faults.len(), 2);
    assert!(faults.iter().all(DescriptionFault::is_warning));
}

#[test]
fn what_only_a_catalogue_asks_for_is_said_in_its_words_and_a_fault_stands_at_its_line() {
    for (lines, told) in [
        (
            "deprecated = 2026-10-01\nsunset = 2026-01-01",
            "meters.toml:5: collection.sunset: 2026-01-01 is before 2026-10-01",
        ),
        (
            "[catalog]\nfrequency = \"MONTHLY\"",
            "meters.toml:5: catalog.frequency: \"MONTHLY\" is not known; write one of annual, ",
        ),
        (
            "[catalog]\nfrequency = \"each month\"",
            "meters.toml:5: catalog.frequency: \"each month\" is not known; write one of annual, ",
        ),
        (
            "[catalog]\nseries = \"generation\"",
            "meters.toml:5: catalog.series_title: series_title is missing; add it: series_title = ",
        ),
        (
            "[catalog]\nseries_title = \"Generation\"",
            "meters.toml:5: catalog.series: series is missing; add it: series = ",
        ),
    ] {
        let said = complaints(&format!("{SMALLEST}{lines}\n"));
        assert!(said.starts_with(told), "{said}");
    }
    let ends = "deprecated = 2026-01-01\nsunset = 2026-10-01";
    let catalog = "[catalog]\nfrequency = \"monthly\"\nseries = \"g\"\nseries_title = \"G\"";
    let good = format!("{SMALLEST}{ends}\n{catalog}\n");
    assert_eq!(complaints(&good), "");
    let address = good.replace("monthly", "https://example.org/frequency/moonly");
    assert_eq!(complaints(&address), "");
}

#[test]
fn an_address_that_everyone_reads_has_neither_user_nor_password_and_the_fault_does_not_say_them() {
    for (table, key) in [
        ("collection", "licence"),
        ("collection", "contact"),
        ("collection", "publisher"),
        ("catalog", "provenance"),
    ] {
        let written = |address: &str| {
            let collection = "[collection]\ntitle = \"Meters\"\n";
            let licence = if key == "licence" {
                ""
            } else {
                "licence = \"MIT\"\n"
            };
            let table = if table == "catalog" {
                "[catalog]\n"
            } else {
                ""
            };
            format!("{collection}{licence}{table}{key} = \"{address}\"\n")
        };
        let plain = written("https://example.org/a");
        assert!(described(&plain).is_ok(), "{}", complaints(&plain));
        for address in [
            "https://me:secret@example.org/a",
            "https://secret@example.org",
        ] {
            let said = complaints(&written(address));
            assert!(described(&written(address)).is_err(), "{key}");
            assert!(said.contains(&format!("{table}.{key}: ")), "{said}");
            assert!(said.contains("without user and password"), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}

#[test]
fn every_fault_of_a_description_is_told_at_once_up_to_a_bound() {
    let text = format!("{SMALLEST}kind = \"grid\"\nlisted = 1\ncolour = 2\n");
    assert_eq!(read(&text).faults.len(), 3);
    let many: Vec<_> = (0..1_000).map(|key| format!("k{key} = 1\n")).collect();
    let many = many.concat();
    assert_eq!(read(&format!("{SMALLEST}{many}")).faults.len(), 20);
}

#[test]
fn a_description_that_is_no_toml_or_no_utf_8_still_says_what_it_speaks_of() {
    for text in [
        &b"[collection]\nid = \"secret\"\nsource = \"data-*.csv\"\ntitle = \n"[..],
        b"[collection]\nid = \"secret\"\nsource = \"data-*.csv\"\ntitle = \"\xff\"\n",
        b"[collection]\nid = \"secret\"\nsource = \"data-*.csv\"\n[colection\n",
        b"[collection\nid = \"secret\"\nsource = \"data-*.csv\"\n",
    ] {
        let read = Read::parse(Path::new("a.toml"), text);
        assert!(!read.is_whole());
        assert_eq!(read.draft.id(), Some("secret"));
        assert_eq!(read.draft.source().map(Source::text), Some("data-*.csv"));
    }
}

#[test]
fn a_hostile_description_is_read_in_time_that_grows_with_its_length() {
    let most = usize::try_from(MOST_BYTES).unwrap();
    for text in [
        "[".repeat(most),
        "a.".repeat(most / 2),
        "x=[".repeat(most / 3),
        "x={a=".repeat(most / 5),
        "[[field]]\n".repeat(most / 10),
        "[[rule]]\nscopes=[\"\"]\n".repeat(most / 22),
        format!(
            "[collection]\ntitle = \"{}\"\n",
            "\\u0041".repeat(most / 6 - 10)
        ),
        {
            let keys: Vec<_> = (0..most / 8).map(|key| format!("k{key}=1\n")).collect();
            keys.concat()
        },
        format!(
            "{SMALLEST}[[field]]\nname=\"a\"\nunit=\"{}\"\n",
            "(".repeat(100_000)
        ),
        format!("{SMALLEST}source = \"{}\"\n", "*a".repeat(50_000)),
    ] {
        let read = read(&text);
        assert!(read.faults.len() <= 21, "{}", read.faults.len());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        let read = Read::parse(Path::new("a.toml"), &text);
        for fault in &read.faults {
            prop_assert!(!fault.to_string().contains('\n'));
        }
    }

    #[test]
    fn what_is_written_of_a_collection_is_what_is_read(title in "[^\\p{Cc}\"\\\\ ][^\\p{Cc}\"\\\\]{0,40}[^\\p{Cc}\"\\\\ \\s]") {
        let text = format!("[collection]\ntitle = \"{title}\"\nlicence = \"MIT\"\n");
        let described = described(&text).unwrap();
        prop_assert_eq!(&*described.metadata.title, title.trim());
    }
}
