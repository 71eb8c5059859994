//! GeoJSON, RFC 7946: a feature for each place; ours stands in its property `perils`.

use std::io::Write;

use super::{
    Question,
    answering::Writer,
    json::{Counts, ValueTexts, coordinates, id, preamble, push_carried},
    values::quoted,
};
use crate::dataset::perils::{
    places::{Header, Place},
    query::Answered,
};

/// Writes a feature collection.
pub(super) struct Features {
    texts: ValueTexts,
    header: Option<Header>,
    counts: Counts,
}

impl Features {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            texts: ValueTexts::new(question),
            header: question.survey.header().cloned(),
            counts: Counts::default(),
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
        if self.counts.places > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"type\":\"Feature\",");
        let id = id(place, header);
        // An id is a string or a number (RFC 7946 §3.2).
        if id.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit()) {
            // A vector takes everything.
            let _ = write!(out, "\"id\":{id},");
        }
        let (latitude, longitude) = coordinates(answered);
        if answered.position.is_some() {
            let _ = write!(
                out,
                "\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{longitude},{latitude}]}},"
            );
        } else {
            out.extend_from_slice(b"\"geometry\":null,");
        }
        out.extend_from_slice(b"\"properties\":{");
        let start = out.len();
        push_carried(out, place, header);
        if out.len() > start {
            out.push(b',');
        }
        let status = answered.status;
        let _ = write!(
            out,
            "\"perils\":{{\"status\":\"{}\",\"reason\":{},\"values\":",
            status.name(),
            status.reason().map_or("null".to_owned(), quoted)
        );
        self.texts.push(out, answered);
        out.extend_from_slice(b"}}}");
        self.counts.add(status);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let end = format!("],\"summary\":{}}}", self.counts.text());
        out.extend_from_slice(end.as_bytes());
    }
}
