//! Places with the features around them, over HTTP: written while they are looked for.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode};
use arrow_schema::{Schema, SchemaRef};
use perild_query::{TableSchema, geometry::Crs};
use serde_json::Map;

use super::{AnswerColumns, Form, Format};
use crate::{
    clock::Timestamp,
    dataset::located::{Located, PROPERTIES},
    fair_semaphore::Slot,
    response::{
        RowCount, StreamBody,
        batches::{
            Extension,
            feature::{FeatureColumns, GeometryColumns},
        },
        media::{Formats, Negotiated},
        provenance::Closing,
        representation::{BY_TYPE_AND_CODING, Caching, Representation},
    },
};

/// The answer with the rows of `located`: of features the columns `told` of `table`.
pub(crate) fn located(
    negotiated: Negotiated<Format>,
    located: Located,
    (table, told): (&TableSchema, &[usize]),
    slot: Slot,
    now: Timestamp,
    rows: RowCount,
    closing: Option<Closing>,
) -> HttpResponse {
    let features = FeatureColumns {
        geometry: GeometryColumns::Point(located.point()),
        ..FeatureColumns::default()
    };
    let form = Form {
        negotiated,
        columns: AnswerColumns {
            read: Vec::new(),
            schema: described(located.schema(), table, told),
            features,
            geometry: None,
        },
        crs: None,
        tolerance: None,
        now,
        rows,
        closing,
    };
    let representation = Representation {
        content_type: negotiated.format().media().content_type,
        coding: negotiated.coding,
        chosen_by: Some(BY_TYPE_AND_CODING),
        // An answer to a POST is no representation of its target (RFC 9110 §9.3.3).
        caching: Caching::Never,
    };
    let mut answer = representation.begin(StatusCode::OK);
    answer.body(StreamBody::start(slot, move |sink| {
        form.written(located, Map::new(), sink).map(drop)
    }))
}

/// The columns with what each says of itself: those of features, which are the last, as the table's do.
fn described(schema: &Schema, table: &TableSchema, told: &[usize]) -> SchemaRef {
    let of_table = AnswerColumns::of(table, &[], Some(told), Format::Arrow, Crs::Crs84).schema;
    let of_places = schema.fields().len() - of_table.fields().len();
    let fields = schema.fields().iter().enumerate().map(|(at, field)| {
        let field = field.as_ref().clone();
        let said = at.checked_sub(of_places);
        match said.and_then(|at| of_table.fields().get(at)) {
            Some(said) => field.with_metadata(said.metadata().clone()),
            None if field.name() == PROPERTIES => field.with_metadata(Extension::Json.metadata()),
            None => field,
        }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
