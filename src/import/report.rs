//! What an import says when it is done, and when it is not.

use std::{collections::HashSet, fmt, fmt::Write, path::PathBuf};

use super::{Faulty, Problem, join::Joined, kind::Kind, scan::Scanned, work::Sourced};
use crate::dataset::grid::{About, Axis, Column, GridShape, MICRO, Peril, Value};

/// An import that is done.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What the store says about itself.
    pub about: About,
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
        /// Which.
        column: Column,
        /// Its highest number, in millionths.
        max: i64,
    },
    /// A peril was not among the sources: its values are not covered.
    Absent(Peril),
    /// A peril has lines for fewer cells than the grid.
    Fewer {
        /// Which.
        peril: Peril,
        /// Its lines.
        rows: u64,
        /// Cells on the grid.
        cells: u64,
    },
    /// Empty lines of cells that have values in another file.
    Filled {
        /// Which.
        peril: Peril,
        /// How many.
        lines: u64,
    },
    /// Nobody said under which terms the values may be used.
    NoLicence,
    /// Lines of cells that another line gives the same values.
    Repeated {
        /// Which.
        peril: Peril,
        /// How many.
        lines: u64,
    },
    /// Numbers had more than six decimals.
    Rounded {
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
    pub(super) fn new(about: About, of_sources: Vec<Notice>, path: PathBuf) -> Self {
        let mut notices = notices(&about);
        notices.extend(of_sources);
        Self {
            about,
            notices,
            path,
        }
    }
}

/// What the sources are like.
pub(super) fn of_sources(
    sources: &[Sourced],
    perils: &[Joined<'_>],
    shape: &GridShape,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    for source in sources {
        let (name, scanned) = (source.name.clone(), &source.scanned);
        if scanned.turn.beyond > 0 {
            notices.push(Notice::Turned {
                source: name.clone(),
                lines: scanned.turn.beyond,
            });
        }
        if scanned.rounded > 0 {
            notices.push(Notice::Rounded {
                source: name,
                numbers: scanned.rounded,
            });
        }
    }
    for joined in perils {
        let (peril, filled, repeated) = (joined.peril, joined.filled, joined.repeated);
        if filled > 0 {
            notices.push(Notice::Filled {
                peril,
                lines: filled,
            });
        }
        if repeated > 0 {
            notices.push(Notice::Repeated {
                peril,
                lines: repeated,
            });
        }
    }
    let distinct = |of: fn(&Scanned) -> &HashSet<i32>| {
        let all = sources.iter().flat_map(|source| of(&source.scanned));
        all.collect::<HashSet<_>>().len()
    };
    let latitudes = distinct(|scanned| &scanned.latitudes);
    let longitudes = distinct(|scanned| &scanned.longitudes);
    notices.extend(sparse("latitudes", latitudes, &shape.latitude));
    notices.extend(sparse("longitudes", longitudes, &shape.longitude));
    notices
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

fn notices(about: &About) -> Vec<Notice> {
    let mut notices = Vec::new();
    if about.synthetic {
        notices.push(Notice::Synthetic);
    }
    for peril in Peril::ALL {
        match about.provenance(peril) {
            None => notices.push(Notice::Absent(peril)),
            Some(found) if found.rows < about.cells_on_grid => notices.push(Notice::Fewer {
                peril,
                rows: found.rows,
                cells: about.cells_on_grid,
            }),
            Some(_) => (),
        }
    }
    for column in Column::all() {
        let bound = column
            .metric()
            .upper_bound()
            .map(|bound| i64::from(bound) * MICRO);
        let max = about.statistics(column).and_then(|found| found.max);
        if let (Some(bound), Some(max)) = (bound, max)
            && max > bound
        {
            notices.push(Notice::AboveBound { column, max });
        }
    }
    if about.licence.is_empty() {
        notices.push(Notice::NoLicence);
    }
    notices
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AboveBound { column, max } => {
                let (name, max) = (column.name(), Value::Known(*max));
                let bound = column.metric().upper_bound().unwrap_or(0);
                // UCUM's unit of a plain number is 1, which reads as another number.
                let unit = match column.metric().ucum() {
                    "1" => String::new(),
                    unit => format!(" {unit}"),
                };
                write!(
                    f,
                    "{name} goes up to {max}{unit}, and {bound}{unit} is the most that its definition allows"
                )
            }
            Self::Absent(peril) => {
                write!(
                    f,
                    "{} is not among the sources: its values are not covered",
                    peril.name()
                )
            }
            Self::Fewer { peril, rows, cells } => {
                let name = peril.name();
                write!(
                    f,
                    "{name} has lines for {rows} of the {cells} cells on the grid"
                )
            }
            Self::Filled { peril, lines } => {
                let name = peril.name();
                write!(
                    f,
                    "{name} has {lines} empty lines for cells that have values in another file: the values were taken"
                )
            }
            Self::NoLicence => f.write_str("no licence is stated: give one with --licence"),
            Self::Repeated { peril, lines } => {
                let name = peril.name();
                write!(
                    f,
                    "{name} has {lines} lines whose cells another line gives the same values: taken once"
                )
            }
            Self::Rounded { source, numbers } => {
                write!(
                    f,
                    "{source}: {numbers} numbers were rounded to six decimals"
                )
            }
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
        let About { grid, rows, .. } = &self.about;
        let ((south, north), (west, east)) = (grid.latitude.extent(), grid.longitude.extent());
        writeln!(
            f,
            "grid: latitude {south} to {north}, longitude {west} to {east}, step {} x {} degrees; \
             {} cells on the grid, {rows} with data",
            grid.latitude.step(),
            grid.longitude.step(),
            self.about.cells_on_grid,
        )?;
        writeln!(
            f,
            "{:<54} {:>9} {:>9} {:>9} {:>9} {:>15} {:>15} {:>15}",
            "column", "rows", "known", "not appl.", "not cov.", "minimum", "mean", "maximum"
        )?;
        for column in Column::all() {
            let Some(provenance) = self.about.provenance(column.peril()) else {
                continue;
            };
            let Some(found) = self.about.statistics(column) else {
                continue;
            };
            let shown =
                |value: Option<i64>| value.map_or("-".to_owned(), |v| Value::Known(v).to_string());
            writeln!(
                f,
                "{:<54} {:>9} {:>9} {:>9} {:>9} {:>15} {:>15} {:>15}",
                found.column,
                provenance.rows,
                found.known,
                found.not_applicable,
                found.not_covered,
                shown(found.min),
                shown(found.mean),
                shown(found.max),
            )?;
        }
        for notice in &self.notices {
            writeln!(f, "note: {notice}")?;
        }
        write!(
            f,
            "stored as {}, version {}",
            self.path.display(),
            self.about.version.id
        )
    }
}

/// One line a file that is not CSV.
pub(super) fn others(found: &[(PathBuf, Kind)]) -> String {
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
            Problem::Scan(error) => {
                let _ = write!(text, "\n{}: {error}", source.name);
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
