//! The tree of a filter, before its types are known: the same of a text and of its JSON.

use super::fault::{At, Fault, FaultKind};
use crate::literal::{Literal, instant};

/// An operand or an operator, and its place in the filter.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: At,
    pub(super) term: Term,
}

/// Operands and operators.
#[derive(Debug)]
pub(super) enum Term {
    /// A function or an operator, in small letters as JSON names it, with its operands.
    Call(Box<str>, Vec<Node>),
    /// A geometry in well-known binary, in degrees.
    Geometry(Vec<u8>),
    /// A begin and an end.
    Interval(Box<[Node; 2]>),
    /// Values of `IN`.
    List(Vec<Node>),
    /// An instant between two milliseconds, in nanoseconds since 1970: no column has one.
    Instant(i128),
    /// A value.
    Literal(Literal),
    /// An end of an interval that is open.
    Open,
    /// A column.
    Property(Box<str>),
}

impl Node {
    pub(super) fn new(at: At, term: Term) -> Self {
        Self { at, term }
    }

    pub(super) fn call(at: At, name: &str, operands: Vec<Self>) -> Self {
        Self::new(at, Term::Call(name.into(), operands))
    }

    /// The words for it in a message.
    pub(super) fn described(&self) -> Box<str> {
        match &self.term {
            Term::Call(name, _) => name.to_uppercase().into(),
            Term::Geometry(_) => "a geometry".into(),
            Term::Instant(_) => "a time between two milliseconds".into(),
            Term::Interval(_) => "an interval".into(),
            Term::List(_) => "a list".into(),
            Term::Literal(literal) => crate::predicate::given(literal),
            Term::Open => "an open end".into(),
            Term::Property(name) => format!("the column {}", crate::literal::Given(name)).into(),
        }
    }

    /// The fault that something else may stand there.
    pub(super) fn expected(&self, expected: &'static str) -> Fault {
        let found = self.described();
        self.at.fault(FaultKind::Expected { expected, found })
    }
}

/// The operand of `DATE`.
pub(super) fn date(at: &At, text: &str) -> Result<Term, Fault> {
    match instant::day(text) {
        Some(day) => Ok(Term::Literal(Literal::Date(day))),
        None => Err(no_instant(at, text, "date of RFC 3339, as 2026-01-31")),
    }
}

/// The operand of `TIMESTAMP`.
pub(super) fn timestamp(at: &At, text: &str) -> Result<Term, Fault> {
    if let Some(millisecond) = instant::millisecond(text) {
        return Ok(Term::Literal(Literal::DateTime(millisecond)));
    }
    let instant = instant::nanoseconds(text).map(Term::Instant);
    instant.ok_or_else(|| no_instant(at, text, "time of RFC 3339, as 2026-01-31T09:30:00Z"))
}

/// An end of an interval.
pub(super) fn end(at: &At, text: &str) -> Result<Term, Fault> {
    match text {
        ".." => Ok(Term::Open),
        text if text.contains(['T', 't']) => timestamp(at, text),
        text => date(at, text),
    }
}

fn no_instant(at: &At, text: &str, expected: &'static str) -> Fault {
    let text = text.into();
    at.fault(FaultKind::Instant { text, expected })
}
