//! The pages of a Parquet file, looked at before anything is unpacked: the reader itself believes what they
//! say of their sizes, and unpacks zstd and gzip to whatever comes.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
};

use flate2::read::MultiGzDecoder;
use parquet::{basic::Compression, file::metadata::ColumnChunkMetaData};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::{super::FormatError, TableFault};

/// The header of a page.
struct Page {
    unpacked: u64,
    packed: u64,
}

/// Refuses a column chunk with a page that is, or claims to be, too large, or whose packing has no bound.
pub(super) fn are_bounded(file: &File, chunk: &ColumnChunkMetaData) -> Result<(), FormatError> {
    let packing = match chunk.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY => None,
        Compression::GZIP(_) => Some(Packing::Gzip),
        Compression::ZSTD(_) => Some(Packing::Zstd),
        other => return Err(TableFault::Codec(other.to_string()).into()),
    };
    let (start, length) = chunk.byte_range();
    let mut file = file;
    file.seek(SeekFrom::Start(start))?;
    let mut source = BufReader::new(file.take(length));
    loop {
        let Some(page) = Page::read(&mut source).map_err(damaged)? else {
            return Ok(());
        };
        if page.unpacked > MAX_PAGE {
            return Err(TableFault::LargePage(MAX_PAGE).into());
        }
        let mut packed = (&mut source).take(page.packed);
        if let Some(packing) = packing
            && unpacked(packing, &mut packed, page.unpacked).map_err(damaged)? > page.unpacked
        {
            return Err(TableFault::LargePage(page.unpacked).into());
        }
        let left = packed.limit();
        if io::copy(&mut packed, &mut io::sink()).map_err(damaged)? < left {
            return Err(damaged("it ends early"));
        }
    }
}

#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Zstd,
}

/// The number of octets that a page is unpacked to, counted up to one beyond `most`.
fn unpacked(packing: Packing, packed: &mut dyn Read, most: u64) -> io::Result<u64> {
    let mut sink = io::sink();
    match packing {
        Packing::Gzip => io::copy(&mut MultiGzDecoder::new(packed).take(most + 1), &mut sink),
        Packing::Zstd => {
            let mut decoder = ZstdDecoder::new(packed)?;
            decoder.window_log_max(MAX_WINDOW)?;
            io::copy(&mut decoder.take(most + 1), &mut sink)
        }
    }
}

impl Page {
    /// The next header; none at the end. Its first three fields are the type and both sizes.
    fn read(source: &mut impl Read) -> io::Result<Option<Self>> {
        let mut header = Compact { source, depth: 0 };
        let Some(first) = header.octet_or_end()? else {
            return Ok(None);
        };
        let mut page = Self {
            unpacked: 0,
            packed: 0,
        };
        let mut field = 0_i64;
        let mut next = first;
        while next & 0x0F != STOP {
            let step = i64::from(next >> 4);
            field = if step == 0 {
                header.zigzag()?
            } else {
                field + step
            };
            match (field, next & 0x0F) {
                (2, I32) => page.unpacked = header.size()?,
                (3, I32) => page.packed = header.size()?,
                (_, kind) => header.skip(kind)?,
            }
            next = header.octet()?;
        }
        Ok(Some(page))
    }
}

/// Thrift's compact protocol, as far as it takes to pass over what is not wanted.
struct Compact<'s, R> {
    source: &'s mut R,
    depth: u8,
}

impl<R: Read> Compact<'_, R> {
    fn octet_or_end(&mut self) -> io::Result<Option<u8>> {
        let mut octet = [0];
        Ok((self.source.read(&mut octet)? == 1).then_some(octet[0]))
    }

    fn octet(&mut self) -> io::Result<u8> {
        self.octet_or_end()?
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let octet = self.octet()?;
            number |= u64::from(octet & 0x7F) << shift;
            if octet & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    fn zigzag(&mut self) -> io::Result<i64> {
        let number = self.varint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn size(&mut self) -> io::Result<u64> {
        u64::try_from(self.zigzag()?).map_err(io::Error::other)
    }

    fn skip(&mut self, kind: u8) -> io::Result<()> {
        match kind {
            1 | 2 => Ok(()),
            3 => self.octet().map(|_| ()),
            4..=6 => self.varint().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 => self.skip_list(),
            12 => self.skip_struct(),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn skip_list(&mut self) -> io::Result<()> {
        let head = self.octet()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        let kind = head & 0x0F;
        for _ in 0..count.min(MAX_LIST) {
            // A truth in a list is an octet, in a struct it is its own type.
            self.deeper(|header| {
                if kind <= 2 {
                    header.pass(1)
                } else {
                    header.skip(kind)
                }
            })?;
        }
        if count > MAX_LIST {
            Err(io::ErrorKind::InvalidData.into())
        } else {
            Ok(())
        }
    }

    fn skip_struct(&mut self) -> io::Result<()> {
        self.deeper(|header| {
            loop {
                let next = header.octet()?;
                if next & 0x0F == STOP {
                    return Ok(());
                }
                if next >> 4 == 0 {
                    header.zigzag()?;
                }
                header.skip(next & 0x0F)?;
            }
        })
    }

    fn deeper(&mut self, work: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let done = work(self);
        self.depth -= 1;
        done
    }

    fn pass(&mut self, length: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.source.take(length), &mut io::sink())?;
        if passed < length {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(())
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> FormatError {
    TableFault::Parquet(format!("a page is damaged: {error}")).into()
}

const STOP: u8 = 0;
const I32: u8 = 5;
const MAX_DEPTH: u8 = 16;
const MAX_LIST: u64 = 10_000;
/// Octets of one page, unpacked; writers make pages of one or a few.
const MAX_PAGE: u64 = 64 << 20;
const MAX_WINDOW: u32 = 27;
