//! Geometries with fewer positions, for maps that would not show the difference: the parameters `zoom` and
//! `max-allowable-offset`.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch, cast::AsArray};
use perild_query::{TableSchema, geometry};

use super::{Parameters, Refused, parameters::Known};

/// The distance in degrees that an answer's geometries may be from those that are stored.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Tolerance(f64);

impl Tolerance {
    /// The tolerance that `parameters` ask for: a pixel of a map, or a distance.
    ///
    /// # Errors
    /// [`Refused::Malformed`] for what is no zoom, or no distance; for both; and of a table without geometries.
    pub(super) fn read(
        parameters: &Parameters,
        schema: &TableSchema,
    ) -> Result<Option<Self>, Refused> {
        let zoom = parameters.get(Known::Zoom).map(zoom).transpose()?;
        let distance = parameters.get(Known::MaxAllowableOffset).map(distance);
        let (asked, tolerance) = match (zoom, distance.transpose()?) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                let expected = "left out where there is max-allowable-offset";
                return Err(Refused::malformed("zoom", expected));
            }
            (Some(zoom), None) => (Known::Zoom, zoom),
            (None, Some(distance)) => (Known::MaxAllowableOffset, distance),
        };
        if schema.geometry.is_none() {
            let expected = "left out of a table without geometries";
            return Err(Refused::malformed(asked.name(), expected));
        }
        Ok(Some(tolerance))
    }

    /// `batch` with the geometries of `column` simplified.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] where these are no geometries.
    pub fn simplify(self, batch: &RecordBatch, column: usize) -> Result<RecordBatch, Refused> {
        let stored = batch.columns().get(column);
        let stored = stored.and_then(|stored| stored.as_binary_opt::<i32>());
        let simplified = self.simplified(stored.ok_or(Refused::Unreadable)?)?;
        let mut columns = batch.columns().to_vec();
        if let Some(geometries) = columns.get_mut(column) {
            *geometries = simplified;
        }
        RecordBatch::try_new(batch.schema(), columns).or(Err(Refused::Unreadable))
    }

    fn simplified(self, stored: &BinaryArray) -> Result<ArrayRef, Refused> {
        let simplified = stored.iter().map(|geometry| {
            let geometry = geometry.map(|geometry| geometry::simplify(geometry, self.0));
            geometry.transpose()
        });
        let simplified = simplified.collect::<Result<Vec<_>, _>>();
        let simplified = simplified.map_err(|error| {
            tracing::error!(%error, "a geometry of a table cannot be read");
            Refused::Unreadable
        })?;
        let geometries: BinaryArray = simplified.into_iter().collect();
        debug_assert_eq!(geometries.len(), stored.len());
        Ok(Arc::new(geometries))
    }
}

fn zoom(text: &str) -> Result<Tolerance, Refused> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let zoom = text.parse().ok().filter(|_| is_number);
    let zoom = zoom.filter(|zoom| *zoom <= LARGEST_ZOOM);
    let expected = || format!("a whole number from 0 to {LARGEST_ZOOM}");
    let zoom = zoom.ok_or_else(|| Refused::malformed("zoom", expected()))?;
    Ok(Tolerance(geometry::pixel_at(zoom)))
}

fn distance(text: &str) -> Result<Tolerance, Refused> {
    let degrees = text.parse().ok();
    let degrees = degrees.filter(|degrees: &f64| *degrees > 0.0 && *degrees <= LARGEST_DEGREES);
    let expected = || format!("degrees, more than 0 and up to {LARGEST_DEGREES}");
    let name = Known::MaxAllowableOffset.name();
    degrees
        .map(Tolerance)
        .ok_or_else(|| Refused::malformed(name, expected()))
}

/// The zoom of maps on which a pixel is a centimetre.
const LARGEST_ZOOM: u8 = 24;
const LARGEST_DEGREES: f64 = 360.0;

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field, Schema};
    use perild_query::geometry::wkt;

    use super::*;
    use crate::dataset::tables::{parameters::KNOWN, tests::watches};

    fn places() -> TableSchema {
        TableSchema {
            geometry: Some("sku".into()),
            ..watches()
        }
    }

    fn read(query: &str, schema: &TableSchema) -> Result<Option<Tolerance>, Refused> {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        let pairs: Vec<_> = pairs.collect();
        let parameters = Parameters::read(&pairs, schema, KNOWN, true).unwrap();
        Tolerance::read(&parameters, schema)
    }

    #[test]
    fn a_zoom_is_a_pixel_and_an_offset_is_degrees() {
        let tolerance = |degrees| Ok(Some(Tolerance(degrees)));
        for (query, expected) in [
            ("", Ok(None)),
            ("zoom=0", tolerance(1.406_25)),
            ("zoom=10", tolerance(1.406_25 / 1024.0)),
            ("max-allowable-offset=0.25", tolerance(0.25)),
            ("max-allowable-offset=1e-3", tolerance(0.001)),
        ] {
            assert_eq!(read(query, &places()), expected, "{query}");
        }
    }

    #[test]
    fn what_is_no_zoom_and_no_offset_is_refused_by_its_name() {
        for (query, said) in [
            ("zoom=", "zoom must be a whole number from 0 to 24"),
            ("zoom=25", "zoom must be a whole number from 0 to 24"),
            ("zoom=-1", "zoom must be a whole number from 0 to 24"),
            ("zoom=%2B1", "zoom must be a whole number from 0 to 24"),
            ("zoom=1.5", "zoom must be a whole number from 0 to 24"),
            (
                "zoom=999999999999",
                "zoom must be a whole number from 0 to 24",
            ),
            (
                "max-allowable-offset=0",
                "max-allowable-offset must be degrees",
            ),
            (
                "max-allowable-offset=-1",
                "max-allowable-offset must be degrees",
            ),
            (
                "max-allowable-offset=NaN",
                "max-allowable-offset must be degrees",
            ),
            (
                "max-allowable-offset=inf",
                "max-allowable-offset must be degrees",
            ),
            (
                "max-allowable-offset=361",
                "max-allowable-offset must be degrees",
            ),
            (
                "max-allowable-offset=ten",
                "max-allowable-offset must be degrees",
            ),
            ("zoom=1&max-allowable-offset=1", "zoom must be left out"),
        ] {
            let refused = read(query, &places()).unwrap_err().to_string();
            assert!(refused.starts_with(said), "{query}: {refused}");
        }
        for query in ["zoom=1", "max-allowable-offset=1"] {
            let refused = read(query, &watches()).unwrap_err().to_string();
            assert!(refused.ends_with("a table without geometries"), "{refused}");
        }
    }

    #[test]
    fn rows_keep_their_order_and_those_without_a_geometry_have_none() {
        let line = "LINESTRING(0 0,1 0.0001,2 0)";
        let stored = [Some(wkt::to_wkb(line).unwrap()), None];
        let schema = Schema::new(vec![Field::new("geom", DataType::Binary, true)]);
        let geometries: BinaryArray = stored.iter().map(Option::as_deref).collect();
        let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(geometries)]).unwrap();
        let simplified = Tolerance(0.01).simplify(&batch, 0).unwrap();
        let column = simplified.column(0).as_binary::<i32>();
        let expected = wkt::to_wkb("LINESTRING(0 0,2 0)").unwrap();
        assert_eq!(column.value(0), expected);
        assert!(column.is_null(1));
        let same = Tolerance(0.000_01).simplify(&batch, 0).unwrap();
        assert_eq!(same, batch);
        assert_eq!(
            Tolerance(0.01).simplify(&batch, 1),
            Err(Refused::Unreadable)
        );
    }
}
