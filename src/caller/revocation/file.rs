//! A file of revocation lists: one in DER, or any number in PEM, RFC 7468 §6, told apart by content.

use std::{
    io::{self, Read},
    ops::{Deref, Range},
};

use base64::{
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    read::DecoderReader,
};
use memchr::memmem;

use super::{elements::header, fault::RevocationListFault as Fault, mapped_bytes::MappedBytes};

/// The DER of a list.
pub(crate) enum Der<'f> {
    /// Content of a PEM block; bytes past the length are not of it.
    Decoded { der: MappedBytes, length: usize },
    /// A file that is DER.
    Whole(&'f [u8]),
}

impl Deref for Der<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Decoded { der, length } => der.get(..*length).unwrap_or_default(),
            Self::Whole(der) => der,
        }
    }
}

/// A list in a file.
pub(crate) struct ListBlock<'f> {
    /// Its DER, or why there is none.
    pub(crate) der: Result<Der<'f>, Fault>,
    /// Its range in the file, with the lines around PEM.
    pub(crate) range: Range<usize>,
}

/// The lists in a file, decoded one after the other.
pub(crate) struct ListBlocks<'f> {
    content: &'f [u8],
    next: usize,
    /// The whole file is one list.
    pub(crate) is_der: bool,
}

impl<'f> ListBlocks<'f> {
    /// The lists in `content`.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(crate) fn of(content: &'f [u8]) -> Result<Self, Fault> {
        let blocks = |is_der| Self {
            content,
            next: 0,
            is_der,
        };
        if is_whole_der(content) {
            return Ok(blocks(true));
        }
        // Comments before PEM may begin with a digit, and the tag of DER is one.
        if begin(content, 0).is_some() {
            return Ok(blocks(false));
        }
        match content.first() {
            Some(0x30) => Ok(blocks(true)),
            _ => Err(Fault::Empty {
                content: kind(content),
            }),
        }
    }

    fn pem(&mut self) -> Option<ListBlock<'f>> {
        let start = begin(self.content, self.next)?;
        let after = self.content.get(start + BEGIN.len()..)?;
        // What another block begins in has lost its own end.
        let length = memmem::find(after, b"-----").unwrap_or(after.len());
        let (body, rest) = after.split_at_checked(length)?;
        let is_ended = rest.starts_with(END);
        let tail = if is_ended { END.len() } else { 0 };
        let line_end = rest.get(tail..).map_or(0, |rest| {
            let blank = rest.iter().position(|byte| !b" \t\r\n".contains(byte));
            let blank = rest.get(..blank.unwrap_or(rest.len())).unwrap_or_default();
            memchr::memchr(b'\n', blank).map_or(0, |at| at + 1)
        });
        let end = start + BEGIN.len() + length + if is_ended { tail + line_end } else { 0 };
        self.next = end;
        let der = if is_ended {
            decode(body)
        } else {
            Err(Fault::Pem {
                fault: "has no line -----END X509 CRL-----",
            })
        };
        Some(ListBlock {
            der,
            range: start..end,
        })
    }
}

impl<'f> Iterator for ListBlocks<'f> {
    type Item = ListBlock<'f>;

    fn next(&mut self) -> Option<ListBlock<'f>> {
        if !self.is_der {
            return self.pem();
        }
        let range = self.next..self.content.len();
        self.next = self.content.len();
        (!range.is_empty()).then_some(ListBlock {
            der: Ok(Der::Whole(self.content)),
            range,
        })
    }
}

/// `true` when the file is one element and at most white space behind it.
fn is_whole_der(content: &[u8]) -> bool {
    let Some((0x30, head, length)) = header(content) else {
        return false;
    };
    let rest = content.get(head.saturating_add(length)..);
    rest.is_some_and(|rest| rest.trim_ascii().is_empty())
}

/// Beginning of the next list: at the start of a line, white space and a byte order mark aside.
fn begin(content: &[u8], from: usize) -> Option<usize> {
    let mut found = memmem::find_iter(content.get(from..)?, BEGIN).map(|at| from + at);
    found.find(|at| {
        let before = content.get(..*at).unwrap_or_default();
        let before = before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before);
        let line = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1);
        let line = before.get(line..).unwrap_or_default();
        line.iter().all(|byte| b" \t".contains(byte))
    })
}

fn decode(body: &[u8]) -> Result<Der<'static>, Fault> {
    let not_base64 = |_| Fault::Pem {
        fault: "is not base64",
    };
    let mut reader = DecoderReader::new(Characters(body), &ENGINE);
    let mut der = MappedBytes::zeroed(body.len().div_ceil(4) * 3);
    let mut length = 0;
    while let Some(rest) = der.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest).map_err(not_base64)? {
            0 => break,
            read => length += read,
        }
    }
    Ok(Der::Decoded { der, length })
}

