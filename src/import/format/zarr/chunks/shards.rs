//! Shards: files of many chunks with an index (Zarr codec `sharding_indexed`).

use std::{fs::File, io, os::unix::fs::FileExt};

use super::{
    super::{ZarrFault, codec::Codec, unpacked::Unpacked},
    MAX_CHUNK, SLACK, product,
};

/// The make-up of shards.
#[derive(Clone, Debug)]
pub(in super::super) struct Shards {
    pub(in super::super) shape: Vec<u64>,
    /// Chunks along each dimension.
    pub(in super::super) parts: Vec<u64>,
    /// `true` when the index ends with its checksum.
    pub(in super::super) is_checked: bool,
    /// `true` when the index stands first in the file, and not last.
    pub(in super::super) is_first: bool,
}

/// One open shard.
#[derive(Debug)]
pub(super) struct Shard<'s> {
    shards: &'s Shards,
    file: File,
    length: u64,
    /// Of each chunk where it begins and how long it is.
    index: Vec<u8>,
}

impl Shards {
    /// Reads the index of `file`.
    pub(super) fn open(&self, file: File) -> Result<Result<Shard<'_>, Unpacked>, ZarrFault> {
        let length = file.metadata()?.len();
        let checksum = if self.is_checked { CHECKSUM } else { 0 };
        let entries = product(&self.parts).filter(|count| *count <= MAX_PARTS);
        let Some(size) = entries.map(|count| count * ENTRY + checksum) else {
            return Ok(Err(Unpacked::Codec("its index is too large".to_owned())));
        };
        let Some(last) = length.checked_sub(size) else {
            return Ok(Err(Unpacked::Short));
        };
        let mut index = vec![0; usize::try_from(size).unwrap_or(0)];
        file.read_exact_at(&mut index, if self.is_first { 0 } else { last })?;
        if self.is_checked {
            match Codec::Crc32c.unpack(&index, index.len()) {
                Ok(checked) => index = checked,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(Shard {
            shards: self,
            file,
            length,
            index,
        }))
    }
}

impl Shard<'_> {
    /// The packed octets of the chunk at `at` on the grid of all chunks; none when it was not written.
    pub(super) fn chunk(&self, at: &[u64]) -> Result<Result<Option<Vec<u8>>, Unpacked>, ZarrFault> {
        let parts = at.iter().zip(&self.shards.parts);
        let number = parts.fold(0, |number, (at, parts)| number * parts + at % parts);
        let entry = usize::try_from(number * ENTRY)
            .ok()
            .and_then(|start| self.index.get(start..));
        let entry = entry.and_then(|entry| {
            let (start, rest) = entry.split_first_chunk()?;
            let (length, _) = rest.split_first_chunk()?;
            Some((u64::from_le_bytes(*start), u64::from_le_bytes(*length)))
        });
        let Some((start, length)) = entry else {
            return Ok(Err(Unpacked::Short));
        };
        if start == u64::MAX && length == u64::MAX {
            return Ok(Ok(None));
        }
        let end = start.checked_add(length).filter(|end| *end <= self.length);
        if end.is_none() || length > MAX_CHUNK + SLACK {
            return Ok(Err(Unpacked::Short));
        }
        let mut packed = vec![0; usize::try_from(length).unwrap_or(0)];
        match self.file.read_exact_at(&mut packed, start) {
            Ok(()) => Ok(Ok(Some(packed))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Err(Unpacked::Short)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Two numbers of eight octets.
const ENTRY: u64 = 16;
const CHECKSUM: u64 = 4;
const MAX_PARTS: u64 = 4_000_000;
