//! Requests by route, dataset and status, and how long and how large their answers were.
//!
//! A series is found by its place in a table, made when it is first needed; from then on counting is
//! an atomic addition.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use prometheus::{
    Error, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry,
};

use super::{counter, counters, names::MOST_NAMES, registered};

pub(super) struct Requests {
    counts: IntCounterVec,
    routes: Vec<RouteSeries>,
}

struct RouteSeries {
    template: &'static str,
    bytes: IntCounter,
    seconds: Histogram,
    /// For each dataset, by its number.
    datasets: Vec<OnceLock<Box<Statuses>>>,
}

/// A counter for each of [`STATUSES`], and one for the rest.
type Statuses = [OnceLock<IntCounter>; STATUSES.len() + 1];

impl Requests {
    pub(super) fn new(templates: &[&'static str], registry: &Registry) -> Result<Self, Error> {
        let labels = ["route", "dataset", "status"];
        let help = "Requests by template of their route, dataset and status of their answer.";
        let counts = IntCounterVec::new(Opts::new("perild_requests_total", help), &labels)?;
        let help = "Seconds from a request's header to the last octet of its answer.";
        let seconds = HistogramOpts::new("perild_request_duration_seconds", help);
        let seconds = HistogramVec::new(seconds.buckets(SECONDS.into()), &["route"])?;
        let seconds = registered(registry, seconds)?;
        let help = "Octets of the bodies of answers.";
        let bytes = counters(registry, "perild_response_bytes_total", help, "route")?;
        let routes = templates.iter().map(|template| {
            Ok(RouteSeries {
                template,
                bytes: counter(&bytes, template)?,
                seconds: seconds.get_metric_with_label_values(&[template])?,
                datasets: (0..MOST_NAMES).map(|_| OnceLock::new()).collect(),
            })
        });
        Ok(Self {
            routes: routes.collect::<Result<_, Error>>()?,
            counts: registered(registry, counts)?,
        })
    }

    /// The number of the route `template`.
    pub(super) fn route(&self, template: &str) -> usize {
        let mut routes = self.routes.iter();
        let found = routes.position(|route| route.template == template);
        found.unwrap_or(self.routes.len().saturating_sub(1))
    }

    pub(super) fn observe(&self, route: usize, bytes: u64, took: Duration) {
        if let Some(route) = self.routes.get(route) {
            route.bytes.inc_by(bytes);
            route.seconds.observe(took.as_secs_f64());
        }
    }

    /// Counts an answer; the dataset's `name` is asked for once.
    pub(super) fn count(
        &self,
        route: usize,
        dataset: usize,
        status: u16,
        name: impl FnOnce() -> Arc<str>,
    ) {
        let series = self.series(route, dataset, status, name);
        if let Some(counter) = series {
            counter.inc();
        }
    }

    fn series(
        &self,
        route: usize,
        dataset: usize,
        status: u16,
        name: impl FnOnce() -> Arc<str>,
    ) -> Option<&IntCounter> {
        let route = self.routes.get(route)?;
        let statuses = route.datasets.get(dataset)?.get_or_init(Box::default);
        let known = STATUSES.iter().position(|known| *known == status);
        let place = statuses.get(known.unwrap_or(STATUSES.len()))?;
        if let Some(counter) = place.get() {
            return Some(counter);
        }
        let status = known.map_or_else(|| super::OTHER.to_owned(), |_| status.to_string());
        let labels = [route.template, &name(), &status];
        let made = self.counts.get_metric_with_label_values(&labels).ok()?;
        Some(place.get_or_init(|| made))
    }
}

/// Statuses that answers have; another one counts as `other`.
const STATUSES: [u16; 20] = [
    200, 204, 206, 304, 400, 401, 403, 404, 405, 406, 408, 412, 413, 414, 415, 416, 431, 500, 501,
    503,
];

/// Upper bounds: from a small file out of memory to a download that takes a minute.
const SECONDS: [f64; 16] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
    15.0, 60.0,
];
