//! GeoJSON, RFC 7946: a feature for each place; ours stands in its property `perils`.

use std::{collections::BTreeMap, io::Write};

use serde_json::value::RawValue;

use super::{
    Question,
    answering::Writer,
    json::{id, preamble, push_carried},
    results::Results,
};
use crate::dataset::perils::{
    places::{Header, Place},
    query::Answered,
};

/// Writes a feature collection.
pub(super) struct Features {
    results: Results,
    header: Option<Header>,
}

impl Features {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            results: Results::new(question),
            header: question.survey.header().cloned(),
        }
    }
}

impl Writer for Features {
    fn begin(&mut self, out: &mut Vec<u8>, question: &Question) {
        let preamble = preamble(question);
        let start = format!("{{\"type\":\"FeatureCollection\",{preamble},\"features\":[");
        out.extend_from_slice(start.as_bytes());
    }

    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &Answered) {
        let header = self.header.as_ref();
        self.results.push_comma(out);
        out.extend_from_slice(b"{\"type\":\"Feature\",");
        let id = id(place, header);
        // An id is a string or a number (RFC 7946 §3.2).
        if id.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit()) {
            // A vector takes everything.
            let _ = write!(out, "\"id\":{id},");
        }
        match place.coordinates(header) {
            [Some(latitude), Some(longitude)] => {
                let comma = if place.beyond().is_some() { "," } else { "" };
                let beyond = place.beyond().unwrap_or_default();
                let _ = write!(
                    out,
                    "\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{longitude},{latitude}{comma}{beyond}]}},"
                );
            }
            _ => out.extend_from_slice(b"\"geometry\":null,"),
        }
        out.extend_from_slice(b"\"properties\":{");
        let start = out.len();
        push_carried(out, place, header);
        keep_apart(out, start);
        if out.len() > start {
            out.push(b',');
        }
        out.extend_from_slice(b"\"perils\":{");
        self.results.push(out, answered);
        out.extend_from_slice(b"}}}");
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.results.push_end(out);
    }
}

/// Gives a property `perils` that was sent, as in an answer that is sent again, the name `input_perils`, with
/// more `input_` before it until it is like no other.
fn keep_apart(out: &mut Vec<u8>, start: usize) {
    let sent = out.get(start..).unwrap_or_default();
    if memchr::memmem::find(sent, b"\"perils\"").is_none() {
        return;
    }
    let object = [b"{", sent, b"}"].concat();
    // What was sent has been read as JSON before; were it none, it would stay as it is.
    let Ok(mut members) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&object) else {
        return;
    };
    if let Some(perils) = members.remove("perils") {
        let mut name = "input_perils".to_owned();
        while members.contains_key(&name) {
            name.insert_str(0, "input_");
        }
        members.insert(name, perils);
    }
    let text = serde_json::to_string(&members).unwrap_or_default();
    let text = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    if let Some(members) = text {
        out.truncate(start);
        out.extend_from_slice(members.as_bytes());
    }
}
