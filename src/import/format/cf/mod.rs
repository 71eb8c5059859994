//! Arrays read by the CF conventions (1.13): which are data, where they lie, and what their numbers mean.

mod axis;
mod bounds;
mod dimension;
mod fault;
mod horizontal;
mod packing;
mod roles;
mod time;
mod window;

pub use fault::CfFault;
pub use time::Calendar;
pub(super) use window::WINDOW_OCTETS;

use self::{
    axis::Axis,
    dimension::Ordered,
    horizontal::Horizontal,
    packing::Packing,
    roles::Roles,
    window::{Field, Windows},
};
use super::{
    Coverage, FormatError, Gridded, Naming, Take, Variable,
    array::{Array, Arrays, Extent},
    quantity::Quantity,
    refused::shown,
};

/// A source of arrays that keep to CF.
#[derive(Debug)]
pub(super) struct CfSource {
    arrays: Box<dyn Arrays>,
    coverage: Coverage,
    latitude: Axis,
    longitude: Axis,
    dimensions: Vec<Ordered>,
    fields: Vec<Field>,
}

impl CfSource {
    /// Finds axes, dimensions and variables; nothing but coordinates is read.
    pub(super) fn open(arrays: Box<dyn Arrays>, naming: &Naming) -> Result<Self, FormatError> {
        let found = arrays.arrays();
        let roles = Roles::of(found);
        let horizontal = Horizontal::find(found, naming)?;
        let data = horizontal.data(found, &roles, naming)?;
        is_plausible(&*arrays, &data)?;
        let latitude = axis::latitude(&*arrays, horizontal.latitude)?;
        let longitude = axis::longitude(&*arrays, horizontal.longitude)?;
        let mut coverage = Coverage {
            latitudes: latitude.coordinates.clone(),
            longitudes: longitude.coordinates.clone(),
            title: arrays.attributes().owned("title"),
            licence: arrays.attributes().owned("license"),
            skipped: horizontal.skipped(found, &roles, naming),
            ..Coverage::default()
        };
        let dimensions = dimensions(&*arrays, &data, &horizontal)?;
        coverage.dimensions = dimensions
            .iter()
            .map(|found| found.dimension.clone())
            .collect();
        coverage.variables = data.iter().map(|array| variable(array, naming)).collect();
        if coverage.width() > MAX_COLUMNS {
            return Err(FormatError::TooWide(coverage.width()));
        }
        let mut fields = Vec::with_capacity(data.len());
        for (array, variable) in data.into_iter().zip(&coverage.variables) {
            let quantity = Quantity::new(variable.decimals, &naming.not_applicable);
            let quantity =
                quantity.ok_or_else(|| cf(array, CfFault::Decimals(variable.decimals)))?;
            let quantity = quantity.without(&naming.missing);
            fields.push(Field {
                array: array.clone(),
                packing: Packing::of(array)?,
                quantity,
                first_column: fields.len() * coverage.columns(),
                latitude: horizontal.latitude_dimension(),
                longitude: horizontal.longitude_dimension(),
            });
        }
        Ok(Self {
            arrays,
            coverage,
            latitude,
            longitude,
            dimensions,
            fields,
        })
    }
}

impl Gridded for CfSource {
    fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    fn has_exact_places(&self) -> bool {
        true
    }

    fn read(&mut self, take: &mut Take<'_>) -> Result<(), FormatError> {
        let width = self.coverage.width();
        for window in Windows::new(&self.latitude, &self.longitude, width) {
            let mut cells = window.cells(&self.latitude, &self.longitude, width);
            for field in &self.fields {
                cells.fill(&*self.arrays, field, &self.dimensions)?;
            }
            cells.hand_over(take)?;
        }
        Ok(())
    }
}

fn variable(array: &Array, naming: &Naming) -> Variable {
    Variable {
        name: array.name.clone(),
        unit: array.text("units").map(str::to_owned),
        title: array.text("long_name").map(str::to_owned),
        standard_name: array.text("standard_name").map(str::to_owned),
        decimals: naming.decimals(&array.name),
    }
}

/// The dimensions that all of `data` have beside latitude and longitude.
fn dimensions(
    arrays: &dyn Arrays,
    data: &[&Array],
    horizontal: &Horizontal<'_>,
) -> Result<Vec<Ordered>, FormatError> {
    let Some((first, rest)) = data.split_first() else {
        return Ok(Vec::new());
    };
    let mut dimensions = Vec::new();
    for extent in horizontal.others(first) {
        dimensions.extend(dimension::read(arrays, first, extent)?);
    }
    for array in rest {
        let is_as = |extent: &Extent| {
            horizontal.others(first).any(|other| other == extent) || extent.size == 1
        };
        let has = |found: &Ordered| {
            found.dimension.labels.len() == 1 || array.has_dimension(&found.dimension.name)
        };
        if !horizontal.others(array).all(is_as) || !dimensions.iter().all(has) {
            return Err(cf(array, CfFault::OtherDimensions(shown(&first.name))));
        }
    }
    Ok(dimensions)
}

/// The refusal of `array` for `fault`.
fn cf(array: &Array, fault: CfFault) -> FormatError {
    FormatError::cf(&array.name, fault)
}

/// Refuses what claims to be far more than its octets can stand for, before anything is read of it.
fn is_plausible(arrays: &dyn Arrays, data: &[&Array]) -> Result<(), FormatError> {
    let counts = data.iter().map(|array| array.count());
    let values = counts
        .into_iter()
        .try_fold(0_u64, |sum, count| sum.checked_add(count?))
        .unwrap_or(u64::MAX);
    let octets = arrays.octets();
    if values > MIN_VALUES.max(octets.saturating_mul(MAX_VALUES_AN_OCTET)) {
        return Err(FormatError::Inflated { values, octets });
    }
    Ok(())
}

/// Values of one cell.
const MAX_COLUMNS: usize = 65_536;
/// Deflate makes one octet of 1,032 at best, zstd of more where all values are missing.
const MAX_VALUES_AN_OCTET: u64 = 4096;
/// So many are read whatever the octets.
const MIN_VALUES: u64 = 16_000_000;
