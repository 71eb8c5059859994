//! Catalogues read back, in whatever form and spelling of the trust framework's terms they are written.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use oxjsonld::JsonLdParser;
use oxrdf::{NamedOrBlankNode, Term, Triple, vocab::rdf};
use oxrdfxml::RdfXmlParser;
use oxttl::TurtleParser;
use serde::de::IgnoredAny;

use super::term::{property, value};
use crate::{
    harvest::vocabulary::{dcat, ib1},
    printable::printable,
};

/// The entries of a catalogue: subjects with their properties, each with the set of its values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Entries {
    subjects: BTreeMap<Subject, Properties>,
}

/// The properties of one subject, in the spelling that the specification prescribes (CON-23, CON-24).
pub(super) type Properties = BTreeMap<Box<str>, BTreeSet<Box<str>>>;

/// A subject, by its address or by the label of a blank node.
pub(super) type Subject = Box<str>;

/// A text that is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The form of the file is not known by its name.
    #[error("it is named neither .ttl nor .jsonld nor .rdf, so that nobody knows its form")]
    Form,
    /// Objects and lists of JSON within each other beyond any catalogue: their reader would run out of stack.
    #[error("its objects and lists stand within each other more than {MOST_NESTED} deep")]
    Deep,
    /// The text is not of that form.
    #[error("{0}")]
    Syntax(String),
}

impl Entries {
    /// Reads `text`, of the form that the name of `path` says.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(path: &Path, text: &[u8]) -> Result<Self, Unreadable> {
        // Some editors begin each file with a mark of UTF-8, which no form of RDF has.
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let extension = path.extension().and_then(|extension| extension.to_str());
        let triples = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("ttl") => collect(TurtleParser::new().for_slice(text)),
            Some("jsonld" | "json") => {
                look_through(text)?;
                let quads = JsonLdParser::new().for_slice(text);
                collect(quads.map(|quad| quad.map(Triple::from)))
            }
            Some("rdf" | "xml") => collect(RdfXmlParser::new().for_slice(text)),
            _ => return Err(Unreadable::Form),
        }?;
        Ok(Self::of(&triples))
    }

    /// The entries that `triples` state.
    #[must_use]
    pub fn of(triples: &[Triple]) -> Self {
        let mut subjects: BTreeMap<Subject, Properties> = BTreeMap::new();
        for triple in triples {
            let properties = subjects.entry(subject(&triple.subject)).or_default();
            let property = property(triple.predicate.as_str());
            let values = properties.entry(property.clone()).or_default();
            values.insert(value(&property, &object(&triple.object)));
        }
        Self { subjects }
    }

    /// The subjects of `class`, by their addresses.
    pub(super) fn of_class<'e>(
        &'e self,
        class: &'e str,
    ) -> impl Iterator<Item = (&'e str, &'e Properties)> {
        let each = self.subjects.iter();
        each.filter(move |(_, properties)| is_of(properties, class))
            .map(|(subject, properties)| (&**subject, properties))
    }

    /// The datasets and services.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Properties)> {
        let each = self.subjects.iter();
        each.filter(|(_, properties)| {
            let classes = [dcat::DATASET_CLASS, dcat::DATA_SERVICE];
            classes
                .iter()
                .any(|class| is_of(properties, class.as_str()))
        })
        .map(|(subject, properties)| (&**subject, properties))
    }

    /// The properties of `subject`.
    pub(super) fn get(&self, subject: &str) -> Option<&Properties> {
        self.subjects.get(subject)
    }

    /// The values of `property` of the entry `properties`; a schema may stand on the files of a dataset.
    pub(super) fn values(&self, properties: &Properties, property: &str) -> BTreeSet<Box<str>> {
        let own = properties.get(property).cloned().unwrap_or_default();
        if !own.is_empty() || property != ib1::DATA_SCHEMA.as_str() {
            return own;
        }
        let files = properties.get(dcat::DISTRIBUTION.as_str());
        let files = files.into_iter().flatten();
        let of_files = files.filter_map(|file| self.get(file)?.get(property));
        of_files.flatten().cloned().collect()
    }
}

