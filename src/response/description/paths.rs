//! The operations: what each path takes and gives.

use serde_json::{Map, Value, json};

use super::{
    Description,
    operation::{Operation, answer, header, not_modified, parameter},
    problems, schemas,
};
use crate::{
    dataset::{FileName, Perils, grid::Peril},
    policy::DatasetNames,
    response::location::Format,
};

/// The operation `method` of `path`; none when there is none.
pub(super) fn operation(about: &Description<'_>, path: &str, method: &str) -> Option<Value> {
    match method {
        "OPTIONS" => Some(options(path)),
        "HEAD" => Some(find(about, path, "GET")?.without_content()),
        _ => Some(find(about, path, method)?.written(method)),
    }
}

fn find(about: &Description<'_>, path: &str, method: &str) -> Option<Operation> {
    let shared = |perils: &[Peril]| scopes(about, perils);
    Some(match (path, method) {
        ("/docs", "GET") => open(
            "docs",
            "This description as a page",
            "text/html",
            &json!({"type": "string"}),
        ),
        ("/healthz", "GET") => open(
            "health",
            "Whether the process lives",
            "text/html",
            &json!({"type": "string", "const": "OK"}),
        ),
        ("/openapi.json", "GET") => Operation {
            parameters: vec![parameter("version"), parameter("If-None-Match")],
            ..open(
                "openapi",
                "This description",
                "application/json",
                &json!({"type": "object"}),
            )
        },
        ("/readyz", "GET") => open(
            "readiness",
            "Whether requests can be answered",
            "text/plain",
            &json!({"type": "string"}),
        ),
        ("/{name}", "GET") => file(about, "file", "A CSV file by its name without extension"),
        ("/v1/files/{name}", "GET") => file(
            about,
            "versionedFile",
            "A file by its name, with or without .csv",
        ),
        ("/v1/perils", "GET") => Operation {
            tag: "perils",
            problems: vec![404, 406, 412],
            ..guarded(
                "perils",
                "Perils, metrics, scenarios, years, extent and statistics of the store",
                shared(&[]),
                "Catalogue",
            )
        }
        .cacheable(),
        ("/v1/location", "GET") => Operation {
            tag: "perils",
            parameters: [&["lat", "lon", "id"][..], &OPTIONS]
                .concat()
                .into_iter()
                .map(parameter)
                .collect(),
            answers: vec![("200", values_answer(true)), ("304", not_modified())],
            problems: vec![404, 406, 412],
            ..guarded(
                "location",
                "Values of a few places",
                shared(&[]),
                "Locations",
            )
        }
        .cacheable(),
        ("/v1/location", "POST") => Operation {
            tag: "perils",
            parameters: OPTIONS.into_iter().map(parameter).collect(),
            body: Some(schemas::location_body()),
            answers: vec![("200", values_answer(false))],
            problems: vec![404, 406, 408, 413, 415],
            ..guarded(
                "locations",
                "Values of many places",
                shared(&[]),
                "Locations",
            )
        },
        _ => return contract(about, path, method),
    })
}

/// The operations of the service before this one.
fn contract(about: &Description<'_>, path: &str, method: &str) -> Option<Operation> {
    let shared = |perils: &[Peril]| scopes(about, perils);
    Some(match (path, method) {
        ("/location", "POST") => Operation {
            body: Some(schemas::contract_body()),
            problems: vec![404, 408, 413, 415],
            ..guarded(
                "contractLocations",
                "Records of many places",
                shared(&[]),
                "ContractLocations",
            )
        }
        .led_on(),
        ("/perils", "GET") => guarded(
            "contractPerils",
            "What there is",
            shared(&[]),
            "ContractListing",
        )
        .cacheable(),
        ("/allperils", "GET") => Operation {
            parameters: vec![parameter("contractLat"), parameter("contractLon")],
            ..guarded(
                "contractAllPerils",
                "All perils at one place",
                shared(&Peril::ALL),
                "ContractAllPerils",
            )
        }
        .cacheable()
        .led_on(),
        (_, "GET") => {
            let name = path.strip_prefix('/')?;
            let peril = Peril::ALL.into_iter().find(|peril| peril.name() == name)?;
            let names = [
                "contractLat",
                "contractLon",
                "contractYear",
                "contractScenario",
            ];
            let summary = format!("{} at one place", peril.title());
            Operation {
                parameters: names.map(parameter).to_vec(),
                ..guarded(
                    &format!("contract-{name}"),
                    &summary,
                    shared(&[peril]),
                    "ContractPeril",
                )
            }
            .cacheable()
            .led_on()
        }
        _ => return None,
    })
}

fn open(id: &str, summary: &str, media_type: &str, schema: &Value) -> Operation {
    let mut answers = vec![("200", answer("OK", json!({media_type: {"schema": schema}})))];
    if matches!(id, "docs" | "openapi") {
        for name in ["ETag", "Last-Modified"] {
            if let Some((_, ok)) = answers.first_mut() {
                ok["headers"][name] = header(name);
            }
        }
        answers.push(("304", not_modified()));
    }
    let problems = if matches!(id, "docs" | "openapi") {
        vec![412]
    } else {
        Vec::new()
    };
    Operation {
        id: id.to_owned(),
        tag: "service",
        summary: summary.to_owned(),
        parameters: Vec::new(),
        body: None,
        answers,
        problems,
        scopes: None,
    }
}

