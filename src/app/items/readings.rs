//! Readings of one meter in the shape of a scheme: rows with `profile`.

use actix_web::HttpResponse;
use perild_query::Kind;

use super::{
    super::context::{Bearer, RequestContext},
    leave::read,
};
use crate::{
    dataset::tables::{
        Parameters, PermittedTable, ReadingsAsked, Refused,
        parameters::{Known, OF_READINGS},
    },
    response::{Refusal, items::perseus, media::Negotiated},
};

impl RequestContext<'_> {
    /// `true` where rows of `table` are asked for in the shape of a scheme; a column that is called `profile` stands
    /// before the parameter.
    pub(super) fn asks_for_a_profile(self, table: &PermittedTable) -> bool {
        let schema = table.schema();
        let name = Known::Profile.name();
        schema.kind == Kind::Series
            && schema.column(name).is_none()
            && self.parameters().iter().any(|(other, _)| other == name)
    }

    /// The answer in that shape.
    pub(super) async fn readings(
        self,
        table: PermittedTable,
        bearer: &Bearer,
    ) -> Result<HttpResponse, Refusal> {
        let parameters = Parameters::read(&self.parameters(), table.schema(), OF_READINGS, true)?;
        let asked = ReadingsAsked::read(&parameters, table.schema())?;
        let negotiated = Negotiated::of(self.request, parameters.get(Known::F), None)?;
        if let Some(unchanged) = negotiated.unchanged(self.request, &table) {
            return Ok(unchanged);
        }
        let slot = self.query_slot(bearer).await?;
        let (of, rows) = (table.clone(), self.rows.clone());
        let written = read(slot, move || {
            let readings = of.readings(asked)?;
            rows.add(readings.readings.len());
            perseus::written(&readings, negotiated).map_err(|error| {
                tracing::error!(%error, "an answer could not be written");
                Refused::Unreadable
            })
        });
        perseus::answer(self.request, negotiated, &table, written.await?)
    }
}
