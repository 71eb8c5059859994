//! The values of the dimensions beside latitude and longitude: times, texts and numbers.

use std::collections::HashSet;

use super::{
    super::{
        Dimension, Labels,
        array::{Array, Arrays, Element, Extent},
        refused::shown,
    },
    CfFault, FormatError, bounds, cf,
    fault::MAX_COORDINATES,
    packing::Packing,
    time::Reference,
};

/// A dimension, and where each value of the source stands among its values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ordered {
    pub(super) dimension: Dimension,
    pub(super) ranks: Vec<usize>,
}

/// The dimension `extent` of `array`; none when it has one value that nobody names.
pub(super) fn read(
    arrays: &dyn Arrays,
    array: &Array,
    extent: &Extent,
) -> Result<Option<Ordered>, FormatError> {
    if extent.size > MAX_COORDINATES {
        return Err(cf(array, CfFault::TooMany(extent.size)));
    }
    let Some(coordinate) = coordinate_of(arrays.arrays(), array, extent) else {
        let fault = CfFault::Unlabelled(shown(&extent.name));
        return if extent.size == 1 {
            Ok(None)
        } else {
            Err(cf(array, fault))
        };
    };
    let mut calendar = None;
    let (labels, bounds) = match coordinate.element {
        Element::Other => return Err(cf(coordinate, CfFault::Element)),
        Element::Text => (texts(arrays, coordinate)?, None),
        Element::Float(_) | Element::Integer { .. } => {
            let reference = Reference::of(coordinate)?;
            calendar = reference.as_ref().and_then(Reference::own_calendar);
            numbers(arrays, coordinate, reference.as_ref())?
        }
    };
    is_each_once(coordinate, &labels)?;
    let is_time = matches!(labels, Labels::Times(_));
    if u64::try_from(labels.len()).ok() != Some(extent.size) {
        return Err(cf(array, CfFault::Sizes(shown(&extent.name))));
    }
    let order = labels.order();
    let mut ranks = vec![0; order.len()];
    for (rank, at) in order.iter().enumerate() {
        if let Some(place) = ranks.get_mut(*at) {
            *place = rank;
        }
    }
    let dimension = Dimension {
        name: extent.name.clone(),
        labels: labels.in_order(&order),
        bounds: bounds.map(|(begins, ends)| (begins.in_order(&order), ends.in_order(&order))),
        unit: coordinate
            .text("units")
            .filter(|_| !is_time)
            .map(str::to_owned),
        title: coordinate.text("long_name").map(str::to_owned),
        standard_name: coordinate.text("standard_name").map(str::to_owned),
        calendar: calendar.map(str::to_owned),
    };
    Ok(Some(Ordered { dimension, ranks }))
}

/// The numbers of a coordinate variable, none of them missing.
pub(super) fn coordinates(arrays: &dyn Arrays, array: &Array) -> Result<Vec<f64>, FormatError> {
    let packing = Packing::of(array)?;
    let raw = arrays.numbers(array, &array.whole())?;
    let numbers: Vec<f64> = raw.into_iter().map(|raw| packing.value(raw)).collect();
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(at) => Err(cf(array, CfFault::Missing(at))),
        None => Ok(numbers),
    }
}

fn numbers(
    arrays: &dyn Arrays,
    coordinate: &Array,
    reference: Option<&Reference>,
) -> Result<(Labels, Option<(Labels, Labels)>), FormatError> {
    let numbers = coordinates(arrays, coordinate)?;
    let bounds = bounds::of(arrays, coordinate, &numbers)?;
    let labels = |numbers: Vec<f64>| match reference {
        Some(reference) => reference.times(coordinate, &numbers).map(Labels::Times),
        None => Ok(Labels::Numbers(numbers)),
    };
    let bounds = match bounds {
        Some(bounds) => {
            let (begins, ends) = bounds.into_iter().unzip();
            Some((labels(begins)?, labels(ends)?))
        }
        None => None,
    };
    Ok((labels(numbers)?, bounds))
}

fn texts(arrays: &dyn Arrays, coordinate: &Array) -> Result<Labels, FormatError> {
    let texts = arrays.texts(coordinate)?.into_iter();
    let trimmed = texts.map(|text| text.trim_end_matches('\0').trim().to_owned());
    let texts: Vec<String> = trimmed.collect();
    match texts.iter().position(String::is_empty) {
        Some(at) => Err(cf(coordinate, CfFault::Missing(at))),
        None => Ok(Labels::Texts(texts)),
    }
}

/// The coordinate variable of a dimension, or else the one label (CF §6.1) that the data names for it.
fn coordinate_of<'a>(arrays: &'a [Array], array: &Array, extent: &Extent) -> Option<&'a Array> {
    let is_along =
        |other: &&Array| matches!(other.dimensions.as_slice(), [only] if only.name == extent.name);
    let along = || arrays.iter().filter(is_along);
    if let Some(coordinate) = along().find(|other| other.name == extent.name) {
        return Some(coordinate);
    }
    let named: Vec<&str> = array
        .text("coordinates")
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let mut labels = along().filter(|other| named.contains(&other.name.as_str()));
    match (labels.next(), labels.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn is_each_once(coordinate: &Array, labels: &Labels) -> Result<(), FormatError> {
    let mut seen = HashSet::new();
    for text in (0..labels.len()).filter_map(|at| labels.text(at)) {
        if let Some(twice) = seen.replace(text) {
            return Err(cf(coordinate, CfFault::Repeated(shown(&twice))));
        }
    }
    Ok(())
}
