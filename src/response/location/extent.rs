//! The size of a question, before any of it is answered: more than one request may have is refused, and what
//! takes longer than a moment needs a slot and a thread of its own.
//!
//! `docs/decisions/0009-what-an-answer-may-cost.md` has every answer's size as a function of the request's.

use super::{Format, Question};
use crate::{
    dataset::perils::{Refused, query::cells_of_a_search},
    response::{
        Coding,
        batches::parquet::{self, CHUNKS, MOST_CHUNKS},
    },
};

/// Limits of one request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Columns of a CSV body.
    pub columns: u64,
    /// Octets of their names together.
    pub header_bytes: u64,
    /// Places times the columns and values that each of them has.
    pub cells: u64,
    /// Octets of the answer, as they are estimated before it begins.
    pub answer_bytes: u64,
}

/// Numbers that make an answer long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    places: u64,
    /// Columns of a CSV body.
    columns: u64,
    /// Octets of their names together.
    header: u64,
    /// Values of a place.
    values: u64,
    /// Cells that are looked through around a place, at most.
    searched: u64,
    /// Octets of the body.
    carried: u64,
    /// Copies in the answer of what came with a place.
    copies: u64,
    /// `true` when the body can be read without waiting for a disk.
    is_in_memory: bool,
    format: Format,
    is_flat: bool,
}

impl Extent {
    pub(super) fn of(question: &Question) -> Self {
        let Question { places, subset, .. } = question;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let names = places.header().map_or(&[][..], |header| &header.names);
        let values = count(subset.outputs.len());
        let searched = subset.radius_km.map_or(0, |radius| {
            let parts = question.values.parts().iter();
            let each = parts.map(|part| cells_of_a_search(part.shape(), radius));
            each.fold(0, u64::saturating_add)
        });
        Self {
            places: count(places.count()),
            columns: count(names.len()),
            header: names.iter().map(|name| count(name.len())).sum(),
            values,
            searched,
            carried: places.length(),
            copies: if question.is_long() { values } else { 1 },
            is_in_memory: places.is_in_memory(),
            format: question.format,
            is_flat: question.is_flat(),
        }
    }

    /// Refuses what is more than one request may have.
    pub(super) fn admit(&self, limits: Limits) -> Result<(), Refused> {
        for (what, found, limit) in [
            (COLUMNS, self.columns, limits.columns),
            (HEADER, self.header, limits.header_bytes),
            (CELLS, self.cells(), limits.cells),
            (OCTETS, self.octets(), limits.answer_bytes),
            (CHUNKS, self.chunks(), MOST_CHUNKS),
        ] {
            if found > limit {
                return Err(Refused::TooMuch { what, found, limit });
            }
        }
        Ok(())
    }

    /// `true` when a worker, which others wait for, may answer: in a few milliseconds, with little in memory at once, and
    /// without a disk.
    pub(super) fn is_short(&self, coding: Coding) -> bool {
        let is_made_in_pieces = self.is_text() && coding == Coding::Identity;
        let most_octets = if is_made_in_pieces {
            OCTETS_AT_ONCE
        } else {
            OCTETS_HELD_AT_ONCE
        };
        let search = self.searched / CELLS_LIKE_A_VALUE;
        self.is_in_memory
            && self.columns <= COLUMNS_AT_ONCE
            && self.places.saturating_mul(self.values + search) <= VALUES_AT_ONCE
            && self.cells() <= CELLS_AT_ONCE
            && self.beside_values() <= most_octets
    }

    /// Values and columns of all places together.
    fn cells(&self) -> u64 {
        self.places.saturating_mul(self.columns + self.values)
    }

    /// Octets of the answer, without a content coding: as many as it can have, but for texts that grow by escapes.
    fn octets(&self) -> u64 {
        let of_a_value = match self.format {
            Format::Json => 400,
            Format::GeoJson if !self.is_flat => 400,
            Format::Csv if self.copies > 1 => 250,
            Format::GeoJson => 100,
            Format::Arrow | Format::Csv | Format::Parquet => 60,
        };
        let values = self.values.saturating_mul(of_a_value) + OCTETS_OF_A_PLACE;
        let values = self.places.saturating_mul(values);
        values
            .saturating_add(self.beside_values())
            .saturating_add(self.around_places())
    }

