//! State at the moment of a scrape.

use std::collections::BTreeMap;

use prometheus::{
    Counter, Error, Gauge, GaugeVec, IntGaugeVec, Opts, Registry, proto::MetricFamily,
};

use super::{
    process::{self, number},
    registered,
};
use crate::{clock::Timestamp, dataset::grid::StoreVersion, token::Statistics};

/// When the first of what a key of the configuration names ends, and when the first is warned of.
///
/// The two may be of different things: a list of a day that ends tomorrow is new, and one of a year is not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ends {
    /// The first end.
    pub first: Timestamp,
    /// From when on `perild check` warns.
    pub warned_of: Timestamp,
}

impl Ends {
    /// The first of both of these and `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            warned_of: self.warned_of.min(other.warned_of),
        }
    }
}

/// State of an audit file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuditFile {
    /// 1 when the last attempt to write has failed, else 0.
    pub is_failing: bool,
    /// Records without a place.
    pub lost: u64,
    /// Places that are taken.
    pub places: usize,
    /// The number that there are.
    pub most_places: usize,
}

/// State of a site; read anew for each scrape, so nothing of an earlier site is left in it.
#[derive(Clone, Debug)]
pub struct State {
    /// The state of the audit file, where there is one.
    pub audit: Option<AuditFile>,
    /// The ends of the certificates or revocation lists that a key of the configuration names.
    pub ends: BTreeMap<String, Ends>,
    /// 1 when the directory is known, else 0.
    pub is_ready: bool,
    /// Records lost because the log did not keep up.
    pub log_dropped: u64,
    /// The peril store in service.
    pub store: Option<StoreVersion>,
    /// Long answers that are under way; those of an earlier site left out.
    pub streams: u64,
    /// The number that may be.
    pub most_streams: u64,
    /// Counts of what happened between us and the directory.
    pub tokens: Statistics,
}

impl State {
    /// Of a daemon that has no site yet.
    #[must_use]
    pub fn of_nothing(log_dropped: u64) -> Self {
        Self {
            audit: None,
            ends: BTreeMap::new(),
            is_ready: false,
            log_dropped,
            store: None,
            streams: 0,
            most_streams: 0,
            tokens: Statistics::default(),
        }
    }

    pub(super) fn families(&self, started: Timestamp) -> Result<Vec<MetricFamily>, Error> {
        let registry = Registry::new();
        process::register(&registry, started)?;
        self.register_site(&registry)?;
        self.register_log(&registry)?;
        self.register_audit(&registry)?;
        self.register_tokens(&registry)?;
        self.register_ends(&registry)?;
        Ok(registry.gather())
    }

    fn register_site(&self, registry: &Registry) -> Result<(), Error> {
        let help = "Always 1; the version of perild that runs.";
        let build = IntGaugeVec::new(Opts::new("perild_build_info", help), &["version"])?;
        let build = registered(registry, build)?;
        build
            .get_metric_with_label_values(&[env!("CARGO_PKG_VERSION")])?
            .set(1);
        let gauge = |name, help, value| gauge(registry, name, help, value);
        gauge(
            "perild_ready",
            "1 once the directory is known, as /readyz says.",
            f64::from(u8::from(self.is_ready)),
        )?;
        gauge(
            "perild_streams",
            "Long answers under way that began since the last reload.",
            number(self.streams),
        )?;
        gauge(
            "perild_streams_limit",
            "Long answers that may be under way: perils.max_streams.",
            number(self.most_streams),
        )?;
        gauge(
            "perild_store_version",
            "Version of the peril store in service; 0 without one.",
            self.store.map_or(0.0, |store| number(store.id)),
        )?;
        if let Some(store) = self.store {
            gauge(
                "perild_store_imported_timestamp_seconds",
                "When the peril store in service was imported, in seconds since 1970.",
                number(store.imported_at),
            )?;
        }
        Ok(())
    }

    fn register_log(&self, registry: &Registry) -> Result<(), Error> {
        let help = "Records that were lost because the journal did not keep up: log.on_overflow.";
        let dropped = Counter::new("perild_log_dropped_total", help)?;
        registered(registry, dropped)?.inc_by(number(self.log_dropped));
        Ok(())
    }

    fn register_audit(&self, registry: &Registry) -> Result<(), Error> {
        let Some(audit) = self.audit else {
            return Ok(());
        };
        gauge(
            registry,
            "perild_audit_failing",
            "1 when the last attempt to write to the audit file has failed.",
            f64::from(u8::from(audit.is_failing)),
        )?;
        for (name, help, places) in [
            (
                "perild_audit_places",
                "Records of the audit file that wait for it, and requests that will have one.",
                audit.places,
            ),
            (
                "perild_audit_places_limit",
                "Places of records that there are.",
                audit.most_places,
            ),
        ] {
            let places = u32::try_from(places).unwrap_or(u32::MAX);
            gauge(registry, name, help, places.into())?;
        }
        let help = "Records for which there was no place in the audit file: audit.on_failure.";
        let lost = Counter::new("perild_audit_lost_total", help)?;
        registered(registry, lost)?.inc_by(number(audit.lost));
        Ok(())
    }

    fn register_tokens(&self, registry: &Registry) -> Result<(), Error> {
        let tokens = &self.tokens;
        for (name, help, value) in [
            (
                "perild_introspection_calls_total",
                "Questions to the directory about tokens that were sent or tried.",
                tokens.introspection_calls,
            ),
            (
                "perild_introspection_faults_total",
                "Questions to which the directory gave no answer that can be used, and those not asked \
                 because it keeps failing.",
                tokens.upstream_faults,
            ),
            (
                "perild_token_cache_hits_total",
                "Tokens that were judged by a remembered answer.",
                tokens.cache_hits,
            ),
            (
                "perild_token_cache_misses_total",
                "Tokens for which the directory had to be asked, or was being asked already.",
                tokens.cache_misses,
            ),
        ] {
            registered(registry, Counter::new(name, help)?)?.inc_by(number(value));
        }
        gauge(
            registry,
            "perild_token_cache_entries",
            "Answers of the directory that are remembered.",
            number(tokens.cache_entries),
        )?;
        gauge(
            registry,
            "perild_token_cache_limit",
            "Answers that may be remembered: introspection.cache_entries, or 0 when none are.",
            number(tokens.cache_limit),
        )
    }

    fn register_ends(&self, registry: &Registry) -> Result<(), Error> {
        let help = "When the first of the certificates or revocation lists ends that the configuration \
                    names under this key, in seconds since 1970.";
        let ends = Opts::new("perild_expiry_timestamp_seconds", help);
        let first = registered(registry, GaugeVec::new(ends, &["key"])?)?;
        let help = "From when on perild check warns of such an end, in seconds since 1970: 30 days before it, \
                    and a fifth of its period before that of a revocation list.";
        let warned_of = Opts::new("perild_expiry_warning_timestamp_seconds", help);
        let warned_of = registered(registry, GaugeVec::new(warned_of, &["key"])?)?;
        for (key, ends) in &self.ends {
            let set = |gauge: &GaugeVec, time: Timestamp| {
                gauge
                    .get_metric_with_label_values(&[key])
                    .map(|gauge| gauge.set(number(time.seconds())))
            };
            set(&first, ends.first)?;
            set(&warned_of, ends.warned_of)?;
        }
        Ok(())
    }
}

fn gauge(registry: &Registry, name: &str, help: &str, value: f64) -> Result<(), Error> {
    registered(registry, Gauge::new(name, help)?)?.set(value);
    Ok(())
}
