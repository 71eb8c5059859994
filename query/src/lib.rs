//! Tables of records, features and series: how they lie on the disk, what may be asked of them, and the answer.
//!
//! A table is imported once into Parquet files of a layout of our own, sorted by what it is asked for most, and is
//! asked by typed values: there is no text of a query language behind the parsers
//! ([the query engine](https://github.com/perild/perild/blob/main/docs/decisions/0018-the-query-engine.md)). This crate
//! knows nothing of HTTP, of tokens and of rules: who may ask is settled before.
//!
//! | part | turns | into |
//! | --- | --- | --- |
//! | [`cql2`] | a filter in CQL2, as text and as JSON | a [`Predicate`] |
//! | [`geometry`] | well-known binary, well-known text, GeoJSON | boxes, relations of two geometries, and each other |
//! | [`layout`] | batches in any order | sorted files, and the manifest of a version |
//! | [`literal`] | text of a question | a [`Literal`] |
//! | [`locate`] | rows of features, and places | the features around each place |
//! | [`parameter`] | a parameter of an address | a [`Predicate`], an interval of time |
//! | [`predicate`] | columns and literals | a [`Predicate`], which holds of rows and may hold of a part |
//! | [`query`] | conditions, columns, an order, a limit | a [`Query`], whose answer goes on at a [`Cursor`] |
//! | [`schema`] | what a publisher says of his columns | a [`TableSchema`], and the schema of its batches in Arrow |
//! | [`series`] | rows of series | sums, means and quantiles by local hours, days, months and years |
//! | [`source`] | files of a publisher | batches of a schema that all their rows fit, or each fault with its line |
//! | [`table`] | a folder and a [`Query`] | a [`Table`], and [`Rows`] |

#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod cql2;
pub mod geometry;
pub mod layout;
pub mod literal;
pub mod locate;
pub mod parameter;
pub mod predicate;
pub mod query;
pub mod schema;
pub mod series;
pub mod source;
pub mod table;

pub use literal::Literal;
pub use predicate::Predicate;
pub use query::{Cursor, Query};
pub use schema::{Column, ColumnType, Kind, SchemaFault, TableSchema, Time};
pub use table::{Rows, Table};
