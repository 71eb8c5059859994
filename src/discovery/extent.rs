//! The extent of a collection: space, time, and the dimensions that the provider has beside them (OGC API EDR 1.1,
//! `extent.custom`).

use serde::Serialize;
use serde_json::{Number, Value};

use super::{View, view::path_of};
use crate::dataset::{
    Collection,
    coverage::Crs,
    metadata::{Dimension, DimensionValues, Extent, Metadata, Moment},
};

#[derive(Serialize)]
pub(super) struct ExtentDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    spatial: Option<Spatial>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temporal: Option<Temporal>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom: Vec<Custom>,
}

#[derive(Serialize)]
struct Spatial {
    bbox: [[f64; 4]; 1],
    crs: &'static str,
}

#[derive(Serialize)]
struct Temporal {
    interval: [[Option<String>; 2]; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value>,
    trs: &'static str,
}

/// A dimension with its values, which is a parameter of data queries by its `id`.
#[derive(Serialize)]
struct Custom {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    interval: [[Value; 2]; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value>,
    /// The address of its definition.
    reference: String,
}

/// The extent of `collection` in space and time; none where nobody said.
pub(super) fn document(view: &View<'_>, collection: &Collection) -> Option<ExtentDocument> {
    let Metadata {
        extent, dimensions, ..
    } = collection.metadata();
    let (times, others): (Vec<_>, Vec<_>) = dimensions
        .iter()
        .partition(|one| matches!(one.values, DimensionValues::Times(_)));
    let reference = view.address(&format!("{}/schema", path_of(collection)));
    let custom = others.into_iter();
    let document = ExtentDocument {
        spatial: spatial(extent),
        temporal: temporal(extent, &times),
        custom: custom.filter_map(|one| named(one, &reference)).collect(),
    };
    let is_empty =
        document.spatial.is_none() && document.temporal.is_none() && document.custom.is_empty();
    (!is_empty).then_some(document)
}

fn spatial(extent: &Extent) -> Option<Spatial> {
    extent.spatial.map(|corners| Spatial {
        bbox: [corners.corners()],
        crs: Crs::Crs84.uri(),
    })
}

fn temporal(extent: &Extent, times: &[&Dimension]) -> Option<Temporal> {
    extent.temporal.map(|interval| Temporal {
        interval: [[interval.from(), interval.until()].map(|end| end.map(date_time))],
        values: match times {
            [one] => listed(&one.values),
            _ => Vec::new(),
        },
        trs: "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
    })
}

fn named(dimension: &Dimension, reference: &str) -> Option<Custom> {
    let values = &dimension.values;
    let last = values.len().checked_sub(1)?;
    Some(Custom {
        id: dimension.name.to_string(),
        label: dimension.title.as_deref().map(str::to_owned),
        unit: dimension.unit.as_deref().map(str::to_owned),
        interval: [[value(values, 0)?, value(values, last)?]],
        values: listed(values),
        reference: reference.to_owned(),
    })
}

/// All values; none where they are so many that the first and the last say more.
pub(super) fn listed(values: &DimensionValues) -> Vec<Value> {
    if values.len() > MOST_VALUES {
        return Vec::new();
    }
    let each = 0..values.len();
    each.filter_map(|position| value(values, position))
        .collect()
}

fn value(values: &DimensionValues, position: usize) -> Option<Value> {
    match values {
        DimensionValues::Numbers(numbers) => numbers.get(position).map(|number| plain(*number)),
        DimensionValues::Texts(texts) | DimensionValues::Times(texts) => {
            texts.get(position).map(|text| Value::from(&**text))
        }
    }
}

/// A number as it is written in queries: a whole one without a point.
fn plain(number: f64) -> Value {
    let whole = number.to_string().parse::<i64>().map(Number::from);
    whole.map_or_else(|_| Value::from(number), Value::Number)
}

/// RFC 3339 `date-time`, which is all that an interval may have: a day by its beginning.
fn date_time(moment: Moment) -> String {
    let text = moment.to_string();
    if text.contains('T') {
        text
    } else {
        text + "T00:00:00Z"
    }
}

/// Values of a dimension that are listed one by one.
const MOST_VALUES: usize = 1000;
