//! Parameters and schemas of the operations that say what is published.

use serde_json::{Map, Value, json};
use strum::VariantNames;

use super::super::schemas::shape::{list, object, reference};
use crate::dataset::Kind;

/// The parameters, by name.
pub(in crate::description) fn parameters() -> Map<String, Value> {
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let parameters = [
        (
            "form",
            query(
                "f",
                "The form of the document; without it, Accept decides.",
                json!({"type": "string", "enum": ["html", "json"]}),
            ),
        ),
        (
            "limit",
            query(
                "limit",
                "The most collections of a page: 100 without it, at most 1000.",
                json!({"type": "integer", "minimum": 1}),
            ),
        ),
        (
            "after",
            query(
                "after",
                "The id after which the page begins, as the link `next` has it.",
                json!({"type": "string"}),
            ),
        ),
        (
            "collection",
            json!({
                "name": "id", "in": "path", "required": true, "description": "The collection's id.",
                "schema": {"type": "string", "minLength": 1}, "example": "wind",
            }),
        ),
    ];
    parameters
        .into_iter()
        .map(|(name, parameter)| (name.to_owned(), parameter))
        .collect()
}

/// The schemas, by name.
pub(in crate::description) fn schemas() -> Value {
    let text = json!({"type": "string"});
    let scopes = list(&text);
    let links = list(&reference("Link"));
    json!({
        "Link": object(json!({
            "href": {"type": "string", "format": "uri-reference"}, "rel": text, "type": text, "title": text,
            "length": {"type": "integer", "minimum": 0},
        }), &["href", "rel"]),
        "IntervalEnd": {"description": "A moment, or null where the interval is open.", "anyOf": [text, {"type": "null"}]},
        "DimensionValue": {"description": "A value of a dimension: a name or a number.", "anyOf": [text, {"type": "number"}]},
        "Landing": object(json!({"title": text, "description": text, "links": links}), &["title", "links"]),
        "Conformance": object(json!({"conformsTo": list(&json!({"type": "string", "format": "uri"}))}), &["conformsTo"]),
        "Collections": object(json!({
            "links": links, "numberReturned": {"type": "integer", "minimum": 0}, "collections": list(&reference("Collection")),
        }), &["links", "collections"]),
        "Collection": object(json!({
            "id": text, "title": text, "description": text, "kind": {"type": "string", "enum": Kind::VARIANTS},
            "keywords": list(&text), "licence": {"type": "string", "description": "An SPDX expression or an address."},
            "publisher": text, "contact": text, "version": text, "issued": text, "modified": text,
            "deprecated": {"type": "string", "description": "Since when it should not be used for anything new."},
            "sunset": {"type": "string", "description": "When it may be gone."},
            "group": {"type": "string", "description": "The collections that it belongs to."},
            "extent": {"type": "object", "properties": {
                "spatial": object(json!({"bbox": list(&list(&json!({"type": "number"}))), "crs": text}), &["bbox", "crs"]),
                "temporal": object(json!({
                    "interval": list(&list(&reference("IntervalEnd"))), "values": list(&text), "trs": text,
                }), &["interval", "trs"]),
                "custom": list(&object(json!({
                    "id": {"type": "string", "description": "The parameter of data queries for it."},
                    "label": text, "unit": {"type": "string", "description": "UCUM."},
                    "interval": list(&list(&reference("DimensionValue"))), "values": list(&reference("DimensionValue")),
                    "reference": {"type": "string", "format": "uri-reference"},
                }), &["id", "interval", "reference"])),
            }},
            "storageCrs": {"type": "string", "format": "uri"},
            "data_queries": {"type": "object", "description": "What can be asked of a coverage, as OGC API EDR has it.",
                "additionalProperties": {"type": "object", "required": ["link"]}},
            "itemType": {"type": "string", "description": "`feature`, of collections with items."},
            "crs": list(&text), "output_formats": list(&text),
            "parameter_names": {"type": "object", "additionalProperties": {"type": "object"}},
            "access": reference("CollectionAccess"),
            "links": links,
        }), &["id", "title", "kind", "access", "links"]),
        "CollectionAccess": object(json!({
            "open": {"type": "boolean", "description": "Whether no token is needed."},
            "any_of": list(&object(json!({
                "class": text, "scopes": scopes,
                "conditions": list(&json!({"type": "string", "description": "What must hold beside the scopes."})),
            }), &["class", "scopes"])),
            "caller": object(json!({
                "may_read": {"type": "boolean"},
                "lacks_one_of": {"type": "array", "items": text, "description": "What the token lacks: any one of these scopes would do."},
            }), &["may_read"]),
        }), &["open", "any_of"]),
        "Me": object(json!({
            "client_id": text, "organisation_id": text, "scopes": scopes,
            "certificate": object(json!({
                "subject": text, "issuer": text, "serial_number": text, "x5t#S256": text, "not_after": text, "days_left": {"type": "integer"},
            }), &["subject", "issuer", "serial_number", "x5t#S256", "not_after", "days_left"]),
            "may_read": list(&text),
            "may_read_more": {"type": "boolean", "description": "Whether there are more than are named."},
            "limits": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
            "links": links,
        }), &["scopes", "certificate", "may_read", "limits", "links"]),
    })
}
