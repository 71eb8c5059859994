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
mod tests;
