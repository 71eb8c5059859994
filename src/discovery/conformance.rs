//! The classes of standards that the interface conforms to.

use serde::Serialize;

/// The conformance classes, by their URIs.
pub const CLASSES: [&str; 5] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
];

#[derive(Serialize)]
pub(super) struct Conformance {
    #[serde(rename = "conformsTo")]
    conforms_to: &'static [&'static str],
}

pub(super) fn document() -> Conformance {
    Conformance {
        conforms_to: &CLASSES,
    }
}
