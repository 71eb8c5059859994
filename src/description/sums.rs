//! The operations of series: sums by intervals of time, and latest rows.

use serde_json::{Map, Value, json};

use super::{
    Description,
    access::Access,
    items::{collection, parameter},
    operation::{Operation, answer, guarded},
};
use crate::{
    dataset::tables::parameters::{Known, OF_LATEST, OF_SUMS},
    response::{media::Formats, sums::Format},
};

/// `GET` of sums of series.
pub(crate) fn aggregate(about: &Description<'_>) -> Operation {
    let summary =
        "Sums, means and other functions of series, by local hours, days, months or years";
    rows(about, "aggregate", summary, OF_SUMS)
}

/// `GET` of the latest row of each series.
pub(crate) fn latest(about: &Description<'_>) -> Operation {
    let summary = "The latest row of each series, or the latest of a time";
    rows(about, "latest", summary, OF_LATEST)
}

fn rows(about: &Description<'_>, id: &str, summary: &str, known: &[Known]) -> Operation {
    let parameters = known.iter().map(|one| {
        let mut parameter = parameter(*one);
        match one {
            Known::Every => parameter["required"] = true.into(),
            Known::F => parameter["schema"]["enum"] = json!(Format::known()),
            Known::Properties if id == "aggregate" => {
                parameter["description"] =
                    "Columns that are summed up with commas between them; all of numbers without it.".into();
            }
            _ => {}
        }
        parameter
    });
    Operation {
        parameters: std::iter::once(collection()).chain(parameters).collect(),
        answers: vec![("200", answer("The rows", content()))],
        problems: vec![404, 413],
        ..guarded(
            id,
            "collections",
            summary,
            Access::chosen(about.policy),
            "Problem",
        )
    }
    .cacheable()
    .coded()
}

fn content() -> Value {
    let document = json!({
        "type": "object",
        "required": ["columns", "rows"],
        "properties": {
            "columns": {
                "type": "object", "description": "What each column says of itself, by its name: unit, function, definition.",
                "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "interval_start": {"type": "string", "description": "The first instant of the interval, or its first day."},
                        "interval_end": {"type": "string", "description": "The first instant after it, or the day."},
                        "expected": {"type": "integer", "description": "Rows that the interval has when none is missing."},
                    },
                },
            },
        },
    });
    let content = Format::ALL.iter().map(|format| {
        let content = match format {
            // Octets have no schema (OpenAPI 3.1 §4.8.14.3).
            Format::Arrow | Format::Parquet => json!({}),
            Format::Csv | Format::NdJson => json!({"schema": {"type": "string"}}),
            Format::Json => json!({"schema": document}),
        };
        (format.media().essence().to_owned(), content)
    });
    content.collect::<Map<_, _>>().into()
}
