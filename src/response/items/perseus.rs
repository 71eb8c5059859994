//! Readings in the shape of the Perseus scheme, as JSON.

use std::io;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use perild_query::literal::instant::Millisecond;
use serde::Serialize;

use crate::{
    dataset::tables::{PermittedTable, Reading, Readings, UnitCode},
    response::{
        Refusal,
        coding::Coded,
        media::{self, Formats, Media, Negotiated},
    },
};

/// The format of readings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    /// A JSON document.
    Json,
}

impl Formats for Format {
    const ALL: &'static [Self] = &[Self::Json];
    const OFFERED: &'static str = "application/json";

    fn media(self) -> &'static Media {
        match self {
            Self::Json => &media::JSON,
        }
    }

    fn names(self) -> &'static [&'static str] {
        std::slice::from_ref(&self.media().name)
    }
}

#[derive(Serialize)]
struct Document<'r> {
    data: Vec<Shown<'r>>,
    location: Location<'r>,
}

#[derive(Serialize)]
struct Location<'r> {
    #[serde(rename = "ukPostcodeOutcode", skip_serializing_if = "Option::is_none")]
    outcode: Option<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'r> {
    r#type: &'r str,
    from: String,
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<String>,
    energy: Energy,
    cumulative: Energy,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Energy {
    value: f64,
    unit_code: &'static str,
}

impl<'r> Shown<'r> {
    fn of(reading: &'r Reading, unit: UnitCode) -> Self {
        let energy = |value| Energy {
            value,
            unit_code: unit.into(),
        };
        let time = |milliseconds| Millisecond(milliseconds).to_string();
        let usual = if unit == UnitCode::Mtq {
            "gas"
        } else {
            "electricity"
        };
        Self {
            r#type: reading.energy_type.as_deref().unwrap_or(usual),
            from: time(reading.from),
            to: time(reading.to),
            taken_at: reading.taken_at.map(time),
            energy: energy(reading.value),
            cumulative: energy(reading.cumulative),
        }
    }
}

/// The document, coded as was negotiated.
///
/// # Errors
/// What the coding says.
pub(crate) fn written(readings: &Readings, negotiated: Negotiated<Format>) -> io::Result<Vec<u8>> {
    let shown = readings.readings.iter();
    let document = Document {
        data: shown
            .map(|reading| Shown::of(reading, readings.unit))
            .collect(),
        location: Location {
            outcode: readings.outcode.as_deref(),
        },
    };
    let mut out = Coded::new(Vec::new(), negotiated.coding)?;
    serde_json::to_writer(&mut out, &document)?;
    out.finish()
}

/// The answer with a document from `table` that is written.
///
/// # Errors
/// [`Refusal`] where a condition of the request does not hold.
pub(crate) fn answer(
    request: &HttpRequest,
    negotiated: Negotiated<Format>,
    table: &PermittedTable,
    written: Vec<u8>,
) -> Result<HttpResponse, Refusal> {
    let representation = negotiated.representation(request, table);
    if let Some(answer) = representation.judge(request)? {
        return Ok(answer);
    }
    Ok(representation.begin(StatusCode::OK).body(written))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reading_has_its_half_hour_its_energy_and_what_it_runs_up_to() {
        let reading = Reading {
            energy_type: None,
            from: 1_800_000,
            to: 3_600_000,
            taken_at: Some(7_200_000),
            value: 0.25,
            cumulative: 1.5,
        };
        let shown =
            |unit, reading: &Reading| serde_json::to_value(Shown::of(reading, unit)).unwrap();
        assert_eq!(
            shown(UnitCode::Kwh, &reading),
            json!({
                "type": "electricity", "from": "1970-01-01T00:30:00Z", "to": "1970-01-01T01:00:00Z",
                "takenAt": "1970-01-01T02:00:00Z", "energy": {"value": 0.25, "unitCode": "KWH"},
                "cumulative": {"value": 1.5, "unitCode": "KWH"},
            })
        );
        assert_eq!(shown(UnitCode::Mtq, &reading)["type"], "gas");
        let said = Reading {
            energy_type: Some("gas".to_owned()),
            taken_at: None,
            ..reading
        };
        let said = shown(UnitCode::Kwh, &said);
        assert_eq!(said["type"], "gas");
        assert!(said.get("takenAt").is_none());
    }
}
