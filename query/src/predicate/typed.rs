//! Predicates of columns and literals whose types fit; those that do not are told with the column.
//!
//! Numbers are compared as what they are, whole or not, and exactly. A day and an instant are compared as days of UTC, which
//! is the coarser of the two.

use std::cmp::Ordering;

use super::{Comparison, Folding, Pattern, Predicate, place::Place};
use crate::{
    literal::{Given, Literal, instant, number},
    schema::{Column, ColumnType, TableSchema},
};

/// A predicate whose types do not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TypeFault {
    /// A column and a literal, or a column and another one.
    #[error("{column} is {column_type}, and is compared with {given}")]
    Compared {
        /// The column.
        column: Box<str>,
        /// Its type.
        column_type: &'static str,
        /// The other side.
        given: Box<str>,
    },
    /// A column of times and a text that is one, which CQL2 writes in another way.
    #[error("{column} is {column_type}, and is compared with {given} and not with {meant}")]
    Unwritten {
        /// The column.
        column: Box<str>,
        /// Its type.
        column_type: &'static str,
        /// The text.
        given: Box<str>,
        /// The value, as CQL2 text has it.
        meant: Box<str>,
    },
    /// Literals of two types.
    #[error("{left} is compared with {right}")]
    Literals {
        /// The left one.
        left: Box<str>,
        /// The right one.
        right: Box<str>,
    },
    /// A column of a type that has not what is asked of it.
    #[error("{column} is {column_type}, and {needs}")]
    Needs {
        /// The column.
        column: Box<str>,
        /// Its type.
        column_type: &'static str,
        /// The need, in words.
        needs: &'static str,
    },
}

impl Predicate {
    /// A column beside a literal.
    ///
    /// # Errors
    /// [`TypeFault`] for types that are not compared.
    pub fn comparing(
        schema: &TableSchema,
        (column, folding): (usize, Folding),
        comparison: Comparison,
        literal: &Literal,
    ) -> Result<Self, TypeFault> {
        let known = described(schema, column, folding)?;
        let with = |literal| Self::Compare {
            column,
            folding,
            comparison,
            literal,
        };
        let is_same = known.column_type == literal.column_type();
        match (known.column_type, literal) {
            (ColumnType::Boolean, _) if comparison.has_order() => Err(TypeFault::Needs {
                column: known.name.clone(),
                column_type: known.column_type.name(),
                needs: "is equal to a value or not, and neither less nor greater",
            }),
            (ColumnType::Number, Literal::Number(value)) if !value.is_finite() => {
                Err(compared(known, literal))
            }
            (ColumnType::Text, Literal::Text(text)) => {
                Ok(with(Literal::Text(folding.apply(text).into())))
            }
            _ if is_same => Ok(with(literal.clone())),
            (ColumnType::Integer, Literal::Number(value)) => Place::of_number(*value)
                .map(|place| place.predicate(column, comparison))
                .ok_or_else(|| compared(known, literal)),
            (ColumnType::Number, Literal::Integer(value)) => {
                Ok(Place::of_whole(*value).predicate(column, comparison))
            }
            (ColumnType::DateTime, Literal::Date(day)) => {
                Ok(Place::of_day(*day).predicate(column, comparison))
            }
            (ColumnType::Date, Literal::DateTime(millisecond)) => {
                Ok(with(Literal::Date(instant::day_of(*millisecond))))
            }
            _ => Err(compared(known, literal)),
        }
    }

    /// A column beside an instant between two milliseconds, in nanoseconds since 1970.
    ///
    /// # Errors
    /// [`TypeFault`] for types that are not compared.
    pub fn comparing_instant(
        schema: &TableSchema,
        column: (usize, Folding),
        comparison: Comparison,
        nanoseconds: i128,
    ) -> Result<Self, TypeFault> {
        let before = instant::millisecond_before(nanoseconds);
        let known = described(schema, column.0, column.1)?;
        if known.column_type == ColumnType::DateTime {
            return Ok(Place::behind(before).predicate(column.0, comparison));
        }
        Self::comparing(schema, column, comparison, &Literal::DateTime(before))
    }

    /// Two columns beside each other.
    ///
    /// # Errors
    /// [`TypeFault`] for types that are not compared.
    pub fn comparing_columns(
        schema: &TableSchema,
        left: (usize, Folding),
        comparison: Comparison,
        right: (usize, Folding),
    ) -> Result<Self, TypeFault> {
        let one = described(schema, left.0, left.1)?;
        let other = described(schema, right.0, right.1)?;
        let types = [one.column_type, other.column_type];
        let is_known = match types {
            [ColumnType::Boolean, ColumnType::Boolean] => !comparison.has_order(),
            [ColumnType::Geometry | ColumnType::Json, _] => false,
            [one, other] if one == other => true,
            [one, other] => [NUMBERS, TIMES]
                .iter()
                .any(|kind| kind.contains(&one) && kind.contains(&other)),
        };
        if !is_known {
            return Err(TypeFault::Compared {
                column: one.name.clone(),
                column_type: one.column_type.name(),
                given: format!("{}, which is {}", other.name, other.column_type.name()).into(),
            });
        }
        Ok(Self::CompareColumns {
            left,
            comparison,
            right,
        })
    }

