//! Rows of tables as answers.

mod columns;
mod links;
mod media;
mod send;

pub(crate) use columns::AnswerColumns;
pub(crate) use links::Links;
pub use media::Format;
pub(crate) use send::{Form, all, hits, item, page};
