//! The forms that a value may have: each reads one, and says what is wrong with another.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};
use url::Url;

use crate::edge::{Listen, Loopback, Network};

pub(super) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Listen, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(de::Error::custom)
}

pub(super) fn networks<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Network>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let networks = texts.iter().map(|text| text.parse());
    networks
        .collect::<Result<_, _>>()
        .map_err(de::Error::custom)
}

pub(super) fn optional_loopback<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Loopback>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(de::Error::custom)
}

/// The issuer as it stands, once it is known to be an https URL without query or fragment (RFC 8414 §2).
pub(super) fn issuer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let url = https(&text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(de::Error::custom(
            "an issuer has neither query nor fragment",
        ));
    }
    Ok(text)
}

pub(super) fn optional_https<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Ok(None)
    } else {
        https(&text).map(Some)
    }
}

pub(super) fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Url>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| url(text)).collect()
}

fn https<E: de::Error>(text: &str) -> Result<Url, E> {
    let url = url(text)?;
    if url.scheme() != "https" {
        return Err(E::custom(format!(
            "{text:?} must begin with https:// (FAPI wants TLS everywhere)"
        )));
    }
    Ok(url)
}

fn url<E: de::Error>(text: &str) -> Result<Url, E> {
    Url::parse(text).map_err(|error| {
        E::custom(format!(
            "{text:?} is not a URL ({error}); write it as https://host/path"
        ))
    })
}

pub(super) fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Err(de::Error::custom("must not be empty"))
    } else {
        Ok(text)
    }
}

pub(super) fn optional_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Some(String::deserialize(deserializer)?).filter(|text| !text.is_empty()))
}

/// A file; an empty text is none.
pub(super) fn optional_path<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(Some(path).filter(|path| !path.as_os_str().is_empty()))
}

pub(super) fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    if number == 0 {
        Err(de::Error::custom("must be at least 1"))
    } else {
        Ok(number)
    }
}

pub(super) fn accel_prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let fits = text.is_empty()
        || (text.starts_with('/')
            && text.ends_with('/')
            && text.bytes().all(|o| o.is_ascii_graphic()));
    if fits {
        Ok(text)
    } else {
        Err(de::Error::custom(
            "an accel_prefix begins and ends with /, as \"/_shared/\"",
        ))
    }
}
