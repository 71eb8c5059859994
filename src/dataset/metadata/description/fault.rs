//! Faults of a description, and where they stand.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::Problem;

/// One thing that is wrong with one description.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescriptionFault {
    /// The description.
    pub path: PathBuf,
    /// Counted from 1; 0 where the whole file is meant.
    pub line: usize,
    /// `table.key`, or empty.
    pub key: Box<str>,
    /// The matter.
    pub problem: Problem,
}

impl DescriptionFault {
    /// `problem` of the whole file `path`.
    #[must_use]
    pub fn of_file(path: &Path, problem: Problem) -> Self {
        Self {
            path: path.into(),
            line: 0,
            key: "".into(),
            problem,
        }
    }

    /// `true` when the collection is published all the same.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(
            self.problem,
            Problem::LicenceUnknown { .. }
                | Problem::SuccessorUnfit { .. }
                | Problem::SunsetPassed { .. }
                | Problem::UnitUnknown { .. }
        )
    }

    /// The remedy.
    #[must_use]
    pub fn remedy(&self) -> String {
        self.problem.remedy()
    }
}

impl fmt::Display for DescriptionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}; {}", self.problem, self.remedy())
    }
}
