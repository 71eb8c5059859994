//! Questions to a table of series, checked against the columns of its table before a row is read.

use std::collections::BTreeSet;

use super::{
    calendar::Calendar,
    every::Every,
    function::Function,
    totals::{Needs, Totals},
    wanted::{By, Fill, Shape, Wanted, Within},
    zone::Zone,
};
use crate::schema::{Column, ColumnType, Kind, TableSchema, Time};

/// A question that a table has no answer to.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Two columns of the answer would have one name.
    #[error("two columns of the answer would be called {0}")]
    Ambiguous(Box<str>),
    /// A column of a place that the table has none at.
    #[error("the table has no such column")]
    Column,
    /// Intervals that are shorter than the time from one row to the next.
    #[error("rows of this series are {step} apart, and {every} is shorter")]
    Finer {
        /// The intervals.
        every: Every,
        /// The time from one row to the next.
        step: Box<str>,
    },
    /// Values that cannot be grouped by.
    #[error(
        "series cannot be summed up by the {column_type} {column}; they can by text, integers, booleans, dates"
    )]
    Group {
        /// The column.
        column: Box<str>,
        /// Its type.
        column_type: &'static str,
    },
    /// A table that is not one of series.
    #[error("this collection has no series")]
    Kind,
    /// No function, or no column.
    #[error("there is nothing to sum up: name columns of numbers and functions")]
    Nothing,
    /// A function of numbers, of what is no number.
    #[error("{function} is of numbers, and {column} is {column_type}")]
    Numbers {
        /// The function.
        function: Function,
        /// The column.
        column: Box<str>,
        /// Its type.
        column_type: &'static str,
    },
}

/// A question that its table can answer.
#[derive(Clone, Debug)]
pub struct Aggregation {
    pub(super) by: By,
    pub(super) fill: Fill,
    pub(super) functions: Vec<Function>,
    pub(super) groups: Vec<Column>,
    pub(super) keys: Vec<Box<str>>,
    pub(super) measures: Vec<Column>,
    pub(super) shape: Shape,
    pub(super) step: Option<i64>,
    pub(super) time: TimeColumn,
    pub(super) within: Within,
    pub(super) zone: Zone,
    every: Every,
    reads: Vec<usize>,
}

/// The order of the rows, and the time that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) keys: Vec<Box<str>>,
    pub(super) time: TimeColumn,
    pub(super) within: Within,
}

/// The time of the rows.
#[derive(Clone, Debug)]
pub(super) struct TimeColumn {
    pub(super) name: Box<str>,
    /// Days, not instants.
    pub(super) is_date: bool,
}

impl Aggregation {
    /// The question, if `table` can answer it.
    ///
    /// # Errors
    /// [`Refused`], the first.
    pub fn new(table: &TableSchema, wanted: Wanted) -> Result<Self, Refused> {
        let time = time_of(table)?;
        let step = table.step_ms.and_then(|step| i64::try_from(step).ok());
        let step = step
            .filter(|step| *step > 0)
            .or(time.is_date.then_some(DAY));
        not_finer(wanted.every, step, time.is_date)?;
        let measures = columns_at(table, &wanted.columns)?;
        if measures.is_empty() || wanted.functions.is_empty() {
            return Err(Refused::Nothing);
        }
        for (column, function) in all(&measures, &wanted.functions) {
            let column_type = column.column_type;
            let is_number = matches!(column_type, ColumnType::Integer | ColumnType::Number);
            if function.needs_numbers() && !is_number {
                let (column, column_type) = (column.name.clone(), column_type.name());
                return Err(Refused::Numbers {
                    function,
                    column,
                    column_type,
                });
            }
        }
        let places: Vec<usize> = match &wanted.by {
            By::Series => key_places(table)?,
            By::Columns(places) => places.clone(),
        };
        let groups = columns_at(table, &places)?;
        for column in &groups {
            can_group(column)?;
        }
        let question = Self {
            by: wanted.by,
            every: wanted.every,
            fill: wanted.fill,
            functions: wanted.functions,
            groups,
            keys: table.key.clone(),
            measures,
            reads: reads(table, &wanted.columns, &places)?,
            shape: wanted.shape,
            step,
            within: wanted.within,
            zone: if time.is_date {
                Zone::utc()
            } else {
                wanted.zone
            },
            time,
        };
        unambiguous(
            question
                .long()
                .fields()
                .iter()
                .map(|field| field.name().as_str()),
        )?;
        Ok(question)
    }

