//! Places as they were sent, in columns.

use std::{collections::HashSet, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{Float64Builder, StringBuilder, UInt64Builder},
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::{ROWS, STATUS};
use crate::dataset::perils::places::{Carried, Header, Place, PlaceFault, PlaceList, number};

/// Columns of places as they fill up.
pub(super) struct PlaceColumns {
    schema: SchemaRef,
    header: Option<Header>,
    index: UInt64Builder,
    latitude: Coordinate,
    longitude: Coordinate,
    /// Of CSV the other columns, in their order; else the id, and what else was sent.
    texts: Vec<StringBuilder>,
    reason: StringBuilder,
    positions: Vec<Option<[f64; 2]>>,
    places: u64,
    carried: usize,
}

/// The form of latitudes and longitudes in an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coordinates {
    /// Numbers; none where what was sent is none.
    AsNumbers,
    /// Texts, as they were sent.
    AsSent,
}

/// A column of coordinates.
enum Coordinate {
    Numbers(Float64Builder),
    Texts(StringBuilder),
}

impl Coordinate {
    fn new(coordinates: Coordinates) -> Self {
        match coordinates {
            Coordinates::AsNumbers => Self::Numbers(Float64Builder::new()),
            Coordinates::AsSent => Self::Texts(StringBuilder::new()),
        }
    }

    /// Appends what was sent: `text`, and the same as JSON has it.
    fn append(&mut self, text: Option<&str>, json: Option<&str>) {
        match self {
            Self::Numbers(numbers) => {
                numbers.append_option(json.and_then(|json| number(json.trim())));
            }
            Self::Texts(texts) => texts.append_option(text),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Numbers(numbers) => Arc::new(numbers.finish()),
            Self::Texts(texts) => finished(texts),
        }
    }
}

impl PlaceColumns {
    pub(super) fn new(places: &PlaceList, coordinates: Coordinates) -> Self {
        let header = places.header().cloned();
        let texts = header
            .as_ref()
            .map_or(2, |header| header.names.len() - COORDINATES);
        Self {
            schema: schema(header.as_ref(), coordinates),
            header,
            index: UInt64Builder::new(),
            latitude: Coordinate::new(coordinates),
            longitude: Coordinate::new(coordinates),
            texts: (0..texts).map(|_| StringBuilder::new()).collect(),
            reason: StringBuilder::new(),
            positions: Vec::new(),
            places: 0,
            carried: 0,
        }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The columns of longitudes and of latitudes.
    pub(super) fn point(&self) -> [usize; 2] {
        let header = self.header.as_ref();
        header.map_or([2, 1], |header| [header.longitude, header.latitude])
    }

    pub(super) fn is_full(&self) -> bool {
        self.positions.len() >= ROWS || self.carried >= MOST_CARRIED
    }

    pub(super) fn push(&mut self, place: &Place<'_>) {
        let understood = place.position.ok();
        let [latitude, longitude] = place.coordinates(self.header.as_ref());
        let [latitude, longitude] = [latitude.as_deref(), longitude.as_deref()];
        if let (Some(header), Carried::Record(record)) = (&self.header, place.carried) {
            let sent = [header.latitude, header.longitude].map(|at| record.field(at));
            let [of_north, of_east] = &sent;
            self.latitude.append(Some(of_north), latitude);
            self.longitude.append(Some(of_east), longitude);
        } else {
            self.latitude.append(latitude, latitude);
            self.longitude.append(longitude, longitude);
        }
        // A turn from Greenwich to the east is one to the west.
        let turned = |degrees: f64| {
            if degrees > 180.0 {
                degrees - 360.0
            } else {
                degrees
            }
        };
        let position = understood.map(|(north, east)| [turned(east), north]);
        self.positions.push(position);
        let reason = place.position.err().map(PlaceFault::name);
        self.reason.append_option(reason);
        self.push_carried(place);
        self.places += 1;
    }

    fn push_carried(&mut self, place: &Place<'_>) {
        match (&self.header, place.carried) {
            (Some(header), Carried::Record(record)) => {
                self.carried += record.bytes();
                let is_other = |at: &usize| *at != header.latitude && *at != header.longitude;
                for (text, at) in self.texts.iter_mut().zip((0..).filter(is_other)) {
                    text.append_value(record.field(at));
                }
            }
            (_, Carried::Members(members)) => {
                self.index.append_value(self.places);
                let properties = (!members.is_empty()).then(|| format!("{{{members}}}"));
                let sent = [place.id.map(plain), properties];
                for (text, sent) in self.texts.iter_mut().zip(sent) {
                    self.carried += sent.as_ref().map_or(0, String::len);
                    text.append_option(sent);
                }
            }
            (None, Carried::Record(_)) => (),
        }
    }

    /// The places that were pushed and their positions, longitude first; none without a place.
    #[expect(
        clippy::type_complexity,
        reason = "a batch, and beside it what is looked for"
    )]
    pub(super) fn finish(
        &mut self,
    ) -> Result<Option<(RecordBatch, Vec<Option<[f64; 2]>>)>, ArrowError> {
        if self.positions.is_empty() {
            return Ok(None);
        }
        self.carried = 0;
        let texts = self.texts.iter_mut();
        let mut columns: Vec<ArrayRef> = texts.map(finished).collect();
        let (latitude, longitude) = (self.latitude.finish(), self.longitude.finish());
        if let Some(header) = &self.header {
            let mut coordinates = [(header.latitude, latitude), (header.longitude, longitude)];
            coordinates.sort_by_key(|(at, _)| *at);
            for (at, column) in coordinates {
                columns.insert(at, column);
            }
        } else {
            let index: ArrayRef = Arc::new(self.index.finish());
            columns.splice(0..0, [index, latitude, longitude]);
        }
        columns.push(Arc::new(self.reason.finish()));
        let batch = RecordBatch::try_new(self.schema(), columns)?;
        Ok(Some((batch, std::mem::take(&mut self.positions))))
    }
}

