//! Heartbeats: the answers since the last one by their statuses for the governance service, and the short form of the
//! newer schemes.
//!
//! Counts live as long as the process: a reload changes none. What is counted falls into exactly one period, however
//! many heartbeats and answers come at once.

mod route;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::{
    HttpResponse,
    http::{
        Method,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};
use serde_json::{Map, json};

use super::{Route, context::RequestContext};
use crate::{
    clock::Timestamp,
    dataset::{Catalog, Perils},
    log::Access,
    policy::{CollectionId, Denied, Unmet},
    response::Refusal,
};

pub(super) use route::HeartbeatRoute;

/// Answers by their statuses since the heartbeat before, of all data and of each collection.
#[derive(Debug)]
pub(super) struct Heartbeats {
    begun: Timestamp,
    periods: Mutex<Periods>,
}

#[derive(Debug)]
struct Periods {
    of_all: Period,
    of_collections: HashMap<CollectionId, Period>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Period {
    start: Timestamp,
    counts: BTreeMap<u16, u64>,
}

impl Heartbeats {
    /// Counting begins `now`.
    #[must_use]
    pub(super) fn new(now: Timestamp) -> Self {
        let periods = Periods {
            of_all: Period::begin(now),
            of_collections: HashMap::new(),
        };
        Self {
            begun: now,
            periods: Mutex::new(periods),
        }
    }

    /// Counts an answer of `route`, of all data and of the `collection`, which is one that is published: names of
    /// strangers would take room.
    pub(super) fn count(&self, route: &Route, collection: Option<&CollectionId>, status: u16) {
        if !is_data(route) {
            return;
        }
        let mut periods = self.periods();
        periods.of_all.count(status);
        let Some(collection) = collection else {
            return;
        };
        if let Some(period) = periods.of_collections.get_mut(collection) {
            return period.count(status);
        }
        let first = periods.of_collections.entry(collection.clone());
        first.or_insert(Period::begin(self.begun)).count(status);
    }

    /// Ends the period of `collection`, or of all data: the next one begins where it ended (OE-HB-5).
    fn end(&self, collection: Option<&CollectionId>, now: Timestamp) -> Period {
        let (mut periods, next) = (self.periods(), Period::begin(now));
        match collection {
            None => std::mem::replace(&mut periods.of_all, next),
            Some(collection) => {
                let ended = periods.of_collections.insert(collection.clone(), next);
                ended.unwrap_or_else(|| Period::begin(self.begun))
            }
        }
    }

    /// The period of `collection`, or of all data, so far.
    fn present(&self, collection: Option<&CollectionId>) -> Period {
        let periods = self.periods();
        let period = match collection {
            None => Some(&periods.of_all),
            Some(collection) => periods.of_collections.get(collection),
        };
        period.cloned().unwrap_or_else(|| Period::begin(self.begun))
    }

    fn periods(&self) -> MutexGuard<'_, Periods> {
        self.periods.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Period {
    fn begin(start: Timestamp) -> Self {
        Self {
            start,
            counts: BTreeMap::new(),
        }
    }

    fn count(&mut self, status: u16) {
        *self.counts.entry(status).or_default() += 1;
    }
}

/// `true` for what `catalog` has, and for all perils together: whatever else is asked for is a stranger's word.
pub(super) fn has_heartbeat(asked: &CollectionId, catalog: &Catalog) -> bool {
    catalog.get(asked.as_str()).is_some() || asked == Perils::group()
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
        | Route::Provenance(_)
        | Route::Readiness
        | Route::ResourceMetadata(_)
        | Route::Root => false,
    }
}

impl RequestContext<'_> {
    pub(super) async fn heartbeat(
        self,
        route: &HeartbeatRoute,
        heartbeats: &Heartbeats,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        match route {
            HeartbeatRoute::Collection(id) => {
                // Whoever watches a collection is to hear that it is gone; of one in no list nobody hears anything.
                let found = self.site.catalog.get(id);
                let found = found.filter(|found| found.is_listed());
                let found = found.ok_or(Refusal::NoRoute)?;
                access.dataset(found.id().as_str());
                Ok(self.alive())
            }
            HeartbeatRoute::Short => Ok(self.alive()),
            HeartbeatRoute::Statistics => self.statistics_since(heartbeats, access).await,
        }
    }

    fn alive(self) -> HttpResponse {
        answer(&json!({"status": "ok", "timestamp": self.now.to_string()}))
    }

    /// Answers to whoever has a token (OE-HB-1) and may ask (OE-HB-8); a refusal ends no period (OE-HB-6).
    async fn statistics_since(
        self,
        heartbeats: &Heartbeats,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let bearer = self.bearer(access).await?;
        self.is_not_blocked(&bearer)?;
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
        let collection = match asked {
            None => None,
            Some(asked) => {
                let id = CollectionId::parse(&asked).map_err(|_not_an_id| Refusal::NoRoute)?;
                let is_there = has_heartbeat(&id, &self.site.catalog);
                if !is_there || self.is_unlisted(&id) && !self.may_read(&bearer, &id) {
                    return Err(Refusal::NoRoute);
                }
                access.dataset(id.as_str());
                Some(id)
            }
        };
        // A HEAD has no body, so that what it would end nobody would know of.
        let period = if *self.request.method() == Method::HEAD {
            heartbeats.present(collection.as_ref())
        } else {
            heartbeats.end(collection.as_ref(), self.now)
        };
        let mut body = Map::new();
        body.insert("period_start".to_owned(), period.start.to_string().into());
        body.insert("period_end".to_owned(), self.now.to_string().into());
        for (status, count) in period.counts {
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
