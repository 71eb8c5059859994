//! Cells of a selection in the order of an answer, each with what is written of it.

use crate::dataset::{
    coverage::Position,
    edr::{Cells, Selection},
    grid::{CellIndex, ColumnIndex, Value},
};

/// A cell of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    /// The position of its values: its grid point, else the place that was asked for.
    pub(super) position: Position,
    /// None off the grid.
    pub(super) cell: Option<CellIndex>,
    /// The share of it that an area covers.
    pub(super) share: f64,
}

/// Every cell of `selection`: along a line in its order, of an area, a box or a radius row by row, from south to north
/// and from west to east.
pub(super) fn cells(selection: &Selection) -> Box<dyn Iterator<Item = Answered> + '_> {
    match selection.cells() {
        Cells::Area(runs) | Cells::Radius(runs) => Box::new(runs.iter().flat_map(move |run| {
            let columns = run.columns.clone();
            columns.map(move |column| answered(selection, run.row, column, run.share))
        })),
        Cells::Grid { rows, columns } => Box::new(rows.iter().flat_map(move |row| {
            let columns = columns.iter();
            columns.map(move |column| answered(selection, *row, *column, 1.0))
        })),
        Cells::Places { spots, .. } => Box::new(spots.iter().map(move |spot| match spot.cell {
            Some(cell) => answered(selection, cell.latitude, cell.longitude, 1.0),
            None => Answered {
                position: spot.asked,
                cell: None,
                share: 1.0,
            },
        })),
        Cells::Trajectory(cells) => Box::new(
            cells
                .iter()
                .map(move |cell| answered(selection, cell.latitude, cell.longitude, 1.0)),
        ),
    }
}

/// Hands on the values of `columns` at each of `cells`, cell by cell; whoever takes them may end it.
pub(super) fn each<E>(
    selection: &Selection,
    cells: impl Iterator<Item = Answered>,
    columns: &[ColumnIndex],
    mut take: impl FnMut(Answered, &[Value]) -> Result<(), E>,
) -> Result<(), E> {
    let mut cells = cells.peekable();
    let mut together = Vec::with_capacity(TOGETHER);
    let mut values = Vec::with_capacity(columns.len());
    while cells.peek().is_some() {
        together.clear();
        together.extend(cells.by_ref().take(TOGETHER));
        let indexes = together.iter().filter_map(|one: &Answered| one.cell);
        selection.coverage().fetch(indexes);
        for one in &together {
            values.clear();
            match one.cell.and_then(|cell| selection.cell(cell)) {
                Some(cell) => cell.each(columns, |value| values.push(value)),
                None => values.resize(columns.len(), Value::NotCovered),
            }
            take(*one, &values)?;
        }
    }
    Ok(())
}

/// Name of the share of each cell, which no variable of the selection has.
pub(super) fn share_name(selection: &Selection) -> String {
    let mut name = "cell_share".to_owned();
    while selection.columns().variable_named(&name).is_some() {
        name.push('_');
    }
    name
}

/// Longitudes of the `columns` of a box: eastward over the end of a row, they go on.
pub(super) fn eastward(selection: &Selection, columns: &[u32]) -> impl Iterator<Item = f64> {
    let axis = selection.coverage().shape().longitude;
    let mut last = f64::NEG_INFINITY;
    columns.iter().map(move |column| {
        let longitude = axis.coordinate(*column);
        let turns = if longitude < last { 360.0 } else { 0.0 };
        last = longitude + turns;
        last
    })
}

fn answered(selection: &Selection, latitude: u32, longitude: u32, share: f64) -> Answered {
    let cell = CellIndex {
        latitude,
        longitude,
    };
    let (latitude, longitude) = selection.coverage().shape().coordinates(cell);
    Answered {
        position: Position {
            longitude,
            latitude,
        },
        cell: Some(cell),
        share,
    }
}

/// Cells whose rows memory is asked for at once.
const TOGETHER: usize = 16;
