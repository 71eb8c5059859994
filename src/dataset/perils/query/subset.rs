//! What is wanted of each place, understood and checked.

use std::ops::Range;

use super::{Options, Wanted};
use crate::dataset::{
    grid::{Column, Metric, Peril, Scenario, Year},
    perils::Refused,
};

/// How a place's value comes from the cells around it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Interpolation {
    /// By the four cells around, each by its nearness.
    Bilinear,
    /// The nearest cell's.
    Nearest,
}

/// How a table has the values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// A line for each value.
    Long,
    /// A line for each place, a column for each value.
    Wide,
}

/// Where a table says which licence, source and version its values have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Provenance {
    /// In columns behind all others.
    Columns,
    /// In lines before the header.
    Comments,
    /// Nowhere.
    None,
}

/// How far, and through how many cells, one request may have valid cells looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reach {
    /// The largest radius, in kilometres.
    pub max_radius_km: u32,
    /// Cells, for all places together.
    pub max_search_cells: u64,
}

/// What is wanted of each place.
#[derive(Clone, Debug, PartialEq)]
pub struct Subset {
    /// The perils, in record order.
    pub perils: Vec<Peril>,
    /// The columns that must be read, in record order.
    pub columns: Vec<Column>,
    /// The numbers, by metric, scenario and year.
    pub wanted: Vec<Wanted>,
    /// How values come from cells.
    pub interpolation: Interpolation,
    /// How far a valid cell may be looked for, in kilometres; none: not at all.
    pub radius_km: Option<f64>,
    /// How far, and through how many cells, may be looked for one.
    pub reach: Reach,
    /// How a table has them, when that was said.
    pub layout: Option<Layout>,
    /// How a table says where the values are from.
    pub provenance: Provenance,
}

impl Interpolation {
    /// As requests and answers name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bilinear => "bilinear",
            Self::Nearest => "nearest",
        }
    }
}

impl Layout {
    /// As requests name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Wide => "wide",
        }
    }
}

impl Provenance {
    /// All of them, the default first.
    pub const ALL: [Self; 3] = [Self::None, Self::Columns, Self::Comments];

    /// As requests name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Comments => "comments",
            Self::None => "none",
        }
    }
}

impl Subset {
    /// Understands `options`.
    ///
    /// # Errors
    /// [`Refused::Unknown`] with the names that exist, or [`Refused::Malformed`].
    pub fn read(options: &Options, reach: Reach) -> Result<Self, Refused> {
        let perils = names(options, "perils", &Peril::LISTED, Peril::name, Peril::named)?;
        let metrics = names(
            options,
            "metrics",
            &Metric::ALL,
            Metric::name,
            Metric::named,
        )?;
        let scenarios = names(
            options,
            "scenarios",
            &Scenario::ALL,
            Scenario::name,
            Scenario::named,
        )?;
        let is_linear = choice(
            options,
            "year_interpolation",
            &[("none", false), ("linear", true)],
        )?;
        let years = years(options, is_linear)?;
        let mut subset = Self {
            perils: Vec::new(),
            columns: Vec::new(),
            wanted: Vec::new(),
            interpolation: choice(
                options,
                "interpolation",
                &[
                    ("nearest", Interpolation::Nearest),
                    ("bilinear", Interpolation::Bilinear),
                ],
            )?,
            radius_km: radius(options, reach.max_radius_km)?,
            reach,
            layout: choice(
                options,
                "layout",
                &[
                    ("", None),
                    (Layout::Wide.name(), Some(Layout::Wide)),
                    (Layout::Long.name(), Some(Layout::Long)),
                ],
            )?,
            provenance: choice(
                options,
                "provenance",
                &Provenance::ALL.map(|one| (one.name(), one)),
            )?,
        };
        let mut standing = [None; Column::COUNT];
        for metric in Metric::ALL {
            let is_chosen = |chosen: &Option<Vec<Peril>>| {
                chosen
                    .as_ref()
                    .is_none_or(|perils| perils.contains(&metric.peril()))
            };
            if !is_chosen(&perils)
                || metrics
                    .as_ref()
                    .is_some_and(|chosen| !chosen.contains(&metric))
            {
                continue;
            }
            if subset.perils.last() != Some(&metric.peril()) {
                subset.perils.push(metric.peril());
            }
            let scenarios = scenarios.as_deref().unwrap_or(&Scenario::ALL);
            for scenario in Scenario::ALL
                .into_iter()
                .filter(|one| scenarios.contains(one))
            {
                for year in &years {
                    subset.want(metric, scenario, *year, &mut standing);
                }
            }
        }
        if subset.wanted.is_empty() {
            return Err(Refused::Malformed {
                at: "metrics".to_owned(),
                expected: "of the perils that are asked for".into(),
            });
        }
        Ok(subset)
    }

    /// Whether the numbers are the columns, each once and in their order.
    pub(super) fn is_plain(&self) -> bool {
        let mut wanted = self.wanted.iter().enumerate();
        self.wanted.len() == self.columns.len() && wanted.all(|(at, wanted)| wanted.is_column(at))
    }

    /// The numbers of each peril, as positions in [`Subset::wanted`].
    pub fn groups(&self) -> impl Iterator<Item = (Peril, Range<usize>)> {
        self.perils.iter().map(|peril| {
            let belongs = |wanted: &Wanted| wanted.metric.peril() == *peril;
            let start = self.wanted.iter().position(belongs).unwrap_or(0);
            let length = self.wanted.iter().filter(|wanted| belongs(wanted)).count();
            (*peril, start..start + length)
        })
    }