fn guarded(id: &str, summary: &str, scopes: Option<Vec<String>>, schema: &str) -> Operation {
    let mut content = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
    if let Some(example) = schemas::example(schema) {
        content["example"] = example;
    }
    Operation {
        id: id.to_owned(),
        tag: "ClimateScore",
        summary: summary.to_owned(),
        parameters: Vec::new(),
        body: None,
        answers: vec![(
            "200",
            answer("What was asked for", json!({"application/json": content})),
        )],
        problems: vec![404],
        scopes,
    }
}

fn file(about: &Description<'_>, id: &str, summary: &str) -> Operation {
    let bytes = json!({"schema": {"type": "string", "format": "binary"}});
    let content = json!({"text/csv": bytes, "*/*": bytes});
    let mut whole = answer("The file", content.clone());
    let mut part = answer("The part that Range names", content);
    for answer in [&mut whole, &mut part] {
        for name in ["ETag", "Last-Modified", "Accept-Ranges"] {
            answer["headers"][name] = header(name);
        }
    }
    part["headers"]["Content-Range"] = header("Content-Range");
    let examples = about.datasets.iter().map(|dataset| {
        let value = json!({"value": dataset.name});
        (dataset.name.clone(), value)
    });
    let examples: Map<String, Value> = examples
        .filter(|(name, _)| FileName::with_extension(name).is_some())
        .collect();
    let mut name = json!({
        "name": "name", "in": "path", "required": true,
        "description": "The file's name. The provider's catalogue lists them.",
        "schema": {"type": "string", "minLength": 1},
    });
    if !examples.is_empty() {
        name["examples"] = examples.into();
    }
    let fields = ["If-None-Match", "Range", "If-Range"];
    Operation {
        tag: "files",
        parameters: [name].into_iter().chain(fields.map(parameter)).collect(),
        answers: vec![("200", whole), ("206", part), ("304", not_modified())],
        problems: vec![404, 406, 412, 416],
        ..guarded(
            id,
            summary,
            about.policy.scopes_needed(DEFAULTS).map(owned),
            "Problem",
        )
    }
}

fn options(path: &str) -> Value {
    let mut answer = answer("The methods are in Allow", Value::Null);
    answer["headers"]["Allow"] = header("Allow");
    let mut responses: Map<String, Value> =
        problems::references(&[400, 403, 414, 429, 431, 500, 502, 504]).collect();
    responses.insert("204".to_owned(), answer);
    let mut operation = json!({
        "operationId": format!("options-{}", path.trim_start_matches('/').replace(['/', '{', '}', '.'], "-")),
        "tags": ["service"],
        "summary": "The methods of this path",
        "responses": responses,
        "security": [],
    });
    if path.contains("{name}") {
        operation["parameters"] = json!([{
            "name": "name", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1},
        }]);
    }
    operation
}

/// The answer of `/v1/location` in every format.
fn values_answer(is_cacheable: bool) -> Value {
    let content = Format::ALL.map(|format| {
        let media_type = format.content_type().split(';').next().unwrap_or_default();
        (media_type.to_owned(), schemas::format(format))
    });
    let content: Map<_, _> = content.into_iter().collect();
    let mut answer = answer(
        "The places in the order in which they were sent",
        content.into(),
    );
    let names: &[&str] = if is_cacheable {
        &["ETag", "Last-Modified"]
    } else {
        &[]
    };
    for name in ["Vary", "Link", "Content-Encoding"].iter().chain(names) {
        answer["headers"][*name] = header(name);
    }
    answer
}

fn scopes(about: &Description<'_>, perils: &[Peril]) -> Option<Vec<String>> {
    let all = perils.is_empty().then(|| Perils::names(None));
    let each = perils.iter().map(|peril| Perils::names(Some(*peril)));
    let mut needed: Option<Vec<String>> = None;
    for scopes in all
        .into_iter()
        .chain(each)
        .filter_map(|names| about.policy.scopes_needed(names))
    {
        needed.get_or_insert_default().extend(owned(scopes));
    }
    if let Some(needed) = &mut needed {
        needed.sort_unstable();
        needed.dedup();
    }
    needed
}

fn owned(scopes: Vec<&str>) -> Vec<String> {
    scopes.into_iter().map(str::to_owned).collect()
}

/// The parameters of both methods of `/v1/location`.
const OPTIONS: [&str; 9] = [
    "f",
    "perils",
    "metrics",
    "scenarios",
    "years",
    "interpolation",
    "year_interpolation",
    "radius_km",
    "layout",
];
/// A name that no rule lists.
const DEFAULTS: DatasetNames<'_> = DatasetNames {
    exact: "",
    family: "",
};
