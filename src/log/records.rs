//! Records that leave together.

/// Whole records, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Records {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    pub(super) fn push(&mut self, record: &[u8]) {
        self.bytes.extend_from_slice(record);
        self.ends.push(self.bytes.len());
    }

    /// Empties it; what one flood needed is given back.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.ends.shrink_to(KEPT_BYTES / 64);
    }

    /// All of them in one piece.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .filter_map(|(begin, &end)| self.bytes.get(begin..end))
    }
}

/// Room that a buffer keeps when it is empty.
const KEPT_BYTES: usize = 256 * 1024;
