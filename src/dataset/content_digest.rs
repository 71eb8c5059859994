//! SHA-256 of a file's content, as it is in one version of the file.

use std::{fs::File, io, os::unix::fs::FileExt};

use aws_lc_rs::digest::{Context, Digest, SHA256};
use rustix::fs::{Advice, fadvise, fstat};

use super::version::Version;

/// The digest of what is in `file`; none when it is not, or does not stay, of `version`.
pub(super) fn content_digest(file: &File, version: &Version) -> io::Result<Option<Digest>> {
    // A hint: without it the file is read in smaller steps.
    let _ = fadvise(file, 0, None, Advice::Sequential);
    let mut context = Context::new(&SHA256);
    let mut piece = vec![0; PIECE_BYTES];
    let mut position = 0;
    loop {
        match file.read_at(&mut piece, position) {
            Ok(0) => break,
            // It grows while it is read.
            Ok(_) if position > version.length() => return Ok(None),
            Ok(read) => {
                context.update(piece.get(..read).unwrap_or_default());
                position += u64::try_from(read).map_err(io::Error::other)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let is_same = position == version.length() && Version::of(&fstat(file)?) == *version;
    Ok(is_same.then(|| context.finish()))
}

/// Bytes that are read at once.
pub(super) const PIECE_BYTES: usize = 256 * 1024;
