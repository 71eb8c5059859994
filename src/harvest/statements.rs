//! Statements of RDF, subject by subject.

use oxrdf::{Literal, NamedNode, NamedNodeRef, Triple, vocab::rdf, vocab::xsd};

use crate::dataset::metadata::Moment;

/// The statements of a catalogue.
#[derive(Debug, Default)]
pub(super) struct Statements(Vec<Triple>);

/// The statements about one subject.
#[derive(Debug)]
pub(super) struct About<'s> {
    subject: NamedNode,
    statements: &'s mut Vec<Triple>,
}

impl Statements {
    /// Statements about `subject`, which is one of `class`.
    pub(super) fn about(&mut self, subject: NamedNode, class: NamedNodeRef<'_>) -> About<'_> {
        let mut about = self.more_about(subject);
        about.leads(rdf::TYPE, class);
        about
    }

    /// More statements about `subject`.
    pub(super) fn more_about(&mut self, subject: NamedNode) -> About<'_> {
        About {
            subject,
            statements: &mut self.0,
        }
    }

    /// The statements in the order in which they were made.
    pub(super) fn into_triples(self) -> Vec<Triple> {
        self.0
    }
}

impl About<'_> {
    /// `property` leads to the node `object`.
    pub(super) fn leads(
        &mut self,
        property: NamedNodeRef<'_>,
        object: impl Into<NamedNode>,
    ) -> &mut Self {
        self.state(property, object.into())
    }

    /// `property` leads to each of `objects`.
    pub(super) fn leads_each<N: Into<NamedNode>>(
        &mut self,
        property: NamedNodeRef<'_>,
        objects: impl IntoIterator<Item = N>,
    ) -> &mut Self {
        for object in objects {
            self.leads(property, object);
        }
        self
    }

    /// `property` has the plain text `text`.
    pub(super) fn says(&mut self, property: NamedNodeRef<'_>, text: &str) -> &mut Self {
        self.state(property, Literal::new_simple_literal(text))
    }

    /// `property` has `text`, which people read in `language`.
    pub(super) fn tells(
        &mut self,
        property: NamedNodeRef<'_>,
        text: &str,
        language: &str,
    ) -> &mut Self {
        let literal = Literal::new_language_tagged_literal(text, language);
        // The configuration has checked the tag.
        self.state(
            property,
            literal.unwrap_or_else(|_| Literal::new_simple_literal(text)),
        )
    }

    /// `property` has `text` of `datatype`.
    pub(super) fn types(
        &mut self,
        property: NamedNodeRef<'_>,
        text: impl Into<String>,
        datatype: NamedNodeRef<'_>,
    ) -> &mut Self {
        self.state(property, Literal::new_typed_literal(text, datatype))
    }

    /// `property` is at `moment`, where there is one.
    pub(super) fn dates(
        &mut self,
        property: NamedNodeRef<'_>,
        moment: Option<Moment>,
    ) -> &mut Self {
        if let Some(moment) = moment {
            let datatype = if moment.is_day() {
                xsd::DATE
            } else {
                xsd::DATE_TIME
            };
            self.types(property, moment.to_string(), datatype);
        }
        self
    }

    fn state(&mut self, property: NamedNodeRef<'_>, object: impl Into<oxrdf::Term>) -> &mut Self {
        let triple = Triple::new(self.subject.clone(), property, object);
        self.statements.push(triple);
        self
    }
}
