//! The description against the daemon: what it promises can be had, and what it shows is true.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    sample,
    site::{CERTIFICATE, NAME, Site, fresh_token},
    support::{
        described::{DOCUMENT, resolved, valid},
        http::{Answer, Request},
    },
};

/// What nginx says by itself, or what takes a fault or a crowd; the clauses and the end-to-end tests have these.
const OF_OTHERS: [&str; 7] = ["408", "429", "431", "500", "502", "503", "504"];

/// An operation of the description.
struct Operation {
    path: &'static str,
    method: String,
    described: &'static Value,
}

impl Operation {
    fn all() -> Vec<Self> {
        let paths = DOCUMENT["paths"].as_object().unwrap();
        let here = paths.iter().filter(|(path, _)| !is_of_others(path));
        let each = here.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, described)| Self {
                path,
                method: method.to_uppercase(),
                described,
            })
        });
        each.collect()
    }

    fn responses(&self) -> &'static serde_json::Map<String, Value> {
        self.described["responses"].as_object().unwrap()
    }

    fn is_open(&self) -> bool {
        self.described["security"] == Value::Array(Vec::new())
    }

    /// Whether it answers those without a token as well.
    fn is_optional(&self) -> bool {
        let ways = self.described["security"].as_array();
        ways.is_some_and(|ways| ways.contains(&serde_json::json!({})))
    }

    fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        let parameters = self.described.get("parameters").and_then(Value::as_array);
        parameters.into_iter().flatten().map(resolved)
    }

    /// The target with the examples of those parameters that `wanted` names, and of those that must be there.
    fn target(&self, wanted: impl Fn(&str) -> bool) -> String {
        let path = self.path.replace("{name}", NAME).replace("{id}", "wind");
        let query = self.parameters().filter(|parameter| {
            let is_wanted =
                parameter["required"] == true || wanted(parameter["name"].as_str().unwrap());
            parameter["in"] == "query" && is_wanted && parameter.get("example").is_some()
        });
        let query = query.map(|parameter| {
            let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
            let value = match &parameter["example"] {
                Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
                value => text(value),
            };
            format!("{}={value}", parameter["name"].as_str().unwrap())
        });
        let query: Vec<_> = query.collect();
        on_the_grid(&format!("{path}?{}", query.join("&"))).replace(' ', "%20")
    }

    /// Media types of the body with an example each; one empty body when there is none.
    fn bodies(&self) -> Vec<(&'static str, String)> {
        let Some(content) = self.described.pointer("/requestBody/content") else {
            return vec![("", String::new())];
        };
        let example = |media_type: &str, content: &Value| match &content["example"] {
            Value::String(text) => text.clone(),
            Value::Object(members) if media_type == FORM => form(members),
            example => example.to_string(),
        };
        let content = content.as_object().unwrap().iter();
        let bodies = content.map(|(media_type, content)| {
            let example = example(media_type, content);
            (media_type.as_str(), on_the_grid(&example))
        });
        bodies.collect()
    }
}

