//! The authorization server's metadata: where it is, and what it says of introspection.
//!
//! RFC 8414, OIDC Discovery 1.0 and RFC 8705 §5.

use thiserror::Error;
use url::Url;

use super::{json::Object, refused::Unavailability};

/// An `https` URL that is called.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    /// `None` when `url` is not `https`, names a user, or has a fragment.
    pub(super) fn https(url: Url) -> Option<Self> {
        let plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        (url.scheme() == "https" && url.has_host() && plain).then_some(Self(url))
    }

    fn parse(text: &str) -> Option<Self> {
        Url::parse(text).ok().and_then(Self::https)
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

/// Reason why the introspection endpoint is still not known.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum NotReady {
    /// The key set cannot be had.
    #[error("the directory's key set cannot be had: {0}")]
    NoKeys(Unavailability),
    /// The first attempt has not ended.
    #[error("the directory's metadata is being fetched")]
    NotAskedYet,
    /// No place has metadata that can be used; each that was asked, in order.
    #[error("the directory's metadata cannot be had: {}", listed(.0))]
    Undiscovered(Vec<Attempt>),
}

/// A place of metadata that was asked, and what was wrong with what it said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attempt {
    pub(super) place: Endpoint,
    pub(super) fault: MetadataFault,
}

impl Attempt {
    /// The fault.
    #[must_use]
    pub fn fault(&self) -> &MetadataFault {
        &self.fault
    }
}

fn listed(attempts: &[Attempt]) -> String {
    let each = attempts
        .iter()
        .map(|Attempt { place, fault }| format!("{}: {fault}", place.url()));
    each.collect::<Vec<_>>().join("; ")
}

/// Fault of metadata that cannot be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MetadataFault {
    /// The metadata does not name what is looked for.
    #[error("its metadata names no {member}")]
    EndpointMissing {
        /// The member of the metadata.
        member: &'static str,
    },
    /// The metadata names an endpoint that is not `https`.
    #[error("its {member} is not an https URL")]
    EndpointNotHttps {
        /// The member of the metadata.
        member: &'static str,
    },
    /// The metadata is another issuer's; nothing of it is used (RFC 8414 §3.3).
    #[error(
        "its metadata is of {}, and directory.issuer is another",
        named(published)
    )]
    IssuerDiffers {
        /// The issuer it names, cut to 200 characters; empty when it names none.
        published: String,
    },
    /// The metadata could not be fetched or read.
    #[error(transparent)]
    Unavailable(#[from] Unavailability),
}

fn named(published: &str) -> String {
    if published.is_empty() {
        "no issuer".to_owned()
    } else {
        format!("issuer \"{published}\"")
    }
}

/// The two places of an issuer's metadata, that of OIDC first; `None` for what is no issuer.
///
/// An issuer is an `https` URL without query and fragment (RFC 8414 §2).
pub(super) fn well_known(issuer: &str) -> Option<[Endpoint; 2]> {
    let url = Endpoint::parse(issuer)
        .filter(|issuer| issuer.0.query().is_none())?
        .0;
    let path = url.path().trim_end_matches('/');
    let at = |path: String| {
        let mut place = url.clone();
        place.set_path(&path);
        Endpoint(place)
    };
    Some([
        at(format!("{path}/.well-known/openid-configuration")),
        at(format!("/.well-known/oauth-authorization-server{path}")),
    ])
}

/// Endpoint that is looked for in the metadata.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wanted {
    /// That of RFC 7662.
    Introspection,
    /// The key set's, RFC 8414 §2.
    KeySet,
}

impl Wanted {
    /// The endpoint that `metadata` names for calls over mTLS, when it is the metadata of `issuer`.
    pub(super) fn read(self, metadata: &Object, issuer: &str) -> Result<Endpoint, MetadataFault> {
        is_of(metadata, issuer)?;
        let member = self.member();
        // RFC 8705 §5: a client that uses mTLS takes the alias where there is one; a key set has none.
        let aliases = metadata.object("mtls_endpoint_aliases").ok().flatten();
        let aliases = aliases.filter(|_| self == Self::Introspection);
        let alias = aliases.map(|aliases| aliases.string(member));
        let named = match alias {
            Some(Ok(Some(alias))) => Ok(Some(alias)),
            Some(Err(other)) => Err(other),
            Some(Ok(None)) | None => metadata.string(member),
        };
        let url = named.ok().flatten();
        let url = url.ok_or(MetadataFault::EndpointMissing { member })?;
        Endpoint::parse(&url).ok_or(MetadataFault::EndpointNotHttps { member })
    }

    fn member(self) -> &'static str {
        match self {
            Self::Introspection => "introspection_endpoint",
            Self::KeySet => "jwks_uri",
        }
    }

    /// The endpoint in words, for the log.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Introspection => "introspection endpoint",
            Self::KeySet => "key set",
        }
    }
}

/// RFC 8414 §3.3: the metadata are those of `issuer`, byte for byte.
fn is_of(metadata: &Object, issuer: &str) -> Result<(), MetadataFault> {
    let published = metadata.string("issuer").ok().flatten().unwrap_or_default();
    if published == issuer {
        return Ok(());
    }
    let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
    let published = published.chars().take(LONGEST_QUOTE).map(printable);
    Err(MetadataFault::IssuerDiffers {
        published: published.collect(),
    })
}

