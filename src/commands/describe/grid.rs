//! Tables whose rows are the cells of a regular grid, and the dimensions that the names of their columns tell.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{
    column::{Column, LATITUDES, LONGITUDES, position},
    findings::{FoundDimension, FoundGrid},
};

/// The places of a table's rows.
#[derive(Debug)]
pub(super) struct Places {
    latitude: usize,
    longitude: usize,
    latitudes: BTreeSet<i32>,
    longitudes: BTreeSet<i32>,
    seen: HashSet<(i32, i32)>,
    is_grid: bool,
}

impl Places {
    /// For a table with these columns; none when it has no places.
    pub(super) fn of(columns: &[Column]) -> Option<Self> {
        Some(Self {
            latitude: position(columns, LATITUDES)?,
            longitude: position(columns, LONGITUDES)?,
            latitudes: BTreeSet::new(),
            longitudes: BTreeSet::new(),
            seen: HashSet::new(),
            is_grid: true,
        })
    }

    /// Takes the place of a row in.
    pub(super) fn take(&mut self, record: &csv::ByteRecord) {
        if !self.is_grid {
            return;
        }
        let degrees = |at| record.get(at).and_then(micro_degrees);
        let place = degrees(self.latitude).zip(degrees(self.longitude));
        let Some((latitude, longitude)) = place else {
            self.give_up();
            return;
        };
        self.latitudes.insert(latitude);
        self.longitudes.insert(longitude);
        let is_new = self.seen.insert((latitude, longitude));
        if !is_new || self.latitudes.len() + self.longitudes.len() > MOST_COORDINATES {
            self.give_up();
        }
    }

    /// `true` when the rows are cells: regular steps both ways, and a good part of the cells there.
    fn are_cells(&self) -> bool {
        let cells = self.latitudes.len().saturating_mul(self.longitudes.len());
        self.is_grid
            && is_regular(&self.latitudes)
            && is_regular(&self.longitudes)
            && self.seen.len().saturating_mul(LEAST_PART) >= cells
    }

    fn give_up(&mut self) {
        self.is_grid = false;
        self.seen = HashSet::new();
    }
}

/// The grid of a table whose rows are cells.
pub(super) fn find(columns: &[Column], places: &Places) -> Option<FoundGrid> {
    if !places.are_cells() {
        return None;
    }
    let (mut values, mut ignore) = (Vec::new(), Vec::new());
    for (at, column) in columns.iter().enumerate() {
        let name = column.name.clone();
        if at == places.latitude || at == places.longitude {
            continue;
        }
        let is_value = column.is_numeric() || column.values == 0;
        if is_value && !KEYS.contains(&&*name.to_ascii_lowercase()) {
            values.push(name);
        } else {
            ignore.push(name);
        }
    }
    let name = |at: usize| columns.get(at).map(|column| column.name.clone());
    let (columns, variables, dimensions) = dimensions(&values);
    (!values.is_empty()).then_some(FoundGrid {
        latitude: name(places.latitude)?,
        longitude: name(places.longitude)?,
        ignore,
        columns,
        variables,
        dimensions,
    })
}

/// The pattern of names, the variables and the dimensions: `ghi_1` to `ghi_12` are one variable and twelve months.
fn dimensions(names: &[String]) -> (String, Vec<String>, Vec<FoundDimension>) {
    let plain = || ("{variable}".to_owned(), names.to_vec(), Vec::new());
    for parts in (1..=MOST_DIMENSIONS).rev() {
        let Some(split) = split(names, parts) else {
            continue;
        };
        let mut axes: Vec<Vec<&str>> = vec![Vec::new(); parts + 1];
        for row in &split {
            for (axis, part) in axes.iter_mut().zip(row) {
                if !axis.contains(part) {
                    axis.push(part);
                }
            }
        }
        let combinations: usize = axes.iter().map(Vec::len).product();
        let distinct: BTreeSet<_> = split.iter().collect();
        let is_product = combinations == names.len() && distinct.len() == names.len();
        let says_something = axes.iter().skip(1).all(|axis| axis.len() > 1);
        if !is_product || !says_something {
            continue;
        }
        let mut taken = BTreeMap::new();
        let dimensions: Vec<_> = axes
            .iter()
            .skip(1)
            .map(|values| dimension(values, &mut taken))
            .collect();
        let pattern = dimensions
            .iter()
            .map(|dimension| format!("_{{{}}}", dimension.name));
        let pattern: Vec<_> = pattern.collect();
        let variables = axes
            .first()
            .map(|axis| axis.iter().map(ToString::to_string).collect());
        return (
            format!("{{variable}}{}", pattern.concat()),
            variables.unwrap_or_default(),
            dimensions,
        );
    }
    plain()
}

/// Each name cut at its last `parts` underscores; none when one has fewer.
fn split(names: &[String], parts: usize) -> Option<Vec<Vec<&str>>> {
    names.iter().map(|name| cut(name, parts)).collect()
}

fn cut(name: &str, parts: usize) -> Option<Vec<&str>> {
    let mut pieces: Vec<&str> = name.rsplitn(parts + 1, '_').collect();
    pieces.reverse();
    let is_whole = pieces.len() == parts + 1 && pieces.iter().all(|piece| !piece.is_empty());
    is_whole.then_some(pieces)
}

