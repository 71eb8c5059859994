//! Answers of `/v1/location`: one question, five formats, place by place.

mod coding;
mod columnar;
mod geojson;
mod json;
mod media;
mod send;
mod table;
mod values;

use std::io::{self, Write};

pub use coding::Coding;
pub use media::Format;
pub use send::answer;

use crate::dataset::perils::{
    Values,
    places::{Place, Survey},
    query::{Answered, Layout, Locator, Subset},
};
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

/// One format's writer: a start, each place, an end.
trait Writer {
    fn place(&mut self, place: &Place<'_>, answered: &Answered) -> io::Result<()>;
}

impl Question {
    /// Whether the format can have the layout that is asked for.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.subset.layout == Layout::Wide || self.format == Format::Csv
    }

    /// Writes the answer to `out`, and gives `out` back.
    ///
    /// # Errors
    /// What `out` says: a reader that went away ends the work.
    pub fn answer<W: Write + Send>(&self, out: W, coding: Coding) -> io::Result<W> {
        let mut out = Coded::new(out, coding)?;
        match self.format {
            Format::Arrow => columnar::write_arrow(self, &mut out)?,
            Format::Csv => self.write(&mut table::Table::begin(self, &mut out)?)?,
            Format::GeoJson => {
                let mut writer = geojson::Features::begin(self, &mut out)?;
                self.write(&mut writer)?;
                writer.end()?;
            }
            Format::Json => {
                let mut writer = json::Locations::begin(self, &mut out)?;
                self.write(&mut writer)?;
                writer.end()?;
            }
            Format::Parquet => columnar::write_parquet(self, &mut out)?,
        }
        out.finish()
    }

    /// Answers each place into `writer`.
    fn write(&self, writer: &mut dyn Writer) -> io::Result<()> {
        let mut places = self.survey.places();
        let mut locator = Locator::new(&self.values, &self.subset);
        let mut answered = Answered::default();
        while let Some(place) = places.next_place()? {
            locator.answer(place.position, &mut answered);
            writer.place(&place, &answered)?;
        }
        Ok(())
    }
}
