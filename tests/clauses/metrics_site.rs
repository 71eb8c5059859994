//! A daemon that is counted, and what a scrape of it says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use time::{Duration, OffsetDateTime};

use super::site::Site;
use crate::support::{
    http::{Request, plain},
    perild::Settings,
    pki::Pki,
    process::{output, tool},
};

/// A site with metrics at a port that the system chooses.
pub(crate) fn metered(change: impl FnOnce(&mut Settings)) -> Site {
    metered_with(|settings, _| change(settings))
}

pub(crate) fn metered_with(change: impl FnOnce(&mut Settings, &Pki)) -> Site {
    Site::with(|settings, pki| {
        settings.more += "[metrics]\nlisten = \"127.0.0.1:0\"\n";
        change(settings, pki);
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
    samples: BTreeMap<String, String>,
}

impl Scrape {
    pub(crate) fn read(text: &str) -> Self {
        let mut samples = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let before = samples.insert(series.to_owned(), value.to_owned());
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

    /// The value of `series`, written as it is in the text: a whole number.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> i64 {
        let value = self.samples.get(series);
        let value = value.unwrap_or_else(|| panic!("no {series} in\n{}", self.text));
        value.parse().unwrap()
    }

    /// The series of the family `name`, by their labels as they are in the text.
    pub(crate) fn family(&self, name: &str) -> BTreeMap<String, i64> {
        let own = |(series, value): (&String, &String)| {
            let labels = series.strip_prefix(name)?.strip_prefix('{')?;
            Some((labels.strip_suffix('}')?.to_owned(), value.parse().ok()?))
        };
        self.samples.iter().filter_map(own).collect()
    }

    /// The values of the one label that each of `series` has.
    pub(crate) fn labels(series: &BTreeMap<String, i64>) -> BTreeSet<String> {
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

/// Whether `promtool check metrics` takes `text`, and what it says.
pub(crate) fn check_metrics(text: &str) -> (bool, String) {
    let mut promtool = Command::new(promtool())
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let done = promtool.wait_with_output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

/// Installed, or where `./test packages` has put it.
fn promtool() -> PathBuf {
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools/promtool");
    if fetched.exists() {
        fetched
    } else {
        tool("promtool", "prometheus, or ./test packages")
    }
}