fn dimension(values: &[&str], taken: &mut BTreeMap<&'static str, u32>) -> FoundDimension {
    let numbers: Option<Vec<i64>> = values.iter().map(|value| value.parse().ok()).collect();
    let all = |within: std::ops::RangeInclusive<i64>| {
        numbers
            .as_ref()
            .is_some_and(|numbers| numbers.iter().all(|number| within.contains(number)))
    };
    let each =
        |fits: fn(&str) -> bool| values.iter().all(|value| fits(&value.to_ascii_lowercase()));
    let name = if all(1850..=2300) {
        "year"
    } else if all(1..=12) && values.len() == 12 {
        "month"
    } else if all(0..=23) && values.len() == 24 {
        "hour"
    } else if each(|value| {
        value.starts_with("ssp") || value.starts_with("rcp") || value.starts_with("historical")
    }) {
        "scenario"
    } else if each(|value| value.ends_with("yr")) {
        "return_period"
    } else if each(|value| {
        value
            .strip_prefix('p')
            .is_some_and(|rest| rest.parse::<u32>().is_ok())
    }) {
        "percentile"
    } else {
        "dimension"
    };
    let times = taken.entry(name).or_insert(0);
    *times += 1;
    let ascend = numbers
        .as_ref()
        .is_some_and(|numbers| numbers.is_sorted_by(|a, b| a < b));
    // Text keeps what `01` is in the names of the columns.
    let as_written = values
        .iter()
        .all(|value| !value.starts_with('0') || *value == "0");
    FoundDimension {
        is_known: name != "dimension",
        name: if *times > 1 || name == "dimension" {
            format!("{name}{times}")
        } else {
            name.to_owned()
        },
        values: values.iter().map(ToString::to_string).collect(),
        are_numbers: ascend && as_written,
        are_times: false,
    }
}

fn micro_degrees(text: &[u8]) -> Option<i32> {
    let degrees: f64 = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    let micro = (degrees * 1e6).round();
    (micro.abs() <= 360e6)
        .then(|| format!("{micro:.0}").parse().ok())
        .flatten()
}

/// `true` when all coordinates lie on steps of one length, each a multiple of the smallest.
fn is_regular(coordinates: &BTreeSet<i32>) -> bool {
    let gaps = coordinates.iter().zip(coordinates.iter().skip(1));
    let gaps: Vec<i32> = gaps.map(|(a, b)| b - a).collect();
    let Some(step) = gaps.iter().copied().min() else {
        return false;
    };
    // The tails of rounded coordinates, as 0.083333.
    gaps.iter().all(|gap| {
        let rest = gap.rem_euclid(step);
        rest.min(step - rest) <= (gap / step).saturating_mul(2).min(step / 10)
    })
}

/// Columns that name a row, whatever numbers they are.
const KEYS: &[&str] = &["key", "id", "gid", "fid", "index", "cell", "cell_id"];

const MOST_COORDINATES: usize = 100_000;

/// A grid has values in every twentieth of its cells at least.
const LEAST_PART: usize = 20;

const MOST_DIMENSIONS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_names_of_columns_tell_their_dimensions() {
        let months: Vec<_> = (1..=12).map(|month| format!("ghi_{month}")).collect();
        let (pattern, variables, dimensions) = dimensions(&months);
        assert_eq!(
            (&*pattern, &*variables),
            ("{variable}_{month}", &*names(&["ghi"]))
        );
        assert!(dimensions[0].are_numbers && dimensions[0].is_known);

        let mut columns = Vec::new();
        for variable in ["wind_speed", "gust"] {
            for scenario in ["ssp126", "ssp585"] {
                for year in [2020, 2030] {
                    columns.push(format!("{variable}_{scenario}_{year}"));
                }
            }
        }
        let (pattern, variables, found) = super::dimensions(&columns);
        assert_eq!(pattern, "{variable}_{scenario}_{year}");
        assert_eq!(variables, names(&["wind_speed", "gust"]));
        assert_eq!(found[0].values, names(&["ssp126", "ssp585"]));
        assert!(!found[0].are_numbers);

        for plain in [
            &["temperature", "wind"][..],
            &["a_1", "a_2", "b_1"],
            &["a_1"],
        ] {
            let (pattern, variables, found) = super::dimensions(&names(plain));
            assert_eq!(
                (&*pattern, variables, found.len()),
                ("{variable}", names(plain), 0)
            );
        }
        let (_, _, found) = super::dimensions(&names(&["a_01", "a_02", "b_01", "b_02"]));
        assert!(!found[0].are_numbers && !found[0].is_known);
    }

    #[test]
    fn steps_are_regular_but_for_the_tails_of_rounding() {
        let regular = |degrees: &[f64]| {
            let micro = degrees
                .iter()
                .map(|degrees| (degrees * 1e6).round().to_string());
            is_regular(&micro.map(|micro| micro.parse().unwrap()).collect())
        };
        assert!(regular(&[0.0, 0.25, 0.5, 1.25]));
        assert!(regular(&[0.0, 0.083_333, 0.166_667, 0.25]));
        assert!(!regular(&[0.0, 0.3, 0.5]));
        assert!(!regular(&[51.5]));
        assert!(!regular(&[51.50123, 51.61234, 51.77777, 52.1]));
    }
}
