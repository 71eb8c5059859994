//! GeoJSON, RFC 7946: a feature for each place; ours stands in its property `perils`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::value::RawValue;

use super::{
    Question, Writer,
    json::{Counts, ValueTexts, coordinates, id, preamble, push_carried},
    values::quoted,
};
use crate::dataset::perils::{
    places::{Header, Place},
    query::Answered,
};

/// Writes a feature collection.
pub(super) struct Features<'q, W: Write> {
    out: &'q mut W,
    texts: ValueTexts,
    header: Option<&'q Header>,
    piece: Vec<u8>,
    counts: Counts,
}

impl<'q, W: Write> Features<'q, W> {
    pub(super) fn begin(question: &'q Question, out: &'q mut W) -> io::Result<Self> {
        let preamble = preamble(question);
        write!(
            out,
            "{{\"type\":\"FeatureCollection\",{preamble},\"features\":["
        )?;
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

impl<W: Write> Writer for Features<'_, W> {
    fn place(&mut self, place: &Place<'_>, answered: &Answered) -> io::Result<()> {
        let piece = &mut self.piece;
        piece.clear();
        if self.counts.places > 0 {
            piece.push(b',');
        }
        piece.extend_from_slice(b"{\"type\":\"Feature\",");
        let id = id(place, self.header);
        // An id is a string or a number (RFC 7946 §3.2).
        if id.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit()) {
            write!(piece, "\"id\":{id},")?;
        }
        let (latitude, longitude) = coordinates(answered);
        if answered.position.is_some() {
            write!(
                piece,
                "\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{longitude},{latitude}]}},"
            )?;
        } else {
            piece.extend_from_slice(b"\"geometry\":null,");
        }
        piece.extend_from_slice(b"\"properties\":{");
        let start = piece.len();
        push_carried(piece, place, self.header);
        keep_apart(piece, start)?;
        if piece.len() > start {
            piece.push(b',');
        }
        let status = answered.status;
        write!(
            piece,
            "\"perils\":{{\"status\":\"{}\",\"reason\":{},\"values\":",
            status.name(),
            status.reason().map_or("null".to_owned(), quoted)
        )?;
        self.texts.push(piece, answered);
        piece.extend_from_slice(b"}}}");
        self.counts.add(status);
        self.out.write_all(piece)
    }
}

/// Gives a property `perils` that was sent, as in an answer that is sent again, the name `input_perils`.
fn keep_apart(piece: &mut Vec<u8>, start: usize) -> io::Result<()> {
    let sent = piece.get(start..).unwrap_or_default();
    if memchr::memmem::find(sent, b"\"perils\"").is_none() {
        return Ok(());
    }
    let object = [b"{", sent, b"}"].concat();
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_slice(&object)?;
    if let Some(perils) = members.remove("perils") {
        members.insert("input_perils".to_owned(), perils);
    }
    let text = serde_json::to_string(&members)?;
    piece.truncate(start);
    let members = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    piece.extend_from_slice(members.unwrap_or_default().as_bytes());
    Ok(())
}