/// Paths whose answers need another world than one of perils: tables, files with a schema, an address for metadata, counts
/// that one heartbeat takes from the next. `tests/clauses` asks them (`ogc_features`, `series`, `locate`, `harvest`,
/// `rfc9728`, `open_energy`); records of provenance are asked for by `tests/provenance`.
fn is_of_others(path: &str) -> bool {
    let resource = path
        .strip_prefix("/v1/collections/{id}/")
        .unwrap_or_default();
    let is_of_a_table = ["items", "queryables", "aggregate", "latest", "csvw"];
    is_of_a_table.iter().any(|one| resource.starts_with(one))
        || path.starts_with("/.well-known/")
        || path == "/v1/heartbeat"
        || resource == "provenance"
        || path == "/v1/provenance/{id}"
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The members of an example as a form has them.
fn form(members: &serde_json::Map<String, Value>) -> String {
    let fields = members.iter().map(|(name, value)| {
        let value = value.as_str().map_or(value.to_string(), str::to_owned);
        format!("{name}={}", value.replace(' ', "+"))
    });
    fields.collect::<Vec<_>>().join("&")
}

/// The sample lies around 0, 0, and is fine; the examples look at London, and far.
fn on_the_grid(text: &str) -> String {
    text.replace("51.5", "1.5")
        .replace("within=180", "within=50")
}

/// A request with credentials as far as they are needed.
fn request(site: &Site, operation: &Operation, target: &str) -> Request {
    let request = Request::new(&operation.method, target);
    if operation.is_open() {
        return request;
    }
    request
        .bearer(&fresh_token())
        .field(CERTIFICATE, &site.bank.escaped())
}

fn with_body(request: Request, (media_type, body): &(&str, String)) -> Request {
    if media_type.is_empty() {
        return request;
    }
    request
        .field("Content-Type", media_type)
        .content(body.as_bytes())
}

fn site() -> Site {
    sample::site_with(|settings, _| {
        settings.defaults += "scope = \"energy:read\"\n";
        settings
            .more
            .push_str("[perils]\nmax_places = 2\nmax_cells = 1000\nmax_contract_places = 2\n");
    })
}

/// A request that is answered with `status`, and the site that does so.
fn provoking<'s>(
    status: &str,
    operation: &Operation,
    site: &'s Site,
    without_data: &'s Site,
) -> (&'s Site, Request) {
    let bodies = operation.bodies();
    let target = operation.target(|name| name == "perils" && operation.method == "GET");
    let plain = request(site, operation, &target);
    let request = match status {
        "204" if operation.path.contains("{id}") && operation.method != "OPTIONS" => {
            data_request(site, operation, "80 80,81 80", "80,80,81,81")
        }
        "200" | "204" => with_body(plain, &bodies[0]),
        "206" => plain.field("Range", "bytes=0-1"),
        "303" => plain,
        "304" => plain.field("If-None-Match", "*"),
        "400" if operation.is_open() => {
            Request::new(&operation.method, "/openapi.json?version=2.0")
        }
        "400" => plain.field("Authorization", "Bearer another"),
        // Who sends no token is not asked for one.
        "401" if operation.is_optional() => {
            Request::new(&operation.method, &target).bearer(&fresh_token())
        }
        "401" => with_body(Request::new(&operation.method, &target), &bodies[0]),
        "403" => {
            site.says_with("scope", "other".into());
            with_body(plain, &bodies[0])
        }
        "404" if operation.path.contains("{name}") => request(
            site,
            operation,
            &operation.path.replace("{name}", "no-such-file"),
        ),
        "404" if operation.path.contains("{id}") => {
            request(site, operation, &operation.path.replace("{id}", "no-such"))
        }
        "404" => {
            let request = request(without_data, operation, &target);
            return (without_data, with_body(request, &bodies[0]));
        }
        "406" if operation.is_open() => plain.field("Accept-Encoding", "identity;q=0"),
        "406" => with_body(plain.field("Accept", "*/*;q=0"), &bodies[0]),
        "412" => plain.field("If-Match", "\"another\""),
        "413" if operation.path.contains("{id}") => {
            data_request(site, operation, &vec!["1 1"; 100].join(","), "-3,-2,3,4")
        }
        "413" if operation.method == "POST" => {
            let place = "{\"latitude\":1,\"longitude\":1}";
            let body = format!("{{\"locations\":[{place},{place},{place}]}}");
            with_body(
                request(site, operation, operation.path),
                &("application/json", body),
            )
        }
        "413" => request(site, operation, "/v1/location?lat=1,1,1&lon=1,1,1"),
        "414" => request(site, operation, &format!("{target}&{}", "x".repeat(9_000))),
        "415" => plain.field("Content-Type", "image/png").content(b"x"),
        "416" => plain.field("Range", "bytes=999999-"),
        other => unreachable!("nobody knows how to provoke {other}"),
    };
    (site, request)
}

/// A data query by the operation's method.
fn data_request(site: &Site, operation: &Operation, places: &str, bounds: &str) -> Request {
    let query = data_query(operation.path, places, bounds);
    if operation.method != "POST" {
        return request(site, operation, &query);
    }
    let (path, form) = query.split_once('?').unwrap();
    with_body(request(site, operation, path), &(FORM, form.to_owned()))
}

