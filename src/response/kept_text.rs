//! Text that is kept to be sent: as it is while it is short, packed once it is long, since nobody may ever ask for it.

use std::{
    fmt,
    io::{self, Cursor, Read, Write},
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use aws_lc_rs::digest::{self, SHA256};
use bytes::Bytes;
use zstd::stream::{read, write};

use crate::dataset::EntityTag;

/// A text that is kept, with the tag of its octets.
#[derive(Clone)]
pub(crate) struct KeptText {
    content: Content,
    entity_tag: EntityTag,
}

#[derive(Clone)]
enum Content {
    /// One frame of Zstandard (RFC 8878).
    Packed {
        frame: Bytes,
        length: u64,
    },
    Plain(Bytes),
}

/// A writer of a text that will be kept: a long one never stands whole in memory.
pub(crate) struct TextWriter {
    /// The end of the text, and all of it while it is short: whoever writes it does so word by word.
    rest: Vec<u8>,
    packed: Option<Packing>,
}

/// The beginning of a long text.
struct Packing {
    encoder: write::Encoder<'static, Vec<u8>>,
    hash: digest::Context,
    length: u64,
}

impl KeptText {
    /// The text `bytes`, kept as it is.
    pub(crate) fn plain(bytes: Bytes) -> Self {
        Self {
            entity_tag: EntityTag::of(&bytes),
            content: Content::Plain(bytes),
        }
    }

    /// The tag of its octets without a coding.
    pub(crate) fn entity_tag(&self) -> &EntityTag {
        &self.entity_tag
    }

    /// The text as Zstandard, where it is kept so.
    pub(super) fn frame(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Packed { frame, .. } => Some(frame),
            Content::Plain(_) => None,
        }
    }

    /// Writes the text to `out`.
    ///
    /// # Errors
    /// What `out` says.
    pub(super) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.content {
            Content::Packed { frame, .. } => io::copy(&mut unpacked(frame)?, out).map(drop),
            Content::Plain(bytes) => out.write_all(bytes),
        }
    }

    /// The text as a body: what is packed is unpacked piece by piece, as it is sent.
    ///
    /// # Errors
    /// Where there is no memory to unpack with.
    pub(super) fn body(&self) -> io::Result<BoxBody> {
        Ok(match &self.content {
            Content::Packed { frame, length } => BoxBody::new(Unpacking {
                text: unpacked(frame)?,
                length: *length,
            }),
            Content::Plain(bytes) => BoxBody::new(bytes.clone()),
        })
    }
}

impl TextWriter {
    /// A writer of nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            rest: Vec::new(),
            packed: None,
        }
    }

    /// The text that was written.
    ///
    /// # Errors
    /// Where it cannot be packed.
    pub(crate) fn finish(self) -> io::Result<KeptText> {
        let Some(mut packed) = self.packed else {
            return Ok(KeptText::plain(self.rest.into()));
        };
        packed.add(&self.rest)?;
        Ok(KeptText {
            content: Content::Packed {
                frame: packed.encoder.finish()?.into(),
                length: packed.length,
            },
            entity_tag: EntityTag::of_digest(&packed.hash.finish()),
        })
    }
}

impl Write for TextWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        if self.rest.len() > LONGEST_PLAIN {
            let packed = match &mut self.packed {
                Some(packed) => packed,
                none => none.insert(Packing::new()?),
            };
            packed.add(&self.rest)?;
            self.rest.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Packing {
    fn new() -> io::Result<Self> {
        let mut encoder = write::Encoder::new(Vec::new(), FAST)?;
        encoder.window_log(WINDOW_LOG)?;
        Ok(Self {
            encoder,
            hash: digest::Context::new(&SHA256),
            length: 0,
        })
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.length += u64::try_from(bytes.len()).map_err(io::Error::other)?;
        self.encoder.write_all(bytes)
    }
}

type Unpacked = read::Decoder<'static, Cursor<Bytes>>;

fn unpacked(frame: &Bytes) -> io::Result<Unpacked> {
    read::Decoder::with_buffer(Cursor::new(frame.clone()))
}

/// The body of a text that is packed.
struct Unpacking {
    text: Unpacked,
    length: u64,
}

impl MessageBody for Unpacking {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        let mut piece = Vec::with_capacity(PIECE);
        let limit = u64::try_from(PIECE).unwrap_or(u64::MAX);
        let read = self.text.by_ref().take(limit).read_to_end(&mut piece);
        Poll::Ready(match read {
            Ok(0) => None,
            Ok(_) => Some(Ok(piece.into())),
            Err(error) => Some(Err(error)),
        })
    }
}

