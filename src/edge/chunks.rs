//! End of a body in chunks, RFC 9112 §7.1, byte by byte and strictly.

/// Position in a body in chunks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Chunks {
    /// Before the first digit of a chunk's size.
    Size,
    /// Within it: the size so far, and how many digits more it may have.
    Digits { size: u64, left: u8 },
    /// White space after it.
    Blank { size: u64 },
    /// A chunk extension.
    Extension { size: u64 },
    /// Before the line feed after it.
    SizeEnd { size: u64 },
    /// Within the data.
    Data { left: u64 },
    /// Before the two bytes that end the data.
    DataEnd { has_return: bool },
    /// At the start of a trailer line, which may be the empty one at the end.
    Line,
    /// Within a trailer line.
    Trailer,
    /// Before the line feed of a line; of the last one or another.
    LineEnd { is_last: bool },
    /// The body is whole.
    End,
}

/// A byte that cannot stand where it does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct BadChunk;

impl Chunks {
    /// Goes on by `bytes`: how many of them are good, up to the end of the body, and whether the next one is not.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> (usize, Result<(), BadChunk>) {
        let mut good = 0;
        while let Some(rest) = bytes.get(good..).filter(|rest| !rest.is_empty()) {
            if let Self::Data { left } = self {
                let here = usize::try_from(*left).map_or(rest.len(), |left| left.min(rest.len()));
                good += here;
                *left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
                if *left == 0 {
                    *self = Self::DataEnd { has_return: false };
                }
                continue;
            }
            if *self == Self::End {
                break;
            }
            let [byte, ..] = *rest else { break };
            match self.after(byte) {
                Some(next) => *self = next,
                None => return (good, Err(BadChunk)),
            }
            good += 1;
        }
        (good, Ok(()))
    }

    fn after(self, byte: u8) -> Option<Self> {
        let digit = char::from(byte).to_digit(16).map(u64::from);
        match (self, byte) {
            (Self::Size, _) => digit.map(|size| Self::Digits {
                size,
                left: MOST_DIGITS - 1,
            }),
            (Self::Digits { size, left }, _) if digit.is_some() => {
                let size = size.checked_mul(16)?.checked_add(digit?)?;
                let left = left.checked_sub(1)?;
                Some(Self::Digits { size, left })
            }
            (Self::Digits { size, .. } | Self::Blank { size }, b' ' | b'\t') => {
                Some(Self::Blank { size })
            }
            (Self::Digits { size, .. } | Self::Blank { size }, b';') => {
                Some(Self::Extension { size })
            }
            (
                Self::Digits { size, .. } | Self::Blank { size } | Self::Extension { size },
                b'\r',
            ) => Some(Self::SizeEnd { size }),
            (Self::Extension { size }, _) if is_text(byte) => Some(Self::Extension { size }),
            (Self::SizeEnd { size: 0 } | Self::LineEnd { is_last: false }, b'\n') => {
                Some(Self::Line)
            }
            (Self::SizeEnd { size }, b'\n') => Some(Self::Data { left: size }),
            (Self::DataEnd { has_return: false }, b'\r') => {
                Some(Self::DataEnd { has_return: true })
            }
            (Self::DataEnd { has_return: true }, b'\n') => Some(Self::Size),
            (Self::Line, b'\r') => Some(Self::LineEnd { is_last: true }),
            (Self::Trailer, b'\r') => Some(Self::LineEnd { is_last: false }),
            (Self::Line | Self::Trailer, _) if is_text(byte) => Some(Self::Trailer),
            (Self::LineEnd { is_last: true }, b'\n') => Some(Self::End),
            _ => None,
        }
    }
}

/// Bytes that a line may be made of, RFC 9110 §5.5.
fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

/// As many as a size of 64 bits has.
const MOST_DIGITS: u8 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8], at_once: usize) -> Result<(Chunks, usize), BadChunk> {
        let (mut chunks, mut read) = (Chunks::Size, 0);
        for piece in body.chunks(at_once) {
            let (good, outcome) = chunks.advance(piece);
            read += good;
            outcome?;
        }
        Ok((chunks, read))
    }

    /// Rows: HTTP-22
    #[test]
    fn rfc9112_7_1_a_body_ends_where_its_last_chunk_does_however_it_arrives() {
        for body in [
            "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "5;a=b;c=\"d\"\r\nhello\r\n00\r\nTrailer: x\r\nOther: \u{e9}\r\n\r\n",
            "A \r\n0123456789\r\n0\r\n\r\n",
        ] {
            for at_once in [1, 2, 3, 1000] {
                let text = format!("{body}GET / HTTP/1.1\r\n");
                assert_eq!(
                    read(text.as_bytes(), at_once),
                    Ok((Chunks::End, body.len()))
                );
            }
        }
    }

    /// Rows: HTTP-22
    #[test]
    fn rfc9112_7_1_a_chunk_that_is_none_is_noticed_at_its_first_bad_byte() {
        for (body, good) in [
            ("zz\r\n", 0),
            ("-1\r\n", 0),
            ("\r\n", 0),
            ("0x5\r\n", 1),
            ("5 x\r\nhello", 2),
            ("5\nhello", 1),
            ("5\r\nhelloX\r\n", 8),
            ("5\r\nhello\rX", 9),
            ("5;a\0\r\n", 3),
            ("11111111111111111\r\n", 16),
            ("0\r\nA\nB: c\r\n\r\n", 4),
        ] {
            let mut chunks = Chunks::Size;
            assert_eq!(
                chunks.advance(body.as_bytes()),
                (good, Err(BadChunk)),
                "{body:?}"
            );
        }
    }
}
