//! Elements of DER, X.690 §10, taken one after the other without a copy.
//!
//! Lists have a million entries: the general parser makes values of each, sixteen times their bytes.

/// One element: its tag, its content, and both with the length between them.
#[derive(Clone, Copy)]
pub(in crate::caller) struct Element<'d> {
    pub(in crate::caller) content: &'d [u8],
    pub(in crate::caller) tag: u8,
    pub(in crate::caller) whole: &'d [u8],
}

impl<'d> Element<'d> {
    /// The elements within.
    pub(in crate::caller) fn elements(&self) -> Elements<'d> {
        Elements(self.content)
    }
}

/// A row of elements, of which each call takes the first.
#[derive(Clone, Copy)]
pub(in crate::caller) struct Elements<'d>(&'d [u8]);

impl<'d> Elements<'d> {
    pub(in crate::caller) const fn of(bytes: &'d [u8]) -> Self {
        Self(bytes)
    }

    pub(in crate::caller) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The elements that have not been taken yet.
    pub(in crate::caller) const fn rest(&self) -> &'d [u8] {
        self.0
    }

    /// The next element; `None` where none is left, or where it is cut short or not DER.
    pub(in crate::caller) fn next(&mut self) -> Option<Element<'d>> {
        let (tag, head, length) = header(self.0)?;
        let (whole, rest) = self.0.split_at_checked(head.checked_add(length)?)?;
        let content = whole.get(head..)?;
        self.0 = rest;
        Some(Element {
            content,
            tag,
            whole,
        })
    }

    /// The next element if it has this tag.
    pub(in crate::caller) fn expect(&mut self, tag: u8) -> Option<Element<'d>> {
        self.next().filter(|element| element.tag == tag)
    }

    /// The next element if it has this tag; any other stays.
    pub(in crate::caller) fn optional(
        &mut self,
        tag: u8,
    ) -> Result<Option<Element<'d>>, NotAnElement> {
        if self.0.first() == Some(&tag) {
            self.next().map(Some).ok_or(NotAnElement)
        } else {
            Ok(None)
        }
    }
}

/// An element that is cut short or not DER.
#[derive(Clone, Copy, Debug)]
pub(in crate::caller) struct NotAnElement;

/// Tag, bytes of tag and length, and the length that is announced, whether or not so much follows.
pub(in crate::caller) fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (tag, rest) = bytes.split_first()?;
    // Tags of more than one byte stand in no list.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let more = match first {
        0..=0x7f => return Some((*tag, 2, usize::from(*first))),
        // The indefinite form, and lengths that no memory holds.
        0x80 | 0x85.. => return None,
        0x81..=0x84 => usize::from(first & 0x7f),
    };
    let bytes = rest.get(..more)?;
    let length = bytes
        .iter()
        .fold(0, |length, byte| length << 8 | usize::from(*byte));
    // X.690 §10.1: the shortest form.
    let is_shortest = length > 0x7f && bytes.first() != Some(&0);
    is_shortest.then_some((*tag, 2 + more, length))
}

/// A context-specific tag of a primitive element.
pub(in crate::caller) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// A context-specific tag of an element that holds others.
pub(in crate::caller) const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::der::{SEQUENCE, element};

    #[test]
    fn x690_10_1_lengths_are_definite_and_of_the_shortest_form() {
        let length = |bytes: &[u8]| header(bytes).map(|(_, head, length)| (head, length));
        assert_eq!(length(&[0x30, 0]), Some((2, 0)));
        assert_eq!(length(&[0x30, 0x7f]), Some((2, 0x7f)));
        assert_eq!(length(&[0x30, 0x81, 0x80]), Some((3, 0x80)));
        assert_eq!(length(&[0x30, 0x82, 1, 0]), Some((4, 0x100)));
        assert_eq!(length(&[0x30, 0x84, 1, 0, 0, 0]), Some((6, 0x100_0000)));
        for refused in [
            &[0x30][..],
            &[0x30, 0x80],
            &[0x30, 0x81],
            &[0x30, 0x81, 0x7f],
            &[0x30, 0x82, 0, 0x80],
            &[0x30, 0x85, 1, 0, 0, 0, 0],
            &[0x3f, 0],
        ] {
            assert_eq!(length(refused), None, "{refused:x?}");
        }
    }

    #[test]
    fn an_element_that_is_made_is_read_back() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let content = vec![7; length];
            let made = element(SEQUENCE, &content);
            let read = Elements::of(&made).expect(SEQUENCE).unwrap();
            assert_eq!((read.content, read.whole), (&content[..], &made[..]));
        }
    }

    #[test]
    fn an_element_that_is_cut_short_is_none_and_another_tag_stays() {
        assert!(Elements::of(&[2, 2, 1]).next().is_none());
        let mut elements = Elements::of(&[2, 1, 5, 3, 0]);
        assert!(matches!(elements.optional(SEQUENCE), Ok(None)));
        assert_eq!(elements.expect(2).unwrap().content, [5]);
        assert_eq!(elements.rest(), [3, 0]);
    }
}
