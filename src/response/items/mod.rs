//! Rows of tables as answers.

mod columns;
mod links;
mod located;
mod media;
pub(crate) mod perseus;
mod send;
mod whole;

pub(crate) use columns::AnswerColumns;
pub(crate) use links::Links;
pub(crate) use located::located;
pub use media::Format;
pub(crate) use send::{Form, all, hits, item, page};
pub(crate) use whole::{empty, whole};
