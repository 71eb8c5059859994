//! Metadata of the protected resource, RFC 9728: which authorization server issues tokens for it, and how they are shown.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::{
    dataset::EntityTag,
    response::{
        Coding, Refusal,
        representation::{Caching, Representation},
        validators::Validators,
    },
};

/// Metadata of what stands below one address. Nothing of them comes from a request but the path below it (PRM-6).
#[derive(Debug)]
pub struct ResourceMetadata {
    /// Scheme and host of the address.
    origin: Box<str>,
    /// Its path, without a slash at its end.
    path: Box<str>,
    issuer: Box<str>,
    scopes: BTreeSet<Box<str>>,
}

#[derive(Serialize)]
struct Document<'m> {
    resource: String,
    authorization_servers: [&'m str; 1],
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    scopes_supported: &'m BTreeSet<Box<str>>,
    bearer_methods_supported: [&'static str; 1],
    resource_name: &'static str,
    resource_documentation: String,
    tls_client_certificate_bound_access_tokens: bool,
}

impl ResourceMetadata {
    /// Path at which they stand, RFC 9728 §3.
    pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

    /// Metadata of what consumers find at `base_url`, with tokens of `issuer` in `scopes`; none without an address.
    pub fn new(
        base_url: &str,
        issuer: &str,
        scopes: impl IntoIterator<Item = Box<str>>,
    ) -> Option<Self> {
        let (scheme, rest) = base_url.split_once("://")?;
        let host = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at(host);
        Some(Self {
            origin: format!("{scheme}://{host}").into(),
            path: path.trim_end_matches('/').into(),
            issuer: issuer.into(),
            scopes: scopes.into_iter().collect(),
        })
    }

    /// Their URL: the well-known part stands between host and path, RFC 9728 §3.1.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}{}", self.origin, Self::WELL_KNOWN, self.path)
    }

    /// The answer to a GET or HEAD for the metadata of the resource at `path`, which is empty for the whole.
    ///
    /// # Errors
    /// [`Refusal`] when no form is acceptable, or a precondition fails.
    pub fn answer(&self, request: &HttpRequest, path: &str) -> Result<HttpResponse, Refusal> {
        let offered = "application/json";
        let coding = Coding::of(request).ok_or(Refusal::NotAcceptable { offered })?;
        let octets = self.json(path);
        let validators = Validators {
            entity_tag: Some(EntityTag::of(&octets)),
            last_modified: None,
            is_weak: false,
        };
        let representation = Representation {
            content_type: offered,
            coding,
            chosen_by: Some("Accept-Encoding"),
            caching: Caching::Public(validators),
        };
        representation.whole(request, || octets)
    }

    fn json(&self, path: &str) -> Vec<u8> {
        let Self { origin, .. } = self;
        let below = path.strip_prefix(&*self.path).unwrap_or(path);
        let document = Document {
            resource: format!("{origin}{}{below}", self.path),
            authorization_servers: [&self.issuer],
            scopes_supported: &self.scopes,
            bearer_methods_supported: ["header"],
            resource_name: "perild",
            resource_documentation: format!("{origin}{}/docs", self.path),
            tls_client_certificate_bound_access_tokens: true,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document(base_url: &str, path: &str) -> (String, Value) {
        let scopes = ["b", "a"].map(Box::from);
        let metadata = ResourceMetadata::new(base_url, "https://as.example/", scopes).unwrap();
        let document = serde_json::from_slice(&metadata.json(path)).unwrap();
        (metadata.url(), document)
    }

    /// Rows: PRM-1, PRM-3
    #[test]
    fn rfc9728_3_1_the_well_known_part_stands_between_host_and_path() {
        for (base_url, path, url, resource) in [
            ("https://h", "", "https://h{}", "https://h"),
            ("https://h", "/v1", "https://h{}", "https://h/v1"),
            ("https://h:8443/", "", "https://h:8443{}", "https://h:8443"),
            ("https://h/a", "", "https://h{}/a", "https://h/a"),
            ("https://h/a/", "/a/v1", "https://h{}/a", "https://h/a/v1"),
        ] {
            let (said, document) = document(base_url, path);
            assert_eq!(said, url.replace("{}", ResourceMetadata::WELL_KNOWN));
            assert_eq!(document["resource"], resource, "{base_url} {path}");
        }
    }

    /// Rows: PRM-4
    #[test]
    fn rfc9728_2_the_members_say_how_tokens_are_had_and_shown() {
        let (_, with) = document("https://h", "");
        assert_eq!(
            with,
            json!({
                "resource": "https://h",
                "authorization_servers": ["https://as.example/"],
                "scopes_supported": ["a", "b"],
                "bearer_methods_supported": ["header"],
                "resource_name": "perild",
                "resource_documentation": "https://h/docs",
                "tls_client_certificate_bound_access_tokens": true,
            })
        );
        let none = ResourceMetadata::new("https://h", "https://as.example/", []).unwrap();
        let none: Value = serde_json::from_slice(&none.json("")).unwrap();
        assert_eq!(none.get("scopes_supported"), None, "§2: no empty arrays");
        assert!(ResourceMetadata::new("", "https://as.example/", []).is_none());
    }
}
