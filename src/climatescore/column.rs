//! The 96 columns: metric by scenario by year, in the fixed order of records.

use std::sync::LazyLock;

use super::{Metric, Peril, Scenario, Year};
use crate::dataset::grid::ColumnIndex;

/// One of the 96 columns: metrics in record order, inside each ssp126 then ssp585, years ascending.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Column {
    metric: Metric,
    scenario: Scenario,
    year: Year,
}

impl Peril {
    /// Its columns in record order, which is also their order in its table: 24 for heat, else 12.
    pub fn columns(self) -> impl Iterator<Item = Column> + Clone {
        Column::all().filter(move |column| column.peril() == self)
    }
}

impl Column {
    /// Their number.
    pub const COUNT: usize = 96;

    /// The column of these three.
    #[must_use]
    pub const fn new(metric: Metric, scenario: Scenario, year: Year) -> Self {
        Self {
            metric,
            scenario,
            year,
        }
    }

    /// All 96 in the order of their indexes.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        COLUMNS.iter().copied()
    }

    /// The column at `index`, 0 to 95.
    #[must_use]
    pub fn at(index: usize) -> Option<Self> {
        COLUMNS.get(index).copied()
    }

    /// Its place in a row, 0 to 95.
    #[must_use]
    #[expect(
        clippy::as_conversions,
        reason = "discriminants below 8, 2 and 6, which no other conversion reads"
    )]
    pub const fn index(self) -> usize {
        (self.metric as usize * Scenario::ALL.len() + self.scenario as usize) * Year::ALL.len()
            + self.year as usize
    }

    /// The name of its collection, and its place among the columns there.
    pub(super) fn of_collection(self) -> (&'static str, ColumnIndex) {
        let peril = self.peril();
        let metrics = peril.metrics().iter();
        let before = metrics.take_while(|metric| **metric != self.metric).count();
        let first = Self::new(self.metric, Scenario::Ssp126, Year::Y2020).index();
        let of_a_metric = Scenario::ALL.len() * Year::ALL.len();
        let index = before * of_a_metric + self.index() - first;
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        (peril.name(), ColumnIndex::new(index))
    }

    /// The metric.
    #[must_use]
    pub const fn metric(self) -> Metric {
        self.metric
    }

    /// The metric's peril.
    #[must_use]
    pub const fn peril(self) -> Peril {
        self.metric.peril()
    }

    /// The scenario.
    #[must_use]
    pub const fn scenario(self) -> Scenario {
        self.scenario
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> Year {
        self.year
    }

    /// Its name in the peril's table, as `windssp1262020windspeed100yrmetric_mean`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self.index()).map_or("", String::as_str)
    }

    /// The column of that name, whatever its case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))
            .and_then(Self::at)
    }
}

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let mut columns = Vec::with_capacity(Column::COUNT);
    for metric in Metric::ALL {
        for scenario in Scenario::ALL {
            columns.extend(Year::ALL.map(|year| Column::new(metric, scenario, year)));
        }
    }
    columns
});

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let name = |column: &Column| {
        format!(
            "{}{}{}{}metric_mean",
            column.peril().name(),
            column.scenario.name(),
            column.year.number(),
            column.metric.column_part()
        )
    };
    COLUMNS.iter().map(name).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::Profile;

    #[test]
    fn an_index_leads_back_to_its_column() {
        assert_eq!(Column::all().count(), Column::COUNT);
        for (index, column) in Column::all().enumerate() {
            assert_eq!(column.index(), index);
            assert_eq!(Column::at(index), Some(column));
            assert_eq!(Column::named(&column.name().to_uppercase()), Some(column));
        }
        assert_eq!(Column::at(Column::COUNT), None);
        assert_eq!(Column::named("windssp1262020"), None);
    }

    #[test]
    fn the_collections_have_the_columns_that_are_frozen_here() {
        for column in Column::all() {
            let (collection, index) = column.of_collection();
            let known = Profile::perils().coverage(collection).unwrap();
            let columns = &known.columns;
            assert_eq!(
                *columns.variable(index).unwrap().name,
                *column.metric().name()
            );
            let along: Vec<_> = columns.positions(index).collect();
            assert_eq!(
                *known.source_names[usize::try_from(index.number()).unwrap()],
                *column.name()
            );
            assert_eq!(along.len(), 2);
        }
    }

    #[test]
    fn columns_are_named_as_the_tables_name_them() {
        let names: Vec<_> = Column::all().map(Column::name).collect();
        for (index, name) in [
            (0, "windssp1262020windspeed100yrmetric_mean"),
            (23, "precipssp5852100onedayprecip100yrmetric_mean"),
            (24, "heatssp1262020daysexceeding35cmetric_mean"),
            (47, "heatssp5852100daysexceeding38cmetric_mean"),
            (48, "hailssp1262020dayslargehailpossiblemetric_mean"),
            (66, "droughtssp5852020monthsextreme3mospeimetric_mean"),
            (72, "combinedfloodssp1262020floodedfraction200yrmetric_mean"),
            (95, "firessp5852100metric_mean"),
        ] {
            assert_eq!(names[index], name);
        }
    }

    #[test]
    fn a_perils_columns_are_one_block() {
        let mut next = 0;
        for peril in Peril::ALL {
            let indexes: Vec<_> = peril.columns().map(Column::index).collect();
            let length = 12 * peril.metrics().len();
            assert_eq!(indexes, (next..next + length).collect::<Vec<_>>());
            next += length;
        }
        assert_eq!(next, Column::COUNT);
    }
}
