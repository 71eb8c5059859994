//! Rows of a batch of which a predicate is true.

use std::cmp::Ordering;

use arrow_arith::boolean;
use arrow_array::{Array, ArrayAccessor, BooleanArray, RecordBatch};
use arrow_schema::DataType;

use super::{
    Comparison, Folding, Predicate,
    batch::{Columns, EvaluationFault},
};
use crate::{
    geometry::{Prepared, Relation},
    literal::{Literal, instant, number},
};

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
        let rows = Rows {
            columns: Columns { batch, at },
            open: None,
        };
        let known = rows.truth(self)?;
        let is_true = match known.nulls() {
            Some(nulls) => known.values() & nulls.inner(),
            None => known.values().clone(),
        };
        Ok(BooleanArray::new(is_true, None))
    }
}

impl Predicate {
    /// True of one that relates geometries.
    fn is_of_geometries(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_of_geometries),
            Self::Not(part) => part.is_of_geometries(),
            Self::Relates { .. } => true,
            _ => false,
        }
    }
}

struct Rows<'a> {
    columns: Columns<'a>,
    /// Rows whose truth counts, since something else that must hold is not false of them; all without it.
    open: Option<&'a BooleanArray>,
}

impl Rows<'_> {
    /// True, false or, as null, unknown of each row.
    fn truth(&self, predicate: &Predicate) -> Result<BooleanArray, EvaluationFault> {
        match predicate {
            Predicate::Constant(is_true) => Ok(self.constant(*is_true)),
            Predicate::All(parts) => {
                let mut all = self.constant(true);
                let (late, early): (Vec<_>, Vec<_>) =
                    parts.iter().partition(|part| part.is_of_geometries());
                for part in early.into_iter().chain(late) {
                    if all.null_count() == 0 && !all.has_true() {
                        break;
                    }
                    let open = match self.open {
                        Some(around) => &boolean::and_kleene(around, &all)?,
                        None => &all,
                    };
                    let open = Some(open);
                    let truth = Rows { open, ..*self }.truth(part)?;
                    all = boolean::and_kleene(&all, &truth)?;
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
            Predicate::IsNull { column } => Ok(boolean::is_null(self.columns.column(*column)?)?),
            Predicate::Relates {
                column,
                relation,
                geometry,
            } => self.relates(*column, *relation, geometry),
            Predicate::Like {
                column,
                folding,
                pattern,
            } => {
                let text = self.columns.text(*column)?;
                Ok(BooleanArray::from_unary(text, |text| {
                    pattern.is_match(&folding.apply(text))
                }))
            }
        }
    }

    /// Geometries are costly to relate, and are where it counts.
    fn relates(
        &self,
        column: usize,
        relation: Relation,
        geometry: &Prepared,
    ) -> Result<BooleanArray, EvaluationFault> {
        let shapes = self.columns.geometries(column)?;
        let counts = |row| {
            self.open
                .is_none_or(|open| open.is_null(row) || open.value(row))
        };
        let relating = geometry.relating();
        let truths = shapes.iter().enumerate().map(|(row, shape)| match shape {
            Some(shape) if counts(row) => relating
                .relates(relation, shape)
                .map(Some)
                .map_err(|source| EvaluationFault::Geometry { column, source }),
            _ => Ok(None),
        });
        truths.collect()
    }

    fn constant(&self, is_true: bool) -> BooleanArray {
        BooleanArray::from(vec![is_true; self.columns.batch.num_rows()])
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
                let text = self.columns.text(column)?;
                if folding.is_none() {
                    beside(text, comparison, &**literal)
                } else {
                    let is_true =
                        |text: &str| comparison.is_true((*folding.apply(text)).cmp(literal));
                    BooleanArray::from_unary(text, is_true)
                }
            }
            Literal::Integer(literal) => {
                let values = self.columns.wholes(column)?;
                beside(values, comparison, *literal)
            }
            Literal::Number(literal) => {
                let values = self.columns.numbers(column)?;
                beside(values, comparison, *literal)
            }
            Literal::Boolean(literal) => {
                let values = self.columns.booleans(column)?;
                beside(values, comparison, *literal)
            }
            Literal::Date(literal) => {
                let values = self.columns.days(column)?;
                beside(values, comparison, *literal)
            }
            Literal::DateTime(literal) => {
                let values = self.columns.instants(column)?;
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
            self.columns.column(left)?.data_type(),
            self.columns.column(right)?.data_type(),
        ];
        Ok(match types {
            [Utf8, Utf8] => {
                let (left, right) = (self.columns.text(left)?, self.columns.text(right)?);
                if of_left.is_none() && of_right.is_none() {
                    return Ok(each(left, comparison, right));
                }
                BooleanArray::from_binary(left, right, |left, right| {
                    let (left, right) = (of_left.apply(left), of_right.apply(right));
                    comparison.is_true(left.cmp(&right))
                })
            }
            [Int64, Int64] => each(
                self.columns.wholes(left)?,
                comparison,
                self.columns.wholes(right)?,
            ),
            [Float64, Float64] => each(
                self.columns.numbers(left)?,
                comparison,
                self.columns.numbers(right)?,
            ),
            [Int64, Float64] => {
                let (left, right) = (self.columns.wholes(left)?, self.columns.numbers(right)?);
                BooleanArray::from_binary(left, right, |left, right| {
                    number::order(left, right).is_some_and(|order| comparison.is_true(order))
                })
            }
            [Boolean, Boolean] => each(
                self.columns.booleans(left)?,
                comparison,
                self.columns.booleans(right)?,
            ),
            [Date32, Date32] => each(
                self.columns.days(left)?,
                comparison,
                self.columns.days(right)?,
            ),
            [Timestamp(..), Timestamp(..)] => each(
                self.columns.instants(left)?,
                comparison,
                self.columns.instants(right)?,
            ),
            [Date32, Timestamp(..)] => {
                let (left, right) = (self.columns.days(left)?, self.columns.instants(right)?);
                BooleanArray::from_binary(left, right, |left, right| {
                    comparison.is_true(left.cmp(&instant::day_of(right)))
                })
            }
            [Float64, Int64] | [Timestamp(..), Date32] => {
                let (left, right) = ((left, of_left), (right, of_right));
                return self.compare_columns(right, comparison.mirrored(), left);
            }
            _ => return Err(self.columns.mistyped(right)),
        })
    }

    fn one_of(
        &self,
        column: usize,
        folding: Folding,
        literals: &[Literal],
    ) -> Result<BooleanArray, EvaluationFault> {
        let Some(first) = literals.first() else {
            return Err(self.columns.mistyped(column));
        };
        Ok(match first {
            Literal::Text(_) => {
                let list: Vec<&str> = known(literals, |literal| match literal {
                    Literal::Text(text) => Some(&**text),
                    _ => None,
                });
                BooleanArray::from_unary(self.columns.text(column)?, |text| {
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
                        BooleanArray::from_unary(self.columns.wholes(column)?, is_listed)
                    }
                    _ => BooleanArray::from_unary(self.columns.instants(column)?, is_listed),
                }
            }
            Literal::Number(_) => {
                let list = known(literals, |literal| match literal {
                    Literal::Number(value) => Some(*value),
                    _ => None,
                });
                BooleanArray::from_unary(self.columns.numbers(column)?, |value| {
                    let order = |listed: &f64| listed.partial_cmp(&value).unwrap_or(Ordering::Less);
                    list.binary_search_by(order).is_ok()
                })
            }
            Literal::Boolean(_) => {
                BooleanArray::from_unary(self.columns.booleans(column)?, |value| {
                    literals.contains(&Literal::Boolean(value))
                })
            }
            Literal::Date(_) => {
                let list = known(literals, |literal| match literal {
                    Literal::Date(day) => Some(*day),
                    _ => None,
                });
                BooleanArray::from_unary(self.columns.days(column)?, |day| {
                    list.binary_search(&day).is_ok()
                })
            }
        })
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
