//! Subset that is asked for of each place, understood and checked.

use std::{ops::Range, sync::Arc};

use super::{
    Options, OutputColumn,
    choice::{Asked, Chosen, Form},
    options::choice,
};
use crate::{
    dataset::{
        grid::ColumnIndex,
        perils::{Description, Perils, Refused},
    },
    policy::CollectionId,
};

/// Interpolation by which a place's value comes from the cells around it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Interpolation {
    /// By the four cells around, each by its nearness.
    Bilinear,
    /// The nearest cell's.
    Nearest,
}

/// Layout of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// A line for each value.
    Long,
    /// A line for each place, a column for each value.
    Wide,
}

/// Place in a table of the licence, source and version of its values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Provenance {
    /// In columns behind all others.
    Columns,
    /// In lines before the header.
    Comments,
    /// Nowhere.
    None,
}

/// Distance, and number of cells, in which one request may have valid cells looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reach {
    /// The largest radius, in kilometres.
    pub max_radius_km: u32,
    /// Cells, for all places together.
    pub max_search_cells: u64,
}

/// Subset of the coverages that is asked for of each place.
#[derive(Clone, Debug)]
pub struct Subset {
    /// The words in which it was asked.
    pub form: Form,
    /// The coverages, in the order of records or as they were asked for.
    pub coverages: Vec<Arc<Description>>,
    /// The columns that must be read, coverage by coverage, each with its coverage's position in
    /// [`Subset::coverages`].
    pub columns: Vec<(u32, ColumnIndex)>,
    /// The numbers, by coverage, variable and the values of dimensions.
    pub outputs: Vec<OutputColumn>,
    /// The numbers of each coverage, as positions in [`Subset::outputs`].
    pub groups: Vec<Range<usize>>,
    /// The interpolation.
    pub interpolation: Interpolation,
    /// Distance within which a valid cell may be looked for, in kilometres; none: not at all.
    pub radius_km: Option<f64>,
    /// Distance, and number of cells, in which may be looked for one.
    pub reach: Reach,
    /// The layout of a table, when one was named.
    pub layout: Option<Layout>,
    /// The provenance in a table.
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
    /// Understands `options`, which ask for coverages of `known`; of those that are `withheld` whoever asks learns what
    /// is learnt of coverages that there are none of.
    ///
    /// # Errors
    /// [`Refused::Unknown`] with the names that exist, or [`Refused::Malformed`].
    pub fn read(
        options: &Options,
        reach: Reach,
        known: &Perils,
        withheld: &[CollectionId],
    ) -> Result<Self, Refused> {
        let asked = Asked::read(options, known, withheld)?;
        let form = asked.form();
        let subset = Self {
            form,
            coverages: Vec::new(),
            columns: Vec::new(),
            outputs: Vec::new(),
            groups: Vec::new(),
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
        let Chosen {
            coverages,
            columns,
            outputs,
            groups,
        } = asked.choose()?;
        Ok(Self {
            coverages,
            columns,
            outputs,
            groups,
            ..subset
        })
    }

    /// The columns that must be read, each with the name of its coverage.
    pub fn columns_by_name(&self) -> impl Iterator<Item = (&str, ColumnIndex)> {
        self.columns.iter().map(|(coverage, column)| {
            let coverage = usize::try_from(*coverage).ok();
            let coverage = coverage.and_then(|at| self.coverages.get(at));
            (coverage.map_or("", |coverage| coverage.id()), *column)
        })
    }

    /// The coverage of a number.
    #[must_use]
    pub fn coverage(&self, output: &OutputColumn) -> Option<&Arc<Description>> {
        self.coverages.get(usize::try_from(output.coverage).ok()?)
    }

    /// `true` when places may have other cells for one coverage than for another.
    #[must_use]
    pub fn has_own_cells(&self) -> bool {
        let stores = || self.coverages.iter().filter_map(|one| one.store.as_ref());
        let first = stores().next();
        self.radius_km.is_some()
            || stores().any(|store| first.is_some_and(|first| !Arc::ptr_eq(first, store)))
    }

    /// The names of the numbers among the columns of a table: with their coverage where two would have one name.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let name = |output: &OutputColumn| {
            let coverage = self.coverage(output);
            coverage.map_or(String::new(), |one| output.name(&one.coverage.columns))
        };
        let names: Vec<_> = self.outputs.iter().map(name).collect();
        if self.coverages.len() < 2 || self.form == Form::Perils {
            return names;
        }
        let mut seen = std::collections::HashSet::with_capacity(names.len());
        if names.iter().all(|name| seen.insert(name.as_str())) {
            return names;
        }
        let with_coverage = self.outputs.iter().zip(&names).map(|(output, name)| {
            let id = self.coverage(output).map_or("", |one| one.id());
            format!("{id}.{name}")
        });
        with_coverage.collect()
    }

    /// `true` when the numbers are the columns, each once and in their order.
    pub(super) fn is_plain(&self) -> bool {
        let mut outputs = self.outputs.iter().enumerate();
        self.outputs.len() == self.columns.len() && outputs.all(|(at, output)| output.is_column(at))
    }
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

#[cfg(test)]
mod tests;
