//! The one place that maps a file into memory.

use std::{fs::File, io};

use bytes::Bytes;
use memmap2::Mmap;

/// The whole of `file`, mapped read-only for as long as the bytes or parts of them are held.
///
/// # Errors
/// What the system says.
#[expect(unsafe_code, reason = "a mapping is only as immutable as its file")]
pub(crate) fn map(file: &File) -> io::Result<Bytes> {
    // SAFETY: the bytes must not change while they are borrowed. Stores are written aside, synced and
    // renamed, never changed under their name; a store renamed over stays whole for who mapped it. Only
    // the owner of the state directory could write into it, and nothing here takes the content for more
    // than numbers, each of which is valid whatever its bits are.
    unsafe { Mmap::map(file) }.map(Bytes::from_owner)
}
