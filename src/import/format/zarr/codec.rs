//! Codecs of chunks, each undone within a bound.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::{
    blosc,
    unpacked::{Unpacked, unshuffled},
};

/// A codec.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Codec {
    Blosc,
    Crc32c,
    Gzip,
    Lz4,
    /// The octets of all elements, first the first of each; so many octets an element.
    Shuffle(usize),
    Zlib,
    Zstd,
}

impl Codec {
    /// The octets before this codec, at most `most`.
    pub(super) fn unpack(&self, octets: &[u8], most: usize) -> Result<Vec<u8>, Unpacked> {
        match self {
            Self::Blosc => blosc::unpack(octets, most),
            Self::Crc32c => checked(octets),
            Self::Gzip => read(MultiGzDecoder::new(octets), most),
            Self::Lz4 => lz4(octets, most),
            Self::Shuffle(size) => Ok(unshuffled(octets, *size)),
            Self::Zlib => read(ZlibDecoder::new(octets), most),
            Self::Zstd => {
                let decoder = ZstdDecoder::with_buffer(octets);
                let mut decoder = decoder.map_err(|error| Unpacked::Codec(error.to_string()))?;
                // A window of 128 MiB is what the library allows by default, and more than any chunk here needs.
                decoder
                    .window_log_max(MAX_WINDOW)
                    .map_err(|error| Unpacked::Codec(error.to_string()))?;
                read(decoder, most)
            }
        }
    }
}

fn read(decoder: impl Read, most: usize) -> Result<Vec<u8>, Unpacked> {
    let mut octets = Vec::new();
    let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder.take(bound).read_to_end(&mut octets);
    read.map_err(|error| Unpacked::Codec(error.to_string()))?;
    if octets.len() > most {
        return Err(Unpacked::Inflated(most));
    }
    Ok(octets)
}

/// numcodecs: the length in four octets, then one block.
fn lz4(octets: &[u8], most: usize) -> Result<Vec<u8>, Unpacked> {
    let (length, block) = octets.split_first_chunk().ok_or(Unpacked::Short)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > most {
        return Err(Unpacked::Inflated(most));
    }
    lz4_flex::block::decompress(block, length).map_err(|error| Unpacked::Codec(error.to_string()))
}

/// The octets before their checksum of four octets, when it is theirs.
fn checked(octets: &[u8]) -> Result<Vec<u8>, Unpacked> {
    let (octets, checksum) = octets.split_last_chunk().ok_or(Unpacked::Short)?;
    if crc32c(octets) == u32::from_le_bytes(*checksum) {
        Ok(octets.to_vec())
    } else {
        Err(Unpacked::Checksum)
    }
}

/// RFC 3720 appendix B.4.
fn crc32c(octets: &[u8]) -> u32 {
    let folded = octets.iter().fold(u32::MAX, |sum, octet| {
        let at = usize::from(sum.to_le_bytes()[0] ^ octet);
        CRC32C.get(at).map_or(sum, |row| row ^ (sum >> 8))
    });
    !folded
}

const MAX_WINDOW: u32 = 27;
const CRC32C: [u32; 256] = crc32c_table();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, from 0 to 255"
)]
const fn crc32c_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut row = at as u32;
        let mut bit = 0;
        while bit < 8 {
            row = if row & 1 == 1 {
                (row >> 1) ^ 0x82F6_3B78
            } else {
                row >> 1
            };
            bit += 1;
        }
        table[at] = row;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        let mut octets = b"123456789".to_vec();
        octets.extend(0xE306_9283_u32.to_le_bytes());
        assert_eq!(Codec::Crc32c.unpack(&octets, 100).unwrap(), b"123456789");
        octets[0] = b'2';
        assert!(matches!(
            Codec::Crc32c.unpack(&octets, 100),
            Err(Unpacked::Checksum)
        ));
        assert!(matches!(
            Codec::Crc32c.unpack(&[1], 100),
            Err(Unpacked::Short)
        ));
    }

    #[test]
    fn nothing_is_unpacked_beyond_its_bound() {
        let zeros = vec![0; 10_000_000];
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&zeros).unwrap();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(&zeros).unwrap();
        let mut lz4 = u32::try_from(zeros.len()).unwrap().to_le_bytes().to_vec();
        lz4.extend(lz4_flex::block::compress(&zeros));
        for (codec, packed) in [
            (Codec::Gzip, gzip.finish().unwrap()),
            (Codec::Zlib, zlib.finish().unwrap()),
            (Codec::Zstd, zstd::encode_all(&*zeros, 3).unwrap()),
            (Codec::Lz4, lz4),
        ] {
            assert!(packed.len() < 50_000);
            assert_eq!(codec.unpack(&packed, zeros.len()).unwrap(), zeros);
            let refused = codec.unpack(&packed, zeros.len() - 1);
            assert!(matches!(refused, Err(Unpacked::Inflated(_))), "{codec:?}");
            assert!(
                codec
                    .unpack(&packed[..packed.len() / 2], zeros.len())
                    .is_err()
            );
        }
    }

    proptest! {
        #[test]
        fn no_octets_are_too_much(octets in prop::collection::vec(any::<u8>(), 0..300)) {
            for codec in [
                Codec::Blosc, Codec::Crc32c, Codec::Gzip, Codec::Lz4, Codec::Shuffle(3), Codec::Zlib, Codec::Zstd,
            ] {
                if let Ok(unpacked) = codec.unpack(&octets, 1000) {
                    prop_assert!(unpacked.len() <= 1000);
                }
            }
        }
    }
}
