//! Bytes of large files in memory of their own.

use std::{
    fs::File,
    io::{self, Read},
    ops::{Deref, DerefMut},
    path::Path,
};

use memmap2::MmapMut;

/// Bytes that the system has back as soon as they are given up.
///
/// What the allocator has back it keeps for what comes next, in each thread's share: after a few
/// reloads of a large list that would be many times its size.
pub(crate) enum MappedBytes {
    Mapped(MmapMut),
    /// Few, or where the system maps no memory.
    Owned(Vec<u8>),
}

impl MappedBytes {
    /// That many bytes, all of them zero.
    pub(crate) fn zeroed(length: usize) -> Self {
        let mapped = (length >= LARGE).then(|| MmapMut::map_anon(length));
        match mapped {
            Some(Ok(mapped)) => Self::Mapped(mapped),
            _ => Self::Owned(vec![0; length]),
        }
    }

    /// The content of a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or it changes meanwhile.
    pub(crate) fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        if length < LARGE {
            let mut bytes = Vec::with_capacity(length);
            file.read_to_end(&mut bytes)?;
            return Ok(Self::Owned(bytes));
        }
        let mut bytes = Self::zeroed(length);
        file.read_exact(&mut bytes)?;
        if file.read(&mut [0])? == 0 {
            Ok(bytes)
        } else {
            Err(io::Error::other("it grew while it was read"))
        }
    }
}

impl Deref for MappedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(mapped) => mapped,
            Self::Owned(owned) => owned,
        }
    }
}

impl DerefMut for MappedBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Mapped(mapped) => mapped,
            Self::Owned(owned) => owned,
        }
    }
}

/// Below the size from which on the allocator maps memory by itself, nothing is to be gained.
const LARGE: usize = 128 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_whatever_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for length in [0, 1, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 7] {
            let content: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
            std::fs::write(&path, &content).unwrap();
            let bytes = MappedBytes::of_file(&path).unwrap();
            assert_eq!(*bytes, *content);
            let is_mapped = matches!(bytes, MappedBytes::Mapped(_));
            assert_eq!(is_mapped, length >= LARGE);
        }
        assert!(MappedBytes::of_file(&folder.path().join("none")).is_err());
    }
}
