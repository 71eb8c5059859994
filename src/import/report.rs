//! What an import says when it is done, and when it is not.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    fmt::Write,
    path::PathBuf,
};

use super::{
    Faulty, Problem, Shown,
    join::Joined,
    kind::Kind,
    parsed::{OfGrid, Parsed},
    work::Sourced,
};
use crate::{
    clock::Timestamp,
    dataset::{
        Perils,
        grid::{
            Axis, CoverageMetadata, GridShape, Profile, StoreMetadata, StoreVersion, Variable,
            decimal, plain, power,
        },
    },
};

/// An import that is done.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What the store says about itself.
    pub metadata: StoreMetadata,
    /// What somebody should look at.
    pub notices: Vec<Notice>,
    /// Where the store is.
    pub path: PathBuf,
}

/// What is not wrong and yet may not be meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A column holds more than its definition allows.
    AboveBound {
        /// Its name in the source.
        column: Box<str>,
        /// Its highest number, with its unit.
        max: Box<str>,
        /// The highest that is allowed, with its unit.
        bound: Box<str>,
    },
    /// A peril was not among the sources, nor before: its values are not covered.
    Absent(Box<str>),
    /// Coverages that were imported before stay as they were.
    Kept {
        /// Which.
        coverages: Vec<Box<str>>,
        /// The import that they are from.
        version: StoreVersion,
    },
    /// A coverage has lines for fewer cells than the grid.
    Fewer {
        /// Which.
        coverage: Box<str>,
        /// Its lines.
        rows: u64,
        /// Cells on the grid.
        cells: u64,
    },
    /// Empty lines of cells that have values in another file.
    Filled {
        /// Which.
        coverage: Box<str>,
        /// How many.
        lines: u64,
    },
    /// A dimension's dates are of a calendar of their own, and stay as they are written.
    Calendar {
        /// In which source.
        source: String,
        /// Which dimension.
        dimension: Box<str>,
        /// Name of the calendar, as CF has it.
        calendar: Box<str>,
    },
    /// Nobody said under which terms the values may be used.
    NoLicence,
    /// Lines of cells that another line gives the same values.
    Repeated {
        /// Which.
        coverage: Box<str>,
        /// How many.
        lines: u64,
    },
    /// Numbers had more decimals than are kept.
    Rounded {
        /// How many are kept.
        kept: &'static str,
        /// In which source.
        source: String,
        /// How many.
        numbers: u64,
    },
    /// The grid has far more points on an axis than places lie on.
    Sparse {
        /// `latitudes` or `longitudes`.
        axis: &'static str,
        /// Points that have a place.
        taken: usize,
        /// Points of the axis.
        count: u32,
        /// Degrees.
        step: f64,
    },
    /// A variable of a gridded source was left out.
    Skipped {
        /// In which source.
        source: String,
        /// Which.
        variable: Shown,
        /// Why.
        reason: &'static str,
    },
    /// The values are made up.
    Synthetic,
    /// Longitudes were counted from 0 to 360.
    Turned {
        /// In which source.
        source: String,
        /// Lines beyond 180.
        lines: u64,
    },
}

impl Imported {
    /// An import of `metadata` to `path`, beside what was `served` before.
    pub(super) fn new(
        metadata: StoreMetadata,
        of_sources: Vec<Notice>,
        path: PathBuf,
        served: &Perils,
    ) -> Self {
        let mut notices = notices(&metadata, served);
        notices.extend(of_sources);
        Self {
            metadata,
            notices,
            path,
        }
    }
}