impl fmt::Debug for KeptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeptText").field(&self.entity_tag).finish()
    }
}

/// Octets of a text that is kept as it is.
const LONGEST_PLAIN: usize = 256 * 1024;
const FAST: i32 = 1;
/// Each reader of a packed text needs a window of 128 KiB to unpack it; what repeats itself in a catalogue stands close.
const WINDOW_LOG: u32 = 17;
/// Octets of a piece of a body.
const PIECE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use proptest::prelude::*;

    use super::*;

    fn written(parts: &[&[u8]]) -> KeptText {
        let mut writer = TextWriter::new();
        for part in parts {
            writer.write_all(part).unwrap();
        }
        writer.finish().unwrap()
    }

    /// Everything that the body says, and the length that it announces.
    fn sent(text: &KeptText) -> (BodySize, Vec<u8>) {
        let mut body = Box::pin(text.body().unwrap());
        let size = body.size();
        let read = async {
            let mut all = Vec::new();
            while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
                all.extend_from_slice(&piece.unwrap());
            }
            all
        };
        let read = actix_web::rt::System::new().block_on(read);
        (size, read)
    }

    fn long() -> Vec<u8> {
        let lines = (0..40_000).map(|number| format!("<https://data.example/{number}> a <x> .\n"));
        lines.collect::<String>().into_bytes()
    }

    #[test]
    fn a_long_text_is_packed_and_a_short_one_is_not() {
        let long = long();
        assert!(long.len() > 4 * LONGEST_PLAIN);
        let kept = written(&[&long[..10], &long[10..]]);
        assert!(kept.frame().unwrap().len() < long.len() / 4);
        assert!(written(&[&long[..LONGEST_PLAIN]]).frame().is_none());
        assert!(written(&[&long[..=LONGEST_PLAIN]]).frame().is_some());
        assert!(written(&[]).frame().is_none());
    }

    #[test]
    fn a_text_is_sent_as_it_was_written_with_the_tag_of_its_octets() {
        let long = long();
        for text in [&b""[..], b"short", &long] {
            let kept = written(&[text]);
            let (size, all) = sent(&kept);
            assert_eq!(size, BodySize::Sized(u64::try_from(text.len()).unwrap()));
            assert!(all == text);
            assert_eq!(kept.entity_tag(), &EntityTag::of(text));
            let mut again = Vec::new();
            kept.write_to(&mut again).unwrap();
            assert!(again == text);
        }
    }

    #[test]
    fn a_frame_is_read_by_who_asks_for_zstd_and_one_that_is_torn_is_a_fault() {
        let long = long();
        let kept = written(&[&long]);
        let frame = kept.frame().unwrap();
        assert!(zstd::decode_all(&frame[..]).unwrap() == long);
        let torn = KeptText {
            content: Content::Packed {
                frame: frame.slice(..frame.len() / 2),
                length: u64::try_from(long.len()).unwrap(),
            },
            ..kept
        };
        assert!(torn.write_to(&mut io::sink()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn however_a_text_is_written_it_is_the_same(
            cuts in proptest::collection::vec(0..2 * LONGEST_PLAIN, 0..6)
        ) {
            let mut long = long();
            long.truncate(2 * LONGEST_PLAIN);
            let mut cuts = cuts;
            cuts.extend([0, long.len()]);
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|two| &long[two[0]..two[1]]).collect();
            let kept = written(&parts);
            prop_assert_eq!(kept.entity_tag(), &EntityTag::of(&long));
            let mut again = Vec::new();
            kept.write_to(&mut again).unwrap();
            prop_assert!(again == long);
        }
    }
}
