//! The first line of a source: which peril it holds, and where each column stands.

use super::fault::Shown;
use crate::dataset::grid::{Column, Peril};

/// Where the fields of a line go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Layout {
    /// What the file holds.
    pub peril: Peril,
    /// One for each field, in the order of the file.
    pub(super) slots: Vec<Slot>,
    /// Whether numbers with more than six decimals are rounded.
    pub(super) rounds: bool,
}

/// What one field is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Slot {
    Key,
    Latitude,
    Longitude,
    /// A value, at this place among the peril's columns.
    Value(usize),
}

/// Why a header is not that of a peril file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderFault {
    /// Nothing to read.
    #[error("the file is empty")]
    Empty,
    /// Columns that the peril has are not there.
    #[error("{count} columns of {} are missing, the first of them {first}", .peril.name())]
    Missing {
        /// By most of its columns.
        peril: Peril,
        /// How many.
        count: usize,
        /// The first.
        first: &'static str,
    },
    /// No column of any peril.
    #[error(
        "no column of any peril: a header begins key,latitude,longitude and names columns such as \
         firessp1262020metric_mean"
    )]
    NoPeril,
    /// Something else than commas between the fields.
    #[error(
        "the fields are separated by {0}: write them with commas between (sep=',' in pandas), and points in numbers"
    )]
    Separator(&'static str),
    /// A column stands twice.
    #[error("the column {0} stands twice")]
    Twice(Shown),
    /// A column of another peril.
    #[error("the column {} belongs to another peril than {}", .column.name(), .peril.name())]
    TwoPerils {
        /// Of the first column.
        peril: Peril,
        /// Of this one.
        column: Column,
    },
    /// A column that no peril has.
    #[error(
        "the column {0} is unknown: columns are key, latitude, longitude, and such as firessp1262020metric_mean"
    )]
    Unknown(Shown),
}

impl Layout {
    /// Reads a header line without its line end: columns in any order and case.
    ///
    /// # Errors
    /// [`HeaderFault`].
    pub fn read(line: &[u8]) -> Result<Self, HeaderFault> {
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Err(HeaderFault::Empty);
        }
        let names: Vec<&[u8]> = line.split(|octet| *octet == b',').map(bare).collect();
        let columns: Vec<Option<Column>> = names.iter().map(|name| column(name)).collect();
        let peril = columns
            .iter()
            .flatten()
            .next()
            .map(|column| column.peril())
            .ok_or_else(|| separator(line).map_or(HeaderFault::NoPeril, HeaderFault::Separator))?;
        let first = peril.columns().next().map_or(0, Column::index);
        let mut slots = Vec::with_capacity(names.len());
        for (name, column) in names.into_iter().zip(columns) {
            let slot = match column {
                Some(column) if column.peril() == peril => Slot::Value(column.index() - first),
                Some(column) => return Err(HeaderFault::TwoPerils { peril, column }),
                None => place(name).ok_or_else(|| HeaderFault::Unknown(Shown::new(name)))?,
            };
            if slots.contains(&slot) {
                return Err(HeaderFault::Twice(Shown::new(name)));
            }
            slots.push(slot);
        }
        let layout = Self {
            peril,
            slots,
            rounds: false,
        };
        layout.is_complete().map(|()| layout)
    }

    /// The same, where numbers with more than six decimals are rounded to six.
    #[must_use]
    pub fn rounding(self) -> Self {
        Self {
            rounds: true,
            ..self
        }
    }

    /// How many values a line has: 24 for heat, else 12.
    #[must_use]
    pub fn values(&self) -> usize {
        self.peril.columns().count()
    }

    fn is_complete(&self) -> Result<(), HeaderFault> {
        // The key says nothing that the coordinates do not.
        let places = [Slot::Latitude, Slot::Longitude].into_iter();
        let values = (0..self.values()).map(Slot::Value);
        let names = PLACES
            .into_iter()
            .skip(1)
            .chain(self.peril.columns().map(Column::name));
        let mut missing = places
            .chain(values)
            .zip(names)
            .filter(|(slot, _)| !self.slots.contains(slot));
        match missing.next() {
            None => Ok(()),
            Some((_, first)) => Err(HeaderFault::Missing {
                peril: self.peril,
                count: missing.count() + 1,
                first,
            }),
        }
    }
}

