//! What a person types: one module a command.

pub mod check;
pub mod serve;