/// Reads text without its white space.
struct Characters<'t>(&'t [u8]);

impl Read for Characters<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let text = self.0.trim_ascii_start();
        let line = text.iter().position(u8::is_ascii_whitespace);
        let length = line.unwrap_or(text.len()).min(buffer.len());
        if let (Some(read), Some(place)) = (text.get(..length), buffer.get_mut(..length)) {
            place.copy_from_slice(read);
        }
        self.0 = text.get(length..).unwrap_or_default();
        Ok(length)
    }
}

/// Content of a file without a list, as far as its first bytes tell.
fn kind(content: &[u8]) -> &'static str {
    let start = content.trim_ascii_start();
    let has = |text: &str| memmem::find(content, text.as_bytes()).is_some();
    match start {
        [] => "the file is empty",
        [0x1f, 0x8b, ..] => "it is compressed with gzip",
        [b'P', b'K', 3, 4, ..] => "it is a ZIP archive",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16 text",
        [b'<', ..] => "it is HTML or XML",
        [b'M', b'I', b'I', ..] => "it is base64 without the lines BEGIN and END of PEM",
        _ if has("-----BEGIN CERTIFICATE-----") => "it holds certificates",
        _ if has("-----BEGIN PKCS7-----") => "it is PKCS #7",
        _ if has("-----BEGIN ") => "its PEM blocks are no X509 CRL",
        _ => "it is neither DER nor PEM",
    }
}

const BEGIN: &[u8] = b"-----BEGIN X509 CRL-----";
const END: &[u8] = b"-----END X509 CRL-----";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN X509 CRL-----\nAQID\n-----END X509 CRL-----\n";

    fn found(content: &str) -> Vec<(Option<Vec<u8>>, &str)> {
        let blocks = ListBlocks::of(content.as_bytes()).unwrap();
        let block = |block: ListBlock<'_>| {
            let der = block.der.ok().map(|der| der.to_vec());
            (der, &content[block.range])
        };
        blocks.map(block).collect()
    }

    #[test]
    fn rfc7468_text_around_blocks_and_other_blocks_are_passed_over() {
        let other = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
        let content = format!("01 first\n{PEM}# then\n{other}{PEM}the end");
        let expected = (Some(vec![1, 2, 3]), PEM);
        assert_eq!(found(&content), [expected.clone(), expected]);
    }

    #[test]
    fn line_ends_indentation_padding_and_a_byte_order_mark_do_not_matter() {
        let crlf = PEM.replace('\n', "\r\n");
        let mark = format!("\u{feff}{PEM}");
        let cases = [
            crlf.as_str(),
            &PEM.replace('\n', "\r"),
            &mark,
            &PEM.replace("AQID", "AQ\n\n I D "),
            PEM.trim_end(),
            &format!("  {}", PEM.replace('\n', "  \n  ")),
        ];
        for content in cases {
            let der = found(content).remove(0).0;
            assert_eq!(der, Some(vec![1, 2, 3]), "{content}");
        }
        let unpadded = PEM.replace("AQID", "AQI");
        assert_eq!(found(&unpadded)[0].0, Some(vec![1, 2]));
    }

    #[test]
    fn a_block_that_is_not_base64_or_has_no_end_does_not_take_the_next_with_it() {
        let broken = PEM.replace("AQID", "A!");
        let cut = "-----BEGIN X509 CRL-----\nAQID\n";
        let content = format!("{broken}{cut}{PEM}");
        let good = (Some(vec![1, 2, 3]), PEM);
        assert_eq!(found(&content), [(None, &*broken), (None, cut), good]);
    }

    #[test]
    fn what_holds_no_list_is_named_as_what_it_is() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "the file is empty"),
            (b" \n", "the file is empty"),
            (b"<!DOCTYPE html>", "it is HTML or XML"),
            (b"\x1f\x8b\x08", "it is compressed with gzip"),
            (b"\xff\xfe-\0", "it is UTF-16 text"),
            (
                b"MIIBdjCB",
                "it is base64 without the lines BEGIN and END of PEM",
            ),
            (b"-----BEGIN CERTIFICATE-----\n", "it holds certificates"),
            (b"garbage", "it is neither DER nor PEM"),
        ];
        for (content, expected) in cases {
            let fault = ListBlocks::of(content).err();
            assert_eq!(fault, Some(Fault::Empty { content: expected }));
        }
    }
}
