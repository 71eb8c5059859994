//! A source that was read to its end without a fault.

use super::parsed::Parsed;

/// One source that was read without a fault.
pub(super) struct ReadSource {
    pub(super) name: String,
    pub(super) is_synthetic: bool,
    pub(super) parsed: Parsed,
}

impl ReadSource {
    /// `true` when its places may be a little beside the points of the grid.
    pub(super) fn has_rough_places(&self) -> bool {
        let gridded = self.parsed.gridded.as_ref();
        gridded.is_some_and(|found| found.has_rough_places)
    }

    /// The place of its table among those of the import.
    pub(super) fn rank(&self) -> usize {
        self.parsed.table.rank
    }
}
