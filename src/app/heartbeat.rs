//! Heartbeats: the answers since the last one by their statuses for the governance service, and the short form of the
//! newer schemes.
//!
//! Counts live as long as the process: a reload changes none. What is counted falls into exactly one period, however
//! many heartbeats and answers come at once.

mod route;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::{Map, json};

use super::{Route, context::RequestContext};
use crate::{
    clock::Timestamp,
    dataset::Catalog,
    log::Access,
    policy::{CollectionId, Denied, Unmet},
    response::Refusal,
};

pub(super) use route::HeartbeatRoute;

/// Answers by their statuses since the heartbeat before, of all data and of each collection.
#[derive(Debug)]
pub(super) struct Heartbeats {
    begun: Timestamp,
    periods: Mutex<HashMap<Family, Period>>,
}

/// The API whose answers are counted: all data, or a collection.
type Family = Option<CollectionId>;

#[derive(Clone, Debug, Eq, PartialEq)]
struct Period {
    start: Timestamp,
    counts: BTreeMap<u16, u64>,
}

impl Heartbeats {
    /// Counting begins `now`.
    #[must_use]
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            begun: now,
            periods: Mutex::default(),
        }
    }

    /// Counts an answer of `route`; names that no collection of `catalog` has count for all data alone, so that a
    /// stranger's words take no room.
    pub(super) fn count(&self, route: &Route, catalog: Option<&Catalog>, status: u16) {
        if !is_data(route) {
            return;
        }
        let asked = catalog.and_then(|catalog| {
            let asked = route.asks(catalog)?;
            let is_group = |id: &CollectionId| id == crate::dataset::Perils::group();
            let is_there = catalog.get(asked.as_str()).is_some() || is_group(&asked);
            is_there.then_some(asked)
        });
        let mut periods = self.periods.lock().unwrap_or_else(PoisonError::into_inner);
        for family in [None].into_iter().chain(asked.map(Some)) {
            let period = periods.entry(family).or_insert_with(|| Period {
                start: self.begun,
                counts: BTreeMap::new(),
            });
            *period.counts.entry(status).or_default() += 1;
        }
    }

    /// Ends the period of `family`: the next one begins where it ended (OE-HB-5).
    fn end(&self, family: Family, now: Timestamp) -> Period {
        let next = Period {
            start: now,
            counts: BTreeMap::new(),
        };
        let mut periods = self.periods.lock().unwrap_or_else(PoisonError::into_inner);
        periods.insert(family, next).unwrap_or_else(|| Period {
            start: self.begun,
            counts: BTreeMap::new(),
        })
    }
}

/// `true` when answers of `route` are answers of the data API: neither of the machine's own questions, nor of pages about it.
fn is_data(route: &Route) -> bool {
    match route {
        Route::Climatescore(_)
        | Route::Edr(_)
        | Route::File { .. }
        | Route::Nothing
        | Route::Perils(_)
        | Route::Table(_) => true,
        Route::Description
        | Route::Discovery(_)
        | Route::Docs
        | Route::Harvest(_)
        | Route::Health
        | Route::Heartbeat(_)
        | Route::Readiness
        | Route::ResourceMetadata(_)
        | Route::Root => false,
    }
}

impl RequestContext<'_> {
    pub(super) async fn heartbeat(
        self,
        route: HeartbeatRoute,
        heartbeats: &Heartbeats,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        match route {
            HeartbeatRoute::Collection | HeartbeatRoute::Short => {
                let now = self.now.to_string();
                Ok(answer(&json!({"status": "ok", "timestamp": now})))
            }
            HeartbeatRoute::Statistics => self.statistics_since(heartbeats, access).await,
        }
    }

    /// Answers to whoever has a token (OE-HB-1) and may ask (OE-HB-8); a refusal ends no period (OE-HB-6).
    async fn statistics_since(
        self,
        heartbeats: &Heartbeats,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let bearer = self.bearer(access).await?;
        let clients = &self.site.heartbeat_clients;
        if !clients.is_empty() && !clients.contains(bearer.consumer()) {
            return Err(Refusal::Denied(Denied::Conditions {
                rule: "heartbeat.clients".into(),
                unmet: [Unmet::NotNamed("clients")].into(),
                needed: None,
            }));
        }
        let mut parameters = self.parameters().into_iter();
        let asked = parameters.find_map(|(name, value)| (name == "collection").then_some(value));
        let family = match asked {
            None => None,
            Some(asked) => {
                let id = CollectionId::parse(&asked).map_err(|_not_an_id| Refusal::NoRoute)?;
                let is_group = id == *crate::dataset::Perils::group();
                let is_there = self.site.catalog.get(id.as_str()).is_some() || is_group;
                if !is_there || self.is_unlisted(&id) && !self.may_read(&bearer, &id) {
                    return Err(Refusal::NoRoute);
                }
                access.dataset(id.as_str());
                Some(id)
            }
        };
        let ended = heartbeats.end(family, self.now);
        let mut body = Map::new();
        body.insert("period_start".to_owned(), ended.start.to_string().into());
        body.insert("period_end".to_owned(), self.now.to_string().into());
        for (status, count) in ended.counts {
            body.insert(format!("api_call_response_{status}_count"), count.into());
        }
        Ok(answer(&body.into()))
    }
}

fn answer(body: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body.to_string())
}

#[cfg(test)]
mod tests;
