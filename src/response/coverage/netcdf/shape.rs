//! The shape of a file for a selection: dimensions, coordinates and variables, by the CF conventions.

use super::classic::{Attribute, File, Kind, Variable};
use crate::{
    dataset::{
        edr::{Cells, Selection},
        grid::{self, Dimension, DimensionValues},
    },
    response::coverage::ranges::{Answered, eastward, share_name},
};

/// The header of a file, and the values of the variables that stand first: coordinates, then shares.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) file: File,
    pub(super) coordinates: Vec<Coordinates>,
}

/// The values of a coordinate variable.
#[derive(Debug)]
pub(super) enum Coordinates {
    Numbers(Vec<f64>),
    /// A number for each cell, made while it is written: there may be very many.
    OfCells(fn(&Answered) -> f64),
    /// Each in so many octets.
    Texts(Vec<String>, usize),
}

impl Shape {
    pub(super) fn of(selection: &Selection) -> Self {
        let mut shape = Self::default();
        shape.file.attributes = about(selection);
        let mut along = shape.cells(selection);
        let is_grid = matches!(selection.cells(), Cells::Grid { .. });
        if let Cells::Area(_) = selection.cells() {
            let attributes = vec![
                text("long_name", "share of the cell that lies in the area"),
                text("units", "1"),
            ];
            let name = shape.unused(&share_name(selection));
            shape.coordinate(
                &name,
                along.clone(),
                attributes,
                Coordinates::OfCells(|one| one.share),
            );
        }
        let dimensions = selection.columns().dimensions().iter();
        for (dimension, positions) in dimensions.zip(selection.slice().along()) {
            along.push(shape.dimension(dimension, positions));
        }
        let chosen = selection.slice().variables().iter();
        for variable in chosen.filter_map(|position| selection.columns().variables().get(*position))
        {
            let name = shape.unused(&variable.name);
            shape.file.variables.push(Variable {
                name,
                kind: Kind::Double,
                along: along.clone(),
                attributes: described(variable, is_grid),
            });
        }
        shape
    }

    /// The dimensions of cells, with their latitudes and longitudes.
    fn cells(&mut self, selection: &Selection) -> Vec<usize> {
        let latitude = || {
            vec![
                text("standard_name", "latitude"),
                text("units", "degrees_north"),
            ]
        };
        let longitude = || {
            vec![
                text("standard_name", "longitude"),
                text("units", "degrees_east"),
            ]
        };
        if let Cells::Grid { rows, columns } = selection.cells() {
            let axis = &selection.coverage().shape().latitude;
            let latitudes = rows.iter().map(|row| axis.coordinate(*row)).collect();
            let longitudes = eastward(selection, columns).collect();
            return vec![
                self.axis("lat", latitude(), latitudes),
                self.axis("lon", longitude(), longitudes),
            ];
        }
        let points = usize::try_from(selection.cells().count()).unwrap_or(usize::MAX);
        let point = self.length("point", points);
        self.coordinate(
            "lat",
            vec![point],
            latitude(),
            Coordinates::OfCells(|one| one.position.latitude),
        );
        self.coordinate(
            "lon",
            vec![point],
            longitude(),
            Coordinates::OfCells(|one| one.position.longitude),
        );
        vec![point]
    }

    /// A dimension with a number for each of its places.
    fn axis(&mut self, name: &str, attributes: Vec<Attribute>, numbers: Vec<f64>) -> usize {
        let at = self.length(name, numbers.len());
        self.coordinate(name, vec![at], attributes, Coordinates::Numbers(numbers));
        at
    }

    /// A dimension of the coverage with those of its values that are selected.
    fn dimension(&mut self, dimension: &Dimension, positions: &[usize]) -> usize {
        let name = self.unused(&dimension.name);
        let at = self.length(&name, positions.len());
        let mut attributes = Vec::new();
        if !dimension.title.is_empty() {
            attributes.push(text("long_name", &*dimension.title));
        }
        let mut along = vec![at];
        let coordinates = match &dimension.values {
            DimensionValues::Number(numbers) => {
                if !dimension.unit.is_empty() {
                    attributes.push(text("units", &*dimension.unit));
                }
                Coordinates::Numbers(
                    chosen(numbers, positions)
                        .map(|one| grid::units(*one))
                        .collect(),
                )
            }
            DimensionValues::Time(times) => {
                attributes.extend([
                    text("standard_name", "time"),
                    text("units", "seconds since 1970-01-01 00:00:00"),
                    text("calendar", "standard"),
                ]);
                Coordinates::Numbers(
                    chosen(times, positions)
                        .map(|one| grid::units_of(one.seconds, 1))
                        .collect(),
                )
            }
            DimensionValues::Text(names) => {
                let texts: Vec<_> = chosen(names, positions)
                    .map(|one| one.name.to_string())
                    .collect();
                let length = texts.iter().map(String::len).fold(1, usize::max);
                along.push(self.length(&format!("{name}_octets"), length));
                attributes.push(text("_Encoding", "utf-8"));
                Coordinates::Texts(texts, length)
            }
        };
        self.coordinate(&name, along, attributes, coordinates);
        at
    }

    fn length(&mut self, name: &str, length: usize) -> usize {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.file.dimensions.push((name.to_owned(), length));
        self.file.dimensions.len() - 1
    }

    fn coordinate(
        &mut self,
        name: &str,
        along: Vec<usize>,
        attributes: Vec<Attribute>,
        values: Coordinates,
    ) {
        let kind = match values {
            Coordinates::Numbers(_) | Coordinates::OfCells(_) => Kind::Double,
            Coordinates::Texts(..) => Kind::Text,
        };
        self.file.variables.push(Variable {
            name: name.to_owned(),
            kind,
            along,
            attributes,
        });
        self.coordinates.push(values);
    }

    /// The name, or one like it that nothing in the file has.
    fn unused(&self, name: &str) -> String {
        let mut name = if name.starts_with(['-', '.']) {
            format!("_{name}")
        } else {
            name.to_owned()
        };
        let is_taken = |name: &str| {
            self.file.dimensions.iter().any(|(taken, _)| taken == name)
                || self.file.variables.iter().any(|taken| taken.name == name)
        };
        while is_taken(&name) {
            name.push('_');
        }
        name
    }
}

fn about(selection: &Selection) -> Vec<Attribute> {
    let coverage = &selection.coverage().description().coverage;
    let said = [
        ("title", &coverage.title),
        ("source", &coverage.source),
        ("license", &coverage.licence),
        ("product_version", &coverage.version),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    let said = said.map(|(name, value)| text(name, &**value));
    std::iter::once(text("Conventions", "CF-1.11"))
        .chain(said)
        .collect()
}

fn described(variable: &grid::Variable, is_grid: bool) -> Vec<Attribute> {
    let said = [
        ("long_name", &variable.title),
        ("standard_name", &variable.standard_name),
        ("units", &variable.unit),
        ("comment", &variable.definition),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    let mut attributes: Vec<_> = said.map(|(name, value)| text(name, &**value)).collect();
    if !is_grid {
        attributes.push(text("coordinates", "lat lon"));
    }
    attributes.push(Attribute::Number("_FillValue", f64::NAN));
    attributes
}

fn chosen<'v, T>(values: &'v [T], positions: &[usize]) -> impl Iterator<Item = &'v T> {
    positions
        .iter()
        .filter_map(|position| values.get(*position))
}

fn text(name: &'static str, value: impl Into<String>) -> Attribute {
    Attribute::Text(name, value.into())
}
