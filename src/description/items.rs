//! The operations of tables: their rows, one of them, and the fields that can be asked for.

use perild_query::{
    geometry::Crs,
    series::{Fill, Shape},
};
use serde_json::{Map, Value, json};
use strum::VariantNames;

use super::{
    Description,
    access::Access,
    operation::{Operation, answer, guarded},
    readings::{profile, readings},
    reference::{self, header},
};
use crate::{
    dataset::tables::{
        Asked,
        parameters::{KNOWN, Known, OF_AN_ITEM},
    },
    response::{
        items::Format,
        media::{self, Formats},
    },
};

/// `GET` of the rows of a collection.
pub(crate) fn items(about: &Description<'_>) -> Operation {
    let mut parameters = vec![collection()];
    parameters.extend(KNOWN.iter().map(|one| parameter(*one)));
    parameters.push(parameter(Known::Profile));
    let mut operation = rows(
        about,
        "items",
        "Rows of a table: all, or those that are asked for",
    );
    operation.parameters = parameters;
    operation.problems = vec![404, 410];
    let mut operation = operation.cacheable().coded();
    for (status, answer) in &mut operation.answers {
        if *status == "200" {
            answer["headers"]["Link"] = header("Page");
            answer["headers"]["Content-Crs"] = header("Content-Crs");
            answer["headers"]["Accept-Ranges"] = header("Accept-Ranges");
            let either = json!({"anyOf": [features(false), readings()]});
            answer["content"][media::JSON.essence()]["schema"] = either;
        }
    }
    with_parts(operation)
}

/// With the parts of whole tables that are had as Parquet.
fn with_parts(mut operation: Operation) -> Operation {
    let content = json!({Format::Parquet.media().essence(): {}});
    let mut part = answer(
        "The part that Range names of a whole table as Parquet; other answers are sent whole",
        content,
    );
    for name in [
        "Accept-Ranges",
        "Content-Crs",
        "Content-Range",
        "ETag",
        "Last-Modified",
        "Vary",
    ] {
        part["headers"][name] = header(name);
    }
    let fields = ["Range", "If-Range"].map(reference::parameter);
    operation.parameters.extend(fields);
    operation.answers.push(("206", part));
    operation.problems.push(416);
    operation
}

/// `GET` of one row by its key.
pub(crate) fn item(about: &Description<'_>) -> Operation {
    let key = json!({
        "name": "key", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1},
        "description": "The key. That of several columns is their values with commas between them, of series the time last; \
                        a comma or backslash within a value has a backslash before it.",
    });
    let mut operation = rows(about, "item", "One row of a table, by its key");
    operation.parameters = vec![collection(), key];
    let taken = OF_AN_ITEM.iter().map(|one| parameter(*one));
    operation.parameters.extend(taken);
    operation.problems = vec![404];
    operation.cacheable().coded()
}

/// `POST` of places, with the features around each.
pub(crate) fn locate(about: &Description<'_>) -> Operation {
    let place = json!({"id": "London", "latitude": 51.5, "longitude": -0.25});
    let feature = json!({
        "type": "Feature", "id": "London", "properties": {"sum_insured": 1_000_000},
        "geometry": {"type": "Point", "coordinates": [-0.25, 51.5]},
    });
    let list = |name: &str| {
        json!({
            "type": "object", "required": [name],
            "properties": {name: {"type": "array", "minItems": 1, "items": {"type": "object"}}},
        })
    };
    let body = json!({"required": true, "content": {
        "application/json": {"schema": list("locations"), "example": {"locations": [place]}},
        "application/geo+json": {
            "schema": list("features"),
            "example": {"type": "FeatureCollection", "features": [feature]},
        },
        "text/csv": {
            "schema": {"type": "string", "description": "A header with `latitude` and `longitude`; all other columns come back."},
            "example": "id,latitude,longitude\nLondon,51.5,-0.25\n",
        },
    }});
    let content = Format::ALL.iter().map(|format| {
        let content = match format {
            Format::Arrow | Format::Parquet => json!({}),
            Format::Csv | Format::NdJson => json!({"schema": {"type": "string"}}),
            Format::GeoJson | Format::Json => json!({"schema": {"type": "object"}}),
        };
        (format.media().essence().to_owned(), content)
    });
    let content: Map<_, _> = content.collect();
    let rows = "A row for each place and each feature around it, in the order of the places; one with status `none` for a \
                place in no feature";
    let taken = [
        Known::Datetime,
        Known::F,
        Known::Filter,
        Known::FilterCrs,
        Known::FilterLang,
        Known::Properties,
    ];
    let mut parameters = vec![collection()];
    parameters.extend(taken.map(parameter));
    Operation {
        parameters,
        body: Some(body),
        answers: vec![("200", answer(rows, content.into()))],
        problems: vec![404, 408, 413, 415],
        ..guarded(
            "locate",
            "collections",
            "The features around each of many places, at a time where they hold during times",
            Access::chosen(about.policy),
            "Problem",
        )
    }
    .coded()
}

