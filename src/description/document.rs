//! The whole document, from what a site serves.

use std::fmt::{self, Write};

use serde_json::{Map, Value, json};
use url::Url;

use super::{
    Named, Version, headers,
    operation::{self, Operation, Target},
    parameters, problems, schemas,
};
use crate::{config::PerilLimits, policy::Policy};

/// Parts of a description.
#[derive(Clone, Copy, Debug)]
pub struct Description<'d> {
    /// Every path with its methods.
    pub routes: &'d [DescribedRoute],
    /// The URL at which consumers find it.
    pub base_url: Option<&'d Url>,
    /// The rules of access.
    pub policy: &'d Policy,
    /// The limits of a request to the perils.
    pub limits: &'d PerilLimits,
    /// Collections that everyone may know of, as [`super::named()`] names them.
    pub collections: &'d [Named],
    /// Records of provenance are signed: there are addresses of them.
    pub signs_records: bool,
}

/// One path and what may be done there.
pub struct DescribedRoute {
    /// The path, with `{name}` for a file's name.
    pub path: String,
    /// Its methods, as `Allow` lists them.
    pub allow: &'static str,
    /// The operations of its methods, by method; that of HEAD follows from GET, OPTIONS is everywhere the same.
    pub(crate) operations: Operations,
}

/// The operations of one path, from what a site serves.
pub(crate) type Operations = Box<dyn Fn(&Description<'_>) -> Vec<(&'static str, Operation)>>;

impl fmt::Debug for DescribedRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, allow, .. } = self;
        write!(f, "DescribedRoute({path}: {allow})")
    }
}

impl Description<'_> {
    /// The document in `version`.
    #[must_use]
    pub fn document(&self, version: Version) -> Value {
        let document = json!({
            "openapi": Version::V3_1.number(),
            "info": {
                "title": "perild",
                "version": env!("CARGO_PKG_VERSION"),
                "description": self.introduction(),
            },
            "servers": [{"url": self.server()}],
            "tags": TAGS.map(|(name, description)| json!({"name": name, "description": description})),
            "paths": self.paths(),
            "components": {
                "schemas": schemas::all(self.limits),
                "parameters": parameters::all(),
                "headers": headers::all(),
                "responses": problems::responses(self.limits),
                "securitySchemes": security_schemes(),
            },
        });
        version.of(document)
    }

    /// The URL at which consumers find it, without a slash at the end; `/` when nobody said.
    pub(super) fn server(&self) -> &str {
        let server = self.base_url.map_or("/", Url::as_str);
        let server = server.strip_suffix('/').filter(|url| !url.is_empty());
        server.unwrap_or("/")
    }

    fn paths(&self) -> Map<String, Value> {
        let is_there = |route: &&DescribedRoute| !(route.operations)(self).is_empty();
        let item = |route: &DescribedRoute| (route.path.clone(), self.path(route));
        self.routes.iter().filter(is_there).map(item).collect()
    }

    fn path(&self, route: &DescribedRoute) -> Value {
        let operations = (route.operations)(self);
        let methods = route.allow.split(", ").filter_map(|method| {
            let target = Target {
                server: self.server(),
                path: &route.path,
                method,
            };
            let described = |wanted| {
                let found = operations.iter().find(|(method, _)| *method == wanted);
                found.map(|(_, operation)| operation.clone())
            };
            let written = match method {
                "OPTIONS" => operation::options(&route.path),
                "HEAD" => described("GET")?.without_content(target),
                method => described(method)?.written(target),
            };
            Some((method.to_ascii_lowercase(), written))
        });
        Value::Object(methods.collect())
    }

    fn introduction(&self) -> String {
        let mut text = INTRODUCTION.to_owned();
        if !self.collections.is_empty() {
            text.push_str(
                "\n\nSome of what is published (`/v1/collections` has all of it), and for whom:\n",
            );
        }
        for Named { id, .. } in self.collections {
            if let Some(rule) = self.policy.rule(id) {
                let _ = write!(text, "\n- `{id}`: {}", rule.told());
            }
        }
        text
    }
}

fn security_schemes() -> Value {
    json!({
        "mutualTLS": {
            "type": "mutualTLS",
            "description": "A client certificate of the directory (RFC 8705). It is the one that the access token is bound to.",
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "opaque",
            "description": "An access token of the directory, bound to the client certificate of the connection (RFC 6750, RFC 8705 §3).",
        },
    })
}

/// The tags, in the order of the page.
pub(super) const TAGS: [(&str, &str); 6] = [
    (
        "catalogue",
        "What is published, what it needs, and who you are: open to everyone. With a token each collection says whether you may read it.",
    ),
    (
        "collections",
        "Values of coverages of any kind, at places, in boxes and in polygons (OGC API EDR).",
    ),
    (
        "perils",
        "Peril values of places, and what there is of them.",
    ),
    ("files", "Files as they are."),
    (
        "ClimateScore",
        "The contract of the service before this one, answer for answer. What is new is at /v1.",
    ),
    (
        "service",
        "Open to everyone: whether it works, and what it is.",
    ),
];

const INTRODUCTION: &str = "Grids, tables and files, for those who may have them.\n\n\
    Who asks shows a client certificate of the directory and sends an access token that is bound to it. \
    Each answer carries `x-fapi-interaction-id`; name it when you ask about an answer. Refusals are \
    `application/problem+json` (RFC 9457).\n\n\
    The lines of shell take the certificate and its key from the files `$PERILS_CERTIFICATE` and `$PERILS_KEY`, and \
    the access token from `$TOKEN`.";
