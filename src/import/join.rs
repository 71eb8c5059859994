//! The sources of one coverage as one: the tiles of a grid, which may overlap where they say the same.

use std::sync::Arc;

use super::{
    Faults, Faulty, LineFault, Problem, fault::Difference, locator::Locator, place::Place,
    read_source::ReadSource, statistics::ColumnStats, table::Table,
};
use crate::dataset::grid::{CellIndex, GridShape, Value, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED};

/// All lines of one coverage, by their cells.
pub(super) struct Joined<'s> {
    pub(super) table: Arc<Table>,
    sources: &'s [ReadSource],
    /// The number of the first row of each source: rows are counted on from one source to the next.
    firsts: Vec<u32>,
    /// For each cell [`NO_LINE`], the number of its row, or [`LAST_EMPTY`] less the source of an empty line.
    positions: Vec<u32>,
    pub(super) rows: u64,
    pub(super) cells_with_data: u64,
    pub(super) stats: Vec<ColumnStats>,
    /// Lines that another line says as well.
    pub(super) repeated: u64,
    /// Empty lines of cells that have values in another source.
    pub(super) filled: u64,
}

/// One line on its way to its cell.
struct Line {
    source: usize,
    number: u64,
    place: Place,
    position: u32,
}

/// The cells of the lines of `sources`, which are all of one coverage.
///
/// # Errors
/// The lines that lie nowhere, and those that say something else than another line of their cell.
pub(super) fn join<'s>(
    shape: &GridShape,
    sources: &'s [ReadSource],
    rounds: bool,
) -> Result<Joined<'s>, Vec<Faulty>> {
    let Some(mut joined) = Joined::new(shape, sources) else {
        return Err(Vec::new());
    };
    let mut astray = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let faults = joined.take(shape, number, rounds);
        if !faults.is_empty() {
            astray.push(Faulty {
                name: source.name.clone(),
                problem: if source.parsed.gridded.is_some() {
                    Problem::Places(faults)
                } else {
                    Problem::Lines(faults)
                },
            });
        }
    }
    if astray.is_empty() {
        Ok(joined)
    } else {
        Err(astray)
    }
}

impl<'s> Joined<'s> {
    fn new(shape: &GridShape, sources: &'s [ReadSource]) -> Option<Self> {
        let parsed = || sources.iter().map(|source| &source.parsed);
        let mut next = FIRST_ROW;
        let firsts = parsed().map(|parsed| {
            let first = next;
            next = next.saturating_add(u32::try_from(parsed.cells_with_data).unwrap_or(u32::MAX));
            first
        });
        let firsts = firsts.collect();
        let table = Arc::clone(&parsed().next()?.table);
        let mut stats = vec![ColumnStats::NONE; table.width()];
        for parsed in parsed() {
            for (column, other) in stats.iter_mut().zip(&parsed.stats) {
                column.add(other);
            }
        }
        let cells = usize::try_from(shape.cells()).unwrap_or(usize::MAX);
        Some(Self {
            table,
            sources,
            firsts,
            positions: vec![NO_LINE; cells],
            rows: parsed().map(|parsed| parsed.rows).sum(),
            cells_with_data: parsed().map(|parsed| parsed.cells_with_data).sum(),
            stats,
            repeated: 0,
            filled: 0,
        })
    }

