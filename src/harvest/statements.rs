//! Statements of RDF, subject by subject.

use std::borrow::Cow;

use oxrdf::{Literal, NamedNode, NamedNodeRef, TermRef, TripleRef, vocab::rdf, vocab::xsd};

use crate::dataset::metadata::Moment;

/// The statements of a catalogue, each handed on as it is made: of ten thousand collections they are more than is kept.
pub(super) struct Statements<'s> {
    sink: &'s mut dyn FnMut(TripleRef<'_>),
}

/// The statements about one subject.
pub(super) struct About<'s> {
    subject: NamedNode,
    sink: &'s mut dyn FnMut(TripleRef<'_>),
}

impl<'s> Statements<'s> {
    /// Statements that go to `sink`.
    pub(super) fn to(sink: &'s mut dyn FnMut(TripleRef<'_>)) -> Self {
        Self { sink }
    }

    /// Statements about `subject`, which is one of `class`.
    pub(super) fn about(&mut self, subject: NamedNode, class: NamedNodeRef<'_>) -> About<'_> {
        let mut about = self.more_about(subject);
        about.state(rdf::TYPE, class.into());
        about
    }

    /// More statements about `subject`.
    pub(super) fn more_about(&mut self, subject: NamedNode) -> About<'_> {
        About {
            subject,
            sink: self.sink,
        }
    }
}

impl About<'_> {
    /// `property` leads to the node `object`.
    pub(super) fn leads(
        &mut self,
        property: NamedNodeRef<'_>,
        object: impl Into<NamedNode>,
    ) -> &mut Self {
        let object: NamedNode = object.into();
        self.state(property, (&object).into())
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
        let literal = Literal::new_simple_literal(readable(text));
        self.state(property, (&literal).into())
    }

    /// `property` has `text`, which people read in `language`.
    pub(super) fn tells(
        &mut self,
        property: NamedNodeRef<'_>,
        text: &str,
        language: &str,
    ) -> &mut Self {
        let text = readable(text);
        // The configuration has checked the tag.
        let literal = Literal::new_language_tagged_literal(&*text, language);
        let literal = literal.unwrap_or_else(|_| Literal::new_simple_literal(&*text));
        self.state(property, (&literal).into())
    }

    /// `property` has `text` of `datatype`.
    pub(super) fn types(
        &mut self,
        property: NamedNodeRef<'_>,
        text: impl Into<String>,
        datatype: NamedNodeRef<'_>,
    ) -> &mut Self {
        let literal = Literal::new_typed_literal(text, datatype);
        self.state(property, (&literal).into())
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

    fn state(&mut self, property: NamedNodeRef<'_>, object: TermRef<'_>) -> &mut Self {
        (self.sink)(TripleRef::new(self.subject.as_ref(), property, object));
        self
    }
}

/// `text` as every form of RDF can carry it: XML 1.0 has no place for most control characters and for U+FFFE and U+FFFF, and
/// reads a carriage return as a line feed. One such character in one title would leave RDF/XML unreadable as a whole.
fn readable(text: &str) -> Cow<'_, str> {
    let is_readable =
        |c: char| !matches!(c, '\0'..='\x08' | '\x0b'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    if text.chars().all(is_readable) {
        return text.into();
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = lines.chars().map(|c| {
        if is_readable(c) {
            c
        } else {
            char::REPLACEMENT_CHARACTER
        }
    });
    kept.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_carry_is_replaced_and_everything_else_stays() {
        for (written, read) in [
            ("a\r\nb\rc\td\n", "a\nb\nc\td\n"),
            ("a\u{fffe}b\u{ffff}", "a\u{fffd}b\u{fffd}"),
            (
                "a\0\u{1}\u{b}\u{c}\u{1b}",
                "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
            ),
            (
                "\u{85}\u{2028} \u{202e}\u{feff}\u{1f9ef}\u{10ffff}",
                "\u{85}\u{2028} \u{202e}\u{feff}\u{1f9ef}\u{10ffff}",
            ),
            ("<&>]]>\"'", "<&>]]>\"'"),
        ] {
            assert_eq!(readable(written), read, "{written:?}");
        }
    }
}
