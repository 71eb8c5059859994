//! JSON: each place with its status, each value with how it was made.

use std::io::Write;

use serde_json::json;

use super::{
    Question,
    answering::Writer,
    values::{quoted, reason},
};
use crate::{
    dataset::{
        grid::Value,
        perils::{
            places::{Carried, Header, Place},
            query::{Answered, Interpolation, Status, UsedCell},
        },
    },
    response::number::push_micro,
};

/// Writes `{"store":...,"query":...,"locations":[...],"summary":...}`.
pub(super) struct Locations {
    texts: ValueTexts,
    header: Option<Header>,
    counts: Counts,
}

/// How many places came to what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) places: u64,
    pub(super) ok: u64,
    pub(super) outside: u64,
    pub(super) invalid: u64,
}

/// What stands around the values, made once.
pub(super) struct ValueTexts {
    /// For each value, what stands before it; from the second on with the comma after the one before.
    heads: Vec<Box<[u8]>>,
    synthetic: bool,
    /// Octets of one place's values, and a little more.
    length: usize,
    /// What stands after a value, as long as the values come from one cell in one way.
    tail: Vec<u8>,
}

impl Counts {
    pub(super) fn add(&mut self, status: Status) {
        self.places += 1;
        match status {
            Status::Invalid(_) => self.invalid += 1,
            Status::Ok => self.ok += 1,
            Status::Outside => self.outside += 1,
        }
    }

    pub(super) fn text(self) -> String {
        let Self {
            places,
            ok,
            outside,
            invalid,
        } = self;
        json!({"places": places, "ok": ok, "outside": outside, "invalid": invalid}).to_string()
    }
}

impl ValueTexts {
    pub(super) fn new(question: &Question) -> Self {
        let heads = question.subset.wanted.iter().enumerate();
        let heads = heads.map(|(index, wanted)| {
            let metric = wanted.metric;
            let between = wanted.between.map_or("null".to_owned(), |(first, last)| {
                format!("[{},{}]", first.number(), last.number())
            });
            let comma = if index > 0 { "," } else { "" };
            let head = format!(
                "{comma}{{\"peril\":\"{}\",\"peril_version\":\"{}\",\"metric\":\"{}\",\"scenario\":\"{}\",\"year\":{},\
                 \"between_years\":{between},\"unit\":\"{}\",\"value\":",
                metric.peril().name(),
                metric.peril().version(),
                metric.name(),
                wanted.scenario.name(),
                wanted.year,
                metric.ucum()
            );
            head.into_bytes().into_boxed_slice()
        });
        let heads: Vec<_> = heads.collect();
        Self {
            length: heads.iter().map(|head| head.len() + MOST_OF_A_VALUE).sum(),
            heads,
            synthetic: question.values.grid().about().synthetic,
            tail: Vec::new(),
        }
    }

    /// Appends the list of the values of a place.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, answered: &Answered) {
        out.reserve(self.length);
        out.push(b'[');
        let mut tail_of = None;
        for (head, (value, origin)) in self.heads.iter().zip(answered.made()) {
            if tail_of != Some(origin) {
                tail_of = Some(origin);
                let cell = answered.cells.get(origin.cell);
                self.tail.clear();
                push_tail(&mut self.tail, origin.interpolation, cell, self.synthetic);
            }
            out.extend_from_slice(head);
            match (value, reason(value)) {
                (Value::Known(micro), _) => {
                    push_micro(out, micro);
                    out.extend_from_slice(&self.tail);
                }
                (_, why) => {
                    out.extend_from_slice(b"null,\"reason\":\"");
                    out.extend_from_slice(why.unwrap_or_default().as_bytes());
                    out.push(b'"');
                    out.extend_from_slice(self.tail.get(NO_REASON.len()..).unwrap_or_default());
                }
            }
        }
        out.push(b']');
    }
}

