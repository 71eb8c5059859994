//! Filters in CQL2 (OGC 21-065r2), as text and as JSON.
//!
//! Both forms are read into one tree of operators and operands, and the tree is typed against the columns of a table.
//! A filter comes from a stranger: its length, its depth, its lists and its geometries are bounded, its columns and
//! functions are those that are known, and a fault says where in the filter it is
//! ([why the reader is our own](https://github.com/perild/perild/blob/main/docs/decisions/0020-a-reader-of-cql2.md)).

mod columns;
mod fault;
mod json;
mod lexer;
mod node;
mod shape;
mod temporal;
mod text;
mod typed;

pub use fault::{At, Fault, FaultKind};

use crate::{geometry::Crs, predicate::Predicate, schema::TableSchema};

/// Readings of a filter that stand beside it, and bounds of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// The system of its geometries: `filter-crs`.
    pub crs: Crs,
    /// Its bounds.
    pub limits: Limits,
}

/// Bounds of a filter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Octets.
    pub octets: usize,
    /// Operators and brackets in each other.
    pub depth: usize,
    /// Values of one list.
    pub items: usize,
    /// Positions of all geometries.
    pub positions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            octets: 16 * 1024,
            depth: 64,
            items: 10_000,
            positions: 10_000,
        }
    }
}

/// The predicate that a filter in CQL2 text is.
///
/// # Errors
/// [`Fault`], the first.
pub fn text(filter: &str, schema: &TableSchema, options: Options) -> Result<Predicate, Fault> {
    let node = text::read(filter, options)?;
    columns::Columns { schema }.predicate(&node)
}

/// The predicate that a filter in CQL2 JSON is.
///
/// # Errors
/// [`Fault`], the first.
pub fn json(filter: &str, schema: &TableSchema, options: Options) -> Result<Predicate, Fault> {
    let node = json::read(filter, options)?;
    columns::Columns { schema }.predicate(&node)
}

#[cfg(test)]
mod tests;
