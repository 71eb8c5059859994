//! Places of literals among the values of a column of another type.

use super::{Comparison, Folding, Predicate};
use crate::literal::{Literal, instant, number};

/// The place of a literal among values that the column may have.
pub(super) enum Place {
    /// All from the first to the last, of which one may be both.
    Span(Literal, Literal),
    /// Between these two, of which one may be missing; nothing lies between them.
    Between(Option<Literal>, Option<Literal>),
}

impl Place {
    /// The place of a double among whole numbers; a NaN has none.
    pub(super) fn of_number(value: f64) -> Option<Self> {
        if let Some(whole) = number::exact(value) {
            return Some(Self::at(Literal::Integer(whole)));
        }
        let below = if value > 0.0 { Some(i64::MAX) } else { None };
        let above = if value < 0.0 { Some(i64::MIN) } else { None };
        let below = number::exact(value.floor()).or(below);
        let above = number::exact(value.ceil()).or(above);
        let is_number = !value.is_nan();
        is_number.then(|| Self::Between(below.map(Literal::Integer), above.map(Literal::Integer)))
    }

    /// The place of a whole number among doubles.
    pub(super) fn of_whole(value: i64) -> Self {
        let near = number::nearest(value);
        let (below, above) = match number::order(value, near) {
            Some(std::cmp::Ordering::Less) => (near.next_down(), near),
            Some(std::cmp::Ordering::Greater) => (near, near.next_up()),
            _ => return Self::at(Literal::Number(near)),
        };
        Self::Between(Some(Literal::Number(below)), Some(Literal::Number(above)))
    }

    /// The place of a day among instants.
    pub(super) fn of_day(day: i32) -> Self {
        let first = instant::first_of(day);
        let last = first + instant::DAY_MS - 1;
        Self::Span(Literal::DateTime(first), Literal::DateTime(last))
    }

    /// The place between a millisecond and the next.
    pub(super) fn behind(millisecond: i64) -> Self {
        let next = millisecond.saturating_add(1);
        Self::Between(
            Some(Literal::DateTime(millisecond)),
            Some(Literal::DateTime(next)),
        )
    }

    fn at(literal: Literal) -> Self {
        Self::Span(literal.clone(), literal)
    }

    /// The comparison of the column with the literal, said by values of the column.
    pub(super) fn predicate(self, column: usize, comparison: Comparison) -> Predicate {
        let compare = |comparison, literal| Predicate::Compare {
            column,
            folding: Folding::default(),
            comparison,
            literal,
        };
        let (below, above) = match self {
            Self::Span(first, last) => return span(compare, comparison, first, last),
            Self::Between(below, above) => (below, above),
        };
        let near = below.as_ref().or(above.as_ref()).cloned();
        let below = below.map(|below| compare(Comparison::LessOrEqual, below));
        let above = above.map(|above| compare(Comparison::GreaterOrEqual, above));
        let part = match comparison {
            Comparison::Less | Comparison::LessOrEqual => below,
            Comparison::Greater | Comparison::GreaterOrEqual => above,
            Comparison::Equal => None,
            Comparison::NotEqual => return Predicate::any(below.into_iter().chain(above)),
        };
        // False of each value, and unknown where there is none.
        let never = || match near {
            Some(Literal::Integer(_)) => compare(Comparison::Less, Literal::Integer(i64::MIN)),
            Some(near @ Literal::DateTime(_)) => Predicate::all([
                compare(Comparison::Less, near.clone()),
                compare(Comparison::Greater, near),
            ]),
            _ => compare(Comparison::Less, Literal::Number(f64::MIN)),
        };
        part.unwrap_or_else(never)
    }
}

fn span(
    compare: impl Fn(Comparison, Literal) -> Predicate,
    comparison: Comparison,
    first: Literal,
    last: Literal,
) -> Predicate {
    match comparison {
        Comparison::Less | Comparison::GreaterOrEqual => compare(comparison, first),
        Comparison::LessOrEqual | Comparison::Greater => compare(comparison, last),
        Comparison::Equal | Comparison::NotEqual if first == last => compare(comparison, first),
        Comparison::Equal => Predicate::all([
            compare(Comparison::GreaterOrEqual, first),
            compare(Comparison::LessOrEqual, last),
        ]),
        Comparison::NotEqual => Predicate::any([
            compare(Comparison::Less, first),
            compare(Comparison::Greater, last),
        ]),
    }
}
