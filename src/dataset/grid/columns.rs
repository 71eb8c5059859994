//! The columns of a coverage: each variable for each combination of the values of its dimensions.

use serde::{Deserialize, Serialize};

use super::{
    Dimension, Variable,
    names::{ColumnsError, once},
};

/// Variables and dimensions of one coverage, and with them its columns in their order: variables slowest, then
/// dimensions as they are listed, the last of them fastest.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Listed")]
pub struct Columns {
    variables: Box<[Variable]>,
    dimensions: Box<[Dimension]>,
    #[serde(skip)]
    strides: Box<[u32]>,
}

/// The position of a column among those of its coverage, from 0.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ColumnIndex(pub(super) u32);

impl Columns {
    /// Columns that a coverage may have.
    pub const MOST: u32 = 65_536;

    /// The columns of `variables`, each of which has all of `dimensions`.
    ///
    /// # Errors
    /// [`ColumnsError`].
    pub fn new(
        variables: impl Into<Box<[Variable]>>,
        dimensions: impl Into<Box<[Dimension]>>,
    ) -> Result<Self, ColumnsError> {
        let (variables, dimensions) = (variables.into(), dimensions.into());
        if variables.is_empty() {
            return Err(ColumnsError::NoVariable);
        }
        variables.iter().try_for_each(Variable::check)?;
        dimensions.iter().try_for_each(Dimension::check)?;
        once(variables.iter().map(|variable| &variable.name))?;
        let names = dimensions.iter().map(|dimension| &dimension.name);
        once(names.chain([&Box::from("variable")]))?;
        let mut strides = vec![1; dimensions.len()];
        let mut stride = 1;
        for (place, dimension) in strides.iter_mut().zip(&dimensions).rev() {
            *place = stride;
            stride = checked(stride, dimension.values.len())?;
        }
        checked(stride, variables.len())?;
        Ok(Self {
            variables,
            dimensions,
            strides: strides.into(),
        })
    }

    /// The variables, which are measured.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The dimensions along which they are measured or projected.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The number of columns.
    #[must_use]
    pub fn count(&self) -> u32 {
        let variables = u32::try_from(self.variables.len()).unwrap_or(u32::MAX);
        variables * self.of_a_variable()
    }

    /// The columns of one variable.
    #[must_use]
    pub fn of_a_variable(&self) -> u32 {
        let first = self.dimensions.first().zip(self.strides.first());
        first.map_or(1, |(dimension, stride)| {
            u32::try_from(dimension.values.len()).unwrap_or(u32::MAX) * stride
        })
    }

    /// All columns in their order.
    pub fn all(&self) -> impl Iterator<Item = ColumnIndex> + Clone + use<> {
        (0..self.count()).map(ColumnIndex)
    }

    /// The column of a variable at these positions along the dimensions, one for each of them.
    #[must_use]
    pub fn index(&self, variable: usize, positions: &[usize]) -> Option<ColumnIndex> {
        if variable >= self.variables.len() || positions.len() != self.dimensions.len() {
            return None;
        }
        let mut index = u32::try_from(variable).ok()? * self.of_a_variable();
        let dimensions = self.dimensions.iter().zip(&self.strides);
        for ((dimension, stride), position) in dimensions.zip(positions) {
            if *position >= dimension.values.len() {
                return None;
            }
            index += u32::try_from(*position).ok()? * stride;
        }
        Some(ColumnIndex(index))
    }

    /// The position of a column's variable.
    #[must_use]
    pub fn variable_of(&self, column: ColumnIndex) -> usize {
        usize::try_from(column.0 / self.of_a_variable()).unwrap_or(usize::MAX)
    }

    /// The variable of a column.
    #[must_use]
    pub fn variable(&self, column: ColumnIndex) -> Option<&Variable> {
        self.variables.get(self.variable_of(column))
    }

    /// The position of a column along the dimension at `dimension`.
    #[must_use]
    pub fn position(&self, column: ColumnIndex, dimension: usize) -> Option<usize> {
        let (stride, dimension) = self
            .strides
            .get(dimension)
            .zip(self.dimensions.get(dimension))?;
        let count = u32::try_from(dimension.values.len()).ok()?;
        usize::try_from(column.0 / stride % count).ok()
    }

    /// The position of a column along each dimension.
    pub fn positions(&self, column: ColumnIndex) -> impl Iterator<Item = usize> {
        (0..self.dimensions.len()).filter_map(move |at| self.position(column, at))
    }

    /// Name of a column, as `windspeed100yr_ssp126_2030`.
    #[must_use]
    pub fn name(&self, column: ColumnIndex) -> String {
        let mut name = self
            .variable(column)
            .map_or(String::new(), |variable| variable.name.to_string());
        for (dimension, position) in self.dimensions.iter().zip(self.positions(column)) {
            name.push('_');
            name.push_str(&dimension.values.text(position).unwrap_or_default());
        }
        name
    }

    /// The position of the variable of that name, whatever its case.
    #[must_use]
    pub fn variable_named(&self, name: &str) -> Option<usize> {
        let is_named = |variable: &Variable| variable.name.eq_ignore_ascii_case(name);
        self.variables.iter().position(is_named)
    }

    /// The position of the dimension of that name, whatever its case.
    #[must_use]
    pub fn dimension_named(&self, name: &str) -> Option<usize> {
        let is_named = |dimension: &Dimension| dimension.name.eq_ignore_ascii_case(name);
        self.dimensions.iter().position(is_named)
    }
}

impl ColumnIndex {
    /// The column at a position that is known to be one.
    #[must_use]
    pub fn new(position: u32) -> Self {
        Self(position)
    }

    /// The position as a number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl From<ColumnIndex> for u32 {
    fn from(column: ColumnIndex) -> Self {
        column.0
    }
}

