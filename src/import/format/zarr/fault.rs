//! Faults of an array of a Zarr store.

use std::io;

use crate::import::Shown;

/// A fault of an array of a Zarr store.
#[derive(Debug, thiserror::Error)]
pub enum ZarrFault {
    /// A chunk that its codecs cannot unpack.
    #[error("the chunk {key} is damaged: {reason}")]
    Chunk {
        /// Its file.
        key: String,
        /// The codec's error.
        reason: String,
    },
    /// A codec, or a setting of one, that is not read here.
    #[error(
        "is packed with {0}, which is not read: known are bytes, transpose, sharding_indexed, vlen-utf8, blosc, zstd, \
         gzip, zlib, lz4, shuffle and crc32c"
    )]
    Codec(Shown),
    /// Elements of a type that is not read here.
    #[error("has elements of the type {0}, which is not read: numbers and texts are")]
    Element(Shown),
    /// A file that leads elsewhere, or is none.
    #[error("{0} is a link or no file: a store holds its files itself")]
    Link(String),
    /// A file of metadata that is too large.
    #[error("{file} is longer than {most} octets")]
    Long {
        /// The file.
        file: String,
        /// The bound.
        most: u64,
    },
    /// A file of metadata that says what cannot be.
    #[error("{file}: {reason}")]
    Metadata {
        /// The file.
        file: String,
        /// The fault.
        reason: String,
    },
    /// A chunk too large to be unpacked.
    #[error("its chunks have {octets} octets, and {most} are the most")]
    LargeChunk {
        /// Unpacked.
        octets: u64,
        /// The bound.
        most: u64,
    },
    /// Far more chunks than values are wanted.
    #[error("is in {0} chunks: write it again in larger ones")]
    ManyChunks(u64),
    /// The disk.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
}

impl ZarrFault {
    pub(super) fn metadata(file: &str, reason: impl std::fmt::Display) -> Self {
        let reason: String = reason.to_string().chars().take(300).collect();
        Self::Metadata {
            file: file.escape_debug().to_string(),
            reason: reason.escape_debug().to_string(),
        }
    }
}
