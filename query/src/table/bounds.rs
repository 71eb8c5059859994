//! Bounds of columns in parts, row groups and pages.

use std::{cmp::Ordering, ops::Range};

use parquet::file::{
    metadata::{RowGroupMetaData, page_index::RowGroupPageIndex},
    page_index::column_index::ColumnIndexMetaData,
    statistics::Statistics,
};

use crate::{
    layout::{Part, Stored, statistics::bounds_of},
    literal::Literal,
    predicate::{Bounds, ColumnBounds, Nulls},
    schema::ColumnType,
};

/// Bounds in a part, as the manifest has them.
pub(super) struct PartBounds<'a> {
    pub(super) part: &'a Part,
    pub(super) stored: &'a Stored,
}

impl Bounds for PartBounds<'_> {
    fn of(&self, column: usize) -> ColumnBounds {
        let columns = &self.stored.table().columns;
        let Some(column_type) = columns.get(column).map(|column| column.column_type) else {
            return self.of_box(column - columns.len());
        };
        let Some(found) = self.part.columns.get(column) else {
            return ColumnBounds::default();
        };
        let bound = |bound: &Option<crate::layout::Scalar>| bound.as_ref()?.literal(column_type);
        ColumnBounds {
            min: bound(&found.min),
            max: bound(&found.max),
            nulls: nulls(found.nulls, self.part.file.rows),
        }
    }

    fn extent(&self, column: usize) -> Option<[f64; 4]> {
        self.part
            .bounds
            .filter(|_| self.stored.geometry() == Some(column))
    }
}

impl PartBounds<'_> {
    /// The western and southern sides have a least value, the others a greatest.
    fn of_box(&self, side: usize) -> ColumnBounds {
        let bounds = self.part.bounds.as_ref();
        let bound = bounds.and_then(|bounds| bounds.get(side));
        let bound = bound.copied().map(Literal::Number);
        let (min, max) = if side < 2 {
            (bound, None)
        } else {
            (None, bound)
        };
        ColumnBounds {
            min,
            max,
            nulls: Nulls::Some,
        }
    }
}

/// Bounds in a row group, as the file's footer has them.
pub(super) struct GroupBounds<'a> {
    pub(super) group: &'a RowGroupMetaData,
    pub(super) stored: &'a Stored,
}

impl Bounds for GroupBounds<'_> {
    fn of(&self, column: usize) -> ColumnBounds {
        let chunk = self.group.columns().get(column);
        let Some(statistics) = chunk.and_then(|chunk| chunk.statistics()) else {
            return ColumnBounds::default();
        };
        let bounds = bounds_of(statistics, column_type(self.stored, column));
        let (min, max) = bounds.unzip();
        let rows = u64::try_from(self.group.num_rows()).unwrap_or_default();
        ColumnBounds {
            min,
            max,
            nulls: nulls(statistics.null_count_opt(), rows),
        }
    }

    fn extent(&self, column: usize) -> Option<[f64; 4]> {
        extent(self, self.stored, column)
    }
}

/// Bounds in a page of each column, which hold for the rows that the pages have in common.
pub(super) struct PageBounds<'a> {
    pub(super) pages: &'a RowGroupPageIndex,
    pub(super) stored: &'a Stored,
    /// A row of them.
    pub(super) row: usize,
    /// Rows of the row group.
    pub(super) rows: usize,
}

impl Bounds for PageBounds<'_> {
    fn of(&self, column: usize) -> ColumnBounds {
        self.page(column).unwrap_or_default()
    }

    fn extent(&self, column: usize) -> Option<[f64; 4]> {
        extent(self, self.stored, column)
    }
}

/// The box of all geometries, by the bounds of the columns of boxes.
fn extent(bounds: &dyn Bounds, stored: &Stored, column: usize) -> Option<[f64; 4]> {
    stored.geometry().filter(|geometry| *geometry == column)?;
    let side = |at: usize| bounds.of(stored.table().columns.len() + at);
    let number = |literal: Option<Literal>| match literal? {
        Literal::Number(number) => Some(number),
        _ => None,
    };
    let [west, south] = [side(0).min, side(1).min].map(number);
    let [east, north] = [side(2).max, side(3).max].map(number);
    Some([west?, south?, east?, north?])
}

impl PageBounds<'_> {
    fn page(&self, column: usize) -> Option<ColumnBounds> {
        let places = self.pages.page_locations(column)?;
        let starts = |at: usize| {
            let place = places.get(at)?;
            usize::try_from(place.first_row_index).ok()
        };
        let after = places.partition_point(|place| {
            usize::try_from(place.first_row_index).is_ok_and(|first| first <= self.row)
        });
        let page = after.checked_sub(1)?;
        let rows = starts(page + 1)
            .unwrap_or(self.rows)
            .checked_sub(starts(page)?)?;
        let index = self.pages.column_index(column)?;
        let (min, max) = page_bounds(index, page, column_type(self.stored, column)).unzip();
        let count = index
            .null_count(page)
            .and_then(|count| u64::try_from(count).ok());
        Some(ColumnBounds {
            min,
            max,
            nulls: nulls(count, u64::try_from(rows).ok()?),
        })
    }
}

