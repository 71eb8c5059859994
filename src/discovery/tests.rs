//! What the documents say, and to whom.

use std::{collections::HashSet, fs};

use serde_json::{Value, json};

use super::*;
use crate::{
    clock::Timestamp,
    dataset::{
        Kind,
        catalog::{Catalog, Held, Sources},
        metadata::{
            BoundingBox, Dimension, DimensionValues, Extent, Field, FieldType, Interval, Metadata,
            Unit,
        },
    },
    policy::{CollectionId, Defaults, Policy, Published, Publishers},
    token::BoundToken,
};

/// A folder with collections, and their rules.
struct Provider {
    catalog: Catalog,
    policy: Policy,
}

impl Provider {
    fn of(files: &[(&str, &str)]) -> Self {
        Self::holding(None, files)
    }

    /// With imported collections beside the `files`.
    fn holding(held: Option<Held>, files: &[(&str, &str)]) -> Self {
        let held: Vec<_> = held.into_iter().collect();
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let sources = Sources {
            folder: folder.path(),
            publish_all: false,
            ruled: HashSet::new(),
            holdings: &[&held],
            now: Timestamp::now(),
        };
        let catalog = Catalog::load(&sources, None);
        assert_eq!(catalog.faults().len(), 0, "{:?}", catalog.faults());
        let clauses: Vec<Vec<_>> = catalog
            .iter()
            .map(|one| one.rules().iter().map(|rule| rule.clause.clone()).collect())
            .collect();
        let published = catalog
            .iter()
            .zip(&clauses)
            .map(|(one, clauses)| Published {
                id: one.id(),
                group: one.group(),
                clauses,
            });
        let policy = Policy::new(&[], &Defaults::default()).unwrap();
        let (policy, _) = policy.publish(published, &Publishers::default());
        Self { catalog, policy }
    }

    fn view<'v>(&'v self, token: Option<&'v BoundToken>) -> View<'v> {
        View {
            base_url: "https://data.example",
            catalog: &self.catalog,
            policy: &self.policy,
            token,
            now: Timestamp::now(),
        }
    }