/// What stands after a value that is there.
fn push_tail(
    out: &mut Vec<u8>,
    interpolation: Interpolation,
    cell: Option<&UsedCell>,
    synthetic: bool,
) {
    out.extend_from_slice(NO_REASON);
    let how = interpolation.name();
    // A vector takes everything.
    let _ = write!(out, ",\"interpolation\":\"{how}\",\"cell\":");
    let _ = match cell {
        Some(cell) => write!(
            out,
            "{{\"latitude\":{},\"longitude\":{},\"distance_km\":{:.3}}}",
            cell.latitude, cell.longitude, cell.distance_km
        ),
        None => write!(out, "null"),
    };
    let _ = write!(out, ",\"synthetic\":{synthetic}}}");
}

impl Locations {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            texts: ValueTexts::new(question),
            header: question.survey.header().cloned(),
            counts: Counts::default(),
        }
    }
}

impl Writer for Locations {
    fn begin(&mut self, out: &mut Vec<u8>, question: &Question) {
        let start = format!("{{{},\"locations\":[", preamble(question));
        out.extend_from_slice(start.as_bytes());
    }

    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &Answered) {
        let header = self.header.as_ref();
        if self.counts.places > 0 {
            out.push(b',');
        }
        let (latitude, longitude) = coordinates(answered);
        let _ = write!(
            out,
            "{{\"index\":{},\"id\":{},\"latitude\":{latitude},\"longitude\":{longitude},\"properties\":{{",
            self.counts.places,
            id(place, header)
        );
        push_carried(out, place, header);
        let status = answered.status;
        let _ = write!(
            out,
            "}},\"status\":\"{}\",\"reason\":{},\"values\":",
            status.name(),
            status.reason().map_or("null".to_owned(), quoted)
        );
        self.texts.push(out, answered);
        out.push(b'}');
        self.counts.add(status);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let end = format!("],\"summary\":{}}}", self.counts.text());
        out.extend_from_slice(end.as_bytes());
    }
}

/// The members `store` and `query`: what is answered from, and what was understood.
pub(super) fn preamble(question: &Question) -> String {
    let about = question.values.grid().about();
    let subset = &question.subset;
    let store = json!({
        "version": about.version.id,
        "imported_at": crate::clock::Timestamp::from_seconds(about.version.imported_at).to_string(),
        "synthetic": about.synthetic,
        "source": about.source,
        "licence": about.licence,
    });
    let perils: Vec<_> = subset.perils.iter().map(|peril| peril.name()).collect();
    let query = json!({
        "perils": perils,
        "values_per_place": subset.wanted.len(),
        "interpolation": subset.interpolation.name(),
        "radius_km": subset.radius_km,
    });
    format!("\"store\":{store},\"query\":{query}")
}

/// Latitude and longitude as JSON; `null` when they were not understood.
pub(super) fn coordinates(answered: &Answered) -> (String, String) {
    answered.position.map_or_else(
        || ("null".to_owned(), "null".to_owned()),
        |(latitude, longitude)| (latitude.to_string(), longitude.to_string()),
    )
}

/// The id of a place as JSON.
pub(super) fn id(place: &Place<'_>, header: Option<&Header>) -> String {
    let column = header.and_then(|header| header.id);
    match (place.id, place.carried, column) {
        (Some(id), _, _) => id.to_owned(),
        (None, Carried::Record(record), Some(column)) => record
            .field(column)
            .map_or("null".to_owned(), |id| quoted(&id)),
        _ => "null".to_owned(),
    }
}

/// Appends what came with a place, as members.
pub(super) fn push_carried(out: &mut Vec<u8>, place: &Place<'_>, header: Option<&Header>) {
    let (record, header) = match (place.carried, header) {
        (Carried::Members(members), _) => {
            out.extend_from_slice(members.as_bytes());
            return;
        }
        (Carried::Record(record), Some(header)) => (record, header),
        (Carried::Record(_), None) => return,
    };
    let ours = [Some(header.latitude), Some(header.longitude), header.id];
    let mut is_first = true;
    for (index, (name, field)) in header.names.iter().zip(record.fields()).enumerate() {
        if ours.contains(&Some(index)) {
            continue;
        }
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        out.extend_from_slice(quoted(name).as_bytes());
        out.push(b':');
        out.extend_from_slice(quoted(&field).as_bytes());
    }
}

const NO_REASON: &[u8] = b",\"reason\":null";
/// Octets of the number of a value and of what stands after it.
const MOST_OF_A_VALUE: usize = 200;
