//! The parameters of a data query, with what a coverage has of dimensions, which are parameters too.

use super::{
    Place, QueryKind, Wanted,
    given::{Given, listed},
};
use crate::dataset::{coverage::Crs, grid::Columns, perils::Refused};

/// The parameters of a data query.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// The geometry.
    pub place: Place,
    /// The system in which places are written, and answered.
    pub crs: Crs,
    /// Names of variables; none: all.
    pub names: Option<Vec<String>>,
    /// Items of `subset`.
    pub subset: Vec<String>,
    /// Dimensions by their positions, each with what its own parameter says.
    pub dimensions: Vec<(usize, String)>,
    /// Times, as they were written.
    pub datetime: Option<String>,
    /// Statistics that are wanted in place of values.
    pub statistics: Option<Wanted>,
    /// The format of the answer, by name.
    pub format: Option<String>,
}

impl Parameters {
    /// Reads the `parameters` of a query of `kind` for a coverage with `columns`.
    ///
    /// An empty one is one that is not given. `z` is taken and left, for no coverage has a vertical extent
    /// (`/req/edr/REQ_rc-z-response`).
    ///
    /// # Errors
    /// [`Refused::Unknown`] for a parameter that the query does not take and a system that is not known,
    /// [`Refused::Malformed`] and [`Refused::TooMuch`] for one that cannot be read.
    pub fn read(
        kind: QueryKind,
        parameters: &[(String, String)],
        columns: &Columns,
    ) -> Result<Self, Refused> {
        let given = Given::read(kind, parameters, columns)?;
        let crs: Crs = given
            .value("crs")
            .map_or(Ok(Crs::default()), str::parse)
            .or(Err(Refused::Unknown {
                at: "crs".to_owned(),
                known: Crs::ALL.map(Crs::uri).join(", ").into(),
            }))?;
        Ok(Self {
            place: Place::read(kind, &given, crs)?,
            crs,
            names: given.value("parameter-name").map(listed),
            datetime: given.value("datetime").map(ToOwned::to_owned),
            statistics: Wanted::read(&given)?,
            format: given.value("f").map(ToOwned::to_owned),
            subset: given.subset,
            dimensions: given.dimensions,
        })
    }
}
