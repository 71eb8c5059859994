//! CSV: what was sent, then a column for each value, or a line for each.

use std::{borrow::Cow, collections::HashSet, io::Write};

use super::{
    Question,
    json::{coordinates, id},
    values::{cell_of, missing, push_interpolations, reason},
    writer::Writer,
};
use crate::{
    clock::Timestamp,
    dataset::{
        grid::Value,
        perils::{
            places::{Carried, Header, Place, Record},
            query::{Answered, Layout, Origin, Provenance, Subset, UsedCell, Wanted},
        },
    },
    response::{
        number::{push_micro, push_whole},
        pieces::PIECE,
    },
};

/// Writes a header and the lines of a CSV file.
pub(super) struct Table {
    subset: Subset,
    header: Option<Header>,
    names: Vec<String>,
    /// For each value, its columns of a long table that never change.
    facts: Vec<String>,
    synthetic: &'static str,
    source: Source,
    sent: Vec<u8>,
    places: u64,
    /// Which value of the place comes next in a long table.
    next: usize,
}

/// Where the values are from, as a table says it.
struct Source {
    /// Lines before the header.
    lines: String,
    /// What ends each line of a place.
    fields: String,
}

impl Table {
    pub(super) fn new(question: &Question) -> Self {
        let subset = question.subset.clone();
        let facts = subset.wanted.iter().map(|wanted| {
            let metric = wanted.metric;
            format!(
                "{},{},{},{},{},{}",
                metric.peril().name(),
                metric.peril().version(),
                metric.name(),
                wanted.scenario.name(),
                wanted.year,
                metric.ucum()
            )
        });
        Self {
            header: question.survey.header().cloned(),
            names: subset.wanted.iter().map(Wanted::name).collect(),
            facts: facts.collect(),
            synthetic: if question.values.grid().about().synthetic {
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

    fn push_wide(&self, out: &mut Vec<u8>, answered: &Answered) {
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
        if self.subset.radius_km.is_some() {
            for peril in &self.subset.perils {
                push_cell(out, cell_of(&self.subset, answered, *peril));
            }
        }
        for index in 0..self.names.len() {
            out.push(b',');
            if let Some(Value::Known(micro)) = answered.values.get(index) {
                push_micro(out, *micro);
            }
        }
        out.extend_from_slice(self.source.fields.as_bytes());
    }

    /// The one line of a place that has no values.
    fn push_none(&self, out: &mut Vec<u8>, answered: &Answered) {
        out.extend_from_slice(&self.sent);
        push_status(out, answered);
        // A vector takes everything.
        let _ = write!(out, ",,,,,,,,,,,,,{}{}", self.synthetic, self.source.fields);
    }

    /// The line of a value.
    fn push_long(
        &self,
        out: &mut Vec<u8>,
        facts: &str,
        value: Value,
        origin: Origin,
        answered: &Answered,
    ) {
        out.extend_from_slice(&self.sent);
        push_status(out, answered);
        // A vector takes everything.
        let _ = write!(out, ",{facts},");
        if let Value::Known(micro) = value {
            push_micro(out, micro);
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
        columns.extend(own_columns(subset).iter().map(|name| (*name).to_owned()));
        if !is_long(subset) {
            columns.extend(peril_columns(subset));
            columns.extend(self.names.iter().cloned());
        }
        columns.extend(source_columns(subset).iter().map(|name| (*name).to_owned()));
        let line: Vec<_> = columns.iter().map(|name| escaped(name)).collect();
        out.extend_from_slice(line.join(",").as_bytes());
        out.push(b'\n');
    }

    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &Answered) -> bool {
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
    fn go_on(&mut self, out: &mut Vec<u8>, answered: &Answered) -> bool {
        let values = self.facts.iter().zip(answered.values.iter().copied());
        for (facts, value) in values.skip(self.next) {
            if out.len() >= PIECE {
                return true;
            }
            self.push_long(out, facts, value, answered.origin(self.next), answered);
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
    let mut taken: HashSet<String> = OWN.into_iter().chain(LONG).map(str::to_owned).collect();
    taken.extend(source_columns(subset).iter().map(|name| (*name).to_owned()));
    taken.extend(peril_columns(subset));
    taken.extend(subset.wanted.iter().map(Wanted::name));
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
pub(super) fn own_columns(subset: &Subset) -> &'static [&'static str] {
    if is_long(subset) { &LONG } else { &OWN }
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
        let about = question.values.grid().about();
        let version = about.version.id;
        let (mut lines, mut fields) = (String::new(), "\n".to_owned());
        match question.subset.provenance {
            Provenance::None => {}
            Provenance::Columns => {
                let (licence, source) = (escaped(&about.licence), escaped(&about.source));
                fields = format!(",{licence},{source},{version}\n");
            }
            Provenance::Comments => {
                let imported_at = Timestamp::from_seconds(about.version.imported_at);
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

/// Where each peril's values come from, when a radius lets them come from several cells.
pub(super) fn peril_columns(subset: &Subset) -> Vec<String> {
    let perils = subset.perils.iter().filter(|_| subset.radius_km.is_some());
    perils
        .flat_map(|peril| {
            ["cell_latitude", "cell_longitude", "distance_km"]
                .map(|what| format!("{}_{what}", peril.name()))
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

fn push_status(out: &mut Vec<u8>, answered: &Answered) {
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

/// `text` as a field, quoted where it must be (RFC 4180 §2).
fn escaped(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
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

const LONG: [&str; 15] = [
    "status",
    "reason",
    "peril",
    "peril_version",
    "metric",
    "scenario",
    "year",
    "unit",
    "value",
    "missing",
    "interpolation",
    "cell_latitude",
    "cell_longitude",
    "distance_km",
    "synthetic",
];