fn schema(header: Option<&Header>, coordinates: Coordinates) -> SchemaRef {
    let of_coordinates = match coordinates {
        Coordinates::AsNumbers => DataType::Float64,
        Coordinates::AsSent => DataType::Utf8,
    };
    let mut fields = match header {
        Some(header) => {
            let names = named_apart(&header.names).into_iter().enumerate();
            let fields = names.map(|(at, name)| {
                let is_coordinate = at == header.latitude || at == header.longitude;
                let data_type = if is_coordinate {
                    of_coordinates.clone()
                } else {
                    DataType::Utf8
                };
                Field::new(name, data_type, true)
            });
            fields.collect::<Vec<_>>()
        }
        None => vec![
            Field::new("index", DataType::UInt64, false),
            Field::new("latitude", of_coordinates.clone(), true),
            Field::new("longitude", of_coordinates, true),
            Field::new("id", DataType::Utf8, true),
            Field::new(PROPERTIES, DataType::Utf8, true),
        ],
    };
    fields.push(Field::new(REASON, DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

/// The names of what was sent; one that is ours, as in an answer that is sent again, gets `input_` before it until it is
/// like no other, as in answers of `/v1/location`.
fn named_apart(names: &[String]) -> Vec<String> {
    let is_ours = |name: &str| name == REASON || name == STATUS;
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    let apart = names.iter().map(|name| {
        let mut apart = name.clone();
        if is_ours(name) {
            while !taken.insert(apart.clone()) {
                apart.insert_str(0, "input_");
            }
        }
        apart
    });
    apart.collect()
}

fn finished(text: &mut StringBuilder) -> ArrayRef {
    Arc::new(text.finish())
}

/// An id as plain text: JSON text without its quotes, other JSON as it stands.
fn plain(id: &str) -> String {
    serde_json::from_str(id).unwrap_or_else(|_| id.to_owned())
}

/// The name of the column with members that came with a place, as a JSON object.
pub const PROPERTIES: &str = "properties";
/// The name of the column that says why a place is not understood.
const REASON: &str = "reason";
/// A latitude and a longitude.
const COORDINATES: usize = 2;
/// Octets of text with which a batch ends before it has all its rows: one place may bring 64 KiB.
const MOST_CARRIED: usize = 2 * 1024 * 1024;
