//! Features of a table, brought into memory for one request.

use std::sync::Arc;

use perild_query::{
    Query,
    geometry::{Bbox, Bounds},
    locate::{LocateFault, Locator},
};

use crate::dataset::{
    perils::places::PlaceList,
    tables::{PermittedTable, Refused},
};

/// Features that places are looked for in.
#[derive(Debug)]
pub struct LocatedFeatures(Locator);

impl LocatedFeatures {
    /// The features of `table` that `query` asks for, with the columns `told`; of those that are far from all `places`
    /// none is read, where the places are few.
    ///
    /// # Errors
    /// [`Refused`] of the question, and of features that take more memory than they may.
    pub fn read(
        table: &PermittedTable,
        query: Query,
        told: &[usize],
        places: &PlaceList,
    ) -> Result<Self, Refused> {
        let geometry = table.schema().geometry.as_ref();
        let geometry = geometry.and_then(|name| table.schema().column(name));
        let (geometry, _) = geometry.ok_or(Refused::NoData)?;
        let mut properties = told.to_vec();
        properties.push(geometry);
        let rows = table.select(Query {
            properties: Some(properties),
            bbox: around(places).or(query.bbox),
            ..query
        })?;
        let schema = Arc::clone(rows.schema());
        let locator = Locator::new(&schema, rows, told.len(), MOST_BYTES);
        locator.map(Self).map_err(|fault| match fault {
            LocateFault::Rows(error) => error.into(),
            LocateFault::TooLarge { .. } => {
                let expected = "about fewer features, or fewer of their properties: these take too much memory";
                Refused::malformed("the query", expected)
            }
            LocateFault::Arrow(_) | LocateFault::Geometry(_) | LocateFault::NoGeometry(_) => {
                tracing::error!(error = %fault, "a table cannot be read");
                Refused::Unreadable
            }
        })
    }

    #[cfg(test)]
    pub(super) fn of(locator: Locator) -> Self {
        Self(locator)
    }

    pub(super) fn into_locator(self) -> Locator {
        self.0
    }
}

/// The box around places, where they are so few that it is soon known.
fn around(places: &PlaceList) -> Option<Bbox> {
    if places.count() > FEW {
        return None;
    }
    let mut bounds = Bounds::default();
    let mut reader = places.reader();
    while let Some(place) = reader.next_place(|_| ()).ok()? {
        if let Ok((north, east)) = place.position {
            bounds.add([if east > 180.0 { east - 360.0 } else { east }, north]);
        }
    }
    // Places that are all rejected are in no feature: any box does.
    let [west, south, east, north] = bounds.get().unwrap_or_default();
    Some(Bbox {
        west,
        south,
        east,
        north,
        vertical: None,
    })
}

/// Places whose box is looked for.
const FEW: usize = 10_000;
/// Octets that the features of one request may take in memory.
const MOST_BYTES: usize = 512 << 20;
