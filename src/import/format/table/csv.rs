//! Long CSV: a header with the names of the columns, then a row a line.

use std::{io::Read, path::Path};

use super::{
    super::{FormatError, Naming},
    Roles, RowFault, TableFault,
    gather::{Gathered, Gatherer, Row},
};
use crate::import::{
    Shown,
    kind::Kind,
    lines::{Line, Lines},
    number::{NumberFault, millionths, nearest_millionth, steps},
};

pub(super) fn read(
    source: impl Read,
    naming: &Naming,
    folder: &Path,
) -> Result<Gathered, FormatError> {
    let mut lines = Lines::new(source);
    if let Some(kind) = Kind::of(lines.head().map_err(unreadable)?) {
        return Err(TableFault::Csv(kind.to_string()).into());
    }
    let header = lines.next().map_err(unreadable)?;
    let names = names(header.map_or(&[], |line| line.text))?;
    let roles = Roles::of(&names, naming)?;
    let mut reader = Reader {
        gatherer: Gatherer::new(roles.clone(), naming, folder),
        fields: names.len(),
        roles,
        naming,
    };
    while let Some(line) = lines.next().map_err(unreadable)? {
        if !line.text.is_empty() {
            reader.take(&line)?;
        }
    }
    reader.gatherer.finish()
}

struct Reader<'n> {
    gatherer: Gatherer,
    roles: Roles,
    fields: usize,
    naming: &'n Naming,
}

impl Reader<'_> {
    fn take(&mut self, line: &Line<'_>) -> Result<(), FormatError> {
        if let Err(fault) = self.try_acquire(line)? {
            self.gatherer.fault(line.number, fault);
        }
        Ok(())
    }

    /// The inner error is a fault of the line, the outer one ends the table.
    fn try_acquire(&mut self, line: &Line<'_>) -> Result<Result<(), RowFault>, FormatError> {
        let fields: Vec<&[u8]> = line.text.split(|octet| *octet == b',').map(bare).collect();
        if fields.len() != self.fields {
            return Ok(Err(RowFault::Fields {
                expected: self.fields,
                found: fields.len(),
            }));
        }
        if line.may_be_cut() {
            return Ok(Err(RowFault::Unfinished));
        }
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let parsed = || -> Result<_, RowFault> {
            let latitude = self.degrees(field(self.roles.latitude))?;
            let longitude = self.degrees(field(self.roles.longitude))?;
            let variable = self.roles.variable.map(|at| text(field(at))).transpose()?;
            let labels = self.roles.dimensions.iter().map(|(_, at)| text(field(*at)));
            let values = self
                .roles
                .values
                .iter()
                .map(|(name, at)| self.value(field(*at), variable.unwrap_or(name)));
            Ok((
                latitude,
                longitude,
                labels.collect::<Result<Vec<_>, _>>()?,
                values.collect::<Result<Vec<_>, _>>()?,
                variable,
            ))
        };
        let (latitude, longitude, labels, values, variable) = match parsed() {
            Ok(parsed) => parsed,
            Err(fault) => return Ok(Err(fault)),
        };
        let row = Row {
            number: line.number,
            latitude,
            longitude,
            labels: &labels,
            variable,
            values: &values,
        };
        self.gatherer.take(&row).map(Ok)
    }

    /// The value of the variable that is called `name`; none when it is missing.
    fn value(&self, field: &[u8], name: &str) -> Result<Option<f64>, RowFault> {
        if field.is_empty()
            || self
                .naming
                .missing
                .iter()
                .any(|missing| missing.as_bytes() == field)
        {
            return Ok(None);
        }
        let decimals = self.naming.decimals(name);
        if !self.naming.rounds && matches!(steps(field, decimals), Err(NumberFault::DecimalsOf(_)))
        {
            return Err(RowFault::Decimals(Shown::new(field), decimals));
        }
        number(field).map(Some)
    }

    fn degrees(&self, field: &[u8]) -> Result<i64, RowFault> {
        match millionths(field) {
            Err(NumberFault::Decimals) if !self.naming.rounds => {
                Err(RowFault::Decimals(Shown::new(field), MICRO_DECIMALS))
            }
            Ok(micro) => Ok(micro),
            Err(_) => {
                let micro = nearest_millionth(field).ok();
                micro.ok_or_else(|| RowFault::NotANumber(Shown::new(field)))
            }
        }
    }
}

/// A number as decimals are written: `inf` and `nan` are none.
fn number(field: &[u8]) -> Result<f64, RowFault> {
    let is_decimal = field
        .iter()
        .all(|octet| matches!(octet, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let text = str::from_utf8(field).ok().filter(|_| is_decimal);
    let number = text.and_then(|text| text.parse().ok());
    number.ok_or_else(|| RowFault::NotANumber(Shown::new(field)))
}

fn text(field: &[u8]) -> Result<&str, RowFault> {
    let text = str::from_utf8(field).ok();
    text.ok_or_else(|| RowFault::NotUtf8(Shown::new(field)))
}

fn names(header: &[u8]) -> Result<Vec<String>, FormatError> {
    let header = header.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(header);
    let names = header.split(|octet| *octet == b',').map(|name| {
        let name = str::from_utf8(bare(name)).ok();
        name.map(str::to_owned)
    });
    let names: Option<Vec<String>> = names.collect();
    names.ok_or_else(|| TableFault::Csv("its header is not UTF-8".to_owned()).into())
}

/// The field without blanks around it and without quotes.
fn bare(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    let unquoted = field
        .strip_prefix(b"\"")
        .and_then(|field| field.strip_suffix(b"\""));
    unquoted.map_or(field, <[u8]>::trim_ascii)
}

fn unreadable(error: impl std::fmt::Display) -> FormatError {
    TableFault::Csv(error.to_string()).into()
}

/// Decimals of a coordinate.
const MICRO_DECIMALS: u8 = 6;
