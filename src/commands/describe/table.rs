//! CSV: every row, for a type holds only when the last one has it too.

use std::io::BufRead;

use super::{
    Findings,
    column::Column,
    grid::{self, Places},
};

/// Everything that a table of CSV says of itself.
pub(super) fn survey(mut reader: impl BufRead) -> Result<Findings, csv::Error> {
    let start = reader.fill_buf()?;
    let (has_mark, delimiter) = (start.starts_with(BYTE_ORDER_MARK), delimiter(start));
    if has_mark {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(reader);
    let names = reader.byte_headers()?.clone();
    let name = |name| String::from_utf8_lossy(name).trim().to_owned();
    let mut columns: Vec<_> = names.iter().map(|bytes| Column::new(name(bytes))).collect();
    let mut places = Places::of(&columns);
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut torn, mut not_text) = (0_u64, 0_u64, 0_u64);
    while reader.read_byte_record(&mut record)? {
        rows = rows.saturating_add(1);
        torn = torn.saturating_add(u64::from(record.len() != columns.len()));
        for (column, value) in columns.iter_mut().zip(&record) {
            match std::str::from_utf8(value) {
                Ok(text) => column.take(text),
                Err(_not_text) => {
                    not_text = not_text.saturating_add(1);
                    column.take_text("");
                }
            }
        }
        if let Some(places) = &mut places {
            places.take(&record);
        }
    }
    let mut findings = Findings::of(&columns, rows);
    findings.grid = places.and_then(|places| grid::find(&columns, &places));
    if delimiter != b',' {
        let mark = char::from(delimiter).escape_default();
        findings.note(format!(
            "the columns are parted by {mark}: CSV has commas (RFC 4180)"
        ));
    }
    if torn > 0 {
        findings.note(format!(
            "{torn} rows have more or fewer columns than the header"
        ));
    }
    if not_text > 0 {
        findings.note(format!("{not_text} values are not UTF-8"));
    }
    if has_mark {
        findings.note("the file begins with a byte order mark, which readers take for a part of the first name".into());
    }
    Ok(findings)
}

impl Findings {
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

/// The mark that most often stands in the first line.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    let count = |mark: u8| memchr::memchr_iter(mark, line).count();
    let mut best = b',';
    for mark in [b';', b'\t', b'|'] {
        if count(mark) > count(best) {
            best = mark;
        }
    }
    best
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
