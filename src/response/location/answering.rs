//! An answer in text as it comes into being: a start, each place, an end.

use std::io;

use super::{Format, Question, geojson::Features, json::Locations, table::Table, writer::Writer};
use crate::{
    dataset::perils::{
        places::PlaceReader,
        query::{Locator, PlaceResult},
    },
    response::{pieces::Pieces, write_buffer::PIECE_BYTES},
};

/// The answer to a question, piece by piece.
pub(super) struct Answering {
    question: Question,
    places: PlaceReader,
    writer: Box<dyn Writer>,
    answered: PlaceResult,
    has_begun: bool,
    /// `true` while there is more of the last place.
    is_within: bool,
}

impl Answering {
    /// The answer to `question`; none in a format that is no text.
    pub(super) fn new(question: &Question) -> Option<Self> {
        let writer: Box<dyn Writer> = match question.format {
            Format::Csv => Box::new(Table::new(question)),
            Format::GeoJson => Box::new(Features::new(question)),
            Format::Json => Box::new(Locations::new(question)),
            Format::Arrow | Format::Parquet => return None,
        };
        Some(Self {
            places: question.places.reader(),
            question: question.clone(),
            writer,
            answered: PlaceResult::default(),
            has_begun: false,
            is_within: false,
        })
    }
}

impl Pieces for Answering {
    fn fill(&mut self, piece: &mut Vec<u8>) -> io::Result<bool> {
        if !self.has_begun {
            self.has_begun = true;
            // Who sends a mark before the text wants one; JSON has none (RFC 8259 §8.1).
            if self.question.format == Format::Csv && self.question.places.has_mark() {
                piece.extend_from_slice("\u{feff}".as_bytes());
            }
            self.writer.begin(piece, &self.question);
        }
        let mut locator = Locator::new(&self.question.values, &self.question.subset);
        let mut places = 0;
        let has_more = loop {
            if piece.len() >= PIECE_BYTES {
                break true;
            }
            if self.is_within {
                self.is_within = self.writer.go_on(piece, &self.answered);
                continue;
            }
            let place = self
                .places
                .next_place(|positions| locator.fetch(positions))?;
            let Some(place) = place else {
                self.writer.end(piece);
                break false;
            };
            locator.answer(place.position, &mut self.answered);
            self.is_within = self.writer.place(piece, &place, &self.answered);
            places += 1;
        };
        self.question.rows.add(places);
        Ok(has_more)
    }
}