/// A data query of the coverage at some `places`, or all over a box.
fn data_query(path: &str, places: &str, bounds: &str) -> String {
    let (path, query) = (
        path.replace("{id}", "wind"),
        path.rsplit('/').next().unwrap(),
    );
    let [west, south, east, north] =
        <[_; 4]>::try_from(bounds.split(',').collect::<Vec<_>>()).unwrap();
    let query = match query {
        "area" => format!(
            "coords=POLYGON(({west}%20{south},{east}%20{south},{east}%20{north},{west}%20{north},{west}%20{south}))"
        ),
        "cube" => format!("bbox={bounds}"),
        "radius" => format!("coords=POINT({west}%20{south})&within=500&within-units=km"),
        "trajectory" => {
            let there_and_back = format!("{west}%20{south},{east}%20{north}");
            format!("coords=LINESTRING({})", vec![there_and_back; 50].join(","))
        }
        _ => format!("coords=MULTIPOINT({})", places.replace(' ', "%20")),
    };
    format!("{path}?{query}")
}

#[test]
fn every_status_of_every_operation_comes_with_what_is_described() {
    let (site, without_data) = (site(), Site::start());
    let mut provoked = 0;
    for operation in Operation::all() {
        let (path, method) = (operation.path, &operation.method);
        for status in operation.responses().keys() {
            // Only the wrong hop, and what is no HTTP, are refused what is open.
            let is_of_hop = operation.is_open()
                && matches!(status.as_str(), "400" | "403")
                && !(path == "/openapi.json" && status == "400" && method != "OPTIONS");
            // What there is, is not kept from any token.
            let is_of_hop =
                is_of_hop || (operation.described["tags"][0] == "catalogue" && status == "403");
            // The catalogue for harvesters is there as soon as the site is.
            let forms = ["/catalog.", "/v1/catalog", "/metadata.", "/v1/api/"];
            let is_of_harvest = forms.iter().any(|form| path.starts_with(form)) && status == "404";
            if is_of_hop || is_of_harvest || OF_OTHERS.contains(&status.as_str()) {
                continue;
            }
            let (at, request) = provoking(status, &operation, &site, &without_data);
            let answer = at.ask(&request);
            site.vouch();
            assert_eq!(
                &answer.status.to_string(),
                status,
                "{method} {path}: {answer:?}"
            );
            provoked += 1;
        }
    }
    assert!(provoked > 300, "{provoked}");
}

#[test]
fn every_documented_request_is_answered_in_every_media_type() {
    let site = sample::site();
    let mut answered = 0;
    for operation in Operation::all() {
        let Some(ok) = operation.responses().get("200") else {
            continue;
        };
        let content = ok.get("content").and_then(Value::as_object);
        for body in operation.bodies() {
            for media_type in content.into_iter().flat_map(|content| content.keys()) {
                let target = match media_type.as_str() {
                    // Its parameter chooses the version, whatever is accepted.
                    "application/vnd.oai.openapi+json" => "/openapi.json?version=3.0".to_owned(),
                    _ => operation.target(|_| body.0.is_empty()),
                };
                let request = request(&site, &operation, &target);
                let request = with_body(request.field("Accept", media_type), &body);
                let answer = site.ask(&request);
                let (path, method, body) = (operation.path, &operation.method, &body.1);
                assert_eq!(
                    answer.status, 200,
                    "{method} {path} {media_type} {body}: {answer:?}"
                );
                let sent = answer.field("content-type").unwrap();
                assert!(
                    media_type == "*/*" || sent.starts_with(media_type.as_str()),
                    "{sent} for {media_type}"
                );
                answered += 1;
            }
        }
    }
    assert!(answered > 30, "{answered}");
}

