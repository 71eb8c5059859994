//! The answer of `POST /location`.

use std::{fmt::Write, io};

use super::echo::{push_float, push_json};
use crate::{
    climatescore::{
        Column, Metric, Peril, Scenario, Year,
        request::{Json, LocationRequest},
    },
    dataset::{
        grid::Value,
        perils::{Found, Values},
    },
    response::{
        RowCount,
        number::{micro_length, push_micro},
        pieces::Pieces,
        write_buffer::PIECE_BYTES,
    },
};

/// The texts of one request's records, made once.
#[derive(Clone, Debug)]
pub struct Segments {
    /// For each column, what stands between a record's coordinates and its value.
    heads: Vec<Box<[u8]>>,
    /// For each column, what stands between its value and the next record's latitude.
    tails: Vec<Box<[u8]>>,
    /// Bytes of both together.
    length: usize,
}

impl Segments {
    /// The texts for records of `columns`.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        let heads: Vec<_> = columns.iter().map(|column| head(*column)).collect();
        let tails: Vec<_> = columns.iter().map(|column| tail(*column)).collect();
        Self {
            length: heads.iter().chain(&tails).map(|text| text.len()).sum(),
            heads,
            tails,
        }
    }

    /// Number of bytes that [`Segments::push_records`] appends.
    #[must_use]
    pub fn length(&self, found: &Found<'_>) -> usize {
        let mut values = 0;
        found.values.each(|value| values += value_length(value));
        self.heads.len() * place_text(found).len() + self.length + values
    }

    /// Appends the records of one place, each with a comma after it.
    pub fn push_records(&self, out: &mut Vec<u8>, found: &Found<'_>) {
        let place = place_text(found);
        // A record of the longest number; what is reserved is rarely more than what is written.
        out.reserve(self.heads.len() * (MOST_OF_A_RECORD + place.len()) + OPENING.len());
        let start = out.len();
        out.extend_from_slice(OPENING);
        let texts = self.heads.iter().zip(&self.tails);
        for ((head, tail), value) in texts.zip(found.values.iter()) {
            out.extend_from_slice(&place);
            out.extend_from_slice(head);
            push_value(out, value);
            out.extend_from_slice(tail);
        }
        let end = out.len() - OPENING.len();
        out.truncate(if self.heads.is_empty() { start } else { end });
    }
}

/// The whole answer, in pieces that can be sent one after the other.
#[derive(Clone, Debug)]
pub struct LocationAnswer {
    request: LocationRequest,
    values: Values,
    /// The texts of the records from each part of the values.
    segments: Vec<Segments>,
    /// Text after the last record.
    end: Vec<u8>,
    /// The place whose records come next.
    place: usize,
    has_records: bool,
    rows: RowCount,
}

impl LocationAnswer {
    /// The answer to `request` from `values`, which hold the columns that it selects.
    #[must_use]
    pub fn new(request: LocationRequest, values: Values) -> Self {
        let mut columns = request.columns.as_slice();
        let segments = values.parts().iter().map(|part| {
            let own = columns.split_off(..part.count().min(columns.len()));
            Segments::new(own.unwrap_or_default())
        });
        let segments = segments.collect();
        Self {
            end: end(&request),
            request,
            values,
            segments,
            place: 0,
            has_records: false,
            rows: RowCount::default(),
        }
    }

    /// The same, with its places counted as they are written.
    #[must_use]
    pub fn counted(self, rows: &RowCount) -> Self {
        rows.add(0);
        Self {
            rows: rows.clone(),
            ..self
        }
    }

    /// Number of bytes of all pieces together.
    #[must_use]
    pub fn length(&self) -> usize {
        let mut records = 0;
        for (part, segments) in self.values.parts().iter().zip(&self.segments) {
            part.find_all(&self.request.places, |found| {
                records += segments.length(&found);
            });
        }
        // The last record has no comma after it.
        START.len() + records.saturating_sub(1) + self.end.len()
    }

