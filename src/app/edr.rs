//! Data queries of coverages, as OGC API Environmental Data Retrieval has them.

mod route;

use actix_web::{HttpResponse, web};

use super::context::RequestContext;
use crate::{
    dataset::{
        edr::{Limits, Parameters, QueryKind, Selection},
        perils::{Coverage, Refused},
    },
    log::Access,
    response::{Refusal, coverage, media::Negotiated},
};

pub(super) use route::EdrRoute;

impl RequestContext<'_> {
    /// The answer to a data query: the permit first, then what is asked.
    pub(super) async fn data_query(
        self,
        route: &EdrRoute,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let Some(collection) = &route.collection else {
            self.authenticate(access).await?;
            return Err(Refusal::NoRoute);
        };
        let perils = &self.site.perils;
        let is_known = perils.description(collection.as_str()).is_some();
        if is_known {
            access.dataset(collection.as_str());
        }
        let (bearer, permits) = self.permits(None, &[collection], access).await?;
        let [permit] = permits.as_slice() else {
            return Err(Refusal::Fault);
        };
        if !is_known {
            return Err(Refusal::NoRoute);
        }
        let parameters = Parameters::read(route.kind, &self.parameters())?;
        let negotiated = Negotiated::of(self.request, parameters.format.as_deref(), None)?;
        let coverage = perils.coverage(permit)?;
        let description = coverage.description().clone();
        let store = description.store.as_ref().ok_or(Refused::NoStore)?;
        let limits = &self.site.peril_limits;
        let values = Limits {
            values: limits.max_cells,
        };
        let selection = select(route.kind, coverage, parameters, values).await?;
        coverage::answer(
            self.request,
            negotiated,
            selection,
            coverage::Means {
                store,
                answer_bytes: limits.max_answer_bytes,
                slot: || self.site.streams.try_acquire(bearer.consumer()),
            },
        )
    }
}

/// What `parameters` select; an outline can be long and tangled, so another thread lays it over the grid.
async fn select(
    kind: QueryKind,
    coverage: Coverage,
    parameters: Parameters,
    limits: Limits,
) -> Result<Option<Selection>, Refusal> {
    if kind != QueryKind::Area {
        return Ok(Selection::read(coverage, &parameters, limits)?);
    }
    let selected = web::block(move || Selection::read(coverage, &parameters, limits));
    Ok(selected.await.or(Err(Refusal::Fault))??)
}
