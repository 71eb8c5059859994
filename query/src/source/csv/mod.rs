//! Delimited text: a header with the names of the columns, then a row a line.

mod dialect;
mod records;

use std::{collections::HashSet, sync::Arc};

use super::{
    columns::Columns,
    fault::{Shown, What},
    hints::CsvHints,
    read::{Broken, RowReader},
    row::{Cell, Row},
    window::Window,
};
use dialect::Dialect;
use records::{Record, Records};

/// A file of delimited text.
pub(super) struct CsvFile {
    records: Records,
    record: Record,
    /// For each field the position of its column; none below an empty name.
    fields: Vec<Option<usize>>,
    missing: Arc<[Box<str>]>,
    null: Option<Box<str>>,
    has_semicolons: bool,
    is_ended: bool,
    /// Rows that have delimiters alone, as office programs leave them behind the last one.
    blank: u64,
}

impl CsvFile {
    /// The file, read up to its header, whose names are added to `columns`.
    pub(super) fn open(
        mut window: Window,
        hints: &CsvHints,
        columns: &mut Columns,
    ) -> Result<Self, What> {
        let dialect = Dialect::detect(&mut window, hints.delimiter)?;
        let mut records = Records::new(window, dialect.delimiter, dialect.line);
        let mut record = Record::default();
        if !records.read(&mut record)? {
            return Err(What::NoRows);
        }
        let mut names = HashSet::new();
        let fields = record.fields().map(str::trim).map(|name| {
            if name.is_empty() {
                return Ok(None);
            }
            if name.chars().any(char::is_control) {
                let name = Shown::new(name);
                return Err(What::Header(
                    format!("has a control character in {name}").into(),
                ));
            }
            if !names.insert(name.to_owned()) {
                return Err(What::Twice(Shown::new(name)));
            }
            columns.position(name).map(Some)
        });
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        if fields.iter().all(Option::is_none) {
            return Err(What::Header("names no columns".into()));
        }
        Ok(Self {
            records,
            record,
            fields,
            has_semicolons: dialect.delimiter == b';',
            missing: hints.missing.iter().cloned().collect(),
            null: hints.null.clone(),
            is_ended: true,
            blank: 0,
        })
    }
}

impl CsvFile {
    /// The field stands for no value.
    fn is_missing(&self, text: &str) -> bool {
        match &self.null {
            Some(null) => **null == *text,
            None => {
                text.trim_ascii().is_empty()
                    || self.missing.iter().any(|missing| **missing == *text)
            }
        }
    }
}

impl RowReader for CsvFile {
    fn read(&mut self, row: &mut Row, _: &mut Columns) -> Result<bool, Broken> {
        loop {
            let read = self.records.read(&mut self.record);
            row.begin(self.record.line);
            let is_row = read.map_err(|what| {
                let is_last = !matches!(what, What::QuoteStray | What::NotUtf8(_));
                Broken {
                    what,
                    column: None,
                    is_last,
                }
            })?;
            if !is_row {
                return Ok(false);
            }
            self.is_ended = self.record.is_ended;
            if self.null.is_some() || !self.record.fields().all(str::is_empty) {
                break;
            }
            self.blank += 1;
        }
        let (expected, found) = (self.fields.len(), self.record.len());
        if expected != found {
            return Err(What::Fields { expected, found }.into());
        }
        for (column, text) in self.fields.iter().zip(self.record.fields()) {
            match column {
                _ if self.is_missing(text) => (),
                Some(column) => row.push(*column, Cell::Text(text)),
                None => {
                    let text = Shown::new(text);
                    return Err(What::ColumnUnnamed { text }.into());
                }
            }
        }
        Ok(true)
    }

    fn has_semicolons(&self) -> bool {
        self.has_semicolons
    }

    fn note(&self) -> Option<String> {
        let blank = match self.blank {
            0 => None,
            1 => Some("one row has no value, and is left out".to_owned()),
            rows => Some(format!("{rows} rows have no value, and are left out")),
        };
        let open = "its last line has no end: see that it was not cut short";
        let open = (!self.is_ended).then(|| open.to_owned());
        let notes: Vec<String> = blank.into_iter().chain(open).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}
