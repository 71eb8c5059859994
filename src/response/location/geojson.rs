//! GeoJSON, RFC 7946: a feature for each place; ours stands in its property `perils`, or as properties beside those
//! that were sent.

use std::io::Write;

use super::{
    Question,
    flat::FlatResults,
    json::{id, preamble, push_carried},
    properties::keep_apart,
    results::{Counts, Results},
    writer::Writer,
};
use crate::dataset::perils::{
    places::{Header, Place},
    query::PlaceResult,
};

/// Writes a feature collection.
pub(super) struct Features {
    results: Kind,
    counts: Counts,
    header: Option<Header>,
}

/// The arrangement of values in a feature.
enum Kind {
    Flat(Box<FlatResults>),
    Nested(Results),
}

impl Features {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            results: if question.is_flat() {
                Kind::Flat(Box::new(FlatResults::new(question)))
            } else {
                Kind::Nested(Results::new(question))
            },
            counts: Counts::default(),
            header: question.places.header().cloned(),
        }
    }
}

impl Writer for Features {
    fn begin(&mut self, out: &mut Vec<u8>, question: &Question) {
        let preamble = preamble(question);
        let start = format!("{{\"type\":\"FeatureCollection\",{preamble},\"features\":[");
        out.extend_from_slice(start.as_bytes());
    }

    fn place(&mut self, out: &mut Vec<u8>, place: &Place<'_>, answered: &PlaceResult) -> bool {
        let header = self.header.as_ref();
        self.counts.push_comma(out);
        self.counts.add(answered.status);
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
        match &mut self.results {
            Kind::Flat(results) => results.push(out, start, answered),
            Kind::Nested(results) => {
                let sent = out.get(start..).unwrap_or_default();
                // Most often there is none, which is found out faster than its name could be read.
                if memchr::memmem::find(sent, b"\"perils\"").is_some()
                    || memchr::memchr(b'\\', sent).is_some()
                {
                    keep_apart(out, start, |name| name == "perils");
                }
                if out.len() > start {
                    out.push(b',');
                }
                out.extend_from_slice(b"\"perils\":{");
                results.push(out, answered);
                out.push(b'}');
            }
        }
        out.extend_from_slice(b"}}");
        false
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.counts.push_end(out);
    }
}
