//! Rows of a batch of which a predicate is true.

use std::cmp::Ordering;

use arrow_arith::boolean;
use arrow_array::{
    Array, ArrayAccessor, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMillisecondArray, cast::AsArray,
};
use arrow_schema::{ArrowError, DataType};

use super::{Comparison, Folding, Predicate, number};
use crate::literal::{Literal, instant};

/// A batch that a predicate cannot be computed on: none that the layout writes.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationFault {
    /// A column that is read is not there.
    #[error("the batch has no column {0}, which the predicate reads")]
    Absent(usize),
    /// Columns of two lengths.
    #[error("columns of a batch do not fit each other")]
    Arrow(#[from] ArrowError),
    /// A column of another type than the predicate was made for.
    #[error("column {column} of the batch is {found}")]
    Type {
        /// The column.
        column: usize,
        /// The type in Arrow.
        found: Box<str>,
    },
}

impl Predicate {
    /// The rows of `batch` of which it is true, as a filter without nulls: what is unknown does not hold. `at` says at
    /// which place of the batch a column of the schema is, since a batch may have a part of them.
    ///
    /// # Errors
    /// [`EvaluationFault`]
    pub fn holds(
        &self,
        batch: &RecordBatch,
        at: &dyn Fn(usize) -> Option<usize>,
    ) -> Result<BooleanArray, EvaluationFault> {
        let known = Rows { batch, at }.truth(self)?;
        let is_true = match known.nulls() {
            Some(nulls) => known.values() & nulls.inner(),
            None => known.values().clone(),
        };
        Ok(BooleanArray::new(is_true, None))
    }
}

struct Rows<'a> {
    batch: &'a RecordBatch,
    at: &'a dyn Fn(usize) -> Option<usize>,
}

