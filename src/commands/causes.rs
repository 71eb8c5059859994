//! An error with all that caused it, on one line: outbound clients hide the useful part below the first.

use std::{error::Error, fmt};

/// Prints an error and its sources, outermost first, with a colon between.
pub(super) struct Causes<'e>(pub(super) &'e dyn Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
