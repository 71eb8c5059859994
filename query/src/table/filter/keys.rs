//! Rows with keys that are asked for.

use std::{cmp::Ordering, collections::HashSet};

use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::{Field, Schema};

use crate::{
    layout::{Stored, order::Order, scalar::array_of},
    literal::Literal,
    predicate::{Comparison, Folding, Predicate},
    schema::{Column, ColumnType},
    table::error::QueryError,
};

use super::{Step, compared};

/// Keys of several columns, as octets.
pub(in crate::table) struct Keys {
    columns: Vec<usize>,
    /// By positions in a batch of these columns alone.
    order: Order,
    rows: HashSet<Box<[u8]>>,
}

impl Keys {
    pub(super) fn columns(&self) -> &[usize] {
        &self.columns
    }

    pub(super) fn holds(&self, batch: &RecordBatch) -> Result<BooleanArray, QueryError> {
        let rows = self.order.rows(batch)?;
        let found = rows.iter().map(|row| self.rows.contains(row.as_ref()));
        Ok(BooleanArray::from(found.collect::<Vec<bool>>()))
    }
}

/// The step that leaves rows with one of the keys, and of which pages it cannot be true.
pub(super) fn step(
    stored: &Stored,
    ids: &[Box<[Literal]>],
) -> Result<(Step, Predicate), QueryError> {
    let columns = columns(stored, ids)?;
    let listed = columns.iter().enumerate().map(|(at, column)| {
        let literals = ids.iter().filter_map(|id| id.get(at));
        Predicate::In {
            column: *column,
            folding: Folding::default(),
            literals: sorted(literals.cloned().collect()),
        }
    });
    let bounds = Predicate::all(listed);
    if columns.len() == 1 || ids.len() < 2 {
        // One key is its columns' values, and keys of one column are a list of them.
        return Ok((Step::Holds(bounds.clone()), bounds));
    }
    let fields = columns
        .iter()
        .filter_map(|at| stored.table().columns.get(*at));
    let fields: Vec<&Column> = fields.collect();
    let arrow = fields.iter().map(|column| {
        Field::new(
            &*column.name,
            column.column_type.arrow(),
            column.is_nullable,
        )
    });
    let arrow = Schema::new(arrow.collect::<Vec<_>>());
    // A batch has the columns in the order of the file.
    let mut in_file = columns.clone();
    in_file.sort_unstable();
    let places = in_file
        .iter()
        .filter_map(|at| columns.iter().position(|column| column == at));
    let places: Vec<usize> = places.collect();
    let values = places.iter().filter_map(|place| {
        let column = fields.get(*place)?;
        array_of(column.column_type, ids.iter().map(|id| id.get(*place)))
    });
    let arrow = arrow.project(&places)?;
    let order = Order::new(&arrow, (0..places.len()).collect())?;
    let rows = order.rows_of(&values.collect::<Vec<_>>())?;
    let keys = Keys {
        columns: in_file,
        order,
        rows: rows.iter().map(|row| row.as_ref().into()).collect(),
    };
    Ok((Step::Keys(keys), bounds))
}

/// The least and the greatest of the first values of keys.
pub(super) fn range(ids: &[Box<[Literal]>]) -> Option<(Literal, Literal)> {
    let mut firsts = ids.iter().filter_map(|id| id.first());
    let first = firsts.next()?;
    let (least, greatest) = firsts.fold((first, first), |(least, greatest), next| {
        let is_less = next.compare(least) == Some(Ordering::Less);
        let is_greater = next.compare(greatest) == Some(Ordering::Greater);
        (
            if is_less { next } else { least },
            if is_greater { next } else { greatest },
        )
    });
    Some((least.clone(), greatest.clone()))
}

/// Rows whose key begins with the text.
pub(super) fn prefix(stored: &Stored, prefix: &str) -> Result<Predicate, QueryError> {
    let column = stored.key().first().copied();
    let column = column.ok_or(QueryError::Without("key"))?;
    let found = stored.table().columns.get(column);
    if found.is_none_or(|found| found.column_type != ColumnType::Text) {
        return Err(QueryError::Without("key that begins with a text"));
    }
    let text = |text: &str| Literal::Text(text.into());
    let from = compared(column, Comparison::GreaterOrEqual, text(prefix));
    let until = after_prefix(prefix);
    let until = until.map(|until| compared(column, Comparison::Less, text(&until)));
    Ok(Predicate::all([from].into_iter().chain(until)))
}

/// The first text that comes after all that begin with `prefix`, if there is one.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // The characters between these two are none.
        let next = if last == '\u{d7ff}' {
            Some('\u{e000}')
        } else {
            u32::from(last).checked_add(1).and_then(char::from_u32)
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

/// The columns that keys of this many values have, all of the right types.
fn columns(stored: &Stored, ids: &[Box<[Literal]>]) -> Result<Vec<usize>, QueryError> {
    let mut columns = stored.unique();
    let length = ids.first().map_or(stored.key().len(), |id| id.len());
    let is_length = length == columns.len() || length == stored.key().len();
    columns.truncate(length);
    let fits = |id: &[Literal]| {
        let types = columns.iter().map(|at| stored.table().columns.get(*at));
        id.len() == length
            && types.zip(id).all(|(column, literal)| {
                column.is_some_and(|column| column.column_type == literal.column_type())
            })
    };
    if is_length && ids.iter().all(|id| fits(id)) {
        Ok(columns)
    } else {
        Err(key_error(stored))
    }
}

pub(in crate::table) fn key_error(stored: &Stored) -> QueryError {
    let columns = stored.unique();
    let types = columns
        .iter()
        .filter_map(|at| stored.table().columns.get(*at));
    let types = types.map(|column| column.column_type.name());
    QueryError::Key {
        columns: columns.len(),
        types: types.collect::<Vec<_>>().join(", ").into(),
    }
}

fn sorted(mut literals: Vec<Literal>) -> Vec<Literal> {
    literals.sort_by(|one, other| one.compare(other).unwrap_or(Ordering::Equal));
    literals.dedup();
    literals
}
