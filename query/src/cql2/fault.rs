//! Faults of a filter, and where in it they are.

use std::fmt;

use crate::{
    geometry::{BboxFault, GeometryFault, Invalid},
    literal::Given,
    predicate::{PatternFault, TypeFault},
};

/// A fault of a filter.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct Fault {
    /// The place in the filter.
    pub at: At,
    /// The fault.
    pub kind: FaultKind,
}

/// A place in a filter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum At {
    /// The character of the text, from 1.
    Character(usize),
    /// The member of the JSON, as a JSON pointer (RFC 6901).
    Member(Box<str>),
}

/// Kinds of faults.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FaultKind {
    /// Operands that are too few or too many.
    #[error("{function} has {takes}, and not {given}")]
    Arity {
        /// The function or the operator.
        function: Box<str>,
        /// The operands that it has.
        takes: &'static str,
        /// The number of those that are there.
        given: usize,
    },
    /// Numbers that are no box.
    #[error(transparent)]
    Bbox(#[from] BboxFault),
    /// An interval that ends before it begins.
    #[error("the interval ends before it begins")]
    Backwards,
    /// More in each other than is read.
    #[error("more than {0} operators and brackets are in each other")]
    Depth(usize),
    /// Something else than may stand there.
    #[error("{expected} is expected, and {found} is there")]
    Expected {
        /// The words for what may stand there.
        expected: &'static str,
        /// The words for what stands there.
        found: Box<str>,
    },
    /// A geometry that is none.
    #[error(transparent)]
    Geometry(#[from] GeometryFault),
    /// A text that is neither date nor time.
    #[error("{} is no {expected}", Given(.text))]
    Instant {
        /// The text.
        text: Box<str>,
        /// The form that it should have.
        expected: &'static str,
    },
    /// An operator for intervals that has an instant.
    #[error(
        "{0} is of two intervals, and one is an instant; T_INTERSECTS, T_BEFORE, T_AFTER, T_EQUALS and T_DISJOINT are of instants as well"
    )]
    Instants(Box<str>),
    /// A geometry that is not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A list that is too long.
    #[error("the list has more than {0} values")]
    Items(usize),
    /// A filter that is no JSON.
    #[error("the filter is no JSON: {0}")]
    Json(Box<str>),
    /// A filter that is too long.
    #[error("the filter has {given} octets, and {limit} at most are read")]
    Length {
        /// Octets that are read.
        limit: usize,
        /// Octets that it has.
        given: usize,
    },
    /// A part of CQL2 that is not here.
    #[error("{0} is not offered")]
    NotOffered(&'static str),
    /// A number that is none, or too large to be computed with.
    #[error("{} is no number", Given(.0))]
    Number(Box<str>),
    /// A pattern that is not looked for.
    #[error(transparent)]
    Pattern(#[from] PatternFault),
    /// Geometries of too many positions.
    #[error("the geometries have more than {0} positions")]
    Positions(usize),
    /// Types that do not fit.
    #[error(transparent)]
    Type(#[from] TypeFault),
    /// A column that is not there.
    #[error("there is no column {}{}", Given(.name), Nearest(.nearest.as_deref()))]
    UnknownColumn {
        /// Its name.
        name: Box<str>,
        /// A name that is there and near.
        nearest: Option<Box<str>>,
    },
    /// A function that is not known.
    #[error("there is no function {}{}", Given(.name), Nearest(.nearest.as_deref()))]
    UnknownFunction {
        /// Its name.
        name: Box<str>,
        /// A name that is there and near.
        nearest: Option<Box<str>>,
    },
    /// A column that is not there, where a text without its quotes is likely.
    #[error(
        "there is no column {}{}; a text stands in single quotes",
        Given(.name),
        Nearest(.nearest.as_deref())
    )]
    Unquoted {
        /// Its name.
        name: Box<str>,
        /// A name that is there and near.
        nearest: Option<Box<str>>,
    },
    /// A text or a name without its last quote.
    #[error("a quote is opened and not closed")]
    Unclosed,
}

struct Nearest<'a>(Option<&'a str>);

impl fmt::Display for Nearest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(formatter, "; {} is there", Given(name)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(number) => write!(formatter, "at character {number}"),
            Self::Member(pointer) if pointer.is_empty() => formatter.write_str("in the filter"),
            Self::Member(pointer) => write!(formatter, "in {pointer}"),
        }
    }
}

impl At {
    /// The fault there.
    pub(super) fn fault(&self, kind: impl Into<FaultKind>) -> Fault {
        Fault {
            at: self.clone(),
            kind: kind.into(),
        }
    }
}