/// `true` for the label of a blank node, which means something in its own document alone.
pub(super) fn is_blank(subject: &str) -> bool {
    subject.starts_with("_:")
}

fn is_of(properties: &Properties, class: &str) -> bool {
    let classes = properties.get(rdf::TYPE.as_str());
    classes.is_some_and(|classes| classes.contains(class))
}

/// Refuses what the reader of JSON-LD would run out of stack over: JSON that is torn, and that is nested deep.
fn look_through(json: &[u8]) -> Result<(), Unreadable> {
    if is_deep(json) {
        return Err(Unreadable::Deep);
    }
    let read = serde_json::from_slice::<IgnoredAny>(json);
    read.map_err(|error| unreadable(&error))?;
    Ok(())
}

/// The reader's own words, with what they quote of a file of others fit for a terminal.
fn unreadable(error: &impl std::fmt::Display) -> Unreadable {
    Unreadable::Syntax(printable(&error.to_string()).into_owned())
}

/// `true` where brackets outside texts are open more than [`MOST_NESTED`] deep.
fn is_deep(json: &[u8]) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for octet in json {
        match octet {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MOST_NESTED {
            return true;
        }
    }
    false
}

fn collect<E: std::fmt::Display>(
    triples: impl Iterator<Item = Result<Triple, E>>,
) -> Result<Vec<Triple>, Unreadable> {
    let triples = triples.collect::<Result<_, _>>();
    triples.map_err(|error| unreadable(&error))
}

fn subject(subject: &NamedOrBlankNode) -> Subject {
    match subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str().into(),
        NamedOrBlankNode::BlankNode(node) => node.to_string().into(),
    }
}

/// An address or a label as it is, a literal by its text: neither language nor datatype is a requirement.
fn object(object: &Term) -> Box<str> {
    match object {
        Term::BlankNode(node) => node.to_string().into(),
        Term::Literal(literal) => literal.value().into(),
        Term::NamedNode(node) => node.as_str().into(),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Objects and lists of JSON within each other, at most: a catalogue has a dozen, and each takes much stack.
const MOST_NESTED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Entries, Unreadable> {
        Entries::read(Path::new("catalogue.jsonld"), text.as_bytes())
    }

    fn nested(open: &str, close: &str, depth: usize) -> String {
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    }

    #[test]
    fn a_byte_order_mark_says_nothing_and_what_is_quoted_of_a_file_is_fit_for_a_terminal() {
        for (name, text) in [
            ("a.ttl", "<urn:a> a <http://www.w3.org/ns/dcat#Dataset> ."),
            (
                "a.jsonld",
                r#"{"@id": "urn:a", "@type": "http://www.w3.org/ns/dcat#Dataset"}"#,
            ),
        ] {
            let read = |text: &str| Entries::read(Path::new(name), text.as_bytes()).unwrap();
            let (plain, marked) = (read(text), read(&format!("\u{feff}{text}")));
            assert_eq!(plain, marked, "{name}");
            assert_eq!(plain.entries().count(), 1, "{name}");
        }
        for name in ["a.ttl", "a.jsonld", "a.rdf"] {
            let refused = Entries::read(Path::new(name), b"\x1b[31m<a> <b> <c>");
            let said = refused.unwrap_err().to_string();
            assert!(!said.contains(char::is_control), "{name}: {said:?}");
        }
    }

    #[test]
    fn json_that_is_nested_deep_is_refused_and_brackets_in_texts_are_none() {
        for (open, close) in [("[", "]"), ("{\"urn:p\":", "}")] {
            read(&nested(open, close, MOST_NESTED)).unwrap();
            for depth in [MOST_NESTED + 1, 200_000] {
                let refused = read(&nested(open, close, depth));
                assert!(matches!(refused, Err(Unreadable::Deep)), "{open} {depth}");
            }
        }
        let words = "[".repeat(MOST_NESTED + 1);
        read(&format!(r#"{{"urn:p": "{words}\"{words}"}}"#)).unwrap();
        for torn in ["", "[", "{\"urn:p\":", "{\"urn:p\": \"", "[1]]", "[1] 2"] {
            assert!(matches!(read(torn), Err(Unreadable::Syntax(_))), "{torn}");
        }
    }
}
