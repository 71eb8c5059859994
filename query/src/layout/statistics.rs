//! Statistics of a part, from the footer of its file.

use std::cmp::Ordering;

use parquet::file::{metadata::ParquetMetaData, statistics::Statistics};

use crate::{literal::Literal, schema::ColumnType};

use super::manifest::ColumnStatistics;

/// Statistics of a column of all row groups.
pub(super) fn of_column(
    metadata: &ParquetMetaData,
    column: usize,
    column_type: ColumnType,
) -> ColumnStatistics {
    let mut nulls = 0_u64;
    let mut range: Option<(Literal, Literal)> = None;
    for group in metadata.row_groups() {
        let Some(statistics) = group
            .columns()
            .get(column)
            .and_then(|chunk| chunk.statistics())
        else {
            return ColumnStatistics::default();
        };
        nulls = nulls.saturating_add(statistics.null_count_opt().unwrap_or_default());
        if let Some((min, max)) = bounds_of(statistics, column_type) {
            range = Some(match range {
                None => (min, max),
                Some((least, greatest)) => (
                    if min.compare(&least).is_some_and(Ordering::is_lt) {
                        min
                    } else {
                        least
                    },
                    if max.compare(&greatest).is_some_and(Ordering::is_gt) {
                        max
                    } else {
                        greatest
                    },
                ),
            });
        }
    }
    let (min, max) = range.unzip();
    ColumnStatistics {
        nulls: Some(nulls),
        min: min.map(Into::into),
        max: max.map(Into::into),
        distinct: None,
    }
}

/// West, south, east and north of all boxes, whose columns begin at `first`.
pub(super) fn bounds(metadata: &ParquetMetaData, first: usize) -> Option<[f64; 4]> {
    let mut all: Option<[f64; 4]> = None;
    for group in metadata.row_groups() {
        let side = |at: usize| match group.columns().get(first + at)?.statistics()? {
            Statistics::Double(side) => Some((*side.min_opt()?, *side.max_opt()?)),
            _ => None,
        };
        let (Some((west, _)), Some((south, _)), Some((_, east)), Some((_, north))) =
            (side(0), side(1), side(2), side(3))
        else {
            continue;
        };
        let [w, s, e, n] = all.unwrap_or([west, south, east, north]);
        all = Some([w.min(west), s.min(south), e.max(east), n.max(north)]);
    }
    all
}

/// The least and the greatest value.
pub(crate) fn bounds_of(
    statistics: &Statistics,
    column_type: ColumnType,
) -> Option<(Literal, Literal)> {
    let (min, max) = match (statistics, column_type) {
        (Statistics::ByteArray(texts), ColumnType::Text) => {
            let text = |octets: &[u8]| {
                std::str::from_utf8(octets)
                    .ok()
                    .map(|text| Literal::Text(text.into()))
            };
            (text(texts.min_bytes_opt()?)?, text(texts.max_bytes_opt()?)?)
        }
        (Statistics::Int64(values), ColumnType::Integer) => {
            let [min, max] = [values.min_opt()?, values.max_opt()?];
            (Literal::Integer(*min), Literal::Integer(*max))
        }
        (Statistics::Int64(values), ColumnType::DateTime) => {
            let [min, max] = [values.min_opt()?, values.max_opt()?];
            (Literal::DateTime(*min), Literal::DateTime(*max))
        }
        (Statistics::Int32(values), ColumnType::Date) => {
            let [min, max] = [values.min_opt()?, values.max_opt()?];
            (Literal::Date(*min), Literal::Date(*max))
        }
        (Statistics::Double(values), ColumnType::Number) => {
            let [min, max] = [values.min_opt()?, values.max_opt()?];
            (Literal::Number(*min), Literal::Number(*max))
        }
        (Statistics::Boolean(values), ColumnType::Boolean) => {
            let [min, max] = [values.min_opt()?, values.max_opt()?];
            (Literal::Boolean(*min), Literal::Boolean(*max))
        }
        _ => return None,
    };
    Some((min, max))
}
