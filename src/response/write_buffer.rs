//! Write buffer of a connection, and the sizes of pieces that follow from it.
//!
//! The server copies each piece of a body behind what it still has to send, and keeps the buffer for the next one as
//! long as it has at most [`KEPT_BYTES`]. A larger buffer is let go and made anew for each piece, which costs more
//! than the copy. So a piece, with what is left of the one before it ([`LOW_WATER_BYTES`]), stays below that.

/// Size up to which the server keeps the buffer: a constant of actix-http.
pub(crate) const KEPT_BYTES: usize = 128 * 1024;

/// Bytes left to send at which the server asks for the next piece: few, so that the buffer holds one and not two.
pub(crate) const LOW_WATER_BYTES: usize = 4 * 1024;

/// Bytes of a piece that is made: large, since each wakes its reader, with room for what its last place adds.
pub(crate) const PIECE_BYTES: usize = 96 * 1024;

/// Bytes of a piece that is read from a file.
pub(crate) const FILE_PIECE_BYTES: usize = 64 * 1024;

const _: () = assert!(PIECE_BYTES + LOW_WATER_BYTES < KEPT_BYTES);
const _: () = assert!(FILE_PIECE_BYTES + LOW_WATER_BYTES < KEPT_BYTES);