#[test]
fn every_example_has_the_shape_that_it_stands_for() {
    let mut rest = vec![&*DOCUMENT];
    let mut checked = 0;
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items),
            Value::Object(members) => {
                rest.extend(members.values());
                let Some(schema) = members.get("schema") else {
                    continue;
                };
                let named = members.get("examples").and_then(Value::as_object);
                let named = named.into_iter().flat_map(|all| all.values());
                let named = named.map(|example| &example["value"]);
                for example in named.chain(members.get("example")) {
                    valid(schema, example).unwrap();
                    assert!(valid(schema, &Value::Null).is_err(), "{schema}");
                    checked += 1;
                }
            }
            _ => {}
        }
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn what_may_be_kept_has_validators_and_head_says_what_get_says() {
    let site = sample::site();
    let mut cacheable = BTreeSet::new();
    for operation in Operation::all() {
        if operation.method != "GET" || !operation.responses().contains_key("200") {
            continue;
        }
        let target = operation.target(|name| name == "perils");
        let ask = |method: &str, fields: &[(&str, &str)]| {
            let request = Request::new(method, &target);
            let request = request.bearer(&fresh_token());
            let request = request.field(CERTIFICATE, &site.bank.escaped());
            let add = |request: Request, field: &(&str, &str)| request.field(field.0, field.1);
            site.ask(&fields.iter().fold(request, add))
        };
        let get = ask("GET", &[]);
        let head = ask("HEAD", &[]);
        assert_eq!((get.status, head.status), (200, 200), "{target}");
        assert!(head.content.is_empty() && !get.content.is_empty());
        assert_eq!(lasting(&head), lasting(&get), "{target}");
        let Some(tag) = get.field("etag") else {
            continue;
        };
        cacheable.insert(operation.path);
        assert!(tag.starts_with('"'), "strong: {tag}");
        let since = get.field("last-modified");
        let since = since.map(|since| ("If-Modified-Since", since));
        for method in ["GET", "HEAD"] {
            for field in [("If-None-Match", tag)].into_iter().chain(since) {
                let kept = ask(method, &[field]);
                assert_eq!((kept.status, kept.content.len()), (304, 0), "{target}");
                assert_eq!(kept.field("etag"), Some(tag));
                assert_eq!(kept.field("cache-control"), get.field("cache-control"));
                assert_eq!(kept.field("vary"), get.field("vary"));
            }
            for field in [
                ("If-None-Match", "\"another\""),
                ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ] {
                assert_eq!(ask(method, &[field]).status, 200, "{target}");
            }
        }
    }
    let all: BTreeSet<_> = Operation::all()
        .iter()
        .filter(|operation| operation.method == "GET")
        .map(|operation| operation.path)
        .collect();
    let others: Vec<_> = all.difference(&cacheable).copied().collect();
    assert_eq!(
        others,
        [
            "/",
            "/healthz",
            "/heartbeat",
            "/readyz",
            "/v1/collections/{id}/heartbeat"
        ]
    );
}

/// Rows: HTTP-18
#[test]
fn rfc9110_8_8_3_every_format_and_coding_has_a_tag_of_its_own_and_vary_says_why() {
    let site = sample::site();
    let place = "lat=1&lon=1&perils=wind";
    let formats = ["json", "csv", "geojson", "arrow"];
    let mut groups: Vec<Vec<String>> = ["/openapi.json", "/docs", "/v1/perils"]
        .map(|target| vec![target.to_owned()])
        .into();
    groups.push(
        formats
            .map(|f| format!("/v1/location?{place}&f={f}"))
            .into(),
    );
    for targets in groups {
        let mut tags = BTreeSet::new();
        let mut answered = 0;
        for target in &targets {
            let mut lengths = Vec::new();
            for coding in ["identity", "gzip", "zstd"] {
                let ask = |fields: &[(&str, &str)]| {
                    let fields = [&[("Accept-Encoding", coding)], fields].concat();
                    site.get_with(target, &fields)
                };
                let answer = ask(&[]);
                assert_eq!(answer.status, 200, "{target}");
                let said = answer.field("content-encoding").unwrap_or("identity");
                assert_eq!(said, coding, "{target}");
                let vary = answer.field("vary").unwrap();
                assert!(vary.contains("Accept-Encoding"), "{target}: {vary}");
                let tag = answer.field("etag").unwrap();
                tags.insert(tag.to_owned());
                answered += 1;
                lengths.push(answer.content.len());
                assert_eq!(ask(&[("If-None-Match", tag)]).status, 304, "{target}");
            }
            assert!(
                lengths[1] < lengths[0] && lengths[2] < lengths[0],
                "{target}: {lengths:?}"
            );
        }
        assert_eq!(tags.len(), answered, "{targets:?}");
    }
}

/// The fields that do not differ from one exchange to the next.
fn lasting(answer: &Answer) -> BTreeSet<&(String, String)> {
    let differs = ["date", "x-fapi-interaction-id"];
    let fields = answer.fields.iter();
    fields
        .filter(|(name, _)| !differs.contains(&name.as_str()))
        .collect()
}