/// What the sources are like.
pub(super) fn of_sources(
    sources: &[Sourced],
    coverages: &[Joined<'_>],
    shape: &GridShape,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    for source in sources {
        let (name, parsed) = (source.name.clone(), &source.parsed);
        if let Some(found) = &parsed.gridded {
            notices.extend(of_grid(&name, found));
        }
        if parsed.turn.beyond > 0 {
            notices.push(Notice::Turned {
                source: name.clone(),
                lines: parsed.turn.beyond,
            });
        }
        if parsed.rounded > 0 {
            let is_peril = parsed.table.forms.is_none();
            notices.push(Notice::Rounded {
                kept: if is_peril {
                    "six decimals"
                } else {
                    "the decimals of their fields"
                },
                source: name,
                numbers: parsed.rounded,
            });
        }
    }
    for joined in coverages {
        let coverage = || Box::<str>::from(joined.table.id());
        let (filled, repeated) = (joined.filled, joined.repeated);
        if filled > 0 {
            notices.push(Notice::Filled {
                coverage: coverage(),
                lines: filled,
            });
        }
        if repeated > 0 {
            notices.push(Notice::Repeated {
                coverage: coverage(),
                lines: repeated,
            });
        }
    }
    let distinct = |of: fn(&Parsed) -> &HashSet<i32>| {
        let all = sources.iter().flat_map(|source| of(&source.parsed));
        all.collect::<HashSet<_>>().len()
    };
    let latitudes = distinct(|parsed| &parsed.latitudes);
    let longitudes = distinct(|parsed| &parsed.longitudes);
    notices.extend(sparse("latitudes", latitudes, &shape.latitude));
    notices.extend(sparse("longitudes", longitudes, &shape.longitude));
    notices
}

/// What a gridded source says beside its values.
fn of_grid(name: &str, found: &OfGrid) -> Vec<Notice> {
    let skipped = found.skipped.iter().map(|skipped| Notice::Skipped {
        source: name.to_owned(),
        variable: Shown::new(skipped.name.as_bytes()),
        reason: skipped.reason,
    });
    let calendars = found.calendars.iter();
    let calendars = calendars.map(|(dimension, calendar)| Notice::Calendar {
        source: name.to_owned(),
        dimension: dimension.clone(),
        calendar: calendar.clone(),
    });
    skipped.chain(calendars).collect()
}

/// Worth a look when most points of the axis have no place: the step may be finer than was meant.
fn sparse(axis: &'static str, taken: usize, found: &Axis) -> Option<Notice> {
    let count = usize::try_from(found.count()).unwrap_or(usize::MAX);
    (taken.saturating_mul(2) <= count).then(|| Notice::Sparse {
        axis,
        taken,
        count: found.count(),
        step: found.step(),
    })
}

fn notices(metadata: &StoreMetadata, served: &Perils) -> Vec<Notice> {
    let mut notices = Vec::new();
    if metadata.is_synthetic() {
        notices.push(Notice::Synthetic);
    }
    notices.extend(others(metadata, served));
    for coverage in &metadata.coverages {
        let rows = coverage.provenance.as_ref().map(|found| found.rows);
        if let Some(rows) = rows
            && rows < metadata.cells_on_grid
        {
            notices.push(Notice::Fewer {
                coverage: coverage.id.clone(),
                rows,
                cells: metadata.cells_on_grid,
            });
        }
    }
    notices.extend(metadata.coverages.iter().flat_map(above_bounds));
    if metadata.coverages.iter().any(|one| one.licence.is_empty()) {
        notices.push(Notice::NoLicence);
    }
    notices
}

/// The other coverages: those that stay as they were, and the perils that there are no values of.
fn others(metadata: &StoreMetadata, served: &Perils) -> Vec<Notice> {
    let is_imported = |id: &str| metadata.coverages.iter().any(|one| *one.id == *id);
    let mut notices = Vec::new();
    let mut kept: BTreeMap<u64, (StoreVersion, Vec<Box<str>>)> = BTreeMap::new();
    for other in served
        .descriptions()
        .iter()
        .filter(|other| !is_imported(other.id()))
    {
        let is_peril = Profile::perils().coverage(other.id()).is_some();
        let are_perils = metadata.coverages.iter().any(|one| !one.group.is_empty());
        match &other.store {
            Some(store) => {
                let coverages = kept.entry(store.version.id);
                let (_, coverages) = coverages.or_insert((store.version, Vec::new()));
                coverages.push(other.id().into());
            }
            None if is_peril && are_perils => notices.push(Notice::Absent(other.id().into())),
            None => (),
        }
    }
    let kept = kept.into_values();
    notices.extend(kept.map(|(version, coverages)| Notice::Kept { coverages, version }));
    notices
}

/// The columns that hold more than their definition allows.
fn above_bounds(coverage: &CoverageMetadata) -> Vec<Notice> {
    let columns = coverage.columns.all().zip(&coverage.statistics);
    let above = columns.filter_map(|(column, found)| {
        let variable = coverage.columns.variable(column)?;
        let (max, bound) = (found.max?, variable.maximum?);
        (max > bound).then(|| Notice::AboveBound {
            column: found.column.as_str().into(),
            max: with_unit(&decimal(max, variable.decimals), variable),
            bound: with_unit(&shortest(bound, variable.decimals), variable),
        })
    });
    above.collect()
}

/// UCUM's unit of a plain number is 1, which reads as another number.
fn with_unit(number: &str, variable: &Variable) -> Box<str> {
    match &*variable.unit {
        "" | "1" => number.into(),
        unit => format!("{number} {unit}").into(),
    }
}

/// A number of steps without needless decimals.
fn shortest(steps: i64, decimals: u8) -> String {
    let unit = power(decimals);
    if steps % unit == 0 {
        plain(steps / unit * 1_000_000)
    } else {
        decimal(steps, decimals)
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AboveBound { column, max, bound } => write!(
                f,
                "{column} goes up to {max}, and {bound} is the most that its definition allows"
            ),
            Self::Absent(peril) => {
                write!(
                    f,
                    "{peril} is not among the sources: its values are not covered"
                )
            }
            Self::Kept { coverages, version } => {
                let imported_at = Timestamp::from_seconds(version.imported_at);
                write!(
                    f,
                    "not among the sources, and as before: {} (version {}, imported at {imported_at})",
                    coverages.join(", "),
                    version.id
                )
            }
            Self::Fewer {
                coverage,
                rows,
                cells,
            } => write!(
                f,
                "{coverage} has lines for {rows} of the {cells} cells on the grid"
            ),
            Self::Filled { coverage, lines } => write!(
                f,
                "{coverage} has {lines} empty lines for cells that have values in another file: the values were taken"
            ),
            Self::NoLicence => f.write_str("no licence is stated: give one with --licence"),
            Self::Repeated { coverage, lines } => {
                write!(
                    f,
                    "{coverage} has {lines} lines whose cells another line gives the same values: taken once"
                )
            }
            Self::Rounded {
                kept,
                source,
                numbers,
            } => write!(f, "{source}: {numbers} numbers were rounded to {kept}"),
            Self::Sparse {
                axis,
                taken,
                count,
                step,
            } => write!(
                f,
                "places lie on {taken} of the grid's {count} {axis}, which are {step} degrees apart: \
                 if the grid is coarser, give its step with --step"
            ),
            Self::Calendar {
                source,
                dimension,
                calendar,
            } => write!(
                f,
                "{source}: the dates of {dimension} are of the calendar {calendar}, and stay as they are written"
            ),
            Self::Skipped {
                source,
                variable,
                reason,
            } => write!(f, "{source}: the variable {variable} is left out: {reason}"),
            Self::Turned { source, lines } => write!(
                f,
                "{source}: longitudes are counted to 360, and in {lines} lines those beyond 180 were \
                 taken as west of Greenwich (359.75 is -0.25)"
            ),
            Self::Synthetic => {
                f.write_str("these values are SYNTHETIC: made up, fit for tests only")
            }
        }
    }
}

