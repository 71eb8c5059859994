//! The operations that say what is published.

pub(super) mod terms;

use serde_json::{Value, json};

use super::{
    access::Access,
    operation::{Operation, answer},
    reference::{header, parameter},
    schemas::shape::reference,
};

/// `GET /v1`.
pub(crate) fn landing() -> Operation {
    document("landing", "Where everything is", "Landing")
}

/// `GET /v1/conformance`.
pub(crate) fn conformance() -> Operation {
    document("conformance", "Standards that hold here", "Conformance")
}

/// `GET /v1/collections`.
pub(crate) fn collections() -> Operation {
    let mut operation = document(
        "collections",
        "What is published, a page at a time",
        "Collections",
    );
    let paging = [parameter("limit"), parameter("after")];
    operation.parameters.extend(paging);
    operation
}

/// `GET /v1/collections/{id}`.
pub(crate) fn collection() -> Operation {
    let summary = "One collection: what it is, what it needs, where its data are";
    document("collection", summary, "Collection").of_one()
}

/// `GET /v1/collections/{id}/schema`.
pub(crate) fn schema() -> Operation {
    let summary = "The fields of a collection, as JSON Schema";
    of_media_type(
        "application/schema+json",
        "schema",
        summary,
        &json!({"type": "object"}),
    )
    .of_one()
}

/// `GET /v1/me`.
pub(crate) fn me() -> Operation {
    Operation {
        access: Access::any_token(),
        ..document(
            "me",
            "Who you are here, what you may read, and how much at once",
            "Me",
        )
    }
}

fn document(id: &str, summary: &str, schema: &str) -> Operation {
    of_media_type("application/json", id, summary, &reference(schema))
}

/// The document as JSON and as a page.
fn of_media_type(media_type: &str, id: &str, summary: &str, schema: &Value) -> Operation {
    let page = json!({"schema": {"type": "string"}});
    let mut answer = answer(
        "The document",
        json!({media_type: {"schema": schema}, "text/html": page}),
    );
    answer["headers"]["Content-Security-Policy"] = header("Content-Security-Policy");
    let operation = Operation {
        id: id.to_owned(),
        tag: "catalogue",
        summary: summary.to_owned(),
        parameters: vec![parameter("form")],
        body: None,
        answers: vec![("200", answer)],
        problems: Vec::new(),
        access: Access::everyone_or_any_token(),
    };
    operation.tagged().coded()
}

impl Operation {
    /// About one collection, which may not be there.
    fn of_one(mut self) -> Self {
        self.parameters.push(parameter("collection"));
        self.problems.push(404);
        self
    }

    /// With an entity tag, and no date of a last change.
    pub(super) fn tagged(self) -> Self {
        let mut operation = self.cacheable();
        for (_, answer) in &mut operation.answers {
            let headers = answer.get_mut("headers").and_then(Value::as_object_mut);
            headers.map(|headers| headers.remove("Last-Modified"));
        }
        operation
    }
}
