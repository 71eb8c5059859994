//! A daemon that is counted, and what a scrape of it says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use time::{Duration, OffsetDateTime};

use super::site::Site;
use crate::support::{
    http::{Request, plain},
    perild::Settings,
    process::output,
};

/// A site with metrics at a port that the system chooses.
pub(crate) fn metered(change: impl FnOnce(&mut Settings)) -> Site {
    Site::with(|settings, _| {
        settings.more = "[metrics]\nlisten = \"127.0.0.1:0\"\n".to_owned();
        change(settings);
    })
}

/// Where the metrics of `site` are, by its log.
pub(crate) fn port(site: &Site) -> u16 {
    let line = site
        .perild
        .wait_for_line(|line| line.contains("metrics are at http://"));
    let (_, rest) = line.split_once("127.0.0.1:").unwrap();
    rest.split('/').next().unwrap().parse().unwrap()
}

pub(crate) fn scrape(site: &Site) -> Scrape {
    let answer = plain(port(site)).send(&Request::get("/metrics"));
    assert_eq!(answer.status, 200);
    Scrape::read(answer.text())
}

/// One answer of `/metrics`.
pub(crate) struct Scrape {
    text: String,
    samples: BTreeMap<String, f64>,
}

impl Scrape {
    pub(crate) fn read(text: &str) -> Self {
        let mut samples = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let before = samples.insert(series.to_owned(), value.parse().unwrap());
            assert_eq!(before, None, "{series} is there twice");
        }
        Self {
            text: text.to_owned(),
            samples,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The value of `series`, written as it is in the text.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        let value = self.samples.get(series);
        *value.unwrap_or_else(|| panic!("no {series} in\n{}", self.text))
    }

    /// The series of the family `name`, by their labels as they are in the text.
    pub(crate) fn family(&self, name: &str) -> BTreeMap<String, f64> {
        let own = |(series, value): (&String, &f64)| {
            let labels = series.strip_prefix(name)?.strip_prefix('{')?;
            Some((labels.strip_suffix('}')?.to_owned(), *value))
        };
        self.samples.iter().filter_map(own).collect()
    }

    /// The values of the one label that each of `series` has.
    pub(crate) fn labels(series: &BTreeMap<String, f64>) -> BTreeSet<String> {
        let value = |labels: &String| labels.split('"').nth(1).unwrap().to_owned();
        series.keys().map(value).collect()
    }

    /// Every series.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.samples.keys().map(String::as_str).collect()
    }

    /// Every family that has a type.
    pub(crate) fn families(&self) -> BTreeSet<String> {
        let typed = self
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "));
        typed
            .filter_map(|line| line.split(' ').next())
            .map(str::to_owned)
            .collect()
    }
}

/// Gives the daemon another certificate toward the directory, good for `days`; its end, in seconds since 1970.
pub(crate) fn renew_certificate(site: &Site, days: i64) -> i64 {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    let end = now + Duration::days(days);
    let renewed = site
        .pki
        .consumer_with("provider", |params| params.not_after = end);
    // Written over what is there: owner and mode stay.
    for (new, old) in [
        (&renewed.certificate, "a.pem"),
        (&renewed.private_key, "a.key"),
    ] {
        let content = fs::read(new).unwrap();
        fs::write(site.pki.path("certs").join(old), content).unwrap();
    }
    end.unix_timestamp()
}

/// Imports a few synthetic peril values; a reload takes them into service.
pub(crate) fn import_store(site: &Site) {
    let perild = || Command::new(env!("CARGO_BIN_EXE_perild"));
    let (files, state) = (site.pki.path("perils"), site.pki.path("state"));
    output(
        perild()
            .args(["sample", "--step", "7.5"])
            .arg("--out")
            .arg(&files),
    );
    output(
        perild()
            .arg("import")
            .arg("--state")
            .arg(&state)
            .arg(&files),
    );
}