/// `GET` of the fields of a table that can be asked for.
pub(crate) fn queryables(about: &Description<'_>) -> Operation {
    let content = json!({"application/schema+json": {"schema": {"type": "object"}}});
    Operation {
        parameters: vec![collection()],
        answers: vec![("200", answer("The fields, as JSON Schema", content))],
        problems: vec![404],
        ..guarded(
            "queryables",
            "collections",
            "The fields of a table that can be asked for, and their values where they are few",
            Access::chosen(about.policy),
            "Problem",
        )
    }
    .cacheable()
    .coded()
}

fn rows(about: &Description<'_>, id: &str, summary: &str) -> Operation {
    let content = Format::ALL.iter().map(|format| {
        let content = match format {
            // Octets have no schema (OpenAPI 3.1 §4.8.14.3).
            Format::Arrow | Format::Parquet => json!({}),
            Format::Csv | Format::NdJson => json!({"schema": {"type": "string"}}),
            Format::GeoJson | Format::Json => json!({"schema": features(id == "item")}),
        };
        (format.media().essence().to_owned(), content)
    });
    let content: Map<_, _> = content.collect();
    Operation {
        answers: vec![("200", answer("The rows", content.into()))],
        ..guarded(
            id,
            "collections",
            summary,
            Access::chosen(about.policy),
            "Problem",
        )
    }
}

pub(super) fn collection() -> Value {
    json!({
        "name": "id", "in": "path", "required": true, "description": "The collection.",
        "schema": {"type": "string", "minLength": 1},
    })
}

fn features(is_one: bool) -> Value {
    let feature = json!({
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"enum": ["Feature"]},
            "id": {"type": ["string", "number"], "description": "The key, as the address of the item ends with it."},
            "geometry": {"type": ["object", "null"], "description": "GeoJSON; null of rows without a place."},
            "properties": {"type": "object"},
        },
    });
    if is_one {
        return feature;
    }
    json!({
        "type": "object",
        "required": ["type", "features", "links", "numberReturned", "timeStamp"],
        "properties": {
            "type": {"enum": ["FeatureCollection"]},
            "numberReturned": {"type": "integer"},
            "numberMatched": {"type": "integer", "description": "Where `count=true` asks for it."},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": {"type": "array", "items": {"type": "object"}, "description": "`next` leads to the rows after these."},
            "features": {"type": "array", "items": feature},
        },
    })
}