    /// Octets of what stands before and behind all places: names, schemas, and what Parquet says of each column of each
    /// batch.
    fn around_places(&self) -> u64 {
        let columns = self.columns + self.values + COLUMNS_OF_OURS;
        let names = self.header + OCTETS_AROUND_PLACES;
        if self.is_text() {
            return names + columns * OCTETS_OF_A_NAME;
        }
        let batches = self.batches();
        batches
            .saturating_mul(columns * OCTETS_OF_A_FIELD)
            .saturating_add(names)
    }

    /// Batches of an Arrow or Parquet answer.
    fn batches(&self) -> u64 {
        self.cells() / CELLS_OF_A_BATCH + self.carried / OCTETS_OF_A_BATCH + 1
    }

    /// Columns of all row groups of a Parquet file, which its writer remembers until the end.
    fn chunks(&self) -> u64 {
        match self.format {
            Format::Parquet => {
                parquet::chunks(self.places, self.columns + self.values, self.carried)
            }
            Format::Arrow | Format::Csv | Format::GeoJson | Format::Json => 0,
        }
    }

    /// Octets of what came with the places, as often as it is repeated, and of the names of its columns.
    fn beside_values(&self) -> u64 {
        let names = match self.format {
            Format::GeoJson | Format::Json => self.header + self.columns.saturating_mul(8),
            // A short line has its missing fields all the same.
            Format::Csv => self.columns.saturating_mul(self.copies),
            Format::Arrow | Format::Parquet => self.columns.saturating_mul(5),
        };
        let carried = self.carried.saturating_mul(self.copies);
        carried.saturating_add(self.places.saturating_mul(names))
    }

    fn is_text(&self) -> bool {
        matches!(self.format, Format::Csv | Format::GeoJson | Format::Json)
    }
}

/// The name of columns in a refusal of too many.
pub const COLUMNS: &str = "columns of the CSV";
const HEADER: &str = "octets of the names of the CSV's columns";
const CELLS: &str = "cells of the answer, places times their columns and values";
const OCTETS: &str = "octets of the answer, as estimated";

/// Columns of an answer beside values and what was sent, at most.
const COLUMNS_OF_OURS: u64 = 64;
/// Octets of the name of a column of ours.
const OCTETS_OF_A_NAME: u64 = 64;
/// Octets of what an Arrow or Parquet answer says of a column, in a schema or for a batch.
const OCTETS_OF_A_FIELD: u64 = 1_000;
/// Numbers of a batch of such an answer, and octets of its texts.
const CELLS_OF_A_BATCH: u64 = 1024 * 1024;
const OCTETS_OF_A_BATCH: u64 = 2 * 1024 * 1024;
/// Octets of what is said of the store and of what was asked.
const OCTETS_AROUND_PLACES: u64 = 4_096;
/// Octets of what is said of a place beside its values.
const OCTETS_OF_A_PLACE: u64 = 300;
/// Values of an answer that is made at once: a few milliseconds, a few megabytes.
const VALUES_AT_ONCE: u64 = 20_000;
/// Values and columns of such an answer.
const CELLS_AT_ONCE: u64 = 2 * VALUES_AT_ONCE;
/// Columns of such an answer, each of which has its part of a schema.
const COLUMNS_AT_ONCE: u64 = 256;
/// Cells that are looked through in the time of a value.
const CELLS_LIKE_A_VALUE: u64 = 8;
/// Octets that are carried into an answer that a worker makes piece by piece.
const OCTETS_AT_ONCE: u64 = 1024 * 1024;
/// Octets that are carried into one that is whole in memory before it is sent.
const OCTETS_HELD_AT_ONCE: u64 = 256 * 1024;