const LONGEST_QUOTE: usize = 200;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::json::parse_object, *};

    const MEMBER: &str = "introspection_endpoint";
    const MISSING: MetadataFault = MetadataFault::EndpointMissing { member: MEMBER };
    const NOT_HTTPS: MetadataFault = MetadataFault::EndpointNotHttps { member: MEMBER };

    fn endpoint(metadata: &Value) -> Result<String, MetadataFault> {
        let metadata = parse_object(metadata.to_string().as_bytes()).unwrap();
        let found = Wanted::Introspection.read(&metadata, "https://as.example/");
        found.map(|found| found.0.to_string())
    }

    /// Rows: DISC-1, DISC-2
    #[test]
    fn rfc8414_3_1_the_well_known_places_of_an_issuer() {
        for (issuer, openid, oauth) in [
            (
                "https://a",
                "https://a/.well-known/openid-configuration",
                "https://a/.well-known/oauth-authorization-server",
            ),
            (
                "https://a/",
                "https://a/.well-known/openid-configuration",
                "https://a/.well-known/oauth-authorization-server",
            ),
            (
                "https://a:8443/b",
                "https://a:8443/b/.well-known/openid-configuration",
                "https://a:8443/.well-known/oauth-authorization-server/b",
            ),
            (
                "https://a/b/",
                "https://a/b/.well-known/openid-configuration",
                "https://a/.well-known/oauth-authorization-server/b",
            ),
        ] {
            let places = well_known(issuer).unwrap();
            assert_eq!(
                places.map(|place| place.0.to_string()),
                [openid, oauth],
                "{issuer}"
            );
        }
    }

    /// Rows: FAPI2-NET-1, DISC-5
    #[test]
    fn what_is_no_https_issuer_has_no_metadata() {
        for issuer in [
            "http://a/",
            "a",
            "",
            "https://a/?b",
            "https://a/#b",
            "https://u:p@a/",
            "https://",
        ] {
            assert_eq!(well_known(issuer), None, "{issuer}");
        }
    }

    /// Rows: DISC-3, CON-3
    #[test]
    fn rfc8414_3_3_metadata_of_another_issuer_is_not_used() {
        let metadata = |issuer: Value| {
            json!({
            "issuer": issuer, "introspection_endpoint": "https://as.example/introspect"})
        };
        assert_eq!(
            endpoint(&metadata(json!("https://as.example/"))).unwrap(),
            "https://as.example/introspect"
        );
        for other in [
            "https://as.example",
            "https://AS.example/",
            "https://as.example:443/",
            "",
        ] {
            let published = other.to_owned();
            let refusal = endpoint(&metadata(json!(other))).unwrap_err();
            assert_eq!(refusal, MetadataFault::IssuerDiffers { published });
        }
        for none in [json!(null), json!(["https://as.example/"])] {
            let published = String::new();
            let refusal = endpoint(&metadata(none)).unwrap_err();
            assert_eq!(refusal, MetadataFault::IssuerDiffers { published });
        }
    }

    /// Rows: DISC-4, FAPI2-NET-4, IB1-TOK-3
    #[test]
    fn rfc8705_5_the_mtls_alias_is_preferred() {
        let mut metadata = json!({
            "issuer": "https://as.example/",
            "introspection_endpoint": "https://as.example/introspect",
            "mtls_endpoint_aliases": {"introspection_endpoint": "https://mtls.example/introspect"},
        });
        assert_eq!(
            endpoint(&metadata).unwrap(),
            "https://mtls.example/introspect"
        );
        for without in [
            json!({"token_endpoint": "https://x/"}),
            json!({"introspection_endpoint": null}),
            json!(null),
        ] {
            metadata["mtls_endpoint_aliases"] = without;
            assert_eq!(
                endpoint(&metadata).unwrap(),
                "https://as.example/introspect"
            );
        }
    }

    /// Rows: DISC-3, DISC-5, FAPI1-A-6
    #[test]
    fn rfc8414_2_the_key_set_is_where_jwks_uri_says_and_has_no_alias() {
        let key_set = |issuer: &str, uri: Value| {
            let metadata = json!({"issuer": issuer, "jwks_uri": uri,
                "mtls_endpoint_aliases": {"jwks_uri": "https://mtls.example/keys"}});
            let metadata = parse_object(metadata.to_string().as_bytes()).unwrap();
            let found = Wanted::KeySet.read(&metadata, "https://as.example/");
            found.map(|found| found.0.to_string())
        };
        let (ours, keys) = ("https://as.example/", "https://as.example/keys");
        assert_eq!(key_set(ours, json!(keys)).unwrap(), keys);
        let member = "jwks_uri";
        let http = key_set(ours, json!("http://as.example/keys"));
        assert_eq!(http, Err(MetadataFault::EndpointNotHttps { member }));
        let none = key_set(ours, json!(null));
        assert_eq!(none, Err(MetadataFault::EndpointMissing { member }));
        let other = key_set("https://evil.example/", json!(keys));
        assert!(matches!(other, Err(MetadataFault::IssuerDiffers { .. })));
    }

    /// Rows: DISC-5, FAPI2-NET-1
    #[test]
    fn rfc8414_2_an_endpoint_that_is_not_https_is_refused() {
        let with = |member: &str, value: Value| {
            let mut metadata = json!({
                "issuer": "https://as.example/", "unknown": {"x": 1},
                "introspection_endpoint": "https://as.example/introspect",
            });
            metadata
                .as_object_mut()
                .unwrap()
                .insert(member.to_owned(), value);
            endpoint(&metadata)
        };
        assert!(with("also_unknown", json!([])).is_ok());
        for url in [
            "http://as.example/introspect",
            "ftp://as.example/",
            "introspect",
            "",
        ] {
            assert_eq!(with("introspection_endpoint", json!(url)), Err(NOT_HTTPS));
            let aliases = json!({"introspection_endpoint": url});
            assert_eq!(with("mtls_endpoint_aliases", aliases), Err(NOT_HTTPS));
        }
        for none in [json!(null), json!(7)] {
            assert_eq!(with("introspection_endpoint", none), Err(MISSING));
        }
    }
}
