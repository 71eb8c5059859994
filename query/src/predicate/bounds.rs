//! Parts of a table in which a predicate is true of no row, told by bounds of their columns.

use std::cmp::Ordering;

use super::{Comparison, Folding, Predicate};
use crate::{geometry::Relation, literal::Literal};

/// Bounds of the columns of a part of a table: a row group or a page.
pub trait Bounds {
    /// Bounds of a column that is compared.
    fn of(&self, column: usize) -> ColumnBounds;

    /// The box of all geometries of a column that are not empty: west, south, east, north; none when it is not known.
    fn extent(&self, column: usize) -> Option<[f64; 4]>;
}

/// Bounds of the values of a column: no value lies outside, and the bounds may be wider than the values are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnBounds {
    /// At most the least value; none when nothing is known.
    pub min: Option<Literal>,
    /// At least the largest value; none when nothing is known.
    pub max: Option<Literal>,
    /// Rows without a value.
    pub nulls: Nulls,
}

/// Rows of a part without a value in a column.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Nulls {
    /// All of them.
    All,
    /// None.
    None,
    /// Some, or it is not known.
    #[default]
    Some,
}

impl Predicate {
    /// False when it is true of no row of a part with the bounds, which need not be read then.
    #[must_use]
    pub fn may_hold(&self, bounds: &dyn Bounds) -> bool {
        self.outcomes(bounds).is_true
    }

    fn outcomes(&self, bounds: &dyn Bounds) -> Outcomes {
        match self {
            Self::Constant(is_true) => Outcomes::of(*is_true),
            Self::All(parts) => parts.iter().fold(Outcomes::of(true), |all, part| {
                all.and(part.outcomes(bounds))
            }),
            Self::Any(parts) => {
                let opposites = parts.iter().map(|part| part.outcomes(bounds).opposite());
                opposites.fold(Outcomes::of(true), Outcomes::and).opposite()
            }
            Self::Not(part) => part.outcomes(bounds).opposite(),
            Self::Compare {
                column,
                folding,
                comparison,
                literal,
            } => bounds.of(*column).compared(*folding, *comparison, literal),
            Self::CompareColumns {
                left,
                comparison,
                right,
            } if left == right => {
                let is_true = comparison.is_true(Ordering::Equal);
                bounds.of(left.0).outcomes(is_true, !is_true)
            }
            Self::CompareColumns {
                left,
                comparison,
                right,
            } => {
                let folding = left.1.and(right.1);
                let (left, right) = (bounds.of(left.0), bounds.of(right.0));
                left.beside(folding, *comparison, &right)
            }
            Self::In {
                column,
                folding,
                literals,
            } => bounds.of(*column).listed(*folding, literals),
            Self::IsNull { column } => {
                let nulls = bounds.of(*column).nulls;
                Outcomes {
                    is_true: nulls != Nulls::None,
                    is_false: nulls != Nulls::All,
                }
            }
            Self::Like {
                column,
                folding,
                pattern,
            } => {
                let bounds = bounds.of(*column);
                let is_within = !folding.is_none() || bounds.has_prefix(&pattern.prefix());
                bounds.outcomes(is_within, true)
            }
            Self::Relates {
                column,
                relation,
                geometry,
            } => {
                let extent = bounds.extent(*column);
                let may =
                    |relation| extent.is_none_or(|extent| geometry.may_relate(relation, extent));
                // Apart from those that are disjoint no relation is true of all geometries of a box.
                let is_false = *relation != Relation::Disjoint || may(Relation::Intersects);
                bounds.of(*column).outcomes(may(*relation), is_false)
            }
        }
    }
}

/// Truths that a predicate may have of rows of a part. That it may be unknown changes neither of the two: what is
/// unknown is true on neither side of "not", and makes nothing true that another part does not.
#[derive(Clone, Copy)]
struct Outcomes {
    is_true: bool,
    is_false: bool,
}

impl Outcomes {
    fn of(is_true: bool) -> Self {
        Self {
            is_true,
            is_false: !is_true,
        }
    }

    fn opposite(self) -> Self {
        Self {
            is_true: self.is_false,
            is_false: self.is_true,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            is_true: self.is_true && other.is_true,
            is_false: self.is_false || other.is_false,
        }
    }
}

impl ColumnBounds {
    /// Outcomes of what is unknown without a value and else may be true or false.
    fn outcomes(&self, is_true: bool, is_false: bool) -> Outcomes {
        let has_values = self.nulls != Nulls::All;
        Outcomes {
            is_true: is_true && has_values,
            is_false: is_false && has_values,
        }
    }

    fn compared(&self, folding: Folding, comparison: Comparison, literal: &Literal) -> Outcomes {
        self.beside(folding, comparison, &Self::at(literal))
    }

    /// Bounds of a value.
    fn at(literal: &Literal) -> Self {
        Self {
            min: Some(literal.clone()),
            max: Some(literal.clone()),
            nulls: Nulls::None,
        }
    }

    fn beside(&self, folding: Folding, comparison: Comparison, other: &Self) -> Outcomes {
        let are_null = [self, other].iter().any(|side| side.nulls == Nulls::All);
        let may = |comparison| {
            let may = !folding.is_none() || self.may(comparison, other);
            may && !are_null
        };
        Outcomes {
            is_true: may(comparison),
            is_false: may(comparison.opposite()),
        }
    }

    /// False when the comparison is true of no value within these bounds and none within the others.
    fn may(&self, comparison: Comparison, other: &Self) -> bool {
        let least = order(self.min.as_ref(), other.max.as_ref());
        let largest = order(self.max.as_ref(), other.min.as_ref());
        let is_maybe =
            |order: Option<Ordering>, is_true: fn(Ordering) -> bool| order.is_none_or(is_true);
        match comparison {
            Comparison::Less => is_maybe(least, Ordering::is_lt),
            Comparison::LessOrEqual => is_maybe(least, Ordering::is_le),
            Comparison::Greater => is_maybe(largest, Ordering::is_gt),
            Comparison::GreaterOrEqual => is_maybe(largest, Ordering::is_ge),
            Comparison::Equal => {
                is_maybe(least, Ordering::is_le) && is_maybe(largest, Ordering::is_ge)
            }
            // Only one value on both sides is equal everywhere.
            Comparison::NotEqual => {
                is_maybe(least, Ordering::is_ne) || is_maybe(largest, Ordering::is_ne)
            }
        }
    }

    fn listed(&self, folding: Folding, literals: &[Literal]) -> Outcomes {
        if !folding.is_none() {
            return self.outcomes(true, true);
        }
        let is_below = |literal: &Literal| {
            order(Some(literal), self.min.as_ref()).is_some_and(Ordering::is_lt)
        };
        let first = literals.get(literals.partition_point(is_below));
        let may = |comparison| first.is_some_and(|first| self.may(comparison, &Self::at(first)));
        self.outcomes(
            may(Comparison::Equal),
            first.is_none() || may(Comparison::NotEqual),
        )
    }

    /// False when no text within begins with `prefix`.
    fn has_prefix(&self, prefix: &str) -> bool {
        let is_behind = |text: &str| text > prefix && !text.starts_with(prefix);
        let is_out = matches!(&self.max, Some(Literal::Text(max)) if **max < *prefix)
            || matches!(&self.min, Some(Literal::Text(min)) if is_behind(min));
        !is_out
    }
}

/// The order of two bounds, where both are known and have one type.
fn order(one: Option<&Literal>, other: Option<&Literal>) -> Option<Ordering> {
    one?.compare(other?)
}