    /// The columns of the table that have to be read, by their places, in order.
    #[must_use]
    pub fn reads(&self) -> &[usize] {
        &self.reads
    }

    /// The functions of the columns, in the order of the answer.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = (&Column, Function)> {
        all(&self.measures, &self.functions)
    }

    pub(super) fn order(&self) -> Order {
        Order {
            keys: self.keys.clone(),
            time: self.time.clone(),
            within: self.within,
        }
    }

    /// The question without filling up, which is done when all is there.
    pub(super) fn unfilled(&self) -> Self {
        Self {
            fill: Fill::None,
            ..self.clone()
        }
    }

    pub(super) fn calendar(&self) -> Calendar {
        Calendar::new(self.every, self.zone.clone())
    }

    /// Empty totals, one for each column.
    pub(super) fn totals(&self) -> Vec<Totals> {
        let needs = Needs::of(&self.functions);
        let totals = self.measures.iter().map(|column| match column.column_type {
            ColumnType::Integer => Totals::integers(needs),
            ColumnType::Number => Totals::numbers(needs),
            _ => Totals::Others(0),
        });
        totals.collect()
    }
}

/// No two of `names` are the same.
pub(super) fn unambiguous<'n>(names: impl Iterator<Item = &'n str>) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Refused::Ambiguous(name.into()));
        }
    }
    Ok(())
}

/// The order of the rows of `table`.
pub(super) fn order_of(table: &TableSchema, within: Within) -> Result<Order, Refused> {
    Ok(Order {
        keys: table.key.clone(),
        time: time_of(table)?,
        within,
    })
}

fn time_of(table: &TableSchema) -> Result<TimeColumn, Refused> {
    let (Kind::Series, Some(Time::At { column })) = (table.kind, &table.time) else {
        return Err(Refused::Kind);
    };
    let (_, time) = table.column(column).ok_or(Refused::Kind)?;
    Ok(TimeColumn {
        name: column.clone(),
        is_date: time.column_type == ColumnType::Date,
    })
}

fn not_finer(every: Every, step: Option<i64>, is_date: bool) -> Result<(), Refused> {
    let shortest = i64::try_from(every.shortest_ms()).unwrap_or(i64::MAX);
    let step = if is_date {
        step.map(|step| step.max(DAY))
    } else {
        step
    };
    match step.filter(|step| shortest < *step) {
        None => Ok(()),
        Some(step) => Err(Refused::Finer {
            every,
            step: if step % DAY == 0 {
                format!("P{}D", step / DAY).into()
            } else {
                jiff::SignedDuration::from_millis(step).to_string().into()
            },
        }),
    }
}

fn key_places(table: &TableSchema) -> Result<Vec<usize>, Refused> {
    let places = table.key.iter().map(|name| table.column(name));
    places
        .map(|found| found.map(|(at, _)| at).ok_or(Refused::Column))
        .collect()
}

fn columns_at(table: &TableSchema, places: &[usize]) -> Result<Vec<Column>, Refused> {
    let columns = places.iter().map(|at| table.columns.get(*at).cloned());
    columns
        .map(|column| column.ok_or(Refused::Column))
        .collect()
}

fn can_group(column: &Column) -> Result<(), Refused> {
    match column.column_type {
        ColumnType::Text
        | ColumnType::Integer
        | ColumnType::Boolean
        | ColumnType::Date
        | ColumnType::DateTime => Ok(()),
        ColumnType::Number | ColumnType::Geometry | ColumnType::Json => Err(Refused::Group {
            column: column.name.clone(),
            column_type: column.column_type.name(),
        }),
    }
}

fn reads(table: &TableSchema, measures: &[usize], groups: &[usize]) -> Result<Vec<usize>, Refused> {
    let mut places: BTreeSet<usize> = measures.iter().chain(groups).copied().collect();
    places.extend(key_places(table)?);
    if let Some(Time::At { column }) = &table.time {
        places.extend(table.column(column).map(|(at, _)| at));
    }
    Ok(places.into_iter().collect())
}

fn all<'q>(
    measures: &'q [Column],
    functions: &'q [Function],
) -> impl Iterator<Item = (&'q Column, Function)> {
    let of_one = move |column| functions.iter().map(move |function| (column, *function));
    measures.iter().flat_map(of_one)
}

const DAY: i64 = 86_400_000;
