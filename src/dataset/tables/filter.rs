//! The parameters `filter`, `filter-lang` and `filter-crs` (OGC API Features Part 3).

use perild_query::{
    Predicate, TableSchema,
    cql2::{self, Options},
    geometry::Crs,
};

use super::{Parameters, Refused, parameters::Known};

/// The condition, if there is one, whose geometries are in `crs`.
///
/// # Errors
/// [`Refused::Filter`], and [`Refused::Malformed`] for a form that is none, or that is named without a condition.
pub(super) fn read(
    parameters: &Parameters,
    crs: Option<Crs>,
    schema: &TableSchema,
) -> Result<Option<Predicate>, Refused> {
    let is_json = match parameters.get(Known::FilterLang) {
        None | Some("cql2-text") => false,
        Some("cql2-json") => true,
        Some(_) => {
            return Err(Refused::malformed("filter-lang", "cql2-text or cql2-json"));
        }
    };
    let Some(filter) = parameters.get(Known::Filter) else {
        return Ok(None);
    };
    let options = Options {
        crs: crs.unwrap_or_default(),
        ..Options::default()
    };
    let read = if is_json { cql2::json } else { cql2::text };
    let predicate = read(filter, schema, options).map_err(|fault| Refused::Filter {
        reason: fault.to_string().into(),
    })?;
    Ok(Some(predicate))
}
