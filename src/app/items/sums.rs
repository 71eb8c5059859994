//! Sums of series by intervals of time, and their latest rows.

use actix_web::HttpResponse;
use perild_query::{Kind, Query};

use super::{
    super::context::{Bearer, RequestContext},
    leave::read,
};
use crate::{
    dataset::tables::{
        Batches, LatestRows, Parameters, PermittedTable, Refused, Sums,
        parameters::{Known, OF_LATEST, OF_SUMS},
    },
    log::Access,
    response::{
        Refusal,
        media::Negotiated,
        sums::{self, Begun},
    },
};

impl RequestContext<'_> {
    /// The answer to `aggregate`: of what is no series there is none.
    pub(super) async fn sums(
        self,
        table: PermittedTable,
        bearer: &Bearer,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        of_series(&table)?;
        let parameters = Parameters::read(&self.parameters(), table.schema(), OF_SUMS, true)?;
        let wanted = Sums::read(&parameters, table.schema())?;
        let asks = wanted.query().clone();
        let make = |table: &PermittedTable| table.sums(wanted);
        self.made(table, (&parameters, &asks), make, (bearer, access))
            .await
    }

    /// The answer to `latest`.
    pub(super) async fn latest(
        self,
        table: PermittedTable,
        bearer: &Bearer,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        of_series(&table)?;
        let parameters = Parameters::read(&self.parameters(), table.schema(), OF_LATEST, true)?;
        let wanted = LatestRows::read(&parameters, table.schema())?;
        let asks = wanted.query().clone();
        let make = |table: &PermittedTable| table.latest(wanted);
        self.made(table, (&parameters, &asks), make, (bearer, access))
            .await
    }

    /// The answer with what `make` makes of the rows of `table` that the parameters ask for.
    async fn made(
        self,
        table: PermittedTable,
        (parameters, asks): (&Parameters, &Query),
        make: impl FnOnce(&PermittedTable) -> Result<Batches, Refused> + Send + 'static,
        (bearer, access): (&Bearer, &mut Access),
    ) -> Result<HttpResponse, Refusal> {
        let negotiated = Negotiated::of(self.request, parameters.get(Known::F), None)?;
        self.has_record_within(negotiated.media());
        if let Some(unchanged) = negotiated.unchanged(self.request, &table) {
            return Ok(unchanged);
        }
        let leave = self.leave(&table, asks, bearer).await?;
        let of = table.clone();
        let begun = read(leave, move || Begun::of(make(&of)?)).await?;
        let long = || self.site.streams.try_acquire(bearer.consumer());
        let closing = self.closing(negotiated.media(), access).await?;
        let told = (self.rows, closing);
        sums::answer(self.request, negotiated, &table, begun, told, long)
    }
}

fn of_series(table: &PermittedTable) -> Result<(), Refusal> {
    if table.schema().kind == Kind::Series {
        Ok(())
    } else {
        let kind = table.schema().kind.into();
        Err(Refused::OtherKind { kind }.into())
    }
}
