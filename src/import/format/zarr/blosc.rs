//! Blosc, version 1 of its format: blocks of shuffled octets, each packed by one of five codecs.

mod blosclz;

use std::io::Read;

use flate2::read::ZlibDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::unpacked::{Unpacked, unshuffled};

/// The first sixteen octets.
struct Header {
    flags: u8,
    element: usize,
    length: usize,
    block: usize,
}

/// The octets before they were packed, at most `most`.
pub(super) fn unpack(octets: &[u8], most: usize) -> Result<Vec<u8>, Unpacked> {
    let header = Header::read(octets)?;
    if header.length > most {
        return Err(Unpacked::Inflated(most));
    }
    if header.flags & COPIED != 0 {
        let copied = octets.get(HEADER..HEADER + header.length);
        return copied.map(<[u8]>::to_vec).ok_or(Unpacked::Short);
    }
    // Never more than what is packed can stand for, whatever the header says.
    let mut unpacked = Vec::with_capacity(header.length.min(octets.len().saturating_mul(256)));
    let blocks = header.length.div_ceil(header.block);
    for number in 0..blocks {
        let length = header.block.min(header.length - number * header.block);
        let at = HEADER + number * size_of::<u32>();
        let start = usize_at(octets, at).ok_or(Unpacked::Short)?;
        let packed = octets.get(start..).ok_or(Unpacked::Short)?;
        let block = header.block(packed, length)?;
        unpacked.extend(header.in_order(block));
    }
    Ok(unpacked)
}

impl Header {
    fn read(octets: &[u8]) -> Result<Self, Unpacked> {
        let [_, _, flags, element, ..] = *octets else {
            return Err(Unpacked::Short);
        };
        let length = usize_at(octets, 4).ok_or(Unpacked::Short)?;
        let block = usize_at(octets, 8).ok_or(Unpacked::Short)?;
        usize_at(octets, 12).ok_or(Unpacked::Short)?;
        let element = usize::from(element).max(1);
        if (block == 0 || block > MAX_BLOCK) && length > 0 {
            return Err(Unpacked::Codec(
                "blosc: its blocks have an impossible size".to_owned(),
            ));
        }
        Ok(Self {
            flags,
            element,
            length,
            block: block.max(1),
        })
    }

    /// One block of `length` octets: all of it at once, or the nth octet of each element by itself.
    fn block(&self, packed: &[u8], length: usize) -> Result<Vec<u8>, Unpacked> {
        let is_last_part = length < self.block;
        let is_split = self.flags & UNSPLIT == 0
            && self.element <= MAX_SPLITS
            && self.block / self.element >= MIN_SPLIT
            && !is_last_part;
        let streams = if is_split { self.element } else { 1 };
        let each = length / streams;
        let mut block = Vec::with_capacity(length);
        let mut ahead = packed;
        for _ in 0..streams {
            let (size, rest) = ahead.split_first_chunk().ok_or(Unpacked::Short)?;
            let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
            let (stream, rest) = rest.split_at_checked(size).ok_or(Unpacked::Short)?;
            ahead = rest;
            if size == each {
                block.extend_from_slice(stream);
            } else {
                block.extend(self.stream(stream, each)?);
            }
        }
        if block.len() != length {
            return Err(Unpacked::Short);
        }
        Ok(block)
    }

    fn stream(&self, packed: &[u8], length: usize) -> Result<Vec<u8>, Unpacked> {
        let failed = |error: String| Unpacked::Codec(format!("blosc: {error}"));
        let unpacked = match self.flags >> 5 {
            0 => blosclz::unpack(packed, length),
            1 => lz4_flex::block::decompress(packed, length)
                .map_err(|error| failed(error.to_string())),
            3 => exactly(ZlibDecoder::new(packed), length),
            4 => match ZstdDecoder::with_buffer(packed) {
                Ok(decoder) => exactly(decoder, length),
                Err(error) => Err(failed(error.to_string())),
            },
            codec => Err(failed(format!("its codec {codec} is not read"))),
        }?;
        if unpacked.len() == length {
            Ok(unpacked)
        } else {
            Err(Unpacked::Short)
        }
    }

    /// The octets of a block, element by element.
    fn in_order(&self, block: Vec<u8>) -> Vec<u8> {
        if self.flags & SHUFFLED != 0 && self.element > 1 {
            unshuffled(&block, self.element)
        } else if self.flags & BITS_SHUFFLED != 0 && block.len() >= self.element {
            bits_in_order(&block, self.element)
        } else {
            block
        }
    }
}

fn exactly(decoder: impl Read, length: usize) -> Result<Vec<u8>, Unpacked> {
    let mut unpacked = Vec::with_capacity(length);
    let bound = u64::try_from(length).unwrap_or(u64::MAX);
    let read = decoder.take(bound).read_to_end(&mut unpacked);
    read.map_err(|error| Unpacked::Codec(format!("blosc: {error}")))?;
    Ok(unpacked)
}

/// Bits that stand first the first of each element: whole groups of eight elements, and the rest as it is.
fn bits_in_order(block: &[u8], element: usize) -> Vec<u8> {
    let groups = block.len() / element / 8;
    let shuffled = groups * 8 * element;
    let (planes, rest) = block.split_at_checked(shuffled).unwrap_or((block, &[]));
    let mut ordered = vec![0; shuffled];
    if groups > 0 {
        for (bit, plane) in planes.chunks_exact(groups).enumerate() {
            let (octet, shift) = (bit / 8, bit % 8);
            let bits = plane
                .iter()
                .flat_map(|eight| (0..8).map(move |nth| eight >> nth & 1));
            for (set, one) in bits.zip(ordered.chunks_exact_mut(element)) {
                if let Some(place) = one.get_mut(octet) {
                    *place |= set << shift;
                }
            }
        }
    }
    ordered.extend_from_slice(rest);
    ordered
}

fn usize_at(octets: &[u8], at: usize) -> Option<usize> {
    let found = octets.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*found)).ok()
}

const HEADER: usize = 16;
const SHUFFLED: u8 = 0x01;
const COPIED: u8 = 0x02;
const BITS_SHUFFLED: u8 = 0x04;
const UNSPLIT: u8 = 0x10;
const MAX_SPLITS: usize = 16;
const MIN_SPLIT: usize = 128;
const MAX_BLOCK: usize = 256 << 20;
