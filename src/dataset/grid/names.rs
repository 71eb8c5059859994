//! Names of variables, dimensions and their values, and why some make no columns.

use std::collections::HashSet;

/// Reason why variables and dimensions make no columns.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ColumnsError {
    /// No variable.
    #[error("a coverage has at least one variable")]
    NoVariable,
    /// A dimension without a value.
    #[error("the dimension {0} has no value")]
    NoValue(Box<str>),
    /// A name that cannot stand in a query or in a column's name.
    #[error("the name \"{}\" is not made of letters, digits, '_', '-' and '.' alone", .0.escape_debug())]
    Name(Box<str>),
    /// Numbers or times that do not ascend: nothing could lie between them.
    #[error("the values of the dimension {0} do not ascend")]
    Order(Box<str>),
    /// More digits after the point than a double keeps apart.
    #[error("the variable {name} has {decimals} decimals, where {most} are the most")]
    Decimals {
        /// The variable.
        name: Box<str>,
        /// As it was given.
        decimals: u8,
        /// The most.
        most: u8,
    },
    /// More columns than a row may have.
    #[error("more than {0} columns")]
    TooMany(u32),
    /// A name that stands twice.
    #[error("the name {0} stands twice")]
    Twice(Box<str>),
}

/// Refuses a name that stands twice, whatever its case.
pub(super) fn once<'n>(names: impl Iterator<Item = &'n Box<str>>) -> Result<(), ColumnsError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.to_ascii_lowercase()) {
            return Err(ColumnsError::Twice(name.clone()));
        }
    }
    Ok(())
}

/// Refuses what cannot stand in a query and in the name of a column.
pub(super) fn named(name: &str) -> Result<(), ColumnsError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if (1..=MOST_OF_A_NAME).contains(&name.len()) && name.bytes().all(is_plain) {
        Ok(())
    } else {
        Err(ColumnsError::Name(name.into()))
    }
}

/// ISO 8601 has colons and signs beside what a name may have.
pub(super) fn named_time(text: &str) -> Result<(), ColumnsError> {
    let of_a_time = |other: char| matches!(other, ':' | '+' | '/');
    named(&text.replace(of_a_time, "-")).or(Err(ColumnsError::Name(text.into())))
}

/// Bytes of a name, at most.
const MOST_OF_A_NAME: usize = 64;
