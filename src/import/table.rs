//! Tables of coverages: what their columns are called, and how their values are written.

use std::{collections::HashMap, sync::Arc};

use super::{gridded::known::KnownCoverage, number::NumberFault};
use crate::dataset::grid::{CoverageMetadata, Profile, Variable};

/// The table of one coverage.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its place among the tables of an import.
    pub(super) rank: usize,
    /// The coverage as it is known before its values are read.
    pub coverage: CoverageMetadata,
    /// The names of the columns with values, in the order of the coverage's columns.
    pub(super) names: Vec<Box<str>>,
    /// The form of each of them; none when all are as the perils': six decimals, none below 0, -9999 for what is not
    /// applicable.
    pub(super) forms: Option<Vec<Form>>,
    /// Texts of values that are not covered, beside nothing at all.
    pub(super) not_covered: Vec<Box<str>>,
    /// Texts of values that are not applicable.
    pub(super) not_applicable: Vec<Box<str>>,
    /// The names that its latitude may have.
    pub(super) latitude: Vec<Box<str>>,
    /// The names that its longitude may have.
    pub(super) longitude: Vec<Box<str>>,
    /// The names of columns that are passed over.
    pub(super) ignored: Vec<Box<str>>,
    /// `true` when columns that are not named are passed over.
    pub(super) ignores_others: bool,
}

/// The form in which the values of a column are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Form {
    pub(super) decimals: u8,
    pub(super) minimum: Option<i64>,
}

/// The tables that an import may meet.
#[derive(Clone, Debug)]
pub struct Tables {
    all: Vec<Arc<Table>>,
    by_name: HashMap<Box<str>, (usize, usize)>,
    /// `true` when they are those of the perils.
    pub(super) are_perils: bool,
    /// The coverage of gridded sources: these say themselves what their columns are.
    pub(super) gridded: Option<Arc<KnownCoverage>>,
}

impl Table {
    /// The number of columns with values.
    #[must_use]
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Name of the coverage.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.coverage.id
    }

    /// The name of the column at `at`.
    pub(super) fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", |name| name)
    }

    /// The variable of the column at `at`.
    pub(super) fn variable(&self, at: usize) -> Option<&Variable> {
        let columns = &self.coverage.columns;
        let column = columns.all().nth(at)?;
        columns.variable(column)
    }

    fn peril(rank: usize, peril: &crate::dataset::grid::ProfileCoverage) -> Self {
        Self {
            rank,
            coverage: CoverageMetadata::of(peril),
            names: peril.source_names.clone(),
            forms: None,
            not_covered: Vec::new(),
            not_applicable: Vec::new(),
            latitude: vec!["latitude".into()],
            longitude: vec!["longitude".into()],
            ignored: Vec::new(),
            ignores_others: false,
        }
    }
}

impl Tables {
    /// The tables of the seven perils.
    #[must_use]
    pub fn perils() -> Self {
        let perils = Profile::perils().coverages.iter().enumerate();
        let tables = perils.map(|(rank, peril)| Arc::new(Table::peril(rank, peril)));
        Self::of(tables.collect(), true)
    }

    /// One table alone.
    #[must_use]
    pub fn one(table: Table) -> Self {
        Self::of(vec![Arc::new(table)], false)
    }

    /// No table: the sources are gridded, and each says what its columns are.
    #[must_use]
    pub fn gridded(known: KnownCoverage) -> Self {
        Self {
            gridded: Some(Arc::new(known)),
            ..Self::of(Vec::new(), false)
        }
    }

    fn of(tables: Vec<Arc<Table>>, are_perils: bool) -> Self {
        let mut by_name = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            for (column, name) in table.names.iter().enumerate() {
                by_name.insert(name.to_ascii_lowercase().into(), (at, column));
            }
        }
        Self {
            all: tables,
            by_name,
            are_perils,
            gridded: None,
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Arc<Table>] {
        &self.all
    }

    /// The table and the position of the column of that name, whatever its case.
    pub(super) fn column(&self, name: &[u8]) -> Option<(&Arc<Table>, usize)> {
        let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
        let (table, column) = self.by_name.get(name.as_str())?;
        Some((self.all.get(*table)?, *column))
    }

    /// The name of a column, as an example.
    pub(super) fn example(&self) -> &str {
        let last = self.all.last();
        last.and_then(|table| table.names.first())
            .map_or("", |name| name)
    }
}

impl Form {
    /// Reads a number, rounding what it has beyond its decimals where `rounds`; whether it was rounded.
    pub(super) fn number(self, text: &[u8], rounds: bool) -> Result<(i64, bool), NumberFault> {
        match super::number::steps(text, self.decimals) {
            Err(NumberFault::DecimalsOf(_)) if rounds => {
                super::number::nearest_step(text, self.decimals).map(|steps| (steps, true))
            }
            other => other.map(|steps| (steps, false)),
        }
    }
}
