//! Answers of `/v1/location`: one question, five formats, place by place.

mod answering;
mod columnar;
mod extent;
mod flat;
mod geojson;
mod json;
mod media;
mod properties;
mod results;
mod schema;
mod send;
mod table;
mod values;
mod writer;

use std::io::{self, Write};

pub use extent::{COLUMNS, Limits};
pub use media::Format;
pub use schema::Schemas;
pub(crate) use send::{Means, answer};

use crate::{
    dataset::perils::{
        Origins, Values,
        places::PlaceList,
        query::{Layout, Provenance, Subset},
    },
    response::{
        RowCount,
        batches::{arrow, parquet},
        coding::{Coded, Coding},
        pieces::Pieces,
        provenance::{Closed, Closing},
    },
};
use answering::Answering;
use columnar::Batches;

/// A whole question with what answers it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The places.
    pub places: PlaceList,
    /// The columns that are asked for.
    pub subset: Subset,
    /// The columns that may be read.
    pub values: Values,
    /// The format of the answer.
    pub format: Format,
    /// The places of the answer as they are written, for its record.
    pub rows: RowCount,
}

impl Question {
    /// The stores that the values are from.
    fn origins(&self) -> Origins {
        Origins::of(&self.subset.coverages)
    }

    /// The option that the format cannot have, and what it must be.
    fn impossible(&self) -> Option<(&'static str, &'static str)> {
        if self.format == Format::Csv {
            None
        } else if self.is_long() {
            Some(("layout", "wide, unless the answer is CSV"))
        } else if self.subset.provenance != Provenance::None {
            Some((
                "provenance",
                "none, unless the answer is CSV; the other formats say it anyway",
            ))
        } else {
            None
        }
    }

    /// `true` when each value has a line of its own.
    fn is_long(&self) -> bool {
        self.subset.layout == Some(Layout::Long)
    }

    /// `true` when the values are properties of their features, without a level between.
    fn is_flat(&self) -> bool {
        self.subset.layout == Some(Layout::Wide) && self.format == Format::GeoJson
    }

    /// Writes the answer to `out`, and gives `out` back.
    ///
    /// # Errors
    /// What `out` says: a reader that went away ends the work.
    fn answer<W: Write + Send>(
        self,
        out: W,
        coding: Coding,
        closing: Option<Closing>,
        schemas: &Schemas,
    ) -> io::Result<W> {
        let mut out = Closed::new(Coded::new(out, coding)?, closing);
        match self.format {
            Format::Arrow => {
                let prepared = schemas.of(&self)?;
                let batches = Batches::new(&self, &prepared);
                arrow::write(batches, &prepared.message, &mut out)?;
            }
            Format::Parquet => {
                let prepared = schemas.of(&self)?;
                parquet::write(Batches::new(&self, &prepared), &mut out)?;
            }
            Format::Csv | Format::GeoJson | Format::Json => {
                if let Some(mut answering) = Answering::new(&self) {
                    answering.write_to(&mut out)?;
                }
            }
        }
        out.finish()?.finish()
    }
}
