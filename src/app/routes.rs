//! What stands at which path.

use actix_web::http::Method;

use crate::dataset::FileName;

/// A route, with what its path says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Route {
    /// `/{name}` and `/v1/files/{name}`: a file; none when no file can have that name.
    File {
        /// The file.
        file: Option<FileName>,
        /// The route for the log.
        template: &'static str,
    },
    /// `/healthz`: the process lives.
    Health,
    /// Anything else; treated as shared data, so that nobody learns which paths exist (DEC-4).
    Nothing,
    /// `/readyz`: the directory is known.
    Readiness,
}

impl Route {
    /// The route of the path `path`, as it stands in the request target.
    #[must_use]
    pub fn find(path: &str) -> Self {
        match path {
            "/healthz" => return Self::Health,
            "/readyz" => return Self::Readiness,
            _ => {}
        }
        if let Some(name) = path
            .strip_prefix("/v1/files/")
            .filter(|name| !name.contains('/'))
        {
            return Self::File {
                file: FileName::with_extension(name),
                template: "/v1/files/{name}",
            };
        }
        match path
            .strip_prefix('/')
            .filter(|name| !name.contains('/') && !name.is_empty())
        {
            Some(name) => Self::File {
                file: FileName::csv(name),
                template: "/{name}",
            },
            None => Self::Nothing,
        }
    }

    /// The route as the log names it; never the client's own text.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::File { template, .. } => template,
            Self::Health => "/healthz",
            Self::Nothing => "-",
            Self::Readiness => "/readyz",
        }
    }

    /// The methods of this route, as `Allow` lists them.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        "GET, HEAD, OPTIONS"
    }

    /// Whether the route answers `method` with what it stands for.
    #[must_use]
    pub fn answers(&self, method: &Method) -> bool {
        method == Method::GET || method == Method::HEAD
    }
}

/// Whether any server would know `method` (RFC 9110 §9.3, RFC 5789); another one is 501, not 405.
pub(super) fn is_known(method: &Method) -> bool {
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
    known.contains(method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_route() {
        assert_eq!(Route::find("/healthz"), Route::Health);
        assert_eq!(Route::find("/readyz"), Route::Readiness);
        for (path, template) in [
            ("/tidy", "/{name}"),
            ("/v1/files/tidy.csv", "/v1/files/{name}"),
        ] {
            assert_eq!(Route::find(path).template(), template);
        }
    }

    /// Rows: DEC-4, HTTP-28
    #[test]
    fn dec_4_every_other_path_is_shared_data_that_does_not_exist() {
        for path in [
            "/",
            "",
            "*",
            "//",
            "/a/b",
            "/v1/files/a/b",
            "/v1/no-such",
            "//etc/passwd",
            "/v1/../tidy",
        ] {
            assert_eq!(Route::find(path), Route::Nothing, "{path}");
        }
        for path in [
            "/..",
            "/.hidden",
            "/v1/files/..%2f..%2fetc%2fpasswd",
            "/a%00",
        ] {
            assert!(
                matches!(Route::find(path), Route::File { file: None, .. }),
                "{path}"
            );
        }
    }
}
