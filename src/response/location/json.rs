//! JSON: each place with its status, each value with how it was made.

use std::io::{self, Write};

use serde_json::json;

use super::{Question, Writer, values::quoted, values::reason};
use crate::{
    dataset::{
        grid::Value,
        perils::{
            places::{Carried, Header, Place},
            query::{Answered, Made, Status, UsedCell},
        },
    },
    response::number::push_micro,
};

/// Writes `{"store":...,"query":...,"locations":[...],"summary":...}`.
pub(super) struct Locations<'q, W: Write> {
    out: &'q mut W,
    texts: ValueTexts,
    header: Option<&'q Header>,
    piece: Vec<u8>,
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
    heads: Vec<String>,
    tail: String,
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
        let heads = question.subset.wanted.iter().map(|wanted| {
            let metric = wanted.metric;
            let between = wanted.between.map_or("null".to_owned(), |(first, last)| {
                format!("[{},{}]", first.number(), last.number())
            });
            format!(
                "{{\"peril\":\"{}\",\"peril_version\":\"{}\",\"metric\":\"{}\",\"scenario\":\"{}\",\"year\":{},\
                 \"between_years\":{between},\"unit\":\"{}\",\"value\":",
                metric.peril().name(),
                metric.peril().version(),
                metric.name(),
                wanted.scenario.name(),
                wanted.year,
                metric.ucum()
            )
        });
        Self {
            heads: heads.collect(),
            tail: format!(
                ",\"synthetic\":{}}}",
                question.values.grid().about().synthetic
            ),
        }
    }

    /// Appends the list of the values of a place.
    pub(super) fn push(&self, out: &mut Vec<u8>, answered: &Answered) {
        let cells: Vec<String> = answered.cells.iter().map(cell).collect();
        out.push(b'[');
        for (index, (head, made)) in self.heads.iter().zip(&answered.made).enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(head.as_bytes());
            push_value(out, made);
            out.extend_from_slice(b"\"");
            out.extend_from_slice(made.interpolation.name().as_bytes());
            out.extend_from_slice(b"\",\"cell\":");
            let cell = cells.get(made.cell).map_or("null", String::as_str);
            out.extend_from_slice(cell.as_bytes());
            out.extend_from_slice(self.tail.as_bytes());
        }
        out.push(b']');
    }
}

impl<'q, W: Write> Locations<'q, W> {
    pub(super) fn begin(question: &'q Question, out: &'q mut W) -> io::Result<Self> {
        write!(out, "{{{},\"locations\":[", preamble(question))?;
        Ok(Self {
            out,
            texts: ValueTexts::new(question),
            header: question.survey.header(),
            piece: Vec::new(),
            counts: Counts::default(),
        })
    }

    pub(super) fn end(self) -> io::Result<()> {
        write!(self.out, "],\"summary\":{}}}", self.counts.text())
    }
}

impl<W: Write> Writer for Locations<'_, W> {
    fn place(&mut self, place: &Place<'_>, answered: &Answered) -> io::Result<()> {
        let piece = &mut self.piece;
        piece.clear();
        if self.counts.places > 0 {
            piece.push(b',');
        }
        write!(
            piece,
            "{{\"index\":{},\"id\":{},",
            self.counts.places,
            id(place, self.header)
        )?;
        let (latitude, longitude) = coordinates(answered);
        write!(
            piece,
            "\"latitude\":{latitude},\"longitude\":{longitude},\"properties\":{{"
        )?;
        push_carried(piece, place, self.header);
        let status = answered.status;
        write!(
            piece,
            "}},\"status\":\"{}\",\"reason\":{},\"values\":",
            status.name(),
            status.reason().map_or("null".to_owned(), quoted)
        )?;
        self.texts.push(piece, answered);
        piece.push(b'}');
        self.counts.add(status);
        self.out.write_all(piece)
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

fn push_value(out: &mut Vec<u8>, made: &Made) {
    match made.value {
        Value::Known(micro) => {
            push_micro(out, micro);
            out.extend_from_slice(b",\"reason\":null,\"interpolation\":");
        }
        value => {
            out.extend_from_slice(b"null,\"reason\":\"");
            out.extend_from_slice(reason(value).unwrap_or_default().as_bytes());
            out.extend_from_slice(b"\",\"interpolation\":");
        }
    }
}

fn cell(cell: &UsedCell) -> String {
    format!(
        "{{\"latitude\":{},\"longitude\":{},\"distance_km\":{:.3}}}",
        cell.latitude, cell.longitude, cell.distance_km
    )
}