    /// Appends the records of the place at `index`; a place off the grid has none.
    fn push_place(&mut self, out: &mut Vec<u8>, index: usize) {
        let Some((latitude, longitude)) = self.request.places.get(index).copied() else {
            return;
        };
        for (part, segments) in self.values.parts().iter().zip(&self.segments) {
            let Some(found) = part.find(latitude, longitude) else {
                continue;
            };
            let before = out.len();
            if self.has_records {
                out.push(b',');
            }
            let start = out.len();
            segments.push_records(out, &found);
            if out.len() == start {
                out.truncate(before);
            } else {
                out.pop();
                self.has_records = true;
            }
        }
    }
}

impl Pieces for LocationAnswer {
    fn fill(&mut self, piece: &mut Vec<u8>) -> io::Result<bool> {
        if self.place == 0 {
            piece.extend_from_slice(START);
        }
        while self.place < self.request.places.len() {
            if piece.len() >= PIECE_BYTES {
                return Ok(true);
            }
            self.push_place(piece, self.place);
            self.place += 1;
            self.rows.add(1);
        }
        piece.extend_from_slice(&self.end);
        Ok(false)
    }
}

fn end(request: &LocationRequest) -> Vec<u8> {
    let mut out = b"],\"settings\":{\"csg_version\":\"2.1.0\",\"metrics\":[".to_vec();
    let names = request.perils.iter().flat_map(|peril| peril.metrics());
    let names: Vec<_> = names
        .map(|metric: &Metric| format!("\"{}\"", metric.settings_name()))
        .collect();
    let metrics = names.join(",");
    for place in 0..request.places.len() {
        if place > 0 && !metrics.is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(metrics.as_bytes());
    }
    out.extend_from_slice(b"],\"perils\":");
    let perils = || Peril::LISTED.map(|peril| Json::Text(peril.listed_name().into()));
    push_sent(&mut out, request.perils_sent.as_ref(), &perils);
    out.extend_from_slice(b",\"scenarios\":");
    let scenarios = || Scenario::ALL.map(|scenario| Json::Text(scenario.name().into()));
    push_sent(&mut out, request.scenarios_sent.as_ref(), &scenarios);
    out.extend_from_slice(b",\"years\":");
    let years = || Year::ALL.map(|year| Json::Integer(year.number().to_string().into()));
    push_sent(&mut out, request.years_sent.as_ref(), &years);
    out.extend_from_slice(b"}}\n");
    out
}

fn push_sent<const N: usize>(
    out: &mut Vec<u8>,
    sent: Option<&Json>,
    default: &dyn Fn() -> [Json; N],
) {
    match sent {
        Some(sent) => push_json(out, sent),
        None => push_json(out, &Json::Array(default().into())),
    }
}

fn push_value(out: &mut Vec<u8>, value: Value) {
    match value {
        Value::Known(micro) => push_micro(out, micro),
        Value::NotApplicable => out.extend_from_slice(b"-9999.000000"),
        Value::NotCovered => out.extend_from_slice(b"None"),
    }
}

fn value_length(value: Value) -> usize {
    match value {
        Value::Known(micro) => micro_length(micro),
        Value::NotApplicable => "-9999.000000".len(),
        Value::NotCovered => "None".len(),
    }
}

/// Text between a record's opening and what tells the columns apart.
fn place_text(found: &Found<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(64);
    push_float(&mut text, found.latitude);
    text.extend_from_slice(b",\"longitude\":");
    push_float(&mut text, found.longitude);
    text
}

fn head(column: Column) -> Box<[u8]> {
    let metric = column.metric().name();
    format!(",\"metric\":\"{metric}\",\"metric_mean\":\"")
        .into_bytes()
        .into()
}

fn tail(column: Column) -> Box<[u8]> {
    let (metric, peril) = (column.metric(), column.peril());
    let mut text = String::with_capacity(256);
    let _ = write!(
        text,
        "\",\"metric_units\":\"{}\",\"peril\":\"{}\",\"peril_code\":\"{}\",\"peril_version\":\"{}\",\
         \"scenario\":\"{}\",\"status\":200,\"year\":{}}},",
        metric.units(),
        peril.name(),
        peril.code(),
        peril.version(),
        column.scenario().name(),
        column.year().number()
    );
    let mut text = text.into_bytes();
    text.extend_from_slice(OPENING);
    text.into()
}

const START: &[u8] = b"{\"records\":[";
const OPENING: &[u8] = b"{\"errors\":[],\"latitude\":";
/// Bytes of the longest record without its coordinates.
const MOST_OF_A_RECORD: usize = 260;
