//! Bounds of cells and periods: CF §7.1.

use super::{
    super::{
        array::{Array, Arrays},
        refused::shown,
    },
    CfFault, FormatError, cf,
    packing::Packing,
};

/// The bounds of each of `coordinates`, lower first; none when the source has none.
pub(super) fn of(
    arrays: &dyn Arrays,
    array: &Array,
    coordinates: &[f64],
) -> Result<Option<Vec<(f64, f64)>>, FormatError> {
    let Some(name) = array.text("bounds") else {
        return Ok(None);
    };
    let wrong = || cf(array, CfFault::Bounds(shown(name)));
    let found = arrays.arrays().iter().find(|other| other.name == name);
    let found = found.ok_or_else(wrong)?;
    let is_pair_of_each = matches!(
        found.dimensions.as_slice(),
        [cells, pair] if Some(cells) == array.dimensions.first() && pair.size == 2
    );
    if !is_pair_of_each || !found.is_numeric() {
        return Err(wrong());
    }
    let packing = Packing::of(found)?;
    let numbers = arrays.numbers(found, &found.whole())?;
    let mut bounds = Vec::with_capacity(coordinates.len());
    for (coordinate, pair) in coordinates.iter().zip(numbers.as_chunks::<2>().0) {
        let [one, other] = pair.map(|raw| packing.value(raw));
        let (low, high) = (one.min(other), one.max(other));
        if !one.is_finite() || !other.is_finite() {
            return Err(wrong());
        }
        let slack = (high - low) * SLACK;
        if !(low - slack..=high + slack).contains(coordinate) {
            let coordinate = *coordinate;
            return Err(cf(
                array,
                CfFault::OutOfBounds {
                    coordinate,
                    low,
                    high,
                },
            ));
        }
        bounds.push((low, high));
    }
    Ok(Some(bounds))
}

/// Refuses coordinates that stand at the edges of their cells. The outermost cells of a grid may end early,
/// as at the poles.
pub(super) fn of_cells(
    arrays: &dyn Arrays,
    array: &Array,
    coordinates: &[f64],
) -> Result<(), FormatError> {
    let Some(bounds) = of(arrays, array, coordinates)? else {
        return Ok(());
    };
    let cells = coordinates.iter().zip(bounds);
    let inner = cells.take(coordinates.len().saturating_sub(1)).skip(1);
    for (coordinate, (low, high)) in inner {
        let middle = f64::midpoint(low, high);
        if (coordinate - middle).abs() > (high - low) * SLACK {
            let coordinate = *coordinate;
            return Err(cf(
                array,
                CfFault::OffCentre {
                    coordinate,
                    low,
                    high,
                },
            ));
        }
    }
    Ok(())
}

/// The part of a cell that the digits of single precision may cost.
const SLACK: f64 = 0.01;
