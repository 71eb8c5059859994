//! The refusals as responses: one a status, with an example for each kind that has it.

use std::{collections::BTreeMap, io, path::PathBuf, time::Duration};

use serde_json::{Map, Value, json};

use super::reference::header;
use crate::{
    caller::CertificateRefused,
    config::PerilLimits,
    dataset::{self, Absent, perils::Refused, tables},
    edge::{Malformed, NotTaken},
    policy::{Denied, Unmet},
    response::{
        Refusal,
        location::{self, Format},
        media::Formats,
        problem::{self, Kind},
    },
    token::{Scope, TokenRefused, Unavailability},
};

/// The responses of all statuses from 400 on, by name.
pub(super) fn responses(limits: &PerilLimits) -> Value {
    let mut by_status: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
    for refusal in refusals(limits) {
        let kind = problem::kind(&refusal);
        let said = problem::specific(&refusal);
        let example = example(&kind, said.as_deref(), problem::offered(&refusal));
        let examples = by_status.entry(kind.status.as_u16()).or_default();
        if !examples.contains(&example) {
            examples.push(example);
        }
    }
    for (status, title) in OF_NGINX {
        by_status.entry(status).or_default().push(json!({
            "type": "about:blank", "title": title, "status": status, "interaction_id": ID,
        }));
    }
    let named = by_status
        .into_iter()
        .map(|(status, examples)| (name(status), response(status, examples)));
    Value::Object(named.collect())
}

/// References to the responses of `statuses`.
pub(super) fn references(statuses: &[u16]) -> impl Iterator<Item = (String, Value)> {
    statuses.iter().map(|status| {
        let target = format!("#/components/responses/{}", name(*status));
        (status.to_string(), json!({"$ref": target}))
    })
}

fn name(status: u16) -> String {
    format!("Problem{status}")
}

fn response(status: u16, examples: Vec<Value>) -> Value {
    let titles = examples.iter().filter_map(|example| example.get("title"));
    let mut titles: Vec<_> = titles.filter_map(Value::as_str).collect();
    titles.dedup();
    let description = format!("{}.", titles.join("; "));
    let named = examples
        .into_iter()
        .enumerate()
        .map(|(index, example)| (format!("example{}", index + 1), json!({"value": example})));
    let named: Map<_, _> = named.collect();
    let mut headers = json!({"x-fapi-interaction-id": header("x-fapi-interaction-id")});
    for (name, component) in fields(status) {
        headers[*name] = header(component);
    }
    json!({
        "description": description,
        "headers": headers,
        "content": {"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": named,
        }},
    })
}

/// The fields of a refusal with `status`, each with the component that describes it.
fn fields(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        400 | 403 => &[("WWW-Authenticate", "Challenge")],
        401 => &[("WWW-Authenticate", "WWW-Authenticate")],
        405 => &[("Allow", "Allow")],
        416 => &[("Content-Range", "Content-Range")],
        429 | 503 => &[("Retry-After", "Retry-After")],
        _ => &[],
    }
}

fn example(kind: &Kind, said: Option<&str>, offered: Option<&str>) -> Value {
    let mut example = json!({
        "type": kind.type_uri(),
        "title": kind.title(),
        "status": kind.status.as_u16(),
        "detail": said.unwrap_or(kind.detail()),
        "instance": format!("urn:uuid:{ID}"),
        "interaction_id": ID,
    });
    if let Some(error) = kind.error() {
        example["error"] = error.into();
        example["error_description"] = kind.detail().into();
    }
    if let Some(offered) = offered {
        example["offered"] = offered.into();
    }
    example
}

