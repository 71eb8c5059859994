//! The place of a row.

use super::RowFault;

/// Latitude and longitude in millionths of a degree, west of Greenwich below 0.
///
/// # Errors
/// Degrees that no place has.
pub(super) fn of(latitude: i64, longitude: i64) -> Result<(i32, i32), RowFault> {
    let north = within("latitude", latitude, -90_000_000, 90_000_000)?;
    let east = within("longitude", longitude, -180_000_000, 360_000_000)?;
    let west = if east > 180_000_000 {
        east - 360_000_000
    } else {
        east
    };
    Ok((north, west))
}

fn within(axis: &'static str, micro: i64, low: i64, high: i64) -> Result<i32, RowFault> {
    let is_within = (low..=high).contains(&micro);
    let degrees = i32::try_from(micro).ok().filter(|_| is_within);
    degrees.ok_or_else(|| RowFault::OutOfRange {
        axis,
        degrees: crate::dataset::grid::units(micro),
    })
}
