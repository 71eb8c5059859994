//! Results of places, alike in JSON and GeoJSON: each one's status and values, and the number of each status.

use std::io::Write;

use serde_json::json;

use super::{
    Question,
    values::{Facts, decimals, quoted, reason},
};
use crate::{
    dataset::{
        grid::Value,
        perils::query::{Interpolation, PlaceResult, Status, UsedCell},
    },
    response::number::push_decimal,
};

/// Writes what came of one place after another.
pub(super) struct Results {
    texts: ValueTexts,
}

impl Results {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            texts: ValueTexts::new(question),
        }
    }

    /// Appends the members `status`, `reason` and `values` of a place.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, answered: &PlaceResult) {
        let status = answered.status;
        let (name, reason) = (status.name(), status.reason());
        let reason = reason.map_or("null".to_owned(), quoted);
        // A vector takes everything.
        let _ = write!(out, "\"status\":\"{name}\",\"reason\":{reason},\"values\":");
        self.texts.push(out, answered);
    }
}

/// Numbers of places by their status.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    places: u64,
    ok: u64,
    outside: u64,
    invalid: u64,
}

/// Texts around the values, made once.
struct ValueTexts {
    /// For each value, what stands before it; from the second on with the comma after the one before.
    heads: Vec<Box<[u8]>>,
    /// For each value, its digits after the point.
    decimals: Vec<u8>,
    synthetic: bool,
    /// Octets of one place's values, and a little more.
    length: usize,
    /// The text after a value, as long as the values come from one cell in one way.
    tail: Vec<u8>,
}

impl Counts {
    /// The number of places.
    pub(super) fn places(self) -> u64 {
        self.places
    }

    /// Appends what stands between a place and the one before it.
    pub(super) fn push_comma(self, out: &mut Vec<u8>) {
        if self.places > 0 {
            out.push(b',');
        }
    }

    /// Ends the list of places and the object around it, with the member `summary` between.
    pub(super) fn push_end(self, out: &mut Vec<u8>) {
        let end = format!("],\"summary\":{}}}", self.text());
        out.extend_from_slice(end.as_bytes());
    }

    pub(super) fn add(&mut self, status: Status) {
        self.places += 1;
        match status {
            Status::Invalid(_) => self.invalid += 1,
            Status::Ok | Status::OkSearchEnded => self.ok += 1,
            Status::Outside => self.outside += 1,
        }
    }

    fn text(self) -> String {
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
    fn new(question: &Question) -> Self {
        let subset = &question.subset;
        let heads = Facts::of_all(subset).enumerate().map(|(index, facts)| {
            let comma = if index > 0 { "," } else { "" };
            let head = format!("{comma}{{{}", facts.members(subset.form));
            head.into_bytes().into_boxed_slice()
        });
        let heads: Vec<_> = heads.collect();
        Self {
            length: heads.iter().map(|head| head.len() + MOST_OF_A_VALUE).sum(),
            heads,
            decimals: decimals(subset),
            synthetic: question.origins().synthetic,
            tail: Vec::new(),
        }
    }

    /// Appends the list of the values of a place.
    fn push(&mut self, out: &mut Vec<u8>, answered: &PlaceResult) {
        out.reserve(self.length);
        out.push(b'[');
        let mut tail_of = None;
        let texts = self.heads.iter().zip(&self.decimals);
        for ((head, decimals), (value, origin)) in texts.zip(answered.values_with_origin()) {
            if tail_of != Some(origin) {
                tail_of = Some(origin);
                let cell = answered.cells.get(origin.cell);
                self.tail.clear();
                push_tail(&mut self.tail, origin.interpolation, cell, self.synthetic);
            }
            out.extend_from_slice(head);
            match (value, reason(value)) {
                (Value::Known(steps), _) => {
                    push_decimal(out, steps, *decimals);
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

/// Appends the text after a value that is there.
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

const NO_REASON: &[u8] = b",\"reason\":null";
/// Octets of the number of a value and of what stands after it.
const MOST_OF_A_VALUE: usize = 200;
