//! The first line of a source: which coverage it holds, and where each column stands.

use std::sync::Arc;

use super::{
    fault::Shown,
    table::{Table, Tables},
};

/// The places of the fields of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The table that the file is.
    pub table: Arc<Table>,
    /// One for each field, in the order of the file.
    pub(super) slots: Vec<Slot>,
    /// `true` when numbers with more decimals than their variable has are rounded.
    pub(super) rounds: bool,
}

/// The role of one field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Slot {
    Ignored,
    Key,
    Latitude,
    Longitude,
    /// A value, at this place among the coverage's columns.
    Value(usize),
}

/// Reason why a header is not that of a table.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderFault {
    /// Nothing to read.
    #[error("the file is empty")]
    Empty,
    /// Columns that the coverage has are not there.
    #[error("{count} columns of {coverage} are missing, the first of them {first}")]
    Missing {
        /// By most of its columns.
        coverage: Box<str>,
        /// The number of them.
        count: usize,
        /// The first.
        first: Box<str>,
    },
    /// No column with values.
    #[error(
        "no column of {of}: a header begins {begins} and names columns such as {example}{otherwise}"
    )]
    NoColumn {
        /// Of what.
        of: Box<str>,
        /// The columns of the place.
        begins: &'static str,
        /// The name of one.
        example: Box<str>,
        /// The remedy when it was to be none of these.
        otherwise: &'static str,
    },
    /// Something else than commas between the fields.
    #[error(
        "the fields are separated by {0}: write them with commas between (sep=',' in pandas), and points in numbers"
    )]
    Separator(&'static str),
    /// A column stands twice.
    #[error("the column {0} stands twice")]
    Twice(Shown),
    /// A column of another peril.
    #[error("the column {column} belongs to another peril than {peril}")]
    TwoPerils {
        /// Of the first column.
        peril: Box<str>,
        /// This one.
        column: Box<str>,
    },
    /// A column that is not known.
    #[error("the column {name} is unknown: columns are {places}, and such as {example}{remedy}")]
    Unknown {
        /// As it stands there.
        name: Shown,
        /// The columns of the place.
        places: &'static str,
        /// The name of a column with values.
        example: Box<str>,
        /// The remedy when it is meant.
        remedy: &'static str,
    },
}

impl Layout {
    /// Reads a header line without its line end: columns in any order and case.
    ///
    /// # Errors
    /// [`HeaderFault`].
    pub fn read(line: &[u8], tables: &Tables) -> Result<Self, HeaderFault> {
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Err(HeaderFault::Empty);
        }
        let names: Vec<&[u8]> = line.split(|octet| *octet == b',').map(bare).collect();
        let columns: Vec<_> = names.iter().map(|name| tables.column(name)).collect();
        let table = columns.iter().flatten().next().map(|(table, _)| *table);
        let table = table.ok_or_else(|| {
            separator(line, tables).map_or_else(|| no_column(tables), HeaderFault::Separator)
        })?;
        let mut slots = Vec::with_capacity(names.len());
        for (name, column) in names.into_iter().zip(columns) {
            let slot = match column {
                Some((of, at)) if Arc::ptr_eq(of, table) => Slot::Value(at),
                Some((of, at)) => {
                    return Err(HeaderFault::TwoPerils {
                        peril: table.id().into(),
                        column: of.name(at).into(),
                    });
                }
                None => place(name, table).ok_or_else(|| unknown(name, tables))?,
            };
            if slot != Slot::Ignored && slots.contains(&slot) {
                return Err(HeaderFault::Twice(Shown::new(name)));
            }
            slots.push(slot);
        }
        let layout = Self {
            table: Arc::clone(table),
            slots,
            rounds: false,
        };
        layout.is_complete().map(|()| layout)
    }

    /// The same, where numbers with more decimals than their variable has are rounded.
    #[must_use]
    pub fn rounding(self) -> Self {
        Self {
            rounds: true,
            ..self
        }
    }

    /// The number of values of a line.
    #[must_use]
    pub fn values(&self) -> usize {
        self.table.width()
    }

    fn is_complete(&self) -> Result<(), HeaderFault> {
        // The key says nothing that the coordinates do not.
        let mut is_there = vec![false; self.values()];
        for slot in &self.slots {
            if let Slot::Value(at) = slot
                && let Some(place) = is_there.get_mut(*at)
            {
                *place = true;
            }
        }
        let places = [
            (Slot::Latitude, &self.table.latitude),
            (Slot::Longitude, &self.table.longitude),
        ];
        let places = places
            .into_iter()
            .filter(|(slot, _)| !self.slots.contains(slot));
        let places = places.map(|(_, names)| names.first().map_or("", |name| name));
        let values = is_there.iter().zip(&self.table.names);
        let values = values.filter(|(is_there, _)| !**is_there);
        let mut missing = places.chain(values.map(|(_, name)| &**name));
        match missing.next() {
            None => Ok(()),
            Some(first) => Err(HeaderFault::Missing {
                coverage: self.table.id().into(),
                first: first.into(),
                count: missing.count() + 1,
            }),
        }
    }
}

