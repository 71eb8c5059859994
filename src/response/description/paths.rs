//! The operations: what each path takes and gives.

use serde_json::{Map, Value, json};

use super::{Description, problems, schemas};
use crate::{
    dataset::{
        FileName, Perils,
        grid::{Peril, Scenario, Year},
    },
    policy::DatasetNames,
    response::location::Format,
};

/// One operation before it is written down.
struct Operation {
    id: String,
    tag: &'static str,
    summary: String,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: Vec<(&'static str, Value)>,
    problems: Vec<u16>,
    /// The scopes that a token must carry; none: no token is needed.
    scopes: Option<Vec<String>>,
}

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

impl Operation {
    fn written(self, method: &str) -> Value {
        let suffix = if method == "HEAD" { "-head" } else { "" };
        let mut parameters = self.parameters;
        parameters.push(parameter("x-fapi-interaction-id"));
        let mut responses: Map<String, Value> = self
            .answers
            .into_iter()
            .map(|(status, answer)| (status.to_owned(), answer))
            .collect();
        let mut statuses = vec![400, 403, 414, 429, 431, 500, 502, 503, 504];
        statuses.extend(self.problems);
        if self.scopes.is_some() {
            statuses.push(401);
        }
        responses.extend(problems::references(&statuses));
        let mut operation = json!({
            "operationId": format!("{}{suffix}", self.id),
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": parameters,
            "responses": responses,
            "security": match self.scopes {
                Some(scopes) => json!([{"mutualTLS": [], "bearer": scopes}]),
                None => json!([]),
            },
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }

    /// As HEAD: the same fields, and no content.
    fn without_content(mut self) -> Value {
        for (_, answer) in &mut self.answers {
            if let Some(answer) = answer.as_object_mut() {
                answer.remove("content");
            }
        }
        self.summary = format!("The header fields of: {}", self.summary);
        self.written("HEAD")
    }

    fn cacheable(mut self) -> Self {
        self.parameters.push(parameter("If-None-Match"));
        if !self.problems.contains(&412) {
            self.problems.push(412);
        }
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                for name in ["ETag", "Last-Modified"] {
                    answer["headers"][name] = header(name);
                }
            }
        }
        if !self.answers.iter().any(|(status, _)| *status == "304") {
            self.answers.push(("304", not_modified()));
        }
        self
    }

    /// With the fields that say a leniency of the old service was used.
    fn led_on(mut self) -> Self {
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                for name in ["Warning", "Deprecation", "Link"] {
                    answer["headers"][name] = header(name);
                }
            }
        }
        self
    }
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