    fn ids(&self, token: Option<&BoundToken>, query: &[(&str, &str)]) -> Vec<String> {
        let listing = self.listing(token, query);
        let collections = listing["collections"].as_array().unwrap();
        let ids = collections.iter().map(|one| one["id"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    }

    fn listing(&self, token: Option<&BoundToken>, query: &[(&str, &str)]) -> Value {
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let asked = Asked::read(&query, true).unwrap();
        let document = Document::Collections(&asked);
        assert!(!document.html(&self.view(token)).is_empty());
        serde_json::from_slice(&document.json(&self.view(token))).unwrap()
    }

    fn collection(&self, id: &str, token: Option<&BoundToken>) -> Option<Value> {
        let view = self.view(token);
        let document = Document::Collection(view.collection(id)?);
        Some(serde_json::from_slice(&document.json(&view)).unwrap())
    }
}

fn described(title: &str, more: &str, rule: &str) -> String {
    format!(
        "[collection]\ntitle = \"{title}\"\nlicence = \"CC-BY-4.0\"\n{more}\n[[rule]]\n{rule}\n"
    )
}

fn token(scope: &str) -> BoundToken {
    BoundToken::for_test(Some("bank"), Some("org"), scope)
}

fn sample() -> Provider {
    let shared = "scopes = [\"energy:read\"]";
    Provider::of(&[
        ("meters.csv", "a,b\n1,2\n"),
        (
            "meters.toml",
            &(described(
                "Meters",
                "version = \"1.2\"\nbbox = [-8, 49, 2, 61]\ndatetime = \"2020-01-01/..\"",
                shared,
            ) + "[[field]]\nname = \"kwh\"\ntype = \"number\"\nunit = \"kW.h\"\ndefinition = \"energy\"\n"),
        ),
        ("open.csv", "a\n"),
        ("open.toml", &described("Open", "", "class = \"OE-O\"")),
        ("quiet.csv", "a\n"),
        ("quiet.toml", &described("Quiet", "listed = false", shared)),
    ])
}

/// Rows: OAF-3
#[test]
fn a_collection_says_what_it_is_and_where_its_data_are() {
    let meters = sample().collection("meters", None).unwrap();
    assert_eq!(meters["title"], "Meters");
    assert_eq!(meters["kind"], "files");
    assert_eq!(meters["version"], "1.2");
    assert_eq!(meters["extent"]["spatial"]["bbox"][0][1], 49.0);
    let interval = &meters["extent"]["temporal"]["interval"][0];
    assert_eq!(interval[0], "2020-01-01T00:00:00Z");
    assert_eq!(interval[1], Value::Null);
    let links = meters["links"].as_array().unwrap();
    let link = |rel: &str| links.iter().find(|link| link["rel"] == rel).unwrap();
    let base = "https://data.example/v1";
    assert_eq!(link("self")["href"], format!("{base}/collections/meters"));
    assert_eq!(link("alternate")["type"], "text/html");
    assert_eq!(
        link("enclosure")["href"],
        format!("{base}/files/meters.csv")
    );
    assert_eq!(link("enclosure")["length"], 8);
    assert_eq!(
        link("license")["href"],
        "https://creativecommons.org/licenses/by/4.0/"
    );
}

/// An imported coverage of irradiance by month, height and scenario.
fn irradiance() -> Held {
    let dimension = |name: &str, unit: Option<&str>, values| Dimension {
        name: name.into(),
        title: Some(format!("The {name}").into()),
        unit: unit.map(Into::into),
        values,
    };
    let words = |words: &[&str]| words.iter().map(|word| Box::from(*word)).collect();
    Held {
        id: CollectionId::parse("solar").unwrap(),
        group: None,
        kind: Kind::Coverage,
        metadata: Metadata {
            title: "solar".into(),
            extent: Extent {
                spatial: BoundingBox::new([-8.0, 49.0, 2.0, 61.0]),
                temporal: Interval::parse("2020-01-01/2020-03-01"),
            },
            fields: ["ghi", "lamp"]
                .map(|name| Field {
                    name: name.into(),
                    title: None,
                    field_type: Some(FieldType::Number),
                    unit: Some(Unit::parse(if name == "ghi" { "W/m2" } else { "lamps" })),
                    definition: None,
                    standard_name: (name == "ghi").then(|| STANDARD_NAME.into()),
                })
                .into(),
            dimensions: vec![
                dimension(
                    "month",
                    None,
                    DimensionValues::Times(words(&["2020-01", "2020-03"])),
                ),
                dimension(
                    "height",
                    Some("m"),
                    DimensionValues::Numbers(vec![0.5, 2.0, 10.0]),
                ),
                dimension(
                    "scenario",
                    None,
                    DimensionValues::Texts(words(&["low", "high"])),
                ),
                dimension(
                    "member",
                    None,
                    DimensionValues::Numbers((0..1001).map(f64::from).collect()),
                ),
            ],
            ..Metadata::default()
        },
        digest: Some("d".into()),
        has_data: true,
    }
}

const STANDARD_NAME: &str = "surface_downwelling_shortwave_flux_in_air";

fn described_coverage() -> String {
    described("Irradiance", "kind = \"coverage\"", "class = \"OE-O\"")
        + "[[field]]\nname = \"ghi\"\ntitle = \"Irradiance\"\nunit = \"kW/m2\"\n\
           [[field]]\nname = \"not_imported\"\n"
}

/// Rows: EDR-1
#[test]
fn a_coverage_says_in_which_dimensions_its_values_lie() {
    let provider = Provider::holding(Some(irradiance()), &[("solar.toml", &described_coverage())]);
    let solar = provider.collection("solar", None).unwrap();
    assert_eq!(
        solar["storageCrs"],
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    );
    let temporal = &solar["extent"]["temporal"];
    assert_eq!(temporal["values"], json!(["2020-01", "2020-03"]));
    let schema = "https://data.example/v1/collections/solar/schema";
    assert_eq!(
        solar["extent"]["custom"],
        json!([
            {"id": "height", "label": "The height", "unit": "m", "interval": [[0.5, 10]], "values": [0.5, 2, 10], "reference": schema},
            {"id": "scenario", "label": "The scenario", "interval": [["low", "high"]], "values": ["low", "high"], "reference": schema},
            // So many that the first and the last say more.
            {"id": "member", "label": "The member", "interval": [[0, 1000]], "reference": schema},
        ])
    );
    let view = provider.view(None);
    let document = Document::Schema(view.collection("solar").unwrap());
    let schema: Value = serde_json::from_slice(&document.json(&view)).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.len(), 6);
    assert_eq!(properties["scenario"]["enum"], json!(["low", "high"]));
    assert_eq!(properties["height"]["x-ogc-unit"], "m");
}

/// Rows: EDR-1
#[test]
fn a_coverage_names_the_fields_that_were_imported_as_people_were_told_of_them() {
    let provider = Provider::holding(Some(irradiance()), &[("solar.toml", &described_coverage())]);
    let solar = provider.collection("solar", None).unwrap();
    let parameters = solar["parameter_names"].as_object().unwrap();
    assert_eq!(parameters.keys().collect::<Vec<_>>(), ["ghi", "lamp"]);
    let ghi = &parameters["ghi"];
    assert_eq!(ghi["observedProperty"]["label"], "Irradiance");
    let id = ghi["observedProperty"]["id"].as_str().unwrap();
    assert!(id.contains(STANDARD_NAME), "{id}");
    // The unit is that of the values, whatever was written since.
    assert_eq!(ghi["unit"]["symbol"]["value"], "W/m2");
    // A word for people is no code of UCUM.
    assert_eq!(
        parameters["lamp"]["unit"],
        json!({"label": "lamps", "symbol": "lamps"})
    );
}

/// Rows: EDR-12
#[test]
fn each_caller_is_told_what_a_collection_needs_and_what_the_token_lacks() {
    let provider = sample();
    let access = |id: &str, token: Option<&BoundToken>| {
        provider.collection(id, token).unwrap()["access"].clone()
    };
    let nobody = access("meters", None);
    assert_eq!(nobody["open"], false);
    assert_eq!(nobody["any_of"][0]["scopes"][0], "energy:read");
    assert_eq!(nobody.get("caller"), None);
    assert_eq!(access("open", None)["open"], true);

    let (good, bad) = (token("energy:read"), token("other"));
    assert_eq!(access("meters", Some(&good))["caller"]["may_read"], true);
    let refused = access("meters", Some(&bad));
    assert_eq!(refused["caller"]["may_read"], false);
    assert_eq!(refused["caller"]["lacks_one_of"][0], "energy:read");
    assert_eq!(access("open", Some(&bad))["caller"]["may_read"], true);
}

#[test]
fn what_is_not_listed_is_there_for_those_who_may_read_it_and_for_nobody_else() {
    let provider = sample();
    assert_eq!(provider.ids(None, &[]), ["meters", "open"]);
    assert_eq!(provider.ids(Some(&token("other")), &[]), ["meters", "open"]);
    let good = token("energy:read");
    assert_eq!(provider.ids(Some(&good), &[]), ["meters", "open", "quiet"]);
    assert!(provider.collection("quiet", None).is_none());
    assert!(provider.collection("quiet", Some(&good)).is_some());
    assert!(provider.collection("no-such", Some(&good)).is_none());
}

/// Rows: OAF-9
#[test]
fn pages_lead_to_each_collection_once() {
    let names: Vec<_> = (0..7).map(|index| format!("c {index}")).collect();
    let description = described("A", "", "class = \"OE-SA\"");
    let files: Vec<_> = names
        .iter()
        .flat_map(|name| {
            [
                (format!("{name}.csv"), "a\n"),
                (format!("{name}.toml"), &*description),
            ]
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (&**name, *text)).collect();
    let provider = Provider::of(&files);
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("limit", "3")];
        query.extend(after.as_deref().map(|after| ("after", after)));
        let listing = provider.listing(None, &query);
        let page = provider.ids(None, &query);
        assert_eq!(listing["numberReturned"], page.len());
        seen.extend(page);
        let links = listing["links"].as_array().unwrap();
        let Some(next) = links.iter().find(|link| link["rel"] == "next") else {
            break;
        };
        let next = url::Url::parse(next["href"].as_str().unwrap()).unwrap();
        let found = next.query_pairs().find(|(name, _)| name == "after");
        after = found.map(|(_, value)| value.into_owned());
    }
    assert_eq!(seen, names);
}

