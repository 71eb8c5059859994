//! The axes of a domain: coordinates, and the reference systems that they are of (CoverageJSON §5, §6.1).

use serde_json::{Map, Value, json};

use crate::dataset::{
    coverage::Crs,
    edr::{Cells, Selection},
    grid::{Columns, Dimension, DimensionValues},
};

/// The dimensions of a selection as axes.
pub(super) struct Axes<'s> {
    selection: &'s Selection,
    names: Vec<String>,
}

impl<'s> Axes<'s> {
    pub(super) fn new(selection: &'s Selection) -> Self {
        let columns = selection.columns();
        let dimensions = columns.dimensions().iter();
        Self {
            selection,
            names: dimensions.map(|one| name(columns, one)).collect(),
        }
    }

    /// The kind of domain; none where there is no common one, as with dimensions of the provider's own.
    pub(super) fn domain_type(&self) -> Option<&'static str> {
        let has_times = match self.names.as_slice() {
            [] => false,
            [name] if name == TIME => true,
            _ => return None,
        };
        Some(match (self.selection.cells(), has_times) {
            (Cells::Area(_) | Cells::Radius(_) | Cells::Trajectory(_), false) => "MultiPoint",
            (Cells::Area(_) | Cells::Radius(_) | Cells::Trajectory(_), true) => "MultiPointSeries",
            (Cells::Grid { .. }, _) => "Grid",
            (Cells::Places { .. }, false) => "Point",
            (Cells::Places { .. }, true) => "PointSeries",
        })
    }

    /// The dimensions, each as a member of `axes`: `"month":{"values":[1,2]}`.
    pub(super) fn members(&self) -> String {
        let mut members = String::new();
        for (name, values) in self.each() {
            members.push(',');
            members.push_str(&json!(name).to_string());
            members.push_str(":{\"values\":[");
            members.push_str(&values.join(","));
            members.push_str("]}");
        }
        members
    }

    /// Names of the axes of values, in their order.
    pub(super) fn names(&self) -> Vec<&str> {
        let cells: &[&str] = match self.selection.cells() {
            Cells::Area(_) | Cells::Radius(_) | Cells::Trajectory(_) => &["composite"],
            Cells::Grid { .. } | Cells::Places { .. } => &["y", "x"],
        };
        let names = self.names.iter().map(String::as_str);
        cells.iter().copied().chain(names).collect()
    }

    /// Lengths of the axes of values, in their order.
    pub(super) fn shape(&self) -> Vec<u64> {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let cells = match self.selection.cells() {
            cells @ (Cells::Area(_) | Cells::Radius(_) | Cells::Trajectory(_)) => {
                vec![cells.count()]
            }
            Cells::Grid { rows, columns } => vec![count(rows.len()), count(columns.len())],
            Cells::Places { .. } => vec![1, 1],
        };
        let along = self.selection.slice().along().iter();
        cells
            .into_iter()
            .chain(along.map(|one| count(one.len())))
            .collect()
    }

    /// The reference systems of all axes; `x` is the longitude in each of them.
    pub(super) fn referencing(&self) -> Value {
        let crs = self.selection.crs();
        let horizontal = match crs {
            Crs::Crs84 => ["x", "y"],
            Crs::Epsg4326 => ["y", "x"],
        };
        let mut all = vec![json!({
            "coordinates": horizontal,
            "system": {"type": "GeographicCRS", "id": crs.uri()},
        })];
        let dimensions = self.selection.columns().dimensions();
        for (name, dimension) in self.names.iter().zip(dimensions) {
            all.push(json!({"coordinates": [name], "system": system(dimension)}));
        }
        all.into()
    }

    /// Each dimension with the selected values, as JSON has them.
    fn each(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        let dimensions = self.selection.columns().dimensions().iter();
        let along = self.selection.slice().along();
        let each = self.names.iter().zip(dimensions).zip(along);
        each.map(|((name, dimension), along)| {
            let values = &dimension.values;
            let text = |position: &usize| {
                let text = values.text(*position)?;
                Some(match values {
                    DimensionValues::Number(_) => text.into_owned(),
                    DimensionValues::Text(_) | DimensionValues::Time(_) => json!(text).to_string(),
                })
            };
            (name.as_str(), along.iter().filter_map(text).collect())
        })
    }
}

/// Name of the axis: `t` for the one of times, and none that another axis has.
fn name(columns: &Columns, dimension: &Dimension) -> String {
    let is_time = |one: &Dimension| matches!(one.values, DimensionValues::Time(_));
    let times = columns.dimensions().iter().filter(|one| is_time(one));
    if is_time(dimension) && times.count() == 1 {
        return TIME.to_owned();
    }
    let name = &dimension.name;
    if TAKEN.contains(&&**name) {
        format!("{name}_")
    } else {
        name.to_string()
    }
}

fn system(dimension: &Dimension) -> Value {
    let title = if dimension.title.is_empty() {
        &dimension.name
    } else {
        &dimension.title
    };
    let mut concept = json!({"label": text(title)});
    if let Some(concept) = concept
        .as_object_mut()
        .filter(|_| !dimension.unit.is_empty())
    {
        let unit = text(&format!("in {} (UCUM)", dimension.unit));
        concept.insert("description".to_owned(), unit);
    }
    let names = match &dimension.values {
        DimensionValues::Number(_) => {
            return json!({"type": "IdentifierRS", "targetConcept": concept});
        }
        DimensionValues::Text(names) => names,
        DimensionValues::Time(_) => return json!({"type": "TemporalRS", "calendar": "Gregorian"}),
    };
    let identifiers = names.iter().map(|one| {
        let label = if one.definition.is_empty() {
            &one.name
        } else {
            &one.definition
        };
        (one.name.to_string(), json!({"label": text(label)}))
    });
    let identifiers: Map<_, _> = identifiers.collect();
    json!({"type": "IdentifierRS", "targetConcept": concept, "identifiers": identifiers})
}

/// A text of which nobody said the language.
pub(super) fn text(text: &str) -> Value {
    json!({"und": text})
}

const TIME: &str = "t";
/// Axes with a meaning of their own.
const TAKEN: [&str; 5] = ["composite", TIME, "x", "y", "z"];