/// One of each kind that a request can meet.
fn refusals(limits: &PerilLimits) -> Vec<Refusal> {
    let places = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    let insufficient = Scope::parse("energy:read").map(|needed| {
        Refusal::Denied(Denied::InsufficientScope {
            rule: "".into(),
            needed,
        })
    });
    let mut refusals = vec![
        Refusal::Malformed(Malformed::SeveralTokens),
        Refusal::Malformed(Malformed::TokenInQuery),
        Refusal::Malformed(Malformed::HostMissingOrRepeated),
        Refusal::Perils(Refused::Malformed {
            at: "lat".to_owned(),
            expected: "a finite number".into(),
        }),
        Refusal::Perils(Refused::Unknown {
            at: "scenarios[0]".to_owned(),
            known: "ssp126, ssp585".into(),
        }),
        Refusal::Perils(Refused::NotJson { at: 17 }),
        Refusal::NoToken,
        Refusal::NoCertificate,
        Refusal::Certificate(CertificateRefused::CaAsClient),
        Refusal::Token(TokenRefused::Inactive),
    ];
    refusals.extend(insufficient);
    refusals.extend([
        Refusal::Denied(Denied::Blocked { name: "".into() }),
        Refusal::Denied(Denied::Conditions {
            rule: "".into(),
            unmet: [Unmet::Approval].into(),
            needed: None,
        }),
    ]);
    refusals.extend([
        Refusal::Absent(Absent::NoSuchFile),
        Refusal::Perils(Refused::NoStore),
        Refusal::Perils(Refused::NotImported {
            peril: "hail".into(),
        }),
        Refusal::Perils(Refused::NoLocations),
        Refusal::Perils(Refused::OffGrid {
            first: vec![3],
            count: 1,
        }),
        Refusal::Tables(tables::Refused::NoData),
        Refusal::Tables(tables::Refused::NoItem),
        Refusal::Tables(tables::Refused::OtherKind {
            kind: dataset::Kind::Records,
        }),
        Refusal::MethodNotAllowed,
        Refusal::NotAcceptable {
            offered: Format::OFFERED,
        },
        Refusal::Body(NotTaken::Stalled),
        Refusal::Tables(tables::Refused::Gone),
        Refusal::PreconditionFailed,
        Refusal::Body(NotTaken::TooLarge {
            limit: limits.max_body_bytes,
        }),
        Refusal::Perils(Refused::TooManyPlaces {
            limit: places(limits.max_places),
        }),
        Refusal::Perils(Refused::TooManyPlaces {
            limit: places(limits.max_contract_places),
        }),
        Refusal::Perils(Refused::TooMuch {
            what: location::COLUMNS,
            found: 2 * limits.max_columns,
            limit: limits.max_columns,
        }),
        Refusal::Malformed(Malformed::TargetTooLong { bytes: 0, limit: 0 }),
        Refusal::NotRead {
            taken: "application/json",
        },
        Refusal::Body(NotTaken::Encoded),
        Refusal::RangeNotSatisfiable { length: 0 },
        Refusal::Malformed(Malformed::HeaderBlockTooLarge { bytes: 0, limit: 0 }),
        Refusal::Fault,
        Refusal::NotReady(String::new()),
        Refusal::Absent(Absent::Unreadable {
            path: PathBuf::new(),
            source: io::ErrorKind::PermissionDenied.into(),
        }),
        Refusal::Tables(tables::Refused::Unreadable),
        Refusal::Tables(tables::Refused::BeingImported),
        Refusal::Token(TokenRefused::Unavailable {
            reason: Unavailability::BreakerOpen,
            retry_after: Duration::from_secs(5),
        }),
        Refusal::Busy,
        Refusal::NotRecorded,
    ]);
    refusals
}

/// The statuses that any request may end with.
pub(super) const OF_EVERY_OPERATION: [u16; 9] = [400, 403, 414, 429, 431, 500, 502, 503, 504];

/// Problems that nginx says by itself.
const OF_NGINX: [(u16, &str); 3] = [
    (429, "Too Many Requests"),
    (502, "Bad Gateway"),
    (504, "Gateway Timeout"),
];

/// An interaction id.
pub(super) const ID: &str = "8c9a1f0e-7f0b-4d5e-9a55-2f6c1d3b7a90";