fn no_column(tables: &Tables) -> HeaderFault {
    let of = match tables.all() {
        _ if tables.are_perils => "any peril",
        [only] => only.id(),
        _ => "any collection",
    };
    HeaderFault::NoColumn {
        of: of.into(),
        begins: if tables.are_perils {
            "key,latitude,longitude"
        } else {
            "latitude,longitude"
        },
        example: tables.example().into(),
        otherwise: if tables.are_perils {
            "; data that are no perils are described first, by `perild describe FILE`"
        } else {
            ""
        },
    }
}

fn unknown(name: &[u8], tables: &Tables) -> HeaderFault {
    let (places, remedy) = if tables.are_perils {
        ("key, latitude, longitude", "")
    } else {
        (
            "latitude, longitude",
            "; name a column that holds no values in `ignore`",
        )
    };
    HeaderFault::Unknown {
        name: Shown::new(name),
        places,
        example: tables.example().into(),
        remedy,
    }
}

/// The separator of a table's columns, if it is no comma.
fn separator(line: &[u8], tables: &Tables) -> Option<&'static str> {
    let separators = [
        (b';', "semicolons"),
        (b'\t', "tabs"),
        (b'|', "bars"),
        (b' ', "blanks"),
    ];
    separators
        .into_iter()
        .find(|(octet, _)| {
            line.split(|other| other == octet)
                .any(|name| tables.column(bare(name)).is_some())
        })
        .map(|(_, name)| name)
}

/// The role of a column without values.
fn place(name: &[u8], table: &Table) -> Option<Slot> {
    let is_one_of = |names: &[Box<str>]| {
        let mut names = names.iter();
        names.any(|known| known.as_bytes().eq_ignore_ascii_case(name))
    };
    if is_one_of(&table.latitude) {
        Some(Slot::Latitude)
    } else if is_one_of(&table.longitude) {
        Some(Slot::Longitude)
    } else if is_one_of(&table.ignored) {
        Some(Slot::Ignored)
    } else if name.eq_ignore_ascii_case(b"key") {
        Some(Slot::Key)
    } else {
        table.ignores_others.then_some(Slot::Ignored)
    }
}

/// The name without blanks around it and without quotes.
fn bare(name: &[u8]) -> &[u8] {
    let name = name.trim_ascii();
    name.strip_prefix(b"\"")
        .and_then(|name| name.strip_suffix(b"\""))
        .unwrap_or(name)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [&str; 3] = ["key", "latitude", "longitude"];

    fn header(table: &Table) -> Vec<&str> {
        let names = table.names.iter().map(|name| &**name);
        PLACES.into_iter().chain(names).collect()
    }

    fn fire(tables: &Tables) -> &Table {
        &tables.all()[6]
    }

    #[test]
    fn a_peril_is_known_by_its_columns_in_any_order_and_case() {
        let tables = Tables::perils();
        for table in tables.all() {
            let mut names = header(table);
            names.reverse();
            let line = names.join("\",\"").to_uppercase();
            let layout = Layout::read(format!("\u{FEFF}\"{line}\"").as_bytes(), &tables).unwrap();
            assert_eq!(layout.table, *table);
            assert_eq!(layout.slots.last(), Some(&Slot::Key));
            assert_eq!(layout.slots[0], Slot::Value(layout.values() - 1));
        }
    }

    #[test]
    fn the_key_may_be_left_out() {
        let tables = Tables::perils();
        let fire = header(fire(&tables));
        let layout = Layout::read(fire[1..].join(",").as_bytes(), &tables).unwrap();
        assert!(!layout.slots.contains(&Slot::Key));
        let mut values = vec![0; layout.values()];
        let record = layout.record(b"51.5,-0.25,1,1,1,1,1,1,1,1,1,1,1,1", &mut values);
        assert_eq!(record.unwrap().place.longitude, -250_000);
    }

    #[test]
    fn a_header_that_lacks_repeats_or_mixes_columns_is_refused() {
        let tables = Tables::perils();
        let fire = header(fire(&tables));
        let with = |name: &str| format!("{},{name}", fire.join(","));
        let wind = tables.all()[0].name(0);
        for (line, said) in [
            (String::new(), "the file is empty"),
            (
                "a,b".to_owned(),
                "no column of any peril: a header begins key,latitude,longitude and names columns such as \
                 firessp1262020metric_mean; data that are no perils are described first, by `perild describe FILE`",
            ),
            (with("LATITUDE"), "the column \"LATITUDE\" stands twice"),
            (
                with("\u{e9}"),
                "the column \"\\xc3\\xa9\" is unknown: columns are key, latitude, longitude, and such as \
                 firessp1262020metric_mean",
            ),
            (
                with(wind),
                "the column windssp1262020windspeed100yrmetric_mean belongs to another peril than fire",
            ),
            (
                fire[..14].join(","),
                "1 columns of fire are missing, the first of them firessp5852100metric_mean",
            ),
            (
                fire[2..].join(","),
                "1 columns of fire are missing, the first of them latitude",
            ),
            (fire.join(";"), "the fields are separated by semicolons"),
            (fire.join("\t"), "the fields are separated by tabs"),
        ] {
            let fault = Layout::read(line.as_bytes(), &tables)
                .unwrap_err()
                .to_string();
            assert!(fault.starts_with(said), "{line}: {fault}");
        }
    }
}
