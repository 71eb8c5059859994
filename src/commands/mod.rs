//! What a person types: one module a command.

pub mod check;
pub mod import;
pub mod sample;
pub mod serve;