impl fmt::Display for Imported {
    /// The grid, then a line a peril, then a line a metric over all scenarios and years.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StoreMetadata { grid, rows, .. } = &self.metadata;
        let ((south, north), (west, east)) = (grid.latitude.extent(), grid.longitude.extent());
        writeln!(
            f,
            "grid: latitude {south} to {north}, longitude {west} to {east}, step {} x {} degrees; \
             {} cells on the grid, {rows} with data",
            grid.latitude.step(),
            grid.longitude.step(),
            self.metadata.cells_on_grid,
        )?;
        writeln!(
            f,
            "{:<54} {:>9} {:>9} {:>9} {:>9} {:>15} {:>15} {:>15}",
            "column", "rows", "known", "not appl.", "not cov.", "minimum", "mean", "maximum"
        )?;
        for coverage in &self.metadata.coverages {
            let rows = coverage.provenance.as_ref().map_or(0, |found| found.rows);
            let columns = coverage.columns.all().zip(&coverage.statistics);
            for (column, found) in columns.take(MOST_COLUMNS) {
                let variable = coverage.columns.variable(column);
                let decimals = variable.map_or(6, |variable| variable.decimals);
                let shown = |value: Option<i64>| {
                    value.map_or("-".to_owned(), |steps| decimal(steps, decimals))
                };
                writeln!(
                    f,
                    "{:<54} {rows:>9} {:>9} {:>9} {:>9} {:>15} {:>15} {:>15}",
                    found.column,
                    found.known,
                    found.not_applicable,
                    found.not_covered,
                    shown(found.min),
                    shown(found.mean),
                    shown(found.max),
                )?;
            }
            let more = coverage.statistics.len().saturating_sub(MOST_COLUMNS);
            if more > 0 {
                writeln!(f, "{}: and {more} more columns", coverage.id)?;
            }
        }
        for notice in &self.notices {
            writeln!(f, "note: {notice}")?;
        }
        write!(
            f,
            "stored as {}, version {}",
            self.path.display(),
            self.metadata.version.id
        )
    }
}

/// One line a file that is not CSV.
pub(super) fn other_files(found: &[(PathBuf, Kind)]) -> String {
    let mut text = String::new();
    for (path, kind) in found {
        let _ = write!(text, "\n{}: {kind}", path.display());
    }
    text
}

/// One line a fault: file, line, reason.
pub(super) fn faults(sources: &[Faulty]) -> String {
    let mut text = String::from("nothing was imported");
    for source in sources {
        match &source.problem {
            Problem::Parse(error) => {
                let _ = write!(text, "\n{}: {error}", source.name);
            }
            Problem::Places(faults) => {
                for (_, fault) in faults.kept() {
                    let _ = write!(text, "\n{}: {fault}", source.name);
                }
                let more = faults.count() - u64::try_from(faults.kept().len()).unwrap_or(0);
                if more > 0 {
                    let _ = write!(text, "\n{}: and {more} more places", source.name);
                }
            }
            Problem::Lines(faults) => {
                for (line, fault) in faults.kept() {
                    let _ = write!(text, "\n{}: line {line}: {fault}", source.name);
                }
                let more = faults.count() - u64::try_from(faults.kept().len()).unwrap_or(0);
                if more > 0 {
                    let _ = write!(text, "\n{}: and {more} more lines", source.name);
                }
            }
        }
    }
    text
}

/// Columns of one coverage that are told of.
const MOST_COLUMNS: usize = 100;
