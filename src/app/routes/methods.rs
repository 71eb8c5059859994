//! Methods that routes answer, and those that any server would know.

use actix_web::http::Method;

use super::{PerilRoute, Route};

impl Route {
    /// The methods of this route, as `Allow` lists them.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Climatescore(route) => route.allow(),
            Self::Table(route) => route.allow(),
            Self::Edr(_) | Self::Perils(PerilRoute::Query) => "GET, HEAD, OPTIONS, POST",
            _ => "GET, HEAD, OPTIONS",
        }
    }

    /// `true` when the route answers `method` with what it stands for.
    #[must_use]
    pub fn answers(&self, method: &Method) -> bool {
        self.allow()
            .split(", ")
            .any(|allowed| allowed == method.as_str())
    }
}

/// `true` when any server would know `method` (RFC 9110 §9.3, RFC 5789, and QUERY); another one is 501, not 405.
pub(in crate::app) fn is_known(method: &Method) -> bool {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    known.contains(method) || method.as_str() == "QUERY"
}
