//! Faults of sources: the file, the line, the column and the reason.

use std::{fmt, sync::Arc};

/// Something in a source that keeps it from being imported.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// The place in it.
    pub place: Place,
    /// The column, where one is at fault.
    pub column: Option<Arc<str>>,
    /// The matter.
    pub what: Box<What>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Place {
    /// No place of its own: the file as a whole.
    #[default]
    File,
    /// A line of text, counted from 1.
    Line(u64),
    /// A row of a file that has no lines, counted from 1.
    Row(u64),
}

/// Text of a source, escaped and shortened so that it can stand in a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown(Box<str>);

/// One value of a column and where it stands, for the message that two values do not fit together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{text} in {at}")]
pub struct Seen {
    /// The value.
    pub text: Shown,
    /// The file, where it is another, and the line.
    pub at: Box<str>,
}

/// Matters of faults.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum What {
    /// A local time that the clock shows twice, or never.
    #[error("{text} {} in {zone}: write the times with their offsets, as 2026-10-25T01:30:00+01:00", if *.is_fold { "is there twice" } else { "does not exist" })]
    Clock {
        /// As it stands.
        text: Shown,
        /// The zone.
        zone: Box<str>,
        /// The clock goes back over it.
        is_fold: bool,
    },
    /// Columns that only some rows could have.
    #[error("the value {text} stands below no name of the header")]
    ColumnUnnamed {
        /// As it stands.
        text: Shown,
    },
    /// Longitude or latitude out of bounds.
    #[error("{text} is no {role}: degrees are from {} to {}{}", -.most, .most, projected(.text))]
    Degrees {
        /// As it stands.
        text: Shown,
        /// `longitude` or `latitude`.
        role: &'static str,
        /// The highest.
        most: i16,
    },
    /// A row that was to be new.
    #[error("{key} is in the table already")]
    AlreadyThere {
        /// The key, and of series the time.
        key: Box<str>,
    },
    /// Two rows that nothing tells apart.
    #[error("{key} is there already, in {first}")]
    Duplicate {
        /// The key, and of series the time.
        key: Box<str>,
        /// The file and the line of the other.
        first: Box<str>,
    },
    /// Encrypted, or of a kind that is not read.
    #[error("is {found}, which is not read: {remedy}")]
    Foreign {
        /// The kind.
        found: Box<str>,
        /// The remedy.
        remedy: &'static str,
    },
    /// Too few or too many fields.
    #[error("{found} fields where the header has {expected}")]
    Fields {
        /// As the header has it.
        expected: usize,
        /// In this line.
        found: usize,
    },
    /// A geometry that is none.
    #[error("{0}")]
    Geometry(Box<str>),
    /// A header that names no columns.
    #[error("the header {0}")]
    Header(Box<str>),
    /// Text that is no JSON.
    #[error("is no JSON that can be taken: {0}")]
    Json(Box<str>),
    /// A row without a part of its key, or of its time.
    #[error("has no value, and is part of the {0}")]
    KeyNull(&'static str),
    /// Values of one column that do not fit together.
    #[error("{first} and {other} do not fit together: {remedy}")]
    Mixed {
        /// The one.
        first: Seen,
        /// The other.
        other: Seen,
        /// The remedy.
        remedy: &'static str,
    },
    /// Values that could mean two things.
    #[error("{seen} could be read in two ways: {remedy}")]
    Ambiguous {
        /// One of them.
        seen: Seen,
        /// The remedy.
        remedy: &'static str,
    },
    /// A value of the column that is the time, and is no time.
    #[error("{seen} is no day and no time: {remedy}")]
    NoTime {
        /// The first of them.
        seen: Seen,
        /// The remedy.
        remedy: &'static str,
    },
    /// Nothing to read.
    #[error("has no rows")]
    NoRows,
    /// A value that is not of its column's type.
    #[error("{text} is no {expected}")]
    NotA {
        /// As it stands.
        text: Shown,
        /// The type, with the form that its column has.
        expected: Box<str>,
    },
    /// Octets that are no UTF-8.
    #[error("is not UTF-8: save it as UTF-8{0}")]
    NotUtf8(&'static str),
    /// A quote that is not closed.
    #[error("the quote that begins here is never closed")]
    QuoteOpen,
    /// Text behind a closing quote.
    #[error("there is text behind a closing quote: write a quote within quotes twice")]
    QuoteStray,
    /// A value that no table takes.
    #[error("{0}")]
    Refused(Box<str>),
    /// The columns and the kind do not fit together.
    #[error("{0}")]
    Schema(#[from] crate::schema::SchemaFault),
    /// A column whose values have a type that does not fit what it is for.
    #[error("{fault}, as {seen}")]
    Unfit {
        /// The fault.
        fault: Box<crate::schema::SchemaFault>,
        /// The first value of that type.
        seen: Seen,
    },
    /// A part that is longer than is read at once.
    #[error("is longer than {} MiB, the most that one row may have: is a quote or a bracket not closed?", .0 / 1024 / 1024)]
    TooLong(usize),
    /// More columns than are read.
    #[error("has more than {0} columns")]
    TooManyColumns(usize),
    /// An end before the end.
    #[error("ends within {0}: it was cut short")]
    Truncated(&'static str),
    /// A name that stands twice in one row.
    #[error("{0} is there twice")]
    Twice(Shown),
    /// The system does not let it be read.
    #[error("cannot be read: {0}")]
    Unreadable(Box<str>),
}

impl Shown {
    /// `text`, as far as it can be shown.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let short: String = text.chars().take(MOST_SHOWN).collect();
        let dots = if short.len() < text.len() { "..." } else { "" };
        Self(format!("\"{}\"{dots}", short.escape_debug()).into())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("the file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row(row) => write!(f, "row {row}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.place != Place::File {
            write!(f, ": {}", self.place)?;
        }
        if let Some(column) = &self.column {
            write!(f, ": {}", column.escape_debug())?;
        }
        write!(f, ": {}", self.what)
    }
}

/// A hint where a coordinate looks like metres.
fn projected(text: &Shown) -> &'static str {
    let number = text.0.trim_matches('"').parse::<f64>();
    if number.is_ok_and(|number| number.abs() > 1_000.0) {
        "; these look like metres of a projection"
    } else {
        ""
    }
}

const MOST_SHOWN: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_the_file_the_line_the_column_and_the_reason() {
        let fault = |place, what| Fault {
            file: "meters.csv".into(),
            place,
            column: Some("kwh".into()),
            what: Box::new(what),
        };
        let text = Shown::new("1\u{1b}[31m");
        let expected = "number".into();
        let found = fault(Place::Line(17), What::NotA { text, expected }).to_string();
        assert_eq!(
            found,
            r#"meters.csv: line 17: kwh: "1\u{1b}[31m" is no number"#
        );
        let found = fault(Place::File, What::NoRows).to_string();
        assert_eq!(found, "meters.csv: kwh: has no rows");
        assert_eq!(Shown::new(&"x".repeat(100)).to_string().len(), 65);
    }
}
