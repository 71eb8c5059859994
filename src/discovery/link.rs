//! Links, RFC 8288, as OGC API Common writes them in JSON.

use serde::Serialize;

use super::View;

/// One link.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<&'static str>,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) length: Option<u64>,
}

impl Link {
    /// The link to `path` below the base address, where a thing of `media_type` lies.
    pub(super) fn new(
        view: &View<'_>,
        rel: &'static str,
        path: &str,
        media_type: &'static str,
        title: impl Into<String>,
    ) -> Self {
        Self {
            href: view.address(path),
            rel,
            media_type: Some(media_type),
            title: title.into(),
            length: None,
        }
    }

    /// Both forms of the document at `path`, which may have a query: itself, and its page.
    pub(super) fn to_itself(view: &View<'_>, path: &str, title: &str) -> [Self; 2] {
        let and = if path.contains('?') { '&' } else { '?' };
        let page = format!("{path}{and}f=html");
        [
            Self::new(view, "self", path, JSON, title),
            Self::new(
                view,
                "alternate",
                &page,
                HTML,
                format!("{title}, as a page"),
            ),
        ]
    }
}

pub(super) const HTML: &str = "text/html";
pub(super) const JSON: &str = "application/json";
pub(super) const JSON_SCHEMA: &str = "application/schema+json";
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.1";
pub(super) const OPENAPI_3_0: &str = "application/vnd.oai.openapi+json;version=3.0";