    /// Two literals beside each other.
    ///
    /// # Errors
    /// [`TypeFault`] for types that are not compared.
    pub fn comparing_literals(
        left: &Literal,
        comparison: Comparison,
        right: &Literal,
    ) -> Result<Self, TypeFault> {
        let order = match (left, right) {
            (Literal::Integer(whole), Literal::Number(number)) => number::order(*whole, *number),
            (Literal::Number(number), Literal::Integer(whole)) => {
                number::order(*whole, *number).map(Ordering::reverse)
            }
            (Literal::Date(day), Literal::DateTime(millisecond)) => {
                Some(day.cmp(&instant::day_of(*millisecond)))
            }
            (Literal::DateTime(millisecond), Literal::Date(day)) => {
                Some(instant::day_of(*millisecond).cmp(day))
            }
            (left, right) => left.compare(right),
        };
        let order = order.ok_or_else(|| TypeFault::Literals {
            left: given(left),
            right: given(right),
        })?;
        Ok(Self::Constant(comparison.is_true(order)))
    }

    /// A column whose value is one of a list.
    ///
    /// # Errors
    /// [`TypeFault`], the first.
    pub fn one_of(
        schema: &TableSchema,
        (column, folding): (usize, Folding),
        list: impl IntoIterator<Item = Literal>,
    ) -> Result<Self, TypeFault> {
        let (mut literals, mut others) = (Vec::new(), Vec::new());
        for literal in list {
            let equal = Self::comparing(schema, (column, folding), Comparison::Equal, &literal)?;
            match equal {
                Self::Compare {
                    comparison: Comparison::Equal,
                    literal,
                    ..
                } => literals.push(literal),
                other => others.push(other),
            }
        }
        literals.sort_by(|one, other| one.compare(other).unwrap_or(Ordering::Equal));
        literals.dedup_by(|one, other| one.compare(other).is_some_and(Ordering::is_eq));
        if !literals.is_empty() {
            others.push(Self::In {
                column,
                folding,
                literals,
            });
        }
        Ok(Self::any(others))
    }

    /// A column of text that has a pattern.
    ///
    /// # Errors
    /// [`TypeFault`] for a column of another type.
    pub fn like(
        schema: &TableSchema,
        (column, folding): (usize, Folding),
        pattern: Pattern,
    ) -> Result<Self, TypeFault> {
        let known = described(schema, column, folding)?;
        if known.column_type != ColumnType::Text {
            return Err(TypeFault::Needs {
                column: known.name.clone(),
                column_type: known.column_type.name(),
                needs: "LIKE is for text",
            });
        }
        Ok(Self::Like {
            column,
            folding,
            pattern,
        })
    }
}

impl Comparison {
    fn has_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// A literal, as a message tells it.
pub(crate) fn given(literal: &Literal) -> Box<str> {
    match literal {
        Literal::Text(text) => format!("the text {}", Given(text)).into(),
        Literal::Integer(_) | Literal::Number(_) => format!("the number {literal}").into(),
        other => other.to_string().into(),
    }
}

fn compared(column: &Column, literal: &Literal) -> TypeFault {
    let (name, column_type, given) = (
        column.name.clone(),
        column.column_type.name(),
        given(literal),
    );
    match meant(column.column_type, literal) {
        Some(meant) => TypeFault::Unwritten {
            column: name,
            column_type,
            given,
            meant: meant.to_string().into(),
        },
        None => TypeFault::Compared {
            column: name,
            column_type,
            given,
        },
    }
}

/// The day, the time or the number that was meant by a text in quotes.
fn meant(column_type: ColumnType, literal: &Literal) -> Option<Literal> {
    let Literal::Text(text) = literal else {
        return None;
    };
    let types: &[ColumnType] = match column_type {
        ColumnType::Boolean => &[ColumnType::Boolean],
        ColumnType::Date | ColumnType::DateTime => &TIMES,
        ColumnType::Integer | ColumnType::Number => &NUMBERS,
        ColumnType::Geometry | ColumnType::Json | ColumnType::Text => &[],
    };
    let mut types = types.iter();
    types.find_map(|of| Literal::parse(text, *of).ok())
}

/// The column at a position, if what of its text does not count is asked of text only.
fn described(schema: &TableSchema, column: usize, folding: Folding) -> Result<&Column, TypeFault> {
    let known = schema.columns.get(column).ok_or(TypeFault::Needs {
        column: column.to_string().into(),
        column_type: "no column",
        needs: "columns are numbered from 0",
    })?;
    let is_text = known.column_type == ColumnType::Text;
    if is_text || folding.is_none() {
        return Ok(known);
    }
    Err(TypeFault::Needs {
        column: known.name.clone(),
        column_type: known.column_type.name(),
        needs: "CASEI and ACCENTI are for text",
    })
}

const NUMBERS: [ColumnType; 2] = [ColumnType::Integer, ColumnType::Number];
const TIMES: [ColumnType; 2] = [ColumnType::Date, ColumnType::DateTime];
