//! Profiles: coverages that are known by name before anything is imported, as data.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{
    ColumnPattern, Columns, Dimension, DimensionValues, Instant, Named, Variable, value::power,
};

/// Coverages that belong together: one name for all of them, one form of their tables.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name of all of them together.
    pub id: Box<str>,
    /// The coverages, in the order of records.
    pub coverages: Vec<ProfileCoverage>,
    /// Positions of the coverages in the order in which messages list them.
    pub listed: Vec<usize>,
}

/// A coverage of a profile.
#[derive(Clone, Debug)]
pub struct ProfileCoverage {
    /// Its name.
    pub id: Box<str>,
    /// Name for people.
    pub title: Box<str>,
    /// Short name of the profile's own; empty when there is none.
    pub code: Box<str>,
    /// Version of the data, unless what is imported says another.
    pub version: Box<str>,
    /// Its table in a database of the profile.
    pub table: Box<str>,
    /// Variables and dimensions.
    pub columns: Columns,
    /// The names of its columns in its table, in their order.
    pub source_names: Vec<Box<str>>,
}

impl Profile {
    /// The seven perils of `ClimateScore`.
    #[must_use]
    pub fn perils() -> &'static Self {
        &PERILS
    }

    /// The coverage of that name.
    #[must_use]
    pub fn coverage(&self, id: &str) -> Option<&ProfileCoverage> {
        self.coverages.iter().find(|coverage| &*coverage.id == id)
    }

    /// The names of all coverages in the order in which messages list them.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        let listed = self.listed.iter();
        listed.filter_map(|at| self.coverages.get(*at).map(|coverage| &*coverage.id))
    }
}

/// Reason why a profile cannot be read: told of the text that is compiled in by a test.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Columns that do not fit together.
    #[error(transparent)]
    Columns(#[from] super::ColumnsError),
    /// A name in `listed` that no coverage has.
    #[error("no coverage is named {0}")]
    Listed(String),
    /// A pattern that names neither a variable nor a dimension.
    #[error(transparent)]
    Pattern(#[from] super::PatternError),
    /// Not TOML, or other keys than a profile has.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
}

impl std::str::FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let file: File = toml::from_str(text)?;
        let dimensions: Vec<_> = file.dimension.into_iter().map(Dimension::from).collect();
        let mut coverages = Vec::with_capacity(file.coverage.len());
        for coverage in file.coverage {
            coverages.push(coverage.read(&dimensions, &file.column)?);
        }
        let position = |id: &String| {
            let found = coverages
                .iter()
                .position(|one: &ProfileCoverage| *one.id == **id);
            found.ok_or_else(|| ProfileError::Listed(id.clone()))
        };
        Ok(Self {
            id: file.id,
            listed: file.listed.iter().map(position).collect::<Result<_, _>>()?,
            coverages,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Box<str>,
    column: String,
    listed: Vec<String>,
    dimension: Vec<FileDimension>,
    coverage: Vec<FileCoverage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDimension {
    name: Box<str>,
    #[serde(default)]
    title: Box<str>,
    #[serde(default)]
    unit: Box<str>,
    values: FileValues,
}

/// As [`DimensionValues`], numbers in whole units.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FileValues {
    Text(Vec<Named>),
    Number(Vec<i32>),
    Time(Vec<Instant>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCoverage {
    id: Box<str>,
    title: Box<str>,
    #[serde(default)]
    code: Box<str>,
    version: Box<str>,
    table: Box<str>,
    variable: Vec<FileVariable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileVariable {
    name: Box<str>,
    unit: Box<str>,
    definition: Box<str>,
    /// In whole units.
    maximum: Option<i32>,
    /// Its form in a column's name.
    column: Option<Box<str>>,
}

impl From<FileDimension> for Dimension {
    fn from(file: FileDimension) -> Self {
        Self {
            name: file.name,
            title: file.title,
            unit: file.unit,
            values: match file.values {
                FileValues::Text(names) => DimensionValues::Text(names),
                FileValues::Number(numbers) => DimensionValues::Number(
                    numbers
                        .into_iter()
                        .map(|number| i64::from(number) * super::MICRO)
                        .collect(),
                ),
                FileValues::Time(times) => DimensionValues::Time(times),
            },
        }
    }
}

impl FileCoverage {
    fn read(
        self,
        dimensions: &[Dimension],
        pattern: &str,
    ) -> Result<ProfileCoverage, ProfileError> {
        let parts = self.variable.iter();
        let parts: Vec<_> = parts
            .map(|variable| variable.column.clone().unwrap_or(variable.name.clone()))
            .collect();
        let variables: Vec<_> = self.variable.into_iter().map(Variable::from).collect();
        let columns = Columns::new(variables, dimensions)?;
        let pattern = ColumnPattern::read(pattern, &columns)?;
        let source_names = pattern.names(&columns, &self.id, &parts);
        Ok(ProfileCoverage {
            id: self.id,
            title: self.title,
            code: self.code,
            version: self.version,
            table: self.table,
            columns,
            source_names,
        })
    }
}

impl From<FileVariable> for Variable {
    fn from(file: FileVariable) -> Self {
        let variable = Self {
            name: file.name,
            unit: file.unit,
            definition: file.definition,
            // No peril is less than none.
            minimum: Some(0),
            ..Self::default()
        };
        let steps = power(variable.decimals);
        Self {
            maximum: file.maximum.map(|maximum| i64::from(maximum) * steps),
            ..variable
        }
    }
}

static PERILS: LazyLock<Profile> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the text is compiled in, and a test reads it"
    )]
    TEXT.parse().expect("a profile that is compiled in")
});

const TEXT: &str = include_str!("../../../profiles/perils.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_perils_have_the_columns_that_their_tables_have() {
        let perils: Profile = TEXT.parse().unwrap();
        let names: Vec<_> = perils
            .coverages
            .iter()
            .flat_map(|coverage| &coverage.source_names)
            .collect();
        assert_eq!(names.len(), 96);
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
            assert_eq!(&**names[index], name);
        }
        let heat = perils.coverage("heat").unwrap();
        assert_eq!(heat.columns.count(), 24);
        assert_eq!(heat.columns.variables()[1].maximum, Some(366_000_000));
        let listed: Vec<_> = perils.listed().collect();
        assert_eq!(listed[..3], ["fire", "hail", "heat"]);
        assert_eq!(listed.len(), perils.coverages.len());
    }

    #[test]
    fn a_profile_with_a_part_that_does_not_fit_is_refused() {
        for (from, to) in [
            ("listed = [\"fire\"", "listed = [\"fires\""),
            ("{scenario}", "{scenarios}"),
            ("2030, 2040", "2040, 2030"),
            ("code = \"WS\"", "codes = \"WS\""),
            ("name = \"daysexceeding38c\"", "name = \"daysexceeding35c\""),
        ] {
            let changed = TEXT.replacen(from, to, 1);
            assert_ne!(changed, TEXT);
            assert!(changed.parse::<Profile>().is_err(), "{to}");
        }
    }
}
