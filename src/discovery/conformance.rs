//! The classes of standards that the interface conforms to.

use serde::Serialize;

/// The conformance classes, by their URIs.
///
/// Of OGC API EDR, `collections` and `queries` are not among them: they have every collection answer data queries, and
/// files answer none. `html` and the two of GeoJSON have forms that data are not written in.
pub const CLASSES: [&str; 8] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/core",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/covjson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/json",
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
