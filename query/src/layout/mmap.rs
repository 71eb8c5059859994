//! The one place that maps a file into memory.

use std::{fs::File, io};

use bytes::Bytes;
use memmap2::Mmap;

/// The whole of `file`, mapped read-only for as long as the bytes or parts of them are held.
#[expect(unsafe_code, reason = "a mapping is only as immutable as its file")]
pub(crate) fn map(file: &File) -> io::Result<Bytes> {
    // SAFETY: the bytes must not change while they are borrowed. Parts are written aside, synced and renamed to the
    // digest of their octets, never changed under their name; one that is removed stays whole for who mapped it. Only
    // the owner of the state directory could write into it.
    unsafe { Mmap::map(file) }.map(Bytes::from_owner)
}
