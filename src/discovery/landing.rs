//! The landing page: where everything is.

use serde::Serialize;

use super::{
    View,
    link::{HTML, JSON, Link, OPENAPI, OPENAPI_3_0},
};

#[derive(Serialize)]
pub(super) struct Landing {
    title: &'static str,
    description: &'static str,
    links: Vec<Link>,
}

pub(super) fn document(view: &View<'_>) -> Landing {
    let link = |rel, path, media_type, title: &str| Link::new(view, rel, path, media_type, title);
    let mut links = Link::to_itself(view, "/v1", TITLE).to_vec();
    links.extend([
        link(
            "service-desc",
            "/openapi.json",
            OPENAPI,
            "The interface, for programs",
        ),
        // OWSLib and GDAL look for the form of 3.0 alone.
        link(
            "service-desc",
            "/openapi.json?version=3.0",
            OPENAPI_3_0,
            "The same for programs that know no later form",
        ),
        link("service-doc", "/docs", HTML, "The interface, for people"),
        link(
            "conformance",
            "/v1/conformance",
            JSON,
            "Standards that hold here",
        ),
        link("data", "/v1/collections", JSON, "What is published"),
    ]);
    Landing {
        title: TITLE,
        description: DESCRIPTION,
        links,
    }
}

pub(super) const TITLE: &str = "Published data";
pub(super) const DESCRIPTION: &str = "Data for those who may have them. What there is, and what is needed for it, \
    is open to everyone; data that are not open need a client certificate and an access token bound to it.";
