//! The charset of a body: as `Content-Type` declares it, or as a mark before the text shows it.

use encoding_rs::{
    Decoder, DecoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED,
};

use super::NotTaken;

/// Charset that a body is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// The charset with the label that `Content-Type` declares, by the labels of the Encoding Standard; UTF-8 where
    /// nothing is declared.
    ///
    /// # Errors
    /// [`NotTaken::CharsetUnknown`].
    pub fn declared(label: Option<&str>) -> Result<Self, NotTaken> {
        let Some(label) = label else {
            return Ok(Self(UTF_8));
        };
        // The standard reads ASCII as windows-1252. Those who declare it mostly send UTF-8, of which it is a part.
        if ASCII.iter().any(|one| one.eq_ignore_ascii_case(label)) {
            return Ok(Self(UTF_8));
        }
        let found = Encoding::for_label(label.as_bytes());
        // The first stands for charsets that let text pass for another, the second for none at all.
        found
            .filter(|found| ![REPLACEMENT, X_USER_DEFINED].contains(found))
            .map(Self)
            .ok_or(NotTaken::CharsetUnknown)
    }

    /// The charset of a text that begins with `begin`: a mark before it outweighs what is declared, and UTF-16 shows
    /// by the zeros in its first letter which of its two bytes comes first (RFC 4627 §3).
    #[must_use]
    pub fn of(self, begin: &[u8]) -> Self {
        if let Some((marked, _)) = Encoding::for_bom(begin) {
            return Self(marked);
        }
        let is_open = [UTF_8, UTF_16LE, UTF_16BE].contains(&self.0);
        match begin {
            [0, second, ..] if is_open && *second != 0 => Self(UTF_16BE),
            [first, 0, ..] if is_open && *first != 0 => Self(UTF_16LE),
            _ => self,
        }
    }

    /// `true` when nothing has to be done to have it in UTF-8.
    #[must_use]
    pub fn is_utf_8(self) -> bool {
        self.0 == UTF_8
    }

    /// A reader that turns it into UTF-8, piece by piece.
    #[must_use]
    pub fn reader(self) -> CharsetReader {
        CharsetReader {
            // A mark stays: it becomes that of UTF-8, and who sent one is given one.
            decoder: self.0.new_decoder_without_bom_handling(),
        }
    }
}

/// Turns text into UTF-8, piece by piece.
pub struct CharsetReader {
    decoder: Decoder,
}

impl CharsetReader {
    /// Appends `piece` in UTF-8 to `out`. Where it is not of the charset there is a byte that UTF-8 never has, so
    /// that whoever reads on finds the fault where it stands.
    pub fn read(&mut self, mut piece: &[u8], is_last: bool, out: &mut Vec<u8>) {
        let mut room = [0; ROOM];
        loop {
            let (result, read, written) = self
                .decoder
                .decode_to_utf8_without_replacement(piece, &mut room, is_last);
            out.extend_from_slice(room.get(..written).unwrap_or_default());
            piece = piece.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::Malformed(..) => out.push(NEVER_UTF_8),
                DecoderResult::OutputFull => {}
            }
        }
    }
}

/// Labels of ASCII (IANA).
const ASCII: [&str; 6] = [
    "us-ascii",
    "ascii",
    "ansi_x3.4-1968",
    "iso646-us",
    "iso_646.irv:1991",
    "us",
];
const NEVER_UTF_8: u8 = 0xff;
const ROOM: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_utf_8(label: Option<&str>, bytes: &[u8], pieces: usize) -> Vec<u8> {
        let charset = Charset::declared(label).unwrap().of(bytes);
        let mut reader = charset.reader();
        let mut out = Vec::new();
        for piece in bytes.chunks(pieces) {
            reader.read(piece, false, &mut out);
        }
        reader.read(&[], true, &mut out);
        out
    }

    #[test]
    fn the_declared_charset_is_used() {
        for (label, bytes, text) in [
            ("iso-8859-1", &b"Caf\xe9"[..], "Caf\u{e9}"),
            (
                "Windows-1252",
                b"\x80 \x93x\x94",
                "\u{20ac} \u{201c}x\u{201d}",
            ),
            ("latin1", b"M\xfcnchen", "M\u{fc}nchen"),
            ("iso-8859-15", b"\xa4", "\u{20ac}"),
            ("windows-1250", b"\xa3\xf3d\x9f", "\u{141}\u{f3}d\u{17a}"),
            ("shift_jis", b"\x93\x8c\x8b\x9e", "\u{6771}\u{4eac}"),
            ("gbk", b"\xb1\xb1\xbe\xa9", "\u{5317}\u{4eac}"),
            ("macintosh", b"Caf\x8e", "Caf\u{e9}"),
            ("utf-16", b"a\0\xe9\0", "a\u{e9}"),
            ("utf-16", b"\0a\0\xe9", "a\u{e9}"),
            ("utf-16be", b"\x26\x03\0a", "\u{2603}a"),
            ("utf-16le", b"\x03\x26a\0", "\u{2603}a"),
        ] {
            for pieces in [1, 2, 3, 100] {
                let read = in_utf_8(Some(label), bytes, pieces);
                assert_eq!(String::from_utf8(read).unwrap(), text, "{label}");
            }
        }
    }

    #[test]
    fn a_mark_outweighs_what_is_declared_and_stays() {
        for bytes in [&b"\xff\xfea\0"[..], b"\xfe\xff\0a"] {
            for label in [None, Some("utf-8"), Some("iso-8859-1"), Some("utf-16")] {
                assert_eq!(in_utf_8(label, bytes, 3), b"\xef\xbb\xbfa");
            }
        }
        let marked = Charset::declared(Some("iso-8859-1")).unwrap();
        assert!(marked.of(b"\xef\xbb\xbfa").is_utf_8());
    }

    #[test]
    fn a_charset_that_nobody_knows_is_not_taken_for_another() {
        for label in [
            "utf-7",
            "utf-32",
            "ibm850",
            "klingon",
            "hz-gb-2312",
            "x-user-defined",
            "utf",
        ] {
            assert!(
                matches!(
                    Charset::declared(Some(label)),
                    Err(NotTaken::CharsetUnknown)
                ),
                "{label}"
            );
        }
        for label in [None, Some("UTF-8"), Some("utf8"), Some("us-ascii")] {
            assert!(Charset::declared(label).unwrap().of(b"lat").is_utf_8());
        }
    }

    #[test]
    fn what_is_not_of_the_charset_is_no_utf_8_where_it_stands() {
        for (label, bytes, expected) in [
            ("shift_jis", &b"a\xfdb"[..], &b"a\xffb"[..]),
            ("utf-16le", b"a\0\0\xd8b\0", b"a\xffb"),
            ("utf-16le", b"a\0b", b"a\xff"),
        ] {
            assert_eq!(in_utf_8(Some(label), bytes, 2), expected, "{label}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(bytes in prop::collection::vec(any::<u8>(), 0..60), pieces in 1_usize..9) {
            for label in ["utf-16le", "shift_jis", "gb18030", "iso-2022-jp"] {
                let whole = in_utf_8(Some(label), &bytes, 100);
                prop_assert_eq!(in_utf_8(Some(label), &bytes, pieces), whole);
            }
        }
    }
}