fn answer(description: &str, content: Value) -> Value {
    let mut answer = json!({
        "description": description,
        "headers": {
            "x-fapi-interaction-id": header("x-fapi-interaction-id"),
            "Cache-Control": header("Cache-Control"),
        },
    });
    if !content.is_null() {
        answer["content"] = content;
    }
    answer
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

fn not_modified() -> Value {
    let mut answer = answer("The version that If-None-Match names", Value::Null);
    answer["headers"]["ETag"] = header("ETag");
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

fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// Every parameter that more than one operation may take, by name.
pub(super) fn shared_parameters() -> Value {
    let list = |name: &str, description: &str, items: Value, example: Value| {
        json!({
            "name": name, "in": "query", "description": description, "style": "form", "explode": false,
            "schema": {"type": "array", "items": items}, "example": example,
        })
    };
    let one = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let needed = |name: &str, description: &str, schema: Value, example: Value| json!({"name": name, "in": "query", "required": true, "description": description, "schema": schema, "example": example});
    let field = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "header", "description": description, "schema": schema});
    let coordinates = |name: &str, description: &str, range: (i32, i32), example: Value| {
        json!({
            "name": name, "in": "query", "required": true, "description": description,
            "style": "form", "explode": false, "example": example,
            "schema": {"type": "array", "minItems": 1, "items": {"type": "number", "minimum": range.0, "maximum": range.1}},
        })
    };
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    json!({
        "x-fapi-interaction-id": field("x-fapi-interaction-id", "A UUID of yours; the answer carries it (FAPI 1.0 Part 1 §6.2.1).", json!({"type": "string", "format": "uuid"})),
        "If-None-Match": field("If-None-Match", "The ETag of the answer that you have: 304 while it holds.", json!({"type": "string"})),
        "If-Range": field("If-Range", "The ETag of which Range is a part; of another version the whole is sent.", json!({"type": "string"})),
        "Range": field("Range", "The octets that are wanted, RFC 9110 §14.", json!({"type": "string"})),
        "version": one("version", "The version of OpenAPI; 3.1 without it.", json!({"type": "string", "enum": super::Version::ALL.map(super::Version::name)})),
        "lat": coordinates("lat", "Degrees north; also `latitude`.", (-90, 90), json!([51.5])),
        "lon": coordinates("lon", "Degrees east, as many as `lat`; also `longitude`.", (-180, 360), json!([-0.25])),
        "id": list("id", "An id for each place, or none at all.", json!({"type": "string"}), json!(["London"])),
        "f": one("f", "The format of the answer; without it, Accept decides.", json!({"type": "string", "enum": Format::ALL.map(Format::name)})),
        "perils": list("perils", "All without it. Case does not matter.", reference("Peril"), json!([Peril::Wind.name()])),
        "metrics": list("metrics", "All of the perils without it. Case does not matter.", reference("Metric"), json!([Peril::Wind.metrics().first().map(|one| one.name())])),
        "scenarios": list("scenarios", "All without it. Case does not matter.", reference("Scenario"), json!([Scenario::Ssp126.name()])),
        "years": list("years", "Those of the store without it. Years between them need `year_interpolation=linear`.", schemas::any_year(), json!([Year::Y2030.number()])),
        "interpolation": one("interpolation", "How a value comes from the cells around.", schemas::option("interpolation")),
        "year_interpolation": one("year_interpolation", "Whether years between those of the store are made of the two beside.", schemas::option("year_interpolation")),
        "radius_km": one("radius_km", "Take the nearest valid cell within so many kilometres, as at coasts.", reference("Radius")),
        "layout": one("layout", "How a CSV has the values: a line a place, or a line a value.", schemas::option("layout")),
        "contractLat": needed("lat", "Degrees north, rounded to the quarter degree.", json!({"type": "number"}), json!(51.5)),
        "contractLon": needed("lon", "Degrees east, rounded to the quarter degree.", json!({"type": "number"}), json!(-0.25)),
        "contractYear": one("year", "Only columns whose names contain it.", json!({"type": "string"})),
        "contractScenario": one("scenario", "Only columns whose names contain it.", json!({"type": "string"})),
    })
}

/// Every header field of an answer, by name.
pub(super) fn headers() -> Value {
    let all = HEADERS.map(|(name, description)| {
        let schema = match name {
            "Retry-After" => json!({"type": "integer"}),
            _ => json!({"type": "string"}),
        };
        (
            name.to_owned(),
            json!({"description": description, "schema": schema}),
        )
    });
    Value::Object(all.into_iter().collect())
}

const HEADERS: [(&str, &str); 15] = [
    ("Accept-Ranges", "`bytes`."),
    ("Allow", "The methods of the path."),
    (
        "Cache-Control",
        "Whether and how long the answer may be kept.",
    ),
    (
        "Content-Encoding",
        "`gzip` or `zstd`, when Accept-Encoding has it.",
    ),
    ("Content-Range", "Which octets of how many."),
    (
        "Deprecation",
        "Since when what was used has a successor, RFC 9745.",
    ),
    ("ETag", "The version of the answer; strong."),
    ("Last-Modified", "When the version came to be."),
    ("Link", "`successor-version` or `describedby`, RFC 8288."),
    ("Retry-After", "Seconds until another try makes sense."),
    ("Vary", "The fields that chose the representation."),
    (
        "WWW-Authenticate",
        "The challenge, RFC 6750 §3; with `scope` when a token covers too little.",
    ),
    (
        "Warning",
        "299, when a filter was applied as the old service did though it names nothing known.",
    ),
    (
        "Content-Security-Policy",
        "What the page may load: nothing.",
    ),
    (
        "x-fapi-interaction-id",
        "The UUID of this exchange: yours, or a new one.",
    ),
];

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
