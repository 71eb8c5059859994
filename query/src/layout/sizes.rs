//! Rows of pages, row groups and parts.

use crate::schema::{Kind, TableSchema};

/// Rows that lie together. Fewer rows a page are less to decode for one of them, and more pages to know of.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Rows of a page.
    pub page: usize,
    /// Rows of a row group.
    pub group: usize,
    /// Rows of a part: a change rewrites whole parts.
    pub part: usize,
}

impl Sizes {
    /// Sizes that are good for the kind: a page of records is decoded for one of them, and one of a series holds about a year.
    #[must_use]
    pub fn of(schema: &TableSchema) -> Self {
        match schema.kind {
            Kind::Records => Self::in_groups(512, 65_536, 16),
            Kind::Features => Self::in_groups(1_000, 10_000, 25),
            Kind::Series => {
                let step = schema.step_ms.unwrap_or(HALF_HOUR_MS).max(1);
                let rows = usize::try_from(YEAR_MS / step).unwrap_or(usize::MAX);
                Self::in_groups(rows.clamp(1_024, 20_480), 1_048_576, 4)
            }
        }
    }

    fn in_groups(page: usize, group: usize, groups: usize) -> Self {
        // Groups of whole pages: a series that ends with its page does not begin in the middle of the next.
        let group = group.div_ceil(page) * page;
        Self {
            page,
            group,
            part: group * groups,
        }
    }

    /// The sizes, none of them nothing, a part of whole groups and a group of whole pages.
    pub(super) fn checked(self) -> Self {
        let page = self.page.max(1);
        let group = self.group.max(page).div_ceil(page) * page;
        let part = self.part.max(group).div_ceil(group) * group;
        Self { page, group, part }
    }
}

const HALF_HOUR_MS: u64 = 30 * 60 * 1_000;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1_000;
