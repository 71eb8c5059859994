//! Names of certificates compared as RFC 5280 §7.1 asks, not byte for byte.
//!
//! Directories issue one name as `PrintableString` here and as `UTF8String` there, and software that
//! copies a name changes its case or white space. Such names are equal.

use std::borrow::Cow;

use super::der::{self, OBJECT_IDENTIFIER, SEQUENCE, SET};

/// The one `Name` in DER that stands for all that equal `der`; `None` when that is no `Name`.
///
/// Components keep their order, attributes of one component are a set. Text is brought to UTF-8, then
/// prepared by X.520 §7: compatible forms and case folded, white space trimmed and made single.
pub(super) fn canonical(der: &[u8]) -> Option<Vec<u8>> {
    let components = der::elements(der::content(der, SEQUENCE)?)?;
    let components: Option<Vec<_>> = components
        .iter()
        .map(|component| (component.tag == SET).then(|| self::component(component.content))?)
        .collect();
    Some(der::element(SEQUENCE, &components?.concat()))
}

/// A `RelativeDistinguishedName`.
fn component(content: &[u8]) -> Option<Vec<u8>> {
    let attributes = der::elements(content)?;
    let attributes: Option<Vec<_>> = attributes
        .iter()
        .map(|attribute| (attribute.tag == SEQUENCE).then(|| self::attribute(attribute.content))?)
        .collect();
    let mut attributes = attributes?;
    attributes.sort();
    attributes.dedup();
    (!attributes.is_empty()).then(|| der::element(SET, &attributes.concat()))
}

/// An `AttributeTypeAndValue`.
fn attribute(content: &[u8]) -> Option<Vec<u8>> {
    let [kind, value] = der::elements(content)?.try_into().ok()?;
    let value = match text(value.tag, value.content) {
        Some(text) => der::element(UTF8_STRING, prepared(&text).as_bytes()),
        None => value.whole.to_vec(),
    };
    (kind.tag == OBJECT_IDENTIFIER).then(|| der::element(SEQUENCE, &[kind.whole, &value].concat()))
}

/// Text of a string type; `None` when it is none, or holds what the type cannot.
pub(super) fn text(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        UTF8_STRING => String::from_utf8(content.to_vec()).ok(),
        NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING => {
            let is_ascii = content.is_ascii();
            is_ascii.then(|| content.iter().copied().map(char::from).collect())
        }
        // What is called T.61 holds ISO 8859-1, in every implementation that wrote or reads it.
        TELETEX_STRING => Some(content.iter().copied().map(char::from).collect()),
        BMP_STRING => {
            let (units, []) = content.as_chunks() else {
                return None;
            };
            let units: Vec<_> = units.iter().copied().map(u16::from_be_bytes).collect();
            String::from_utf16(&units).ok()
        }
        UNIVERSAL_STRING => {
            let (points, []) = content.as_chunks() else {
                return None;
            };
            let points = points.iter().copied().map(u32::from_be_bytes);
            points.map(char::from_u32).collect()
        }
        _ => None,
    }
}

/// Text by X.520 §7, or as it stands when that forbids it: then only the same text equals it.
fn prepared(text: &str) -> String {
    // Folding case leaves the compatible forms as they are, the second call brings them together.
    let folded = stringprep::x520prep(text, true);
    let composed = folded.and_then(|folded| {
        let composed = stringprep::x520prep(&folded, false);
        composed.map(Cow::into_owned)
    });
    match composed {
        Ok(composed) => words(&composed).join(" "),
        Err(_) => text.to_owned(),
    }
}

/// RFC 4518 §2.6.1: spaces at the ends mean nothing, and many mean one.
fn words(text: &str) -> Vec<&str> {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const VISIBLE_STRING: u8 = 0x1a;
const UNIVERSAL_STRING: u8 = 0x1c;
const BMP_STRING: u8 = 0x1e;

#[cfg(test)]
mod tests;
