//! The operations of records of provenance.

use serde_json::{Value, json};

use super::{
    access::Access,
    operation::{Operation, answer},
    reference::parameter,
};

/// `GET /v1/provenance/{id}`.
pub(crate) fn record() -> Operation {
    let id = json!({
        "name": "id", "in": "path", "required": true,
        "description": "The last part of the address that an answer leads to with rel=\"describedby\".",
        "schema": {"type": "string", "maxLength": 4096},
    });
    Operation {
        parameters: vec![id],
        problems: vec![404],
        ..of(
            "provenance",
            "The signed record of an answer, for whom it was made for",
            Access::any_token(),
        )
    }
}

/// `GET /v1/collections/{id}/provenance`.
pub(crate) fn origin() -> Operation {
    let mut operation = of(
        "origin",
        "The signed record of a collection's origin: for everyone where the data are open",
        Access::everyone_or_any_token(),
    );
    operation.parameters.push(parameter("collection"));
    operation.parameters.push(parameter("If-None-Match"));
    operation.problems.extend([404, 406, 412]);
    let unchanged = answer("The version that If-None-Match names", Value::Null);
    operation.answers.push(("304", unchanged));
    operation
}

fn of(id: &str, summary: &str, access: Access) -> Operation {
    let content: Value = json!({"application/json": {"schema": {
        "type": "object",
        "required": ["ib1:provenance", "origins", "steps", "certificates"],
        "properties": {
            "ib1:provenance": {"type": "string"},
            "origins": {"type": "array", "items": {"type": "string"}},
            "steps": {"description": "Texts in base64, lists that were signed before, and at the end the signature."},
            "certificates": {"type": "object"},
        },
    }}});
    Operation {
        id: id.to_owned(),
        tag: "catalogue",
        summary: summary.to_owned(),
        parameters: Vec::new(),
        body: None,
        answers: vec![("200", answer("The record", content))],
        problems: Vec::new(),
        access,
    }
}