/// Columns as a file lists them, before they are known to fit together.
#[derive(Deserialize)]
struct Listed {
    variables: Box<[Variable]>,
    #[serde(default)]
    dimensions: Box<[Dimension]>,
}

impl TryFrom<Listed> for Columns {
    type Error = ColumnsError;

    fn try_from(listed: Listed) -> Result<Self, ColumnsError> {
        Self::new(listed.variables, listed.dimensions)
    }
}

fn checked(stride: u32, count: usize) -> Result<u32, ColumnsError> {
    let count = u32::try_from(count).ok();
    let product = count.and_then(|count| stride.checked_mul(count));
    product
        .filter(|columns| *columns <= Columns::MOST)
        .ok_or(ColumnsError::TooMany(Columns::MOST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::{DimensionValues, Instant, Named};

    fn dimension(name: &str, values: DimensionValues) -> Dimension {
        Dimension {
            name: name.into(),
            values,
            ..Dimension::default()
        }
    }

    fn variable(name: &str) -> Variable {
        Variable {
            name: name.into(),
            ..Variable::default()
        }
    }

    fn texts(names: &[&str]) -> DimensionValues {
        let value = |name: &&str| Named {
            name: (*name).into(),
            definition: "".into(),
        };
        DimensionValues::Text(names.iter().map(value).collect())
    }

    #[test]
    fn the_last_dimension_changes_fastest_and_variables_slowest() {
        let columns = Columns::new(
            [variable("a"), variable("b")],
            [
                dimension("percentile", texts(&["p10", "p90"])),
                dimension("height", DimensionValues::Number(vec![500_000, 10_000_000])),
            ],
        );
        let columns = columns.unwrap();
        let names: Vec<_> = columns.all().map(|column| columns.name(column)).collect();
        assert_eq!(
            names,
            [
                "a_p10_0.5",
                "a_p10_10",
                "a_p90_0.5",
                "a_p90_10",
                "b_p10_0.5",
                "b_p10_10",
                "b_p90_0.5",
                "b_p90_10"
            ]
        );
        assert_eq!(columns.index(1, &[1, 0]), Some(ColumnIndex(6)));
        assert_eq!(columns.index(1, &[1, 2]), None);
        assert_eq!(columns.index(2, &[0, 0]), None);
        assert_eq!(columns.index(0, &[0]), None);
    }

    #[test]
    fn a_coverage_may_have_no_dimension_at_all() {
        let columns = Columns::new([variable("elevation")], []).unwrap();
        assert_eq!(columns.count(), 1);
        assert_eq!(columns.name(ColumnIndex(0)), "elevation");
        assert_eq!(columns.index(0, &[]), Some(ColumnIndex(0)));
    }

    #[test]
    fn what_makes_no_columns_is_refused() {
        let number = |values: &[i64]| DimensionValues::Number(values.to_vec());
        let time = |text: &str, seconds| Instant {
            text: text.into(),
            seconds,
        };
        let refused = |variables: Vec<Variable>, dimensions: Vec<Dimension>| {
            Columns::new(variables, dimensions).unwrap_err()
        };
        let a = || vec![variable("a")];
        assert_eq!(refused(vec![], vec![]), ColumnsError::NoVariable);
        assert_eq!(
            refused(vec![variable("a"), variable("A")], vec![]),
            ColumnsError::Twice("A".into())
        );
        assert_eq!(
            refused(vec![variable("a b")], vec![]),
            ColumnsError::Name("a b".into())
        );
        for (values, error) in [
            (texts(&[]), ColumnsError::NoValue("d".into())),
            (texts(&["x", "X"]), ColumnsError::Twice("X".into())),
            (texts(&["x,y"]), ColumnsError::Name("x,y".into())),
            (number(&[1, 1]), ColumnsError::Order("d".into())),
            (number(&[2, 1]), ColumnsError::Order("d".into())),
            (
                DimensionValues::Time(vec![time("2020", 2), time("2019", 1)]),
                ColumnsError::Order("d".into()),
            ),
        ] {
            assert_eq!(refused(a(), vec![dimension("d", values)]), error);
        }
        let thousand = || number(&(0..1000).collect::<Vec<_>>());
        let large = vec![dimension("d", thousand()), dimension("e", thousand())];
        assert_eq!(refused(a(), large), ColumnsError::TooMany(Columns::MOST));
        let reserved = vec![dimension("Variable", number(&[1]))];
        assert!(matches!(refused(a(), reserved), ColumnsError::Twice(_)));
        let fine = Variable {
            decimals: 16,
            ..variable("a")
        };
        assert!(matches!(
            refused(vec![fine], vec![]),
            ColumnsError::Decimals { .. }
        ));
    }

    proptest! {
        #[test]
        fn an_index_leads_back_to_its_positions(
            variables in 1..5_usize,
            lengths in prop::collection::vec(1..6_usize, 0..4),
        ) {
            let variables: Vec<_> = (0..variables).map(|at| variable(&format!("v{at}"))).collect();
            let dimensions = lengths.iter().enumerate().map(|(at, length)| {
                let values = (0..i64::try_from(*length).unwrap()).collect();
                dimension(&format!("d{at}"), DimensionValues::Number(values))
            });
            let columns = Columns::new(variables, dimensions.collect::<Vec<_>>()).unwrap();
            for (at, column) in columns.all().enumerate() {
                prop_assert_eq!(usize::try_from(column.number()).unwrap(), at);
                let positions: Vec<_> = columns.positions(column).collect();
                let variable = columns.variable_of(column);
                prop_assert_eq!(columns.index(variable, &positions), Some(column));
            }
            let text = serde_json::to_string(&columns).unwrap();
            prop_assert_eq!(serde_json::from_str::<Columns>(&text).unwrap(), columns);
        }
    }
}
