//! CSV: what was sent, then a column for each value, or a line for each.

use std::{collections::HashSet, io::Write};

use super::{
    Question,
    json::{coordinates, id},
    values::{Facts, cells_of, decimals, missing, push_interpolations, reason},
    writer::Writer,
};
use crate::{
    clock::Timestamp,
    dataset::{
        grid::Value,
        perils::{
            places::{Carried, Header, Place, Record},
            query::{Form, Layout, Origin, PlaceResult, Provenance, Subset, UsedCell},
        },
    },
    response::{
        batches::csv::escaped,
        number::{push_decimal, push_whole},
        write_buffer::PIECE_BYTES,
    },
};

/// Writes a header and the lines of a CSV file.
pub(super) struct Table {
    subset: Subset,
    header: Option<Header>,
    names: Vec<String>,
    /// For each value, its columns of a long table that never change.
    facts: Vec<String>,
    /// For each value, its digits after the point.
    decimals: Vec<u8>,
    synthetic: &'static str,
    source: Source,
    sent: Vec<u8>,
    places: u64,
    /// The position of the place's next value in a long table.
    next: usize,
}

/// The source of the values, as a table says it.
struct Source {
    /// Lines before the header.
    lines: String,
    /// The fields at the end of each line of a place.
    fields: String,
}

impl Table {
    pub(super) fn new(question: &Question) -> Self {
        let subset = question.subset.clone();
        let dimensions = dimensions(&subset);
        let facts = Facts::of_all(&subset).map(|facts| {
            let coverage = &facts.coverage.coverage;
            let mut line = vec![
                escaped(&coverage.id).into_owned(),
                escaped(&coverage.version).into_owned(),
                escaped(&facts.variable.name).into_owned(),
            ];
            line.extend(dimensions.iter().map(|name| facts.along(name)));
            line.push(escaped(&facts.variable.unit).into_owned());
            line.join(",")
        });
        let facts = facts.collect();
        Self {
            header: question.places.header().cloned(),
            names: subset.names(),
            decimals: decimals(&subset),
            facts,
            synthetic: if question.origins().synthetic {
                "true"
            } else {
                "false"
            },
            source: Source::new(question),
            subset,
            sent: Vec::new(),
            places: 0,
            next: 0,
        }
    }

    fn push_wide(&self, out: &mut Vec<u8>, answered: &PlaceResult) {
        out.extend_from_slice(&self.sent);
        push_status(out, answered);
        push_cell(
            out,
            answered
                .cells
                .first()
                .filter(|_| !answered.values.is_empty()),
        );
        out.push(b',');
        push_interpolations(out, answered);
        out.push(b',');
        out.extend_from_slice(self.synthetic.as_bytes());
        out.push(b',');
        out.extend_from_slice(missing(&self.subset, &self.names, &answered.values).as_bytes());
        if self.subset.has_own_cells() {
            for cell in cells_of(&self.subset, answered) {
                push_cell(out, cell);
            }
        }
        for (index, decimals) in self.decimals.iter().enumerate() {
            out.push(b',');
            if let Some(Value::Known(steps)) = answered.values.get(index) {
                push_decimal(out, *steps, *decimals);
            }
        }
        out.extend_from_slice(self.source.fields.as_bytes());
    }

    /// The one line of a place that has no values.
    fn push_none(&self, out: &mut Vec<u8>, answered: &PlaceResult) {
        out.extend_from_slice(&self.sent);
        push_status(out, answered);
        // What is said of a value, of its cell, and of how it came from there.
        let empty = long_columns(&self.subset).len() - 3;
        out.extend(std::iter::repeat_n(b',', empty));
        // A vector takes everything.
        let _ = write!(out, ",{}{}", self.synthetic, self.source.fields);
    }

    /// The line of a value.
    fn push_long(
        &self,
        out: &mut Vec<u8>,
        (facts, decimals): (&str, u8),
        (value, origin): (Value, Origin),
        answered: &PlaceResult,
    ) {
        out.extend_from_slice(&self.sent);
        push_status(out, answered);
        // A vector takes everything.
        let _ = write!(out, ",{facts},");
        if let Value::Known(steps) = value {
            push_decimal(out, steps, decimals);
        }
        let how = origin.interpolation.name();
        let _ = write!(out, ",{},{how}", reason(value).unwrap_or_default());
        push_cell(out, answered.cells.get(origin.cell));
        let _ = write!(out, ",{}{}", self.synthetic, self.source.fields);
    }
}