fn page_bounds(
    index: &ColumnIndexMetaData,
    page: usize,
    column_type: ColumnType,
) -> Option<(Literal, Literal)> {
    match (index, column_type) {
        (ColumnIndexMetaData::BYTE_ARRAY(texts), ColumnType::Text) => {
            let text = |octets: &[u8]| {
                let text = std::str::from_utf8(octets).ok()?;
                Some(Literal::Text(text.into()))
            };
            Some((text(texts.min_value(page)?)?, text(texts.max_value(page)?)?))
        }
        (ColumnIndexMetaData::INT64(values), ColumnType::Integer) => {
            let bounds = (*values.min_value(page)?, *values.max_value(page)?);
            Some((Literal::Integer(bounds.0), Literal::Integer(bounds.1)))
        }
        (ColumnIndexMetaData::INT64(values), ColumnType::DateTime) => {
            let bounds = (*values.min_value(page)?, *values.max_value(page)?);
            Some((Literal::DateTime(bounds.0), Literal::DateTime(bounds.1)))
        }
        (ColumnIndexMetaData::INT32(values), ColumnType::Date) => {
            let bounds = (*values.min_value(page)?, *values.max_value(page)?);
            Some((Literal::Date(bounds.0), Literal::Date(bounds.1)))
        }
        (ColumnIndexMetaData::DOUBLE(values), ColumnType::Number) => {
            let bounds = (*values.min_value(page)?, *values.max_value(page)?);
            Some((Literal::Number(bounds.0), Literal::Number(bounds.1)))
        }
        (ColumnIndexMetaData::BOOLEAN(values), ColumnType::Boolean) => {
            let bounds = (*values.min_value(page)?, *values.max_value(page)?);
            Some((Literal::Boolean(bounds.0), Literal::Boolean(bounds.1)))
        }
        _ => None,
    }
}

/// The row groups, of which the column ascends, that can have a value from `least` to `greatest`.
pub(super) fn groups_within<'a>(
    count: usize,
    chunk: impl Fn(usize) -> Option<&'a Statistics>,
    (least, greatest): &(Literal, Literal),
) -> Range<usize> {
    let first = partition_point(count, |group| {
        let order = chunk(group).and_then(|found| beside(found, least)?.1);
        order.is_some_and(Ordering::is_lt)
    });
    let end = partition_point(count, |group| {
        let order = chunk(group).and_then(|found| beside(found, greatest)?.0);
        !order.is_some_and(Ordering::is_gt)
    });
    first..end
}

/// The order of the least and of the greatest value of a row group, each with `value`.
fn beside(
    statistics: &Statistics,
    value: &Literal,
) -> Option<(Option<Ordering>, Option<Ordering>)> {
    Some(match (statistics, value) {
        (Statistics::ByteArray(texts), Literal::Text(text)) => (
            texts.min_bytes_opt().map(|min| min.cmp(text.as_bytes())),
            texts.max_bytes_opt().map(|max| max.cmp(text.as_bytes())),
        ),
        (Statistics::Int64(values), Literal::Integer(value) | Literal::DateTime(value)) => (
            values.min_opt().map(|min| min.cmp(value)),
            values.max_opt().map(|max| max.cmp(value)),
        ),
        (Statistics::Int32(values), Literal::Date(value)) => (
            values.min_opt().map(|min| min.cmp(value)),
            values.max_opt().map(|max| max.cmp(value)),
        ),
        _ => return None,
    })
}

/// The rows of the pages of an ascending column that can have a value from `least` to `greatest`.
pub(super) fn rows_within(
    pages: &RowGroupPageIndex,
    column: usize,
    (least, greatest): &(Literal, Literal),
    rows: usize,
) -> Option<Range<usize>> {
    let index = pages.column_index(column)?;
    let places = pages.page_locations(column)?;
    let first = partition_point(places.len(), |page| {
        let order = page_beside(index, page, least).and_then(|found| found.1);
        order.is_some_and(Ordering::is_lt)
    });
    let end = partition_point(places.len(), |page| {
        let order = page_beside(index, page, greatest).and_then(|found| found.0);
        !order.is_some_and(Ordering::is_gt)
    });
    let start_of = |page: usize| {
        let start = places
            .get(page)
            .map(|place| usize::try_from(place.first_row_index));
        start.map_or(Some(rows), Result::ok)
    };
    Some(start_of(first)?..start_of(end)?)
}

/// The order of the least and of the greatest value of a page, each with `value`.
fn page_beside(
    index: &ColumnIndexMetaData,
    page: usize,
    value: &Literal,
) -> Option<(Option<Ordering>, Option<Ordering>)> {
    Some(match (index, value) {
        (ColumnIndexMetaData::BYTE_ARRAY(texts), Literal::Text(text)) => (
            texts.min_value(page).map(|min| min.cmp(text.as_bytes())),
            texts.max_value(page).map(|max| max.cmp(text.as_bytes())),
        ),
        (
            ColumnIndexMetaData::INT64(values),
            Literal::Integer(value) | Literal::DateTime(value),
        ) => (
            values.min_value(page).map(|min| min.cmp(value)),
            values.max_value(page).map(|max| max.cmp(value)),
        ),
        (ColumnIndexMetaData::INT32(values), Literal::Date(value)) => (
            values.min_value(page).map(|min| min.cmp(value)),
            values.max_value(page).map(|max| max.cmp(value)),
        ),
        _ => return None,
    })
}

fn partition_point(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Columns behind those of the table are sides of boxes.
fn column_type(stored: &Stored, column: usize) -> ColumnType {
    let column = stored.table().columns.get(column);
    column.map_or(ColumnType::Number, |column| column.column_type)
}

fn nulls(count: Option<u64>, rows: u64) -> Nulls {
    match count {
        Some(0) => Nulls::None,
        Some(count) if count == rows => Nulls::All,
        _ => Nulls::Some,
    }
}
