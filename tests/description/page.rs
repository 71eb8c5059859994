//! `/docs` in a real browser.

use std::{fs, path::PathBuf, process::Command};

use perild::app::Route;
use serde_json::{Value, json};

use crate::{
    artefact,
    development::{Development, output},
    devtools::Browser,
    tools,
};

/// The page of a running `perild dev`, opened.
struct Open {
    browser: Browser,
    url: String,
    _development: Development,
}

impl Open {
    fn new() -> Self {
        let development = Development::start();
        let mut shell = development.consumer("bash");
        shell.args(["-euo", "pipefail", "-c", KEY]);
        let (spki, url) = (output(shell), output(address(&development)));
        let mut browser = Browser::start(spki.trim());
        let url = format!("{}/docs", url.trim());
        browser.open(&url);
        Self {
            browser,
            url,
            _development: development,
        }
    }

    /// As a reader sees it who looks at one operation.
    fn unfold_one(&mut self) {
        self.browser.evaluate(
            "for (const one of document.querySelectorAll('details')) \
             one.open = one.contains(document.getElementById('operation-locations'))",
        );
    }

    fn unfold_all(&mut self) {
        self.browser
            .evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
    }

    fn size(&mut self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.browser
            .call("Emulation.setDeviceMetricsOverride", &size);
    }

    fn scheme(&mut self, name: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": name}]});
        self.browser.call("Emulation.setEmulatedMedia", &features);
    }
}

fn address(development: &Development) -> Command {
    let mut shell = development.consumer("bash");
    shell.args(["-c", "echo \"$PERILS_URL\""]);
    shell
}

/// SHA-256 of the public key that the front shows.
const KEY: &str = "openssl s_client -connect \"${PERILS_URL#https://}\" -CAfile \"$PERILS_CA\" -verify_return_error </dev/null 2>/dev/null |
    openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64";

#[test]
fn the_page_lists_every_operation_and_asks_nobody_for_anything() {
    let mut open = Open::new();
    let browser = &mut open.browser;
    let headings =
        browser.evaluate("[...document.querySelectorAll('summary h3')].map(one => one.innerText)");
    let headings = headings.to_string();
    // Nobody signs records here, and what is not there is not described.
    let is_there = |path: &str| !path.contains("provenance");
    for route in Route::described() {
        for method in route
            .allow
            .split(", ")
            .filter(|method| matches!(*method, "GET" | "POST"))
        {
            let heading = format!("{method} {}", route.path);
            let is_listed = headings.contains(&heading);
            assert_eq!(is_listed, is_there(&route.path), "{heading}: {headings}");
        }
    }
    let styled = browser.evaluate("getComputedStyle(document.body).maxWidth");
    assert_eq!(
        styled, "960px",
        "the policy lets the page's own style through"
    );

    let asked = |browser: &Browser| -> Vec<String> {
        let requests = browser.events("Network.requestWillBeSent");
        let urls = requests.map(|event| event["request"]["url"].as_str().unwrap().to_owned());
        urls.collect()
    };
    assert_eq!(asked(browser), [open.url.as_str()]);
    for fault in [
        "Log.entryAdded",
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
    ] {
        let found: Vec<_> = browser.events(fault).collect();
        assert!(found.is_empty(), "{found:?}");
    }

    // The twin: a picture from elsewhere would be seen here, and the policy stops it.
    browser.evaluate(
        "document.body.append(Object.assign(new Image(), {src: 'https://127.0.0.2/x.png'}))",
    );
    let stopped = browser.wait_for(|event| event["method"] == "Network.loadingFailed");
    assert_eq!(stopped["params"]["blockedReason"], "csp");
    browser.wait_for(|event| event["method"] == "Log.entryAdded");
}

#[test]
fn a_keyboard_unfolds_an_operation_and_a_link_its_shape() {
    let mut open = Open::new();
    let browser = &mut open.browser;
    let focused = "document.activeElement.tagName";
    let mut presses = 0;
    while browser.evaluate(focused) != "SUMMARY" {
        browser.press("Tab", 9, "");
        presses += 1;
        assert!(presses < 10, "no operation is reached by the keyboard");
    }
    let is_open = "document.activeElement.parentElement.open";
    assert_eq!(browser.evaluate(is_open), false);
    let outline = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, "solid", "what has the focus is seen");
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.evaluate(is_open), true);

    let shape = "document.getElementById('Locations').closest('details').open";
    assert_eq!(browser.evaluate(shape), false);
    browser.evaluate("document.querySelector('a[href=\"#Locations\"]').click()");
    assert_eq!(browser.evaluate(shape), true);
}

#[test]
fn the_page_is_accessible_by_day_by_night_and_on_a_phone() {
    let mut open = Open::new();
    let axe = fs::read_to_string(axe()).unwrap();
    open.browser.evaluate(&axe);
    for (name, scheme, width) in [
        ("docs", "light", 1200),
        ("docs-dark", "dark", 1200),
        ("docs-phone", "light", 360),
    ] {
        open.size(width, 900);
        open.scheme(scheme);
        open.unfold_one();
        open.browser.picture(&artefact(&format!("{name}.png")));
        open.unfold_all();
        let is_dark = open
            .browser
            .evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
        assert_eq!(is_dark, scheme == "dark");
        let wide = open
            .browser
            .evaluate("document.documentElement.scrollWidth");
        assert!(
            wide.as_u64().unwrap() <= width.into(),
            "{name} is {wide} wide"
        );
        assert_eq!(
            violations(&mut open.browser),
            Value::Array(Vec::new()),
            "{name}"
        );
    }
    // The twin: what cannot be read is found.
    open.browser
        .evaluate("document.querySelector('h1').style.cssText = 'color: #ddd; background: #eee'");
    let found = violations(&mut open.browser).to_string();
    assert!(found.contains("color-contrast"), "{found}");
}

/// The program that finds in a page what some cannot use.
fn axe() -> PathBuf {
    let home = tools::installed("axe-4.14.1", |home| tools::npm(home, "axe-core@4.14.1"));
    home.join("node_modules/axe-core/axe.min.js")
}

/// What axe finds against WCAG 2.2 AA and its own good practice.
fn violations(browser: &mut Browser) -> Value {
    browser.evaluate(
        "axe.run().then(found => found.violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.html)]))",
    )
}