impl Writer for Table {
    fn begin(&mut self, out: &mut Vec<u8>, _: &Question) {
        let subset = &self.subset;
        out.extend_from_slice(self.source.lines.as_bytes());
        let mut columns: Vec<String> = sent_columns(self.header.as_ref(), subset);
        columns.extend(own_columns(subset));
        if !is_long(subset) {
            columns.extend(cell_columns(subset));
            columns.extend(self.names.iter().cloned());
        }
        columns.extend(source_columns(subset).iter().map(|name| (*name).to_owned()));
        let line: Vec<_> = columns.iter().map(|name| escaped(name)).collect();
        out.extend_from_slice(line.join(",").as_bytes());
        out.push(b'\n');
    }

    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &PlaceResult) -> bool {
        self.sent.clear();
        let header = self.header.as_ref();
        push_sent(&mut self.sent, place, header, self.places);
        self.places += 1;
        self.next = 0;
        if !is_long(&self.subset) {
            self.push_wide(out, answered);
        } else if answered.values.is_empty() {
            self.push_none(out, answered);
        } else {
            return self.go_on(out, answered);
        }
        false
    }

    /// One place can have a thousand lines, each with all that came with it.
    fn go_on(&mut self, out: &mut Vec<u8>, answered: &PlaceResult) -> bool {
        let texts = self.facts.iter().zip(&self.decimals);
        let values = texts.zip(answered.values.iter().copied());
        for ((facts, decimals), value) in values.skip(self.next) {
            if out.len() >= PIECE_BYTES {
                return true;
            }
            let made = (value, answered.origin(self.next));
            self.push_long(out, (facts, *decimals), made, answered);
            self.next += 1;
        }
        false
    }

    fn end(&mut self, _: &mut Vec<u8>) {}
}

/// The names of what was sent; one that is ours, as in an answer that is sent again, gets `input_`
/// before it until it is like no other.
pub(super) fn sent_columns(header: Option<&Header>, subset: &Subset) -> Vec<String> {
    let Some(header) = header else {
        return ["index", "id", "latitude", "longitude", "properties"]
            .map(str::to_owned)
            .to_vec();
    };
    let mut taken: HashSet<String> = OWN.map(str::to_owned).into();
    taken.extend(long_columns(subset));
    taken.extend(source_columns(subset).iter().map(|name| (*name).to_owned()));
    taken.extend(cell_columns(subset));
    taken.extend(subset.names());
    let (ours, theirs): (Vec<_>, Vec<_>) =
        header.names.iter().partition(|name| taken.contains(*name));
    let ours: HashSet<_> = ours.into_iter().collect();
    taken.extend(theirs.into_iter().cloned());
    let named = |name: &String| {
        let mut name = name.clone();
        if ours.contains(&name) {
            while !taken.insert(name.clone()) {
                name.insert_str(0, "input_");
            }
        }
        name
    };
    header.names.iter().map(named).collect()
}

/// The columns that say what came of a place.
pub(super) fn own_columns(subset: &Subset) -> Vec<String> {
    if is_long(subset) {
        long_columns(subset)
    } else {
        OWN.map(str::to_owned).to_vec()
    }
}

/// The columns of a long table behind what was sent.
fn long_columns(subset: &Subset) -> Vec<String> {
    let of_value: [&str; 3] = match subset.form {
        Form::Collections => ["collection", "collection_version", "variable"],
        Form::Perils => ["peril", "peril_version", "metric"],
    };
    let dimensions = dimensions(subset);
    let names = ["status", "reason"]
        .into_iter()
        .chain(of_value)
        .chain(dimensions.iter().map(String::as_str))
        .chain(["unit", "value", "missing", "interpolation"])
        .chain([
            "cell_latitude",
            "cell_longitude",
            "distance_km",
            "synthetic",
        ]);
    names.map(str::to_owned).collect()
}

