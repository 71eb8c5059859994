//! policy: turns a bound token and the dataset asked for into a [`Permit`].
//!
//! Knows scopes, classes and rules. Knows no I/O, no HTTP, no clock and no file layout. The
//! ecosystem's access-rule language joins here: as one more condition in [`Policy::decide`].

mod rules;

pub use rules::{DatasetNames, Denied, Permit, Policy, PolicyError, Rule};
