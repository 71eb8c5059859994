//! Elements of DER, X.690 §8.1 and §10: taken apart and put together again.

use x509_parser::asn1_rs::{Any, FromDer};

/// One element: its identifier byte, its content, and all of it.
#[derive(Clone, Copy)]
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) content: &'d [u8],
    pub(super) whole: &'d [u8],
}

/// The elements that stand one after the other in `bytes`; `None` when anything else stands there.
///
/// Tags above 30 are taken for their first byte alone: nothing that is read here has one.
pub(super) fn elements(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while let Some(tag) = bytes.first() {
        let (rest, any) = Any::from_der(bytes).ok()?;
        let length = bytes.len().checked_sub(rest.len())?;
        let (tag, content, whole) = (*tag, any.data, bytes.get(..length)?);
        // The reader lets longer forms of the length pass, which BER has and DER has not.
        if element(tag, content) != whole {
            return None;
        }
        found.push(Element {
            tag,
            content,
            whole,
        });
        bytes = rest;
    }
    Some(found)
}

/// The content of `bytes` when they are one element with the tag `tag` and nothing else.
pub(super) fn content(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    match elements(bytes)?.as_slice() {
        [only] if only.tag == tag => Some(only.content),
        _ => None,
    }
}

/// The element with the identifier byte `tag` and this content, its length in the shortest form.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let first = length
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(length.len());
    let length = length.get(first..).unwrap_or_default();
    let head = match (length, u8::try_from(length.len())) {
        ([], _) => vec![tag, 0],
        ([short @ 0..=0x7f], _) => vec![tag, *short],
        (long, Ok(bytes)) => [&[tag, 0x80 | bytes], long].concat(),
        (_, Err(_)) => Vec::new(),
    };
    [head.as_slice(), content].concat()
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn x690_8_1_3_lengths_have_their_shortest_form() {
        for (length, head) in [
            (0, vec![4, 0]),
            (127, vec![4, 127]),
            (128, vec![4, 0x81, 128]),
            (256, vec![4, 0x82, 1, 0]),
            (65_536, vec![4, 0x83, 1, 0, 0]),
        ] {
            let whole = element(OCTET_STRING, &vec![7; length]);
            assert_eq!(whole.get(..head.len()), Some(head.as_slice()));
            assert_eq!(whole.len(), head.len() + length);
        }
    }

    #[test]
    fn what_is_not_der_has_no_elements() {
        for bytes in [
            &[0x30][..],
            &[4, 2, 1],
            &[0x30, 0x80, 0, 0],
            &[4, 0x81, 1, 9],
        ] {
            assert!(elements(bytes).is_none(), "{bytes:02x?}");
        }
        assert!(content(&[4, 0, 4, 0], OCTET_STRING).is_none());
        assert!(content(&[5, 0], OCTET_STRING).is_none());
    }

    proptest! {
        #[test]
        fn elements_are_read_as_they_were_written(contents: Vec<Vec<u8>>) {
            let written: Vec<u8> = contents.iter().flat_map(|content| element(OCTET_STRING, content)).collect();
            let found = elements(&written).unwrap();
            prop_assert_eq!(found.len(), contents.len());
            for (element, content) in found.iter().zip(&contents) {
                prop_assert_eq!(element.content, content.as_slice());
            }
        }
    }
}