impl Rows<'_> {
    /// True, false or, as null, unknown of each row.
    fn truth(&self, predicate: &Predicate) -> Result<BooleanArray, EvaluationFault> {
        match predicate {
            Predicate::Constant(is_true) => Ok(self.constant(*is_true)),
            Predicate::All(parts) => {
                let mut all = self.constant(true);
                for part in parts {
                    if all.null_count() == 0 && !all.has_true() {
                        break;
                    }
                    all = boolean::and_kleene(&all, &self.truth(part)?)?;
                }
                Ok(all)
            }
            Predicate::Any(parts) => {
                let mut any = self.constant(false);
                for part in parts {
                    any = boolean::or_kleene(&any, &self.truth(part)?)?;
                }
                Ok(any)
            }
            Predicate::Not(part) => Ok(boolean::not(&self.truth(part)?)?),
            Predicate::Compare {
                column,
                folding,
                comparison,
                literal,
            } => self.compare(*column, *folding, *comparison, literal),
            Predicate::CompareColumns {
                left,
                comparison,
                right,
            } => self.compare_columns(*left, *comparison, *right),
            Predicate::In {
                column,
                folding,
                literals,
            } => self.one_of(*column, *folding, literals),
            Predicate::IsNull { column } => Ok(boolean::is_null(self.column(*column)?)?),
            Predicate::Like {
                column,
                folding,
                pattern,
            } => {
                let text = self.text(*column)?;
                Ok(BooleanArray::from_unary(text, |text| {
                    pattern.is_match(&folding.apply(text))
                }))
            }
        }
    }

    fn constant(&self, is_true: bool) -> BooleanArray {
        BooleanArray::from(vec![is_true; self.batch.num_rows()])
    }

    fn compare(
        &self,
        column: usize,
        folding: Folding,
        comparison: Comparison,
        literal: &Literal,
    ) -> Result<BooleanArray, EvaluationFault> {
        Ok(match literal {
            Literal::Text(literal) => {
                let text = self.text(column)?;
                if folding.is_none() {
                    beside(text, comparison, &**literal)
                } else {
                    let is_true =
                        |text: &str| comparison.is_true((*folding.apply(text)).cmp(literal));
                    BooleanArray::from_unary(text, is_true)
                }
            }
            Literal::Integer(literal) => {
                let values = self.wholes(column)?;
                beside(values, comparison, *literal)
            }
            Literal::Number(literal) => {
                let values = self.numbers(column)?;
                beside(values, comparison, *literal)
            }
            Literal::Boolean(literal) => {
                let values = self.booleans(column)?;
                beside(values, comparison, *literal)
            }
            Literal::Date(literal) => {
                let values = self.days(column)?;
                beside(values, comparison, *literal)
            }
            Literal::DateTime(literal) => {
                let values = self.instants(column)?;
                beside(values, comparison, *literal)
            }
        })
    }

    fn compare_columns(
        &self,
        (left, of_left): (usize, Folding),
        comparison: Comparison,
        (right, of_right): (usize, Folding),
    ) -> Result<BooleanArray, EvaluationFault> {
        use DataType::{Boolean, Date32, Float64, Int64, Timestamp, Utf8};
        let types = [
            self.column(left)?.data_type(),
            self.column(right)?.data_type(),
        ];
        Ok(match types {
            [Utf8, Utf8] => {
                let (left, right) = (self.text(left)?, self.text(right)?);
                if of_left.is_none() && of_right.is_none() {
                    return Ok(each(left, comparison, right));
                }
                BooleanArray::from_binary(left, right, |left, right| {
                    let (left, right) = (of_left.apply(left), of_right.apply(right));
                    comparison.is_true(left.cmp(&right))
                })
            }
            [Int64, Int64] => each(self.wholes(left)?, comparison, self.wholes(right)?),
            [Float64, Float64] => each(self.numbers(left)?, comparison, self.numbers(right)?),
            [Int64, Float64] => {
                let (left, right) = (self.wholes(left)?, self.numbers(right)?);
                BooleanArray::from_binary(left, right, |left, right| {
                    number::order(left, right).is_some_and(|order| comparison.is_true(order))
                })
            }
            [Boolean, Boolean] => each(self.booleans(left)?, comparison, self.booleans(right)?),
            [Date32, Date32] => each(self.days(left)?, comparison, self.days(right)?),
            [Timestamp(..), Timestamp(..)] => {
                each(self.instants(left)?, comparison, self.instants(right)?)
            }
            [Date32, Timestamp(..)] => {
                let (left, right) = (self.days(left)?, self.instants(right)?);
                BooleanArray::from_binary(left, right, |left, right| {
                    comparison.is_true(left.cmp(&instant::day_of(right)))
                })
            }
            [Float64, Int64] | [Timestamp(..), Date32] => {
                let (left, right) = ((left, of_left), (right, of_right));
                return self.compare_columns(right, comparison.mirrored(), left);
            }
            _ => return Err(self.mistyped(right)),
        })
    }

    fn one_of(
        &self,
        column: usize,
        folding: Folding,
        literals: &[Literal],
    ) -> Result<BooleanArray, EvaluationFault> {
        let Some(first) = literals.first() else {
            return Err(self.mistyped(column));
        };
        Ok(match first {
            Literal::Text(_) => {
                let list: Vec<&str> = known(literals, |literal| match literal {
                    Literal::Text(text) => Some(&**text),
                    _ => None,
                });
                BooleanArray::from_unary(self.text(column)?, |text| {
                    list.binary_search(&&*folding.apply(text)).is_ok()
                })
            }
            Literal::Integer(_) | Literal::DateTime(_) => {
                let list = known(literals, |literal| match literal {
                    Literal::Integer(value) | Literal::DateTime(value) => Some(*value),
                    _ => None,
                });
                let is_listed = |value| list.binary_search(&value).is_ok();
                match first {
                    Literal::Integer(_) => {
                        BooleanArray::from_unary(self.wholes(column)?, is_listed)
                    }
                    _ => BooleanArray::from_unary(self.instants(column)?, is_listed),
                }
            }
            Literal::Number(_) => {
                let list = known(literals, |literal| match literal {
                    Literal::Number(value) => Some(*value),
                    _ => None,
                });
                BooleanArray::from_unary(self.numbers(column)?, |value| {
                    let order = |listed: &f64| listed.partial_cmp(&value).unwrap_or(Ordering::Less);
                    list.binary_search_by(order).is_ok()
                })
            }
            Literal::Boolean(_) => BooleanArray::from_unary(self.booleans(column)?, |value| {
                literals.contains(&Literal::Boolean(value))
            }),
            Literal::Date(_) => {
                let list = known(literals, |literal| match literal {
                    Literal::Date(day) => Some(*day),
                    _ => None,
                });
                BooleanArray::from_unary(self.days(column)?, |day| list.binary_search(&day).is_ok())
            }
        })
    }

    fn column(&self, column: usize) -> Result<&ArrayRef, EvaluationFault> {
        let place = (self.at)(column).and_then(|at| self.batch.columns().get(at));
        place.ok_or(EvaluationFault::Absent(column))
    }

    fn text(&self, column: usize) -> Result<&StringArray, EvaluationFault> {
        let found = self.column(column)?.as_string_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    fn wholes(&self, column: usize) -> Result<&Int64Array, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    fn numbers(&self, column: usize) -> Result<&Float64Array, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    fn booleans(&self, column: usize) -> Result<&BooleanArray, EvaluationFault> {
        let found = self.column(column)?.as_boolean_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    fn days(&self, column: usize) -> Result<&Date32Array, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    fn instants(&self, column: usize) -> Result<&TimestampMillisecondArray, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    fn mistyped(&self, column: usize) -> EvaluationFault {
        let found = self
            .column(column)
            .map(|column| column.data_type().to_string());
        match found {
            Ok(found) => EvaluationFault::Type {
                column,
                found: found.into(),
            },
            Err(fault) => fault,
        }
    }
}

/// Each value beside the literal; numbers as IEEE 754 compares them, for which zeros are one.
fn beside<A>(values: A, comparison: Comparison, literal: A::Item) -> BooleanArray
where
    A: ArrayAccessor,
    A::Item: PartialOrd + Copy,
{
    match comparison {
        Comparison::Equal => BooleanArray::from_unary(values, |value| value == literal),
        Comparison::NotEqual => BooleanArray::from_unary(values, |value| value != literal),
        Comparison::Less => BooleanArray::from_unary(values, |value| value < literal),
        Comparison::LessOrEqual => BooleanArray::from_unary(values, |value| value <= literal),
        Comparison::Greater => BooleanArray::from_unary(values, |value| value > literal),
        Comparison::GreaterOrEqual => BooleanArray::from_unary(values, |value| value >= literal),
    }
}

/// Each value beside that of the other column.
fn each<A>(left: A, comparison: Comparison, right: A) -> BooleanArray
where
    A: ArrayAccessor,
    A::Item: PartialOrd,
{
    BooleanArray::from_binary(left, right, |left, right| {
        let order = left.partial_cmp(&right);
        order.is_some_and(|order| comparison.is_true(order))
    })
}

/// The values of a list, which has one type.
fn known<'a, T>(literals: &'a [Literal], value: impl Fn(&'a Literal) -> Option<T>) -> Vec<T> {
    literals.iter().filter_map(value).collect()
}
