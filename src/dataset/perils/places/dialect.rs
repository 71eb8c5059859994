//! Dialect of a CSV file: the separators of its fields and its lines.

/// Separators of fields and of lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialect {
    pub(super) separator: u8,
    /// The last byte of a line's end.
    pub(super) line_end: u8,
}

impl Default for Dialect {
    /// RFC 4180 §2.
    fn default() -> Self {
        Self {
            separator: b',',
            line_end: b'\n',
        }
    }
}
