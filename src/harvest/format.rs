//! Forms in which RDF is written.

use std::io;

use oxjsonld::JsonLdSerializer;
use oxrdf::{GraphNameRef, QuadRef, Triple};
use oxrdfxml::RdfXmlSerializer;
use oxttl::TurtleSerializer;

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

impl Format {
    /// `triples` in this form.
    ///
    /// # Errors
    /// When a statement cannot be written in it.
    pub fn write(self, triples: &[Triple]) -> io::Result<String> {
        let octets = match self {
            Self::Turtle => turtle(triples),
            Self::JsonLd => json_ld(triples),
            Self::RdfXml => rdf_xml(triples),
        }?;
        String::from_utf8(octets).map_err(io::Error::other)
    }
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

fn turtle(triples: &[Triple]) -> io::Result<Vec<u8>> {
    let mut serializer = TurtleSerializer::new();
    for (name, namespace) in PREFIXES {
        serializer = serializer
            .with_prefix(name, namespace)
            .map_err(io::Error::other)?;
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in triples {
        writer.serialize_triple(triple)?;
    }
    writer.finish()
}

fn json_ld(triples: &[Triple]) -> io::Result<Vec<u8>> {
    let mut serializer = JsonLdSerializer::new();
    for (name, namespace) in PREFIXES {
        serializer = serializer
            .with_prefix(name, namespace)
            .map_err(io::Error::other)?;
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in triples {
        let quad = QuadRef::new(
            &triple.subject,
            &triple.predicate,
            &triple.object,
            GraphNameRef::DefaultGraph,
        );
        writer.serialize_quad(quad)?;
    }
    writer.finish()
}

fn rdf_xml(triples: &[Triple]) -> io::Result<Vec<u8>> {
    let mut serializer = RdfXmlSerializer::new();
    for (name, namespace) in PREFIXES {
        serializer = serializer
            .with_prefix(name, namespace)
            .map_err(io::Error::other)?;
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in triples {
        writer.serialize_triple(triple)?;
    }
    writer.finish()
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