/// The dimensions of all coverages, each name once; those of the perils whether they are asked for or not.
fn dimensions(subset: &Subset) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for coverage in &subset.coverages {
        for dimension in coverage.coverage.columns.dimensions() {
            if names.iter().all(|name| **name != *dimension.name) {
                names.push(dimension.name.to_string());
            }
        }
    }
    names
}

/// The columns that say where the values are from, when that is asked for.
fn source_columns(subset: &Subset) -> &'static [&'static str] {
    if subset.provenance == Provenance::Columns {
        &["licence", "source", "store_version"]
    } else {
        &[]
    }
}

impl Source {
    fn new(question: &Question) -> Self {
        let about = question.origins();
        let version = about.version.map_or(0, |version| version.id);
        let (mut lines, mut fields) = (String::new(), "\n".to_owned());
        match question.subset.provenance {
            Provenance::None => {}
            Provenance::Columns => {
                let (licence, source) = (escaped(&about.licence), escaped(&about.source));
                fields = format!(",{licence},{source},{version}\n");
            }
            Provenance::Comments => {
                let imported_at = about.version.map_or(0, |version| version.imported_at);
                let imported_at = Timestamp::from_seconds(imported_at);
                let in_a_line = |text: &str| text.replace(char::is_control, " ");
                lines = format!(
                    "# licence: {}\n# source: {}\n# store version: {version}, imported at {imported_at}\n",
                    in_a_line(&about.licence),
                    in_a_line(&about.source)
                );
            }
        }
        Self { lines, fields }
    }
}

fn is_long(subset: &Subset) -> bool {
    subset.layout == Some(Layout::Long)
}

/// Columns of the cells that each coverage's values come from, when they may be several.
pub(super) fn cell_columns(subset: &Subset) -> Vec<String> {
    let coverages = subset.coverages.iter().filter(|_| subset.has_own_cells());
    coverages
        .flat_map(|coverage| {
            ["cell_latitude", "cell_longitude", "distance_km"]
                .map(|what| format!("{}_{what}", coverage.id()))
        })
        .collect()
}

fn push_sent(out: &mut Vec<u8>, place: &Place<'_>, header: Option<&Header>, index: u64) {
    if let (Carried::Record(record), Some(header)) = (place.carried, header) {
        push_record(out, record, header);
        return;
    }
    push_whole(out, index);
    let id = id(place, header);
    let [latitude, longitude] = coordinates(place, header);
    let properties = match place.carried {
        Carried::Members("") | Carried::Record(_) => String::new(),
        Carried::Members(members) => format!("{{{members}}}"),
    };
    for text in [plain(&id).into(), latitude, longitude, properties.into()] {
        out.push(b',');
        if text != "null" {
            out.extend_from_slice(escaped(&text).as_bytes());
        }
    }
}

/// Appends a line that was sent: as it is, or as many fields as the header has, each quoted as it must be, so that
/// what follows stands under its own name.
fn push_record(out: &mut Vec<u8>, record: &Record, header: &Header) {
    let columns = header.names.len();
    if let Some(line) = record.line(columns) {
        out.extend_from_slice(line);
        return;
    }
    for (index, field) in record.fields(columns).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(escaped(&field).as_bytes());
    }
}

/// A JSON string without its quotes; anything else as it stands.
pub(super) fn plain(json: &str) -> String {
    serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned())
}

fn push_status(out: &mut Vec<u8>, answered: &PlaceResult) {
    for text in [
        answered.status.name(),
        answered.status.reason().unwrap_or_default(),
    ] {
        out.push(b',');
        out.extend_from_slice(text.as_bytes());
    }
}

fn push_cell(out: &mut Vec<u8>, cell: Option<&UsedCell>) {
    match cell {
        Some(cell) => {
            let (latitude, longitude) = (cell.latitude, cell.longitude);
            // A vector takes everything.
            let _ = write!(out, ",{latitude},{longitude},{:.3}", cell.distance_km);
        }
        None => out.extend_from_slice(b",,,"),
    }
}

pub(super) const OWN: [&str; 8] = [
    "status",
    "reason",
    "cell_latitude",
    "cell_longitude",
    "distance_km",
    "interpolation",
    "synthetic",
    "missing",
];
