//! Metadata of a store: one grid, the coverages on it, and what each of them says about itself.

use serde::{Deserialize, Serialize};

use super::{ColumnIndex, Columns, GridShape, Profile, ProfileCoverage, Variable};

/// Everything that stands in a store's metadata under `perild`, as JSON.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct StoreMetadata {
    /// The import that made it.
    pub version: StoreVersion,
    /// The grid of the cells.
    pub grid: GridShape,
    /// Cells for which some source has a line.
    pub cells_on_grid: u64,
    /// Cells with a value other than [`Value::NotCovered`](super::Value::NotCovered): rows of the store.
    pub rows: u32,
    /// The coverages, in the order of their columns.
    pub coverages: Vec<CoverageMetadata>,
}

/// Metadata of a coverage.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct CoverageMetadata {
    /// Its name.
    pub id: Box<str>,
    /// The name of the coverages that it belongs to; empty when it stands alone.
    #[serde(default)]
    pub group: Box<str>,
    /// Name for people; empty when nobody said.
    #[serde(default)]
    pub title: Box<str>,
    /// Meaning for people; empty when nobody said.
    #[serde(default)]
    pub description: Box<str>,
    /// Short name within its group; empty when there is none.
    #[serde(default)]
    pub code: Box<str>,
    /// Version of the data, in the publisher's words; empty when nobody said.
    #[serde(default)]
    pub version: Box<str>,
    /// The source of the values, in the publisher's words; empty when nobody said.
    #[serde(default)]
    pub source: Box<str>,
    /// Terms under which they may be used; empty when nobody said.
    #[serde(default)]
    pub licence: Box<str>,
    /// `true` when any of the values are made up.
    #[serde(default)]
    pub synthetic: bool,
    /// The sources that were read, when they are known.
    pub provenance: Option<Provenance>,
    /// The position of its first column in a row of the store.
    pub first_column: u32,
    /// Variables and dimensions.
    #[serde(flatten)]
    pub columns: Columns,
    /// One for each column, in their order.
    pub statistics: Vec<ColumnStatistics>,
}

/// The import that made a store.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StoreVersion {
    /// Higher for each import; at least the import's time in seconds.
    pub id: u64,
    /// Time of the import, in seconds since 1970.
    pub imported_at: i64,
}

/// The sources of a coverage.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Provenance {
    /// The file's name, or the database and table.
    pub source: String,
    /// Lines with a cell.
    pub rows: u64,
    /// Those with at least one value.
    pub cells_with_data: u64,
}

/// Counts of one column; numbers in steps of its variable.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ColumnStatistics {
    /// Name of the column in its source.
    pub column: String,
    /// Cells with a number.
    pub known: u64,
    /// Cells marked as not applicable.
    pub not_applicable: u64,
    /// Lines of the source that leave it empty.
    pub not_covered: u64,
    /// The lowest number; none when there is no number.
    pub min: Option<i64>,
    /// The mean of the numbers, rounded to the nearest step.
    pub mean: Option<i64>,
    /// The highest number.
    pub max: Option<i64>,
}

impl CoverageMetadata {
    /// A coverage of which nothing is said but its name and its columns.
    #[must_use]
    pub fn named(id: &str, columns: Columns) -> Self {
        let statistics = columns
            .all()
            .map(|column| ColumnStatistics::of_nothing(&columns.name(column)));
        Self {
            id: id.into(),
            group: Box::default(),
            title: Box::default(),
            description: Box::default(),
            code: Box::default(),
            version: Box::default(),
            source: Box::default(),
            licence: Box::default(),
            synthetic: false,
            provenance: None,
            first_column: 0,
            statistics: statistics.collect(),
            columns,
        }
    }

    /// The metadata of a peril before anything is said of its values: counts of nothing, and the first column 0.
    #[must_use]
    pub fn of(peril: &ProfileCoverage) -> Self {
        let names = peril.source_names.iter();
        Self {
            group: Profile::perils().id.clone(),
            title: peril.title.clone(),
            code: peril.code.clone(),
            version: peril.version.clone(),
            statistics: names
                .map(|name| ColumnStatistics::of_nothing(name))
                .collect(),
            ..Self::named(&peril.id, peril.columns.clone())
        }
    }

    /// Counts of `column`.
    #[must_use]
    pub fn statistics(&self, column: ColumnIndex) -> Option<&ColumnStatistics> {
        let at = usize::try_from(column.number()).ok()?;
        self.statistics.get(at)
    }
}

impl ColumnStatistics {
    fn of_nothing(column: &str) -> Self {
        Self {
            column: column.to_string(),
            known: 0,
            not_applicable: 0,
            not_covered: 0,
            min: None,
            mean: None,
            max: None,
        }
    }
}

impl StoreMetadata {
    /// A store of all perils with so many `rows`, of which nothing is said: for tests and measurements.
    #[must_use]
    pub fn of_perils(version: StoreVersion, grid: GridShape, rows: u32) -> Self {
        let perils = Profile::perils().coverages.iter();
        let mut metadata = Self {
            version,
            cells_on_grid: grid.cells(),
            grid,
            rows,
            coverages: perils.map(CoverageMetadata::of).collect(),
        };
        metadata.lay_out();
        metadata
    }

    /// `true` when any of the values are made up.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.coverages.iter().any(|coverage| coverage.synthetic)
    }

    /// Values of a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        let counts = self.coverages.iter();
        counts
            .map(|coverage| coverage.columns.count())
            .fold(0, u32::saturating_add)
    }

    /// Puts the columns of the coverages one after the other; values of a row.
    pub(super) fn lay_out(&mut self) -> u32 {
        let mut next = 0;
        for coverage in &mut self.coverages {
            coverage.first_column = next;
            next += coverage.columns.count();
        }
        next
    }

    /// `true` when the coverages fit rows of `width` values: what comes from a file is asked before it is used.
    pub(super) fn is_sound(&self, width: u32) -> bool {
        let fits = |coverage: &CoverageMetadata| {
            let count = coverage.columns.count();
            let end = coverage.first_column.checked_add(count);
            end.is_some_and(|end| end <= width)
                && u32::try_from(coverage.statistics.len()) == Ok(count)
        };
        let mut ids = std::collections::HashSet::new();
        self.grid.is_sound()
            && self.coverages.iter().all(fits)
            && self.coverages.iter().all(|coverage| {
                ids.insert(&coverage.id)
                    && Profile::perils()
                        .coverage(&coverage.id)
                        .is_none_or(|known| has_columns_of(&coverage.columns, &known.columns))
            })
    }
}

/// `true` when columns have the names and the decimals of those that are known: a peril's consumers count on them.
fn has_columns_of(columns: &Columns, known: &Columns) -> bool {
    let has_decimals = |(one, other): (&Variable, &Variable)| one.decimals == other.decimals;
    let mut variables = columns.variables().iter().zip(known.variables());
    columns.count() == known.count()
        && variables.all(has_decimals)
        && columns
            .all()
            .all(|column| columns.name(column) == known.name(column))
}
