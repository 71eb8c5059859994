//! `NetCDF` and Zarr: what they say of themselves by the CF conventions, without their values.

use std::path::Path;

use super::findings::{Findings, FoundDimension, FoundField, FoundGrid, FoundUnit};
use crate::{
    dataset::metadata::{FieldType, Interval, Moment},
    import::format::{Coverage, Dimension, FormatError, Labels, Naming, Variable, open},
};

/// Everything that the source at `path` says of itself.
pub(super) fn survey(path: &Path) -> Result<Findings, FormatError> {
    // Nothing is spooled of what is no table.
    let source = open(path, &Naming::default(), Path::new("."))?;
    let coverage = source.coverage();
    let mut findings = Findings {
        fields: coverage.variables.iter().map(field).collect(),
        bbox: bbox(coverage),
        interval: coverage.dimensions.iter().find_map(interval),
        ..Findings::default()
    };
    findings.package.title.clone_from(&coverage.title);
    findings.package.licence.clone_from(&coverage.licence);
    let is_long = |found: &Dimension| found.labels.len() > MOST_VALUES;
    let long = coverage.dimensions.iter().find(|found| is_long(found));
    if let Some(long) = long {
        findings.note(format!(
            "{} has {} values: dimensions are left out here, and are those of the data",
            long.name,
            long.labels.len()
        ));
    }
    for skipped in &coverage.skipped {
        findings.note(format!("{} is left out: {}", skipped.name, skipped.reason));
    }
    let dimensions = coverage.dimensions.iter().map(dimension);
    findings.grid = Some(FoundGrid {
        // The data say themselves what is where.
        latitude: String::new(),
        longitude: String::new(),
        ignore: Vec::new(),
        columns: String::new(),
        dimensions: dimensions.filter(|_| long.is_none()).collect(),
        variables: Vec::new(),
    });
    Ok(findings)
}

fn field(found: &Variable) -> FoundField {
    FoundField {
        name: found.name.clone(),
        field_type: Some(FieldType::Number),
        title: found.title.clone(),
        unit: found.unit.clone().map_or(FoundUnit::None, FoundUnit::Said),
        definition: None,
    }
}

fn dimension(found: &Dimension) -> FoundDimension {
    let values = (0..found.labels.len()).filter_map(|at| found.labels.text(at));
    FoundDimension {
        name: found.name.clone(),
        is_known: true,
        values: values.collect(),
        are_numbers: matches!(found.labels, Labels::Numbers(_)),
        are_times: matches!(found.labels, Labels::Times(_)),
    }
}

/// Corners of the cells' centres; longitudes beyond 180 are those west of Greenwich.
fn bbox(coverage: &Coverage) -> Option<[f64; 4]> {
    let ends = |micro: &[i32]| {
        let ends = micro.iter().min().zip(micro.iter().max());
        ends.map(|(low, high)| (f64::from(*low) / MICRO, f64::from(*high) / MICRO))
    };
    let (south, north) = ends(&coverage.latitudes)?;
    let (west, east) = ends(&coverage.longitudes)?;
    let turned = |degrees: f64| degrees - if degrees > 180.0 { 360.0 } else { 0.0 };
    let is_global = east > 180.0 && west < 180.0 && turned(east) + STEP_MOST >= west;
    let (west, east) = if is_global {
        (-180.0, 180.0)
    } else {
        (turned(west), turned(east))
    };
    Some([west, south, east, north])
}

fn interval(found: &Dimension) -> Option<Interval> {
    let Labels::Times(times) = &found.labels else {
        return None;
    };
    let moment = |text: Option<&String>| Moment::parse(text?);
    let (from, until) = (moment(times.first())?, moment(times.last())?);
    Interval::new(Some(from), Some(until))
}

const MICRO: f64 = 1e6;
/// A grid whose ends are no further apart goes around the earth.
const STEP_MOST: f64 = 10.0;
/// Values of a dimension that are written down.
const MOST_VALUES: usize = 100;