pub(super) fn parameter(known: Known) -> Value {
    let text = json!({"type": "string"});
    let crs = json!({"type": "string", "enum": Crs::all().map(Crs::uri).collect::<Vec<_>>()});
    let (description, schema) = match known {
        Known::Bbox => bbox(),
        Known::BboxCrs => ("The system of `bbox`.", crs),
        Known::By => (
            "Rows that are summed up together: those of one `series`, of `all`, or of all series that have the same values of \
             columns, which stand with commas between them. A column that is called so stands before the word. Without it: `series`.",
            text,
        ),
        Known::Count => (
            "`true` asks for the number of all rows that match.",
            json!({"type": "boolean"}),
        ),
        Known::Crs => ("The system of geometries in the answer.", crs),
        Known::Datetime => (
            "An instant or a day, or an interval as `2026-01-01/2026-02-01`, `../2026-02-01` or `2026-01-01/..`; rows without \
             a time are among those that are found.",
            text,
        ),
        Known::Every => (
            "The length of the intervals: minutes or hours that divide a day, `P1D`, `P1W` from Monday, `P1M` or other months \
             that divide a year, `P1Y`; never shorter than the time from one row to the next.",
            json!({"type": "string", "examples": ["PT30M", "PT1H", "P1D", "P1W", "P1M", "P1Y"]}),
        ),
        Known::F => (
            "The format of the answer; without it, Accept decides.",
            json!({"type": "string", "enum": Format::known()}),
        ),
        Known::Fill => (
            "The values of intervals without rows: `none`, as without it, leaves them out.",
            json!({"type": "string", "enum": Fill::VARIANTS}),
        ),
        Known::Filter => (
            "A condition in CQL2 (OGC 21-065r2) on the queryables of the collection, as `year >= 1950 AND brand LIKE 'A%'`.",
            text,
        ),
        Known::FilterCrs => ("The system of geometries in `filter`.", crs),
        Known::FilterLang => (
            "The form of `filter`: `cql2-text` without it.",
            json!({"type": "string", "enum": ["cql2-text", "cql2-json"]}),
        ),
        Known::Functions => (
            "Functions of the values with commas between them: count, first, last, max, mean, median, min, sum, and `p` with \
             a per cent as in `p95`. Without it: `sum,count`.",
            text,
        ),
        Known::Ids => (
            "Keys of rows with commas between them, as addresses of items end with them.",
            text,
        ),
        Known::Key => (
            "The first column of the key: a value, or the beginning of values with `*` behind it. Each other column is a \
             parameter by its name as well; `\\*` is an asterisk at the end of a value.",
            text,
        ),
        Known::Limit => (
            "Rows of the page, up to 10,000. Without it a page of GeoJSON or JSON has 100, and a table has all rows.",
            json!({"type": "integer", "minimum": 1, "maximum": Asked::LARGEST_LIMIT}),
        ),
        Known::MaxAllowableOffset => max_allowable_offset(),
        Known::Next => ("The rows after a page; taken from its link `next`.", text),
        Known::Offset => (
            "Rows to pass over.",
            json!({"type": "integer", "minimum": 0}),
        ),
        Known::Profile => profile(),
        Known::Properties => (
            "Columns of the answer with commas between them; all without it.",
            text,
        ),
        Known::ResultType => (
            "`hits` asks for the number of rows that match, and for none of them.",
            json!({"type": "string", "enum": ["hits", "results"]}),
        ),
        Known::Shape => (
            "A row for each interval of each series, as without it, or columns for each series.",
            json!({"type": "string", "enum": Shape::VARIANTS}),
        ),
        Known::Sortby => (
            "Columns to sort by with commas between them, `-` before one that descends.",
            text,
        ),
        Known::Zone => (
            "The zone of the IANA database by whose clocks intervals begin and days of `datetime` are meant; UTC without it.",
            json!({"type": "string", "examples": ["Europe/London"]}),
        ),
        Known::Zoom => zoom(),
    };
    let mut parameter = json!({
        "name": known.name(), "in": "query", "required": false, "description": description, "schema": schema,
    });
    if known == Known::Bbox {
        // With commas between its numbers, and not once for each.
        parameter["style"] = "form".into();
        parameter["explode"] = false.into();
    }
    parameter
}

fn bbox() -> (&'static str, Value) {
    (
        "West, south, east, north, in the order of `bbox-crs`; six numbers have heights, which are left. West of more \
             than east goes over the date line. Rows without a place are among those that are found.",
        // OGC 17-069r4, /req/core/fc-bbox-definition.
        json!({
            "type": "array", "items": {"type": "number"}, "oneOf": [
                {"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6},
            ],
        }),
    )
}

fn max_allowable_offset() -> (&'static str, Value) {
    (
        "The distance in degrees that geometries of the answer may be from those that are stored, so that they have fewer \
             positions. Polygons stay polygons, of four positions at least.",
        json!({"type": "number", "exclusiveMinimum": 0, "maximum": 360}),
    )
}

fn zoom() -> (&'static str, Value) {
    (
        "The zoom of the map that geometries are for: they are a pixel from those that are stored at most, where the world \
             has 256 pixels at zoom 0 and twice as many at each that follows.",
        json!({"type": "integer", "minimum": 0, "maximum": 24}),
    )
}
