//! Predicates on the rows of a table, typed against its columns.
//!
//! A predicate is true, false or unknown of a row, as CQL2 has it (OGC 21-065r2 §6.2): what is compared with a value
//! that is not there is unknown, and a row is part of an answer where the whole is true. The few forms here are all
//! that there is to compute and to prune by: operators of time become comparisons when they are read.

mod batch;
mod bounds;
mod fold;
mod holds;
mod like;
mod place;
mod text;
mod typed;

use std::{cmp::Ordering, collections::BTreeSet};

pub use batch::EvaluationFault;
pub use bounds::{Bounds, ColumnBounds, Nulls};
pub use fold::Folding;
pub use like::{Pattern, PatternFault};
pub use typed::TypeFault;
pub(crate) use typed::given;

use crate::{
    geometry::{Prepared, Relation},
    literal::Literal,
};

/// A predicate; columns are positions in the schema that it was made for.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// True of every row, or of none.
    Constant(bool),
    /// All of these; true of none.
    All(Vec<Self>),
    /// At least one of these; false of none.
    Any(Vec<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// A column beside a literal of its type.
    Compare {
        /// The column.
        column: usize,
        /// Differences of text that do not count.
        folding: Folding,
        /// The comparison, with the literal on the right.
        comparison: Comparison,
        /// The literal, folded.
        literal: Literal,
    },
    /// Two columns beside each other.
    CompareColumns {
        /// The left one, and differences of its text that do not count.
        left: (usize, Folding),
        /// The comparison.
        comparison: Comparison,
        /// The right one.
        right: (usize, Folding),
    },
    /// A column whose value is one of a list.
    In {
        /// The column.
        column: usize,
        /// Differences of text that do not count.
        folding: Folding,
        /// The list: of the column's type, folded, in order, each once.
        literals: Vec<Literal>,
    },
    /// A column without a value.
    IsNull {
        /// The column.
        column: usize,
    },
    /// A column of text that has a pattern.
    Like {
        /// The column.
        column: usize,
        /// Differences of text that do not count.
        folding: Folding,
        /// The pattern, folded.
        pattern: Pattern,
    },
    /// A column of geometries that stand in a relation to one.
    Relates {
        /// The column.
        column: usize,
        /// The relation of the column's geometry to the other.
        relation: Relation,
        /// The other geometry.
        geometry: Prepared,
    },
}

/// A comparison of two values of one type.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Predicate {
    /// All of `parts`, without brackets that say nothing; true where there are none.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::All(inner) => all.extend(inner),
                part => all.push(part),
            }
        }
        match all.len() {
            0 => Self::Constant(true),
            1 => all.swap_remove(0),
            _ => Self::All(all),
        }
    }

    /// At least one of `parts`, without brackets that say nothing; false where there are none.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Vec::new();
        for part in parts {
            match part {
                Self::Any(inner) => any.extend(inner),
                part => any.push(part),
            }
        }
        match any.len() {
            0 => Self::Constant(false),
            1 => any.swap_remove(0),
            _ => Self::Any(any),
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// The columns that are read to know whether it holds.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<usize> {
        let mut columns = BTreeSet::new();
        self.read(&mut columns);
        columns
    }

    fn read(&self, columns: &mut BTreeSet<usize>) {
        match self {
            Self::Constant(_) => (),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.read(columns);
                }
            }
            Self::Not(part) => part.read(columns),
            Self::CompareColumns { left, right, .. } => columns.extend([left.0, right.0]),
            Self::Compare { column, .. }
            | Self::In { column, .. }
            | Self::IsNull { column }
            | Self::Like { column, .. }
            | Self::Relates { column, .. } => {
                columns.insert(*column);
            }
        }
    }

    /// The parts that must all hold, so that a reader can decode the columns of one where the others hold.
    #[must_use]
    pub fn conjuncts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }
}

impl Comparison {
    /// True of two values in this order.
    #[must_use]
    pub fn is_true(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// The comparison with its sides changed over.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// The comparison that is true where this one is false.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// The comparison that a sign of CQL2 is.
    #[must_use]
    pub fn of_sign(sign: &str) -> Option<Self> {
        let all = [
            Self::Equal,
            Self::NotEqual,
            Self::Less,
            Self::LessOrEqual,
            Self::Greater,
            Self::GreaterOrEqual,
        ];
        all.into_iter().find(|comparison| comparison.sign() == sign)
    }

    /// The sign of CQL2.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

#[cfg(test)]
mod tests;