    /// Wants one number more; `standing` has where each column stands that is read already.
    fn want(
        &mut self,
        metric: Metric,
        scenario: Scenario,
        year: u16,
        standing: &mut [Option<usize>; Column::COUNT],
    ) {
        let columns = &mut self.columns;
        let mut push = |column: Column| {
            columns.push(column);
            columns.len() - 1
        };
        let place = |column: Column| match standing.get_mut(column.index()) {
            Some(standing) => *standing.get_or_insert_with(|| push(column)),
            None => push(column),
        };
        self.wanted.push(Wanted::new(metric, scenario, year, place));
    }
}

fn years(options: &Options, is_linear: bool) -> Result<Vec<u16>, Refused> {
    let Some(items) = options.items("years") else {
        return Ok(Year::ALL.map(Year::number).to_vec());
    };
    let mut years = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let year = item.parse().ok().filter(|year| {
            let is_within = (Year::Y2020.number()..=Year::Y2100.number()).contains(year);
            Year::numbered(*year).is_some() || (is_linear && is_within)
        });
        let known = if is_linear {
            "those from 2020 to 2100".to_owned()
        } else {
            let years = Year::ALL.map(|year| year.number().to_string()).join(", ");
            format!("{years}; with year_interpolation=linear also those between")
        };
        years.push(year.ok_or_else(|| Refused::Unknown {
            at: format!("years[{index}]"),
            known: known.into(),
        })?);
    }
    years.sort_unstable();
    years.dedup();
    Ok(years)
}

fn radius(options: &Options, max_km: u32) -> Result<Option<f64>, Refused> {
    let Some(text) = options.item("radius_km") else {
        return Ok(None);
    };
    let radius = text
        .parse()
        .ok()
        .filter(|km| (0.0..=f64::from(max_km)).contains(km));
    radius.map(Some).ok_or_else(|| Refused::Malformed {
        at: "radius_km".to_owned(),
        expected: format!("a number from 0 to {max_km}").into(),
    })
}

/// The names of a list; none when it is not given: then all are meant.
fn names<T: Copy>(
    options: &Options,
    option: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    named: fn(&str) -> Option<T>,
) -> Result<Option<Vec<T>>, Refused> {
    let Some(items) = options.items(option) else {
        return Ok(None);
    };
    let known = || {
        all.iter()
            .map(|one| name(*one))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let read = |(index, item): (usize, &String)| {
        named(item).ok_or_else(|| Refused::Unknown {
            at: format!("{option}[{index}]"),
            known: known().into(),
        })
    };
    items
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// One of `choices`, of which the first is the default.
fn choice<T: Copy>(options: &Options, option: &str, choices: &[(&str, T)]) -> Result<T, Refused> {
    let known = || {
        choices
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = match options.item(option) {
        None => choices.first(),
        Some(text) => choices
            .iter()
            .find(|(name, _)| !name.is_empty() && text.eq_ignore_ascii_case(name)),
    };
    found
        .map(|(_, choice)| *choice)
        .ok_or_else(|| Refused::Unknown {
            at: option.to_owned(),
            known: known().into(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Result<Subset, Refused> {
        let mut options = Options::default();
        for (name, value) in query {
            options.take_parameter(name, value, &[])?;
        }
        let reach = Reach {
            max_radius_km: 100,
            max_search_cells: 1_000,
        };
        Subset::read(&options, reach)
    }

    #[test]
    fn nothing_given_means_all() {
        let subset = read(&[]).unwrap();
        assert_eq!((subset.wanted.len(), subset.columns.len()), (96, 96));
        assert_eq!(read(&[("perils", ""), ("years", " ")]), Ok(subset.clone()));
        assert_eq!(subset.perils, Peril::ALL);
    }

    #[test]
    fn names_are_known_whatever_their_case_and_select_together() {
        let subset = read(&[
            ("perils", "WIND,heat"),
            ("metrics", "DaysExceeding38C,windspeed100yr"),
            ("scenarios", "SSP585"),
            ("years", "2100,2030"),
            ("years", "2030"),
        ])
        .unwrap();
        let names: Vec<_> = subset.wanted.iter().map(Wanted::name).collect();
        assert_eq!(
            names,
            [
                "windspeed100yr_ssp585_2030",
                "windspeed100yr_ssp585_2100",
                "daysexceeding38c_ssp585_2030",
                "daysexceeding38c_ssp585_2100",
            ]
        );
        let groups: Vec<_> = subset.groups().collect();
        assert_eq!(groups, [(Peril::Wind, 0..2), (Peril::Heat, 2..4)]);
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        for (query, at, known) in [
            ([("perils", "fire,fires")], "perils[1]", "fire, hail, heat"),
            ([("perils", "fire,")], "perils[1]", "fire, hail, heat"),
            ([("scenarios", "ssp245")], "scenarios[0]", "ssp126, ssp585"),
            ([("years", "2031")], "years[0]", "2020, 2030"),
            (
                [("interpolation", "cubic")],
                "interpolation",
                "nearest, bilinear",
            ),
            (
                [("colour", "red")],
                "a parameter of the query",
                "interpolation, layout",
            ),
        ] {
            match read(&query) {
                Err(Refused::Unknown {
                    at: found,
                    known: names,
                }) => {
                    assert_eq!(found, at);
                    assert!(names.contains(known), "{names}");
                }
                other => panic!("{query:?}: {other:?}"),
            }
        }
        for radius in ["-1", "101", "nan", "x"] {
            assert!(read(&[("radius_km", radius)]).is_err(), "{radius}");
        }
        assert!(read(&[("perils", "fire"), ("metrics", "windspeed100yr")]).is_err());
    }
}
