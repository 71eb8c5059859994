//! metrics: what has happened and what is so, as numbers for Prometheus.
//!
//! [`Metrics`] counts as requests end, by atomics alone once a series exists; it lives as long as the
//! process, so that a reload sets nothing back. [`State`] is what a site and the process say of
//! themselves when somebody asks. [`Metrics::text`] joins both.
//!
//! Labels hold perild's own words: templates of routes, names of datasets that the provider has chosen
//! (a bounded number, the rest is [`OTHER`]), statuses, keys of the configuration, and the fixed words
//! of a [`Reason`]. Nothing that a client sends becomes a label.

mod names;
mod process;
mod requests;
mod state;

use std::{collections::HashMap, sync::Arc, time::Duration};

use prometheus::{
    Error, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

use names::Names;
pub use names::{MOST_NAMES, NONE, OTHER};
use requests::Requests;
pub use state::{AuditFile, Ends, State};

use crate::{clock::Timestamp, policy::CollectionId, response::Reason};

/// Media type of [`Metrics::text`].
pub const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is counted.
pub struct Metrics {
    last_reload: IntGauge,
    names: Names,
    refusals: HashMap<Reason, IntCounter>,
    registry: Registry,
    reloads: Reloads,
    requests: Requests,
    started: Timestamp,
}

struct Reloads {
    done: IntCounter,
    failed: IntCounter,
}

impl Metrics {
    /// Counts from zero, for the routes `templates`; a route that is not among them counts as the last.
    ///
    /// # Errors
    /// When two series would have one name.
    pub fn new(templates: &[&'static str], now: Timestamp) -> Result<Self, Error> {
        let registry = Registry::new();
        let requests = Requests::new(templates, &registry)?;
        let by_reason = counters(
            &registry,
            "perild_refusals_total",
            "Requests that were refused, by the check that refused.",
            "reason",
        )?;
        let refusals = Reason::all()
            .map(|reason| Ok((reason, counter(&by_reason, &reason.to_string())?)))
            .collect::<Result<_, Error>>()?;
        let by_outcome = counters(
            &registry,
            "perild_reloads_total",
            "Reloads by outcome; after a failed one the old configuration stays.",
            "outcome",
        )?;
        let reloads = Reloads {
            done: counter(&by_outcome, "done")?,
            failed: counter(&by_outcome, "failed")?,
        };
        let last_reload = registered(
            &registry,
            IntGauge::new(
                "perild_last_reload_successful",
                "1 unless the last reload failed and the old configuration stays.",
            )?,
        )?;
        last_reload.set(1);
        Ok(Self {
            last_reload,
            names: Names::default(),
            refusals,
            registry,
            reloads,
            requests,
            started: now,
        })
    }

    /// Gives each of `names` a label of its own, as long as there is room; those that have one keep it.
    ///
    /// Gives the number of those for which there is no room: they count as [`OTHER`].
    pub fn know(&self, names: impl IntoIterator<Item = CollectionId>) -> usize {
        self.names.add(names)
    }

    /// Counter of a request at the route `template` for the collection `asked`, if it asks for one.
    #[must_use]
    pub fn meter(self: &Arc<Self>, template: &str, asked: Option<&CollectionId>) -> Meter {
        Meter {
            dataset: self.names.find(asked),
            metrics: Arc::clone(self),
            route: self.requests.route(template),
        }
    }

    /// Notes the outcome of a reload.
    pub fn reloaded(&self, is_done: bool) {
        let counter = if is_done {
            &self.reloads.done
        } else {
            &self.reloads.failed
        };
        counter.inc();
        self.last_reload.set(is_done.into());
    }

    /// All that was counted, and `state`, in Prometheus' text format (version 0.0.4).
    ///
    /// # Errors
    /// When a series of `state` has the name of another.
    pub fn text(&self, state: &State) -> Result<String, Error> {
        let mut families = self.registry.gather();
        families.extend(state.families(self.started)?);
        TextEncoder::new().encode_to_string(&families)
    }
}

/// Counts one request.
pub struct Meter {
    dataset: usize,
    metrics: Arc<Metrics>,
    route: usize,
}

impl Meter {
    /// The request was refused for `reason`.
    pub fn refused(&self, reason: Reason) {
        if let Some(counter) = self.metrics.refusals.get(&reason) {
            counter.inc();
        }
    }

    /// The answer of `status` has left, `bytes` bytes of body `took` after the request came.
    pub fn end(&self, status: u16, bytes: u64, took: Duration) {
        let Metrics {
            names, requests, ..
        } = &*self.metrics;
        requests.observe(self.route, bytes, took);
        requests.count(self.route, self.dataset, status, || {
            names.name(self.dataset)
        });
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Meter({}, {})", self.route, self.dataset)
    }
}

fn registered<C: Collector + Clone + 'static>(
    registry: &Registry,
    collector: C,
) -> Result<C, Error> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    label: &str,
) -> Result<IntCounterVec, Error> {
    registered(
        registry,
        IntCounterVec::new(Opts::new(name, help), &[label])?,
    )
}

fn counter(family: &IntCounterVec, label: &str) -> Result<IntCounter, Error> {
    family.get_metric_with_label_values(&[label])
}

#[cfg(test)]
mod tests;
