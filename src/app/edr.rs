//! Data queries of coverages, as OGC API Environmental Data Retrieval has them.

mod form;
mod route;

use actix_web::{HttpResponse, web::Payload};

use form::Form;

use super::{
    context::{Bearer, RequestContext},
    other_kind::of_another_kind,
    thread::on_a_thread,
};
use crate::{
    dataset::{
        edr::{AreaStatistics, Limits, Parameters, QueryKind, Selection, Wanted},
        perils::{Coverage, Refused, Served},
    },
    log::Access,
    response::{Refusal, coverage, media::Negotiated, statistics},
};

pub(super) use route::EdrRoute;

impl RequestContext<'_> {
    /// The answer to a data query: the permit first, then what is asked.
    pub(super) async fn data_query(
        self,
        route: &EdrRoute,
        body: Payload,
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
            let other = self.site.catalog.get(collection.as_str());
            return Err(of_another_kind(other));
        }
        let coverage = perils.coverage(permit)?;
        let description = coverage.description().clone();
        let store = description.store.as_ref().ok_or(Refused::NoStore)?;
        let form = self.form(body, bearer.consumer()).await?;
        let (kind, is_long) = (route.kind, form.is_long());
        let of_it = coverage.clone();
        let read = move || Ok::<_, Refused>((form.parameters(kind, of_it.columns())?, form));
        let (parameters, form) = on_a_thread(is_long, read).await??;
        let query = DataQuery {
            coverage,
            parameters,
            takes_long: is_long || takes_long(kind),
            _form: form,
        };
        match query.parameters.statistics.clone() {
            Some(wanted) => {
                self.statistics(query, wanted, (store, &bearer), access)
                    .await
            }
            None => self.values(query, store, &bearer, access).await,
        }
    }

    async fn values(
        self,
        query: DataQuery,
        store: &Served,
        bearer: &Bearer,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let format = query.parameters.format.as_deref();
        let negotiated = Negotiated::<coverage::Format>::of(self.request, format, None)?;
        self.has_record_within(negotiated.media());
        if let Some(unchanged) = negotiated.unchanged(self.request, store) {
            return Ok(unchanged);
        }
        let limits = self.limits();
        let select = move || Selection::read(query.coverage, &query.parameters, limits);
        let selection = on_a_thread(query.takes_long, select).await??;
        let closing = match &selection {
            Some(_) => self.closing(negotiated.media(), access).await?,
            None => None,
        };
        coverage::answer(
            self.request,
            negotiated,
            selection,
            coverage::Means {
                store,
                closing,
                answer_bytes: self.site.peril_limits.max_answer_bytes,
                rows: self.rows.clone(),
                slot: || self.site.streams.try_acquire(bearer.consumer()),
            },
        )
    }

    async fn statistics(
        self,
        query: DataQuery,
        wanted: Wanted,
        (store, bearer): (&Served, &Bearer),
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let format = query.parameters.format.as_deref();
        let negotiated = Negotiated::<statistics::Format>::of(self.request, format, None)?;
        self.has_record_within(negotiated.media());
        if let Some(unchanged) = negotiated.unchanged(self.request, store) {
            return Ok(unchanged);
        }
        let limits = self.limits();
        let select = move || {
            let selection = Selection::read(query.coverage, &query.parameters, limits)?;
            Ok::<_, Refused>(selection.map(|selection| (selection, query.parameters.place)))
        };
        let selected = on_a_thread(query.takes_long, select).await??;
        let Some((selection, place)) = selected else {
            return statistics::answer(self.request, negotiated, None, store, (None, self.rows));
        };
        // Many values take as long as a long answer, and so a slot of one.
        let slot = if selection.values() > SUMMED_UP_AT_ONCE {
            let slot = self.site.streams.try_acquire(bearer.consumer());
            Some(slot.ok_or(Refusal::Busy)?)
        } else {
            None
        };
        let sum_up = move || {
            let _slot = slot;
            AreaStatistics::of(selection, &place, wanted, limits)
        };
        let found = on_a_thread(true, sum_up).await??;
        let closing = self.closing(negotiated.media(), access).await?;
        let told = (closing, self.rows);
        statistics::answer(self.request, negotiated, Some(&found), store, told)
    }

    fn limits(self) -> Limits {
        Limits {
            values: self.site.peril_limits.max_cells,
        }
    }
}

/// A query that may be answered.
struct DataQuery {
    coverage: Coverage,
    parameters: Parameters,
    takes_long: bool,
    /// The form of a long one, which holds a slot while it is worked on.
    _form: Form,
}

/// `true` of queries whose geometry may take longer to lay over a grid than others on the same thread can wait.
fn takes_long(kind: QueryKind) -> bool {
    match kind {
        QueryKind::Area | QueryKind::Radius | QueryKind::Trajectory => true,
        QueryKind::Cube | QueryKind::Position => false,
    }
}

/// Values that are summed up in some milliseconds.
const SUMMED_UP_AT_ONCE: u64 = 1_000_000;
