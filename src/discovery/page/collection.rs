//! The page of one collection.

use std::fmt::Write;

use super::{
    super::{
        View,
        extent::listed,
        view::{path_of, path_of_file, title},
    },
    LANDING, LISTING, anchor, page, table, who,
};
use crate::{
    dataset::{
        Collection, Kind,
        metadata::{BoundingBox, Dimension, Field},
    },
    description::page::markup::{code, escaped, prose},
};

pub(in crate::discovery) fn collection(view: &View<'_>, collection: &Collection) -> String {
    let metadata = collection.metadata();
    let mut body = prose(metadata.description.as_deref().unwrap_or_default());
    body.push_str("<dl>");
    let mut say = |term: &str, words: Option<String>| {
        if let Some(words) = words {
            let _ = write!(body, "<dt>{term}</dt><dd>{words}</dd>");
        }
    };
    let text = |text: &Option<Box<str>>| text.as_deref().map(escaped);
    say("Identifier", Some(code(collection.id().as_str())));
    say("Kind", Some(collection.kind().name().to_owned()));
    say("Who may have it", Some(who(view, collection)));
    say(
        "Licence",
        metadata
            .licence
            .as_ref()
            .map(|licence| match licence.address() {
                Some(address) => anchor(address.as_str(), licence.text()),
                None => escaped(licence.text()),
            }),
    );
    say("Publisher", text(&metadata.publisher));
    say("Contact", text(&metadata.contact));
    say("Version", text(&metadata.version));
    say("Issued", metadata.issued.map(|moment| moment.to_string()));
    say(
        "Modified",
        metadata.modified.map(|moment| moment.to_string()),
    );
    let extent = &metadata.extent;
    say(
        "Extent",
        extent.spatial.map(|corners| {
            let [west, south, east, north] = corners.corners();
            format!("longitude {west} to {east}, latitude {south} to {north}")
        }),
    );
    say(
        "Time",
        extent
            .temporal
            .map(|interval| escaped(&interval.to_string()).replace('/', " to ")),
    );
    body.push_str("</dl>");
    let path = path_of(collection);
    fields(&mut body, &metadata.fields, &path);
    dimensions(&mut body, &metadata.dimensions);
    files(&mut body, collection);
    in_a_shell(view, &mut body, collection);
    page(&path, title(collection), &[LANDING, LISTING], &body)
}

/// The fields of the collection at `path`, where their schema is as well.
fn fields(body: &mut String, fields: &[Field], path: &str) {
    let rows = fields.iter().map(|field| {
        let unit = field.unit.as_ref().map(|unit| code(unit.code()));
        [
            code(&field.name),
            field.field_type.map_or("", |one| one.name()).to_owned(),
            unit.unwrap_or_default(),
            escaped(field.definition.as_deref().unwrap_or_default()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let schema = anchor(&format!("{path}/schema?f=html"), "As JSON Schema");
    if !rows.is_empty() {
        let rows = table(["Name", "Type", "Unit", "Meaning"], &rows);
        let _ = write!(body, "<h2>Fields</h2>{rows}<p>{schema}</p>");
    }
}

/// The dimensions with their values, as queries name them.
fn dimensions(body: &mut String, dimensions: &[Dimension]) {
    if dimensions.is_empty() {
        return;
    }
    let rows = dimensions.iter().map(|dimension| {
        let values = listed(&dimension.values);
        let texts = values.iter().map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        });
        let texts: Vec<_> = texts.collect();
        let words = if texts.is_empty() {
            format!("{} of them", dimension.values.len())
        } else {
            texts.join(", ")
        };
        let unit = dimension.unit.as_deref().map(code);
        [
            code(&dimension.name),
            unit.unwrap_or_default(),
            escaped(&words),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let rows = table(["Name", "Unit", "Values"], &rows);
    let _ = write!(body, "<h2>Dimensions</h2>{rows}");
}

fn files(body: &mut String, collection: &Collection) {
    if collection.representations().is_empty() {
        return;
    }
    body.push_str("<h2>Files</h2><ul>");
    for file in collection.representations() {
        let path = path_of_file(&file.name);
        let _ = write!(
            body,
            "<li>{} <small>{}, {}</small></li>",
            anchor(&path, &file.name),
            file.media_type.essence(),
            size(file.length_bytes),
        );
    }
    body.push_str("</ul>");
}

/// A line that asks for it: of a coverage, the values in its middle; of files, the first.
fn in_a_shell(view: &View<'_>, body: &mut String, collection: &Collection) {
    let what = match (collection.kind(), collection.representations()) {
        (Kind::Coverage, _) => {
            let path = format!(
                "{}/position?coords=POINT({})&f=csv",
                path_of(collection),
                middle(collection.metadata().extent.spatial)
            );
            format!("'{}'", view.address(&path))
        }
        (Kind::Files, [first, ..]) => {
            format!(
                "--remote-name '{}'",
                view.address(&path_of_file(&first.name))
            )
        }
        (Kind::Features | Kind::Records | Kind::Series, _) if collection.has_data() => {
            let path = format!("{}/items?limit=10&f=csv", path_of(collection));
            format!("'{}'", view.address(&path))
        }
        (Kind::Features | Kind::Files | Kind::Records | Kind::Series, _) => return,
    };
    let credentials = match view.rule(collection) {
        Some(rule) if rule.is_open() => "",
        _ => {
            " --cert \"$PERILS_CERTIFICATE\" --key \"$PERILS_KEY\" -H \"Authorization: Bearer $TOKEN\""
        }
    };
    let line = format!("curl --fail{credentials} {what}");
    let _ = write!(body, "<h2>In a shell</h2><pre>{}</pre>", escaped(&line));
}

/// Longitude and latitude in the middle of `corners`, as they stand in an address.
fn middle(corners: Option<BoundingBox>) -> String {
    let whole = [-180.0, -90.0, 180.0, 90.0];
    let [west, south, east, north] = corners.map_or(whole, |corners| corners.corners());
    // Over the date line, the middle is where the box is and not where it is not.
    let across = if east < west { 360.0 } else { 0.0 };
    let longitude = f64::midpoint(west, east + across);
    let longitude = if longitude > 180.0 {
        longitude - 360.0
    } else {
        longitude
    };
    format!("{longitude}%20{}", f64::midpoint(south, north))
}

fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < units.len() {
        tenths /= 1000;
        unit += 1;
    }
    let unit = units.get(unit).unwrap_or(&"");
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_box_lies_in_it_over_the_date_line_too() {
        for (corners, expected) in [
            ([-6.0, 50.0, 2.0, 59.0], "-2%2054.5"),
            ([170.0, -10.0, -170.0, 10.0], "180%200"),
            ([170.0, 0.0, -160.0, 10.0], "-175%205"),
            ([5.0, 5.0, 5.0, 5.0], "5%205"),
        ] {
            assert_eq!(middle(BoundingBox::new(corners)), expected);
        }
        assert_eq!(middle(None), "0%200");
    }

    #[test]
    fn a_size_is_said_in_the_largest_unit_that_it_fills() {
        for (bytes, said) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1_550_000, "1.5 MB"),
            (7_000_000_000_000, "7.0 TB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