/// What separates the columns of a peril, if it is no comma.
fn separator(line: &[u8]) -> Option<&'static str> {
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
                .any(|name| column(bare(name)).is_some())
        })
        .map(|(_, name)| name)
}

fn column(name: &[u8]) -> Option<Column> {
    std::str::from_utf8(name).ok().and_then(Column::named)
}

fn place(name: &[u8]) -> Option<Slot> {
    let slots = [Slot::Key, Slot::Latitude, Slot::Longitude];
    PLACES
        .iter()
        .zip(slots)
        .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))
        .map(|(_, slot)| slot)
}

/// The name without blanks around it and without quotes.
fn bare(name: &[u8]) -> &[u8] {
    let name = name.trim_ascii();
    name.strip_prefix(b"\"")
        .and_then(|name| name.strip_suffix(b"\""))
        .unwrap_or(name)
}

const PLACES: [&str; 3] = ["key", "latitude", "longitude"];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use super::*;

    fn header(peril: Peril) -> Vec<&'static str> {
        PLACES
            .into_iter()
            .chain(peril.columns().map(Column::name))
            .collect()
    }

    #[test]
    fn a_peril_is_known_by_its_columns_in_any_order_and_case() {
        for peril in Peril::ALL {
            let mut names = header(peril);
            names.reverse();
            let line = names.join("\",\"").to_uppercase();
            let layout = Layout::read(format!("\u{FEFF}\"{line}\"").as_bytes()).unwrap();
            assert_eq!(layout.peril, peril);
            assert_eq!(layout.slots.last(), Some(&Slot::Key));
            assert_eq!(layout.slots[0], Slot::Value(layout.values() - 1));
        }
    }

    #[test]
    fn the_key_may_be_left_out() {
        let fire = header(Peril::Fire);
        let layout = Layout::read(fire[1..].join(",").as_bytes()).unwrap();
        assert!(!layout.slots.contains(&Slot::Key));
        let mut values = vec![0; layout.values()];
        let record = layout.record(b"51.5,-0.25,1,1,1,1,1,1,1,1,1,1,1,1", &mut values);
        assert_eq!(record.unwrap().place.longitude, -250_000);
    }

    #[test]
    fn a_header_that_lacks_repeats_or_mixes_columns_is_refused() {
        let fire = header(Peril::Fire);
        let with = |name: &str| format!("{},{name}", fire.join(","));
        for (line, fault) in [
            (String::new(), HeaderFault::Empty),
            ("a,b".to_owned(), HeaderFault::NoPeril),
            (
                with("LATITUDE"),
                HeaderFault::Twice(Shown::new(b"LATITUDE")),
            ),
            (
                with("\u{e9}"),
                HeaderFault::Unknown(Shown::new("\u{e9}".as_bytes())),
            ),
            (
                with(Column::at(0).unwrap().name()),
                HeaderFault::TwoPerils {
                    peril: Peril::Fire,
                    column: Column::at(0).unwrap(),
                },
            ),
            (
                fire[..14].join(","),
                HeaderFault::Missing {
                    peril: Peril::Fire,
                    count: 1,
                    first: "firessp5852100metric_mean",
                },
            ),
            (
                fire[2..].join(","),
                HeaderFault::Missing {
                    peril: Peril::Fire,
                    count: 1,
                    first: "latitude",
                },
            ),
            (fire.join(";"), HeaderFault::Separator("semicolons")),
            (fire.join("\t"), HeaderFault::Separator("tabs")),
        ] {
            assert_eq!(Layout::read(line.as_bytes()), Err(fault), "{line}");
        }
    }
}
