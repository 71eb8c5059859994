//! What a person types: one module a command.

mod causes;

pub mod cacerts;
pub mod check;
pub mod dev;
pub mod get;
pub mod import;
pub mod keygen;
pub mod openapi;
pub mod sample;
pub mod serve;
