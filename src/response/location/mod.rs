//! Answers of `/v1/location`: one question, five formats, place by place.

mod answering;
mod coding;
mod columnar;
mod doubles;
mod geojson;
mod json;
mod media;
mod results;
mod schema;
mod send;
mod table;
mod values;

use std::io::{self, Write};

pub use coding::Coding;
pub use media::Format;
pub use schema::Schemas;
pub use send::answer;

use crate::{
    dataset::perils::{
        Values,
        places::Survey,
        query::{Layout, Subset},
    },
    response::pieces::Pieces,
};
use answering::Answering;
use coding::Coded;

/// A whole question with what answers it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The places.
    pub survey: Survey,
    /// What is wanted of them.
    pub subset: Subset,
    /// The columns that may be read.
    pub values: Values,
    /// The format of the answer.
    pub format: Format,
}

impl Question {
    /// Whether the format can have the layout that is asked for.
    #[must_use]
    fn is_possible(&self) -> bool {
        self.subset.layout == Layout::Wide || self.format == Format::Csv
    }

    /// Writes the answer to `out`, and gives `out` back.
    ///
    /// # Errors
    /// What `out` says: a reader that went away ends the work.
    fn answer<W: Write + Send>(self, out: W, coding: Coding, schemas: &Schemas) -> io::Result<W> {
        let mut out = Coded::new(out, coding)?;
        match self.format {
            Format::Arrow => {
                let prepared = schemas.of(&self)?;
                columnar::write_arrow(&self, &prepared, &mut out)?;
            }
            Format::Parquet => {
                let prepared = schemas.of(&self)?;
                columnar::write_parquet(&self, &prepared, &mut out)?;
            }
            Format::Csv | Format::GeoJson | Format::Json => {
                if let Some(mut answering) = Answering::new(&self) {
                    answering.write_to(&mut out)?;
                }
            }
        }
        out.finish()
    }
}
