//! The daemon's answers beside those that `reference.py` reads out of the CSV files.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    site::{CERTIFICATE, Site, fresh_token},
    support::{http::Request, process::tool},
};

/// Random requests for one grid.
pub(crate) struct Sample<'s> {
    /// The CSV files, of the same values as the store.
    pub(crate) folder: &'s Path,
    /// How many requests.
    pub(crate) count: u32,
    /// Others for each number.
    pub(crate) seed: u32,
    /// South, west, north and east of the grid in degrees.
    pub(crate) corners: [&'s str; 4],
}

impl Sample<'_> {
    /// Sends every request to the daemon of `site` and compares each answer to its last octet.
    pub(crate) fn compare(&self, site: &Site) {
        let token = fresh_token();
        // Made for the first request: until then the reference reads its files, and an idle connection ends meanwhile.
        let mut connection = None;
        let mut reference = Command::new(tool("python3", "python3"))
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/perils/reference.py"
            ))
            .arg(self.folder)
            .args([self.count, self.seed].map(|number| number.to_string()))
            .args(self.corners)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut compared, mut quirks) = (0, 0);
        for line in BufReader::new(reference.stdout.take().unwrap()).lines() {
            let case: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |name: &str| case[name].as_str();
            let mut request = Request::new(text("method").unwrap(), text("target").unwrap())
                .bearer(&token)
                .field("X-API-Key", "of the old service")
                .field(CERTIFICATE, &site.bank.escaped());
            if let (Some(body), Some(content_type)) = (text("body"), text("type")) {
                request = request
                    .field("Content-Type", content_type)
                    .content(body.as_bytes());
            }
            let connection = connection.get_or_insert_with(|| site.connect());
            let answer = connection.send(&request);
            let has_quirk = case["quirk"] == true;
            assert_eq!(answer.status, 200, "{case}: {answer:?}");
            assert_eq!(answer.text(), text("expected").unwrap(), "{case}");
            assert_eq!(answer.field("content-type"), Some("application/json"));
            let length = answer.content.len().to_string();
            assert_eq!(answer.field("content-length"), Some(length.as_str()));
            assert_eq!(answer.field("warning").is_some(), has_quirk, "{case}");
            assert_eq!(answer.field("deprecation").is_some(), has_quirk, "{case}");
            compared += 1;
            quirks += u32::from(has_quirk);
        }
        assert!(reference.wait().unwrap().success());
        assert_eq!(compared, self.count);
        assert!(quirks > self.count / 10, "{quirks}");
    }
}