    /// The names of its sources.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.name.as_str())
    }

    pub(super) fn is_synthetic(&self) -> bool {
        self.sources.iter().any(|source| source.is_synthetic)
    }

    pub(super) fn is_wide(&self) -> bool {
        let mut parsed = self.sources.iter().map(|source| &source.parsed);
        parsed.any(|parsed| parsed.source_rows.is_wide())
    }

    pub(super) fn has_line(&self, cell: usize) -> bool {
        self.positions.get(cell).is_some_and(|at| *at != NO_LINE)
    }

    pub(super) fn has_row(&self, cell: usize) -> bool {
        self.positions.get(cell).is_some_and(|at| self.is_row(*at))
    }

    /// Copies the values of `cell` into `row`, if it has any.
    pub(super) fn read_row(&self, cell: u32, row: &mut [i64]) -> Option<()> {
        let position = *self.positions.get(usize::try_from(cell).ok()?)?;
        self.read(position, row)
    }

    fn read(&self, position: u32, row: &mut [i64]) -> Option<()> {
        if !self.is_row(position) {
            return None;
        }
        let source = self.source_of(position);
        let number = position - self.firsts.get(source)?;
        let rows = &self.sources.get(source)?.parsed.source_rows;
        rows.read_row(usize::try_from(number).ok()?, row)
    }

    fn is_row(&self, position: u32) -> bool {
        (FIRST_ROW..=self.last_row()).contains(&position)
    }

    fn last_row(&self) -> u32 {
        let sources = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        LAST_EMPTY.saturating_sub(sources)
    }

    fn source_of(&self, position: u32) -> usize {
        if self.is_row(position) {
            let after = self.firsts.partition_point(|first| *first <= position);
            after.saturating_sub(1)
        } else {
            usize::try_from(LAST_EMPTY - position).unwrap_or(usize::MAX)
        }
    }

    /// Puts the lines of source `number` in their cells.
    fn take(&mut self, shape: &GridShape, number: usize, rounds: bool) -> Faults {
        let mut faults = Faults::default();
        let sources = self.sources;
        let Some(parsed) = sources.get(number).map(|source| &source.parsed) else {
            return faults;
        };
        let mut locator = Locator::new(shape, rounds);
        let empty = LAST_EMPTY - u32::try_from(number).unwrap_or(LAST_EMPTY);
        let mut next_row = self.firsts.get(number).copied().unwrap_or(LAST_EMPTY);
        for ((place, has_row), line) in parsed.source_rows.places().zip(FIRST_LINE..) {
            let position = if has_row { next_row } else { empty };
            next_row += u32::from(has_row);
            let Some(cell) = locator.find(place) else {
                faults.note(line, locator.off_grid(place));
                continue;
            };
            let at = usize::try_from(shape.number(cell)).unwrap_or(usize::MAX);
            match self.positions.get_mut(at) {
                Some(free) if *free == NO_LINE => *free = position,
                taken => {
                    let earlier = taken.map_or(NO_LINE, |position| *position);
                    let line = Line {
                        source: number,
                        number: line,
                        place,
                        position,
                    };
                    self.meet(shape, cell, earlier, &line, &mut faults);
                }
            }
        }
        faults
    }

    /// A second line of a cell.
    #[cold]
    fn meet(
        &mut self,
        shape: &GridShape,
        cell: CellIndex,
        earlier: u32,
        line: &Line,
        faults: &mut Faults,
    ) {
        let is_of_one_source = self.source_of(earlier) == line.source;
        if is_of_one_source && !self.is_closing(line) {
            return faults.note(line.number, LineFault::Duplicate(shape.key(cell)));
        }
        let width = self.stats.len();
        let (mut there, mut here) = (vec![WIDE_NOT_COVERED; width], vec![WIDE_NOT_COVERED; width]);
        let had_values = self.read(earlier, &mut there).is_some();
        let is_filled = self.read(line.position, &mut here).is_some();
        if had_values == is_filled && there == here {
            self.repeated += 1;
            self.take_back(&here, is_filled);
        } else if had_values != is_filled && !is_of_one_source {
            self.filled += 1;
            self.take_back(&vec![WIDE_NOT_COVERED; width], false);
            if is_filled && let Some(position) = self.position_mut(shape, cell) {
                *position = line.position;
            }
        } else if faults.is_full() {
            faults.note(line.number, LineFault::Duplicate(shape.key(cell)));
        } else {
            let fault = self.conflict(shape, cell, earlier, &there, &here);
            faults.note(line.number, fault);
        }
    }

    fn position_mut(&mut self, shape: &GridShape, cell: CellIndex) -> Option<&mut u32> {
        let at = usize::try_from(shape.number(cell)).ok()?;
        self.positions.get_mut(at)
    }

    /// `true` when a line is on the meridian that its file has at 0 and at 360 degrees.
    fn is_closing(&self, line: &Line) -> bool {
        self.sources
            .get(line.source)
            .and_then(|source| source.parsed.turn.closes_at())
            .is_some_and(|meridian| meridian == line.place.longitude)
    }

    /// Counts a line as if it had never been there.
    fn take_back(&mut self, values: &[i64], has_row: bool) {
        self.rows -= 1;
        self.cells_with_data -= u64::from(has_row);
        for (column, value) in self.stats.iter_mut().zip(values) {
            column.take_back(*value);
        }
    }

    fn conflict(
        &self,
        shape: &GridShape,
        cell: CellIndex,
        earlier: u32,
        there: &[i64],
        here: &[i64],
    ) -> LineFault {
        let other = self.source_of(earlier);
        let differing = there.iter().zip(here).enumerate();
        let difference = differing
            .filter(|(_, (there, here))| there != here)
            .map(|(at, (there, here))| Difference {
                column: self.table.name(at).into(),
                decimals: self.table.variable(at).map_or(6, |one| one.decimals),
                here: value(*here),
                there: value(*there),
            })
            .next();
        match (self.sources.get(other), difference) {
            (Some(source), Some(difference)) => LineFault::Conflict {
                cell: shape.key(cell),
                other: source.name.as_str().into(),
                line: line_of(shape, source, cell),
                difference,
            },
            _ => LineFault::Duplicate(shape.key(cell)),
        }
    }
}

/// The first line of `source` that is in `cell`.
fn line_of(shape: &GridShape, source: &ReadSource, cell: CellIndex) -> u64 {
    let mut locator = Locator::new(shape, true);
    let lines = source.parsed.source_rows.places().zip(FIRST_LINE..);
    lines
        .filter(|((place, _), _)| locator.find(*place) == Some(cell))
        .map(|(_, line)| line)
        .next()
        .unwrap_or(FIRST_LINE)
}

fn value(stored: i64) -> Value {
    match stored {
        WIDE_NOT_COVERED => Value::NotCovered,
        WIDE_NOT_APPLICABLE => Value::NotApplicable,
        number => Value::Known(number),
    }
}

const NO_LINE: u32 = 0;
const FIRST_ROW: u32 = 1;
const LAST_EMPTY: u32 = u32::MAX;
/// Line of the first place: the header is line 1, and no line is left out between.
const FIRST_LINE: u64 = 2;
