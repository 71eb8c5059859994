//! Forms in which RDF is written.

use std::io::{self, Write};

use oxjsonld::{JsonLdSerializer, WriterJsonLdSerializer};
use oxrdf::{GraphNameRef, TripleRef};
use oxrdfxml::{RdfXmlSerializer, WriterRdfXmlSerializer};
use oxttl::{TurtleSerializer, turtle::WriterTurtleSerializer};

use super::vocabulary::PREFIXES;
use crate::response::media::{Formats, Media};

/// A form of RDF.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// Turtle.
    Turtle,
    /// JSON-LD.
    JsonLd,
    /// RDF/XML.
    RdfXml,
}

/// A document of one form on its way, statement by statement.
pub(super) enum Writer<W: Write> {
    JsonLd(WriterJsonLdSerializer<W>),
    RdfXml(WriterRdfXmlSerializer<W>),
    Turtle(WriterTurtleSerializer<W>),
}

impl<W: Write> Writer<W> {
    /// A document of `format` that goes to `out`, with the prefixes of every catalogue.
    pub(super) fn new(format: Format, out: W) -> io::Result<Self> {
        Ok(match format {
            Format::JsonLd => {
                let serializer = prefixed(JsonLdSerializer::new(), |one, name, namespace| {
                    one.with_prefix(name, namespace)
                })?;
                Self::JsonLd(serializer.for_writer(out))
            }
            Format::RdfXml => {
                let serializer = prefixed(RdfXmlSerializer::new(), |one, name, namespace| {
                    one.with_prefix(name, namespace)
                })?;
                Self::RdfXml(serializer.for_writer(out))
            }
            Format::Turtle => {
                let serializer = prefixed(TurtleSerializer::new(), |one, name, namespace| {
                    one.with_prefix(name, namespace)
                })?;
                Self::Turtle(serializer.for_writer(out))
            }
        })
    }

    /// Adds `triple`.
    pub(super) fn add(&mut self, triple: TripleRef<'_>) -> io::Result<()> {
        match self {
            Self::JsonLd(writer) => {
                writer.serialize_quad(triple.in_graph(GraphNameRef::DefaultGraph))
            }
            Self::RdfXml(writer) => writer.serialize_triple(triple),
            Self::Turtle(writer) => writer.serialize_triple(triple),
        }
    }

    /// Writes the end of the document, and gives back what it went to.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::JsonLd(writer) => writer.finish(),
            Self::RdfXml(writer) => writer.finish(),
            Self::Turtle(writer) => writer.finish(),
        }
    }
}

/// `serializer` with the prefixes of every catalogue, each added by `add`.
fn prefixed<S, E>(
    serializer: S,
    add: impl Fn(S, &'static str, &'static str) -> Result<S, E>,
) -> io::Result<S>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let mut prefixes = PREFIXES.into_iter();
    prefixes
        .try_fold(serializer, |serializer, (name, namespace)| {
            add(serializer, name, namespace)
        })
        .map_err(io::Error::other)
}

impl Formats for Format {
    const ALL: &'static [Self] = &[Self::Turtle, Self::JsonLd, Self::RdfXml];
    const OFFERED: &'static str = "text/turtle, application/ld+json, application/rdf+xml";

    fn media(self) -> &'static Media {
        match self {
            Self::Turtle => &TURTLE,
            Self::JsonLd => &JSON_LD,
            Self::RdfXml => &RDF_XML,
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Turtle => &["ttl", "turtle"],
            Self::JsonLd => &["jsonld"],
            Self::RdfXml => &["rdf", "xml"],
        }
    }
}

static TURTLE: Media = Media {
    name: "ttl",
    content_type: "text/turtle; charset=utf-8",
    is_compressible: true,
};
static JSON_LD: Media = Media {
    name: "jsonld",
    content_type: "application/ld+json",
    is_compressible: true,
};
static RDF_XML: Media = Media {
    name: "rdf",
    content_type: "application/rdf+xml",
    is_compressible: true,
};