#[test]
fn the_schema_names_fields_with_their_units() {
    let provider = sample();
    let view = provider.view(None);
    let document = Document::Schema(view.collection("meters").unwrap());
    let schema: Value = serde_json::from_slice(&document.json(&view)).unwrap();
    let kwh = &schema["properties"]["kwh"];
    assert_eq!(kwh["type"], "number");
    assert_eq!(
        (&kwh["x-ogc-unit"], &kwh["x-ogc-unitLang"]),
        (&"kW.h".into(), &"UCUM".into())
    );
    jsonschema::meta::validate(&schema).unwrap();
}

#[test]
fn nothing_that_a_publisher_writes_becomes_markup() {
    let hostile = "<script>alert(1)</script> & 'x'";
    let more =
        format!("description = \"{hostile}\"\npublisher = \"{hostile}\"\ncontact = \"{hostile}\"");
    let provider = Provider::of(&[
        ("a.csv", "a\n"),
        ("a.toml", &described(hostile, &more, "class = \"OE-O\"")),
    ]);
    let view = provider.view(None);
    let collection = view.collection("a").unwrap();
    let asked = Asked::read(&[], true).unwrap();
    for document in [
        Document::Collection(collection),
        Document::Collections(&asked),
        Document::Schema(collection),
    ] {
        let html = String::from_utf8(document.html(&view)).unwrap();
        assert!(
            !html.contains("<script") && html.contains("&lt;script&gt;"),
            "{html}"
        );
    }
}
