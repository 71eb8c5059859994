//! The catalogue as harvesters find it: DCAT as RDF, for everyone, of what is in public lists.
//!
//! A directory of the IB1 trust framework reads its data catalogue records, other portals the application profile of
//! Europe ([`Profile`]); each in the form of RDF that they like best ([`Format`]). Everything is made once a load and
//! sent from memory. Who harvests is asked for nothing, and nothing that is sent along is looked at.

mod catalog;
pub mod check;
mod csvw;
mod dataset;
mod distribution;
mod format;
mod open_energy;
mod profile;
mod published;
mod ranges;
mod record;
mod request;
mod service;
mod statements;
mod vocabulary;

pub use format::Format;
pub use profile::Profile;
pub use published::{Ingredients, Published};
pub use request::Asked;

use std::io::{self, Write};

use oxrdf::{Triple, TripleRef};

use crate::{
    clock::Timestamp,
    config::CatalogSettings,
    dataset::{Catalog, Checksums},
    policy::Policy,
};
use format::Writer;
use statements::Statements;

/// Parts of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The address of the whole, without a slash at its end.
    pub base_url: &'s str,
    /// Everything that is published.
    pub catalog: &'s Catalog,
    /// The rule of each collection.
    pub policy: &'s Policy,
    /// The words of this member about itself.
    pub settings: &'s CatalogSettings,
    /// The issuer identifier of the authorization server.
    pub issuer: &'s str,
    /// The checksums of files, as far as they are known.
    pub checksums: &'s Checksums,
    /// The time at which it is made.
    pub now: Timestamp,
}

impl Source<'_> {
    /// The statements of the catalogue in `profile`.
    #[must_use]
    pub fn triples(self, profile: Profile) -> Vec<Triple> {
        let mut triples = Vec::new();
        let mut keep = |triple: TripleRef<'_>| triples.push(triple.into_owned());
        catalog::state(&mut Statements::to(&mut keep), self, profile);
        triples
    }

    /// Writes the catalogue in `profile`, in each of `formats` to an `out` of its own.
    ///
    /// # Errors
    /// When a statement cannot be written in one of them.
    pub fn write<W: Write>(
        self,
        profile: Profile,
        formats: &[Format],
        out: impl Fn() -> W,
    ) -> io::Result<Vec<W>> {
        let writers = formats.iter().map(|format| Writer::new(*format, out()));
        let mut writers: Vec<_> = writers.collect::<io::Result<_>>()?;
        let mut written = Ok(());
        let mut write = |triple: TripleRef<'_>| {
            for writer in &mut writers {
                if written.is_ok() {
                    written = writer.add(triple);
                }
            }
        };
        catalog::state(&mut Statements::to(&mut write), self, profile);
        written?;
        writers.into_iter().map(Writer::finish).collect()
    }
}

#[cfg(test)]
mod tests;
