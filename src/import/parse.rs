//! Reads one source from its header to its end: faults, statistics, and the rows into a buffer.

use std::{io::Read, path::Path};

use super::{
    Faults, LineFault,
    header::Layout,
    kind::Kind,
    line::is_blank,
    lines::{Line, Lines},
    parsed::{ParseError, Parsed},
    rows::Rows,
    table::Tables,
};

/// Reads `source`, keeping its rows in the directory `folder`; with `rounds`, numbers of more than six
/// decimals are rounded.
pub(super) fn parse(
    source: impl Read,
    tables: &Tables,
    folder: &Path,
    rounds: bool,
) -> Result<Parsed, ParseError> {
    let mut lines = Lines::new(source);
    if let Some(kind) = Kind::of(lines.head()?) {
        return Err(ParseError::Foreign(kind));
    }
    let mut layout = Layout::read(lines.next()?.map_or(&[], |line| line.text), tables)?;
    if rounds {
        layout = layout.rounding();
    }
    let mut parser = Parser::new(layout, folder)?;
    while let Some(line) = lines.next()? {
        parser.take(&line)?;
    }
    parser.finish()
}

struct Parser {
    layout: Layout,
    rows: Rows,
    faults: Faults,
    values: Vec<i64>,
    /// The first of the empty lines just read: at the end of a file they do no harm.
    first_empty: Option<u64>,
}

impl Parser {
    fn new(layout: Layout, folder: &Path) -> Result<Self, ParseError> {
        let width = layout.values();
        Ok(Self {
            layout,
            rows: Rows::new(folder, width)?,
            faults: Faults::default(),
            values: vec![0; width],
            first_empty: None,
        })
    }

    fn take(&mut self, line: &Line<'_>) -> Result<(), ParseError> {
        if line.text.is_empty() || (self.first_empty.is_some() && is_blank(line.text)) {
            self.first_empty.get_or_insert(line.number);
            return Ok(());
        }
        if let Some(number) = self.first_empty.take() {
            self.faults.note(number, LineFault::Empty);
        }
        match self.layout.record(line.text, &mut self.values) {
            Ok(_) if line.may_be_cut() => self.faults.note(line.number, LineFault::Unfinished),
            Ok(record) => {
                // Nothing comes of a source with a fault: it is read on for its other faults only.
                let keeps = self.faults.is_empty();
                self.rows.take(record, &self.values, line.number, keeps)?;
            }
            Err(_) if is_blank(line.text) => self.first_empty = Some(line.number),
            Err(fault) => self.faults.note(line.number, fault),
        }
        Ok(())
    }

    fn finish(self) -> Result<Parsed, ParseError> {
        self.rows.finish(self.layout.table, self.faults, None)
    }
}

#[cfg(test)]
mod tests {
    use std::{cmp::Ordering, io};

    use super::*;
    use crate::import::parsed::MAX_LINE;

    fn text(lines: &[&str], end: &str) -> String {
        let names = Tables::perils().all()[6].names.join(",");
        let header = format!("key,latitude,longitude,{names}");
        let lines: Vec<_> = std::iter::once(&*header)
            .chain(lines.iter().copied())
            .collect();
        lines.join(end) + end
    }

    /// One octet at a time: a line may be cut anywhere between two reads.
    struct Slow<'t>(&'t [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    fn parsed(text: &str) -> Result<Parsed, ParseError> {
        let folder = tempfile::tempdir().unwrap();
        parse(
            Slow(text.as_bytes()),
            &Tables::perils(),
            folder.path(),
            false,
        )
    }

    fn first_fault(text: &str) -> Option<(u64, LineFault)> {
        parsed(text).unwrap().faults.kept().first().cloned()
    }

    const DATA: &str = "0.000.00,0,0,1,1,1,1,1,1,1,1,1,1,1,0.500000";
    const EMPTY: &str = "0.000.25,0,0.25,,,,,,,,,,,,";

    #[test]
    fn lines_are_counted_with_and_without_data_whatever_their_ends() {
        for end in ["\n", "\r\n"] {
            let found = parsed(&text(&[DATA, EMPTY, "", ""], end)).unwrap();
            assert!(found.faults.is_empty());
            assert_eq!((found.rows, found.cells_with_data), (2, 1));
            assert_eq!(found.latitudes.len(), 1);
            assert_eq!(found.longitudes.len(), 2);
        }
    }

    #[test]
    fn an_empty_line_is_a_fault_unless_it_is_at_the_end() {
        assert_eq!(
            first_fault(&text(&[DATA, "", "", EMPTY], "\n")),
            Some((3, LineFault::Empty))
        );
    }

    #[test]
    fn lines_of_separators_alone_are_empty_lines() {
        let commas = ",".repeat(14);
        let ended = parsed(&text(&[DATA, &commas, " ", "\t,"], "\n")).unwrap();
        assert!(ended.faults.is_empty() && ended.rows == 1);
        assert_eq!(
            first_fault(&text(&[DATA, &commas, EMPTY], "\n")),
            Some((3, LineFault::Empty))
        );
    }

    #[test]
    fn longitudes_go_around_the_earth_once() {
        let at = |longitude: &str| format!("0.00{longitude},0,{longitude},,,,,,,,,,,,");
        let found = |ends: [&str; 2]| {
            let found = parsed(&text(&ends.map(at).each_ref().map(String::as_str), "\n")).unwrap();
            let fault = found
                .faults
                .kept()
                .first()
                .map(|(_, fault)| fault.to_string());
            (found.turn.closes_at(), fault)
        };
        assert_eq!(found(["0.00", "359.75"]), (None, None));
        assert_eq!(found(["0.00", "360.00"]), (Some(0), None));
        assert_eq!(found(["-180.00", "180.00"]), (None, None));
        assert_eq!(found(["-0.25", "359.50"]), (None, None));
        let (_, fault) = found(["-0.25", "360.00"]);
        let said = "longitude 360 here and -0.25 in line 2 are more than once around the earth";
        assert!(fault.unwrap().starts_with(said));
    }

    #[test]
    fn a_file_cut_within_its_last_number_is_noticed() {
        let whole = text(&[EMPTY, DATA], "\n");
        let last = "0.500000\n";
        for cut in 2..=last.len() + 1 {
            let fault = first_fault(&whole[..whole.len() - cut]);
            // With the whole number gone the field is empty, which a complete line may end with.
            let expected = match last.len().cmp(&cut) {
                Ordering::Greater => Some((3, LineFault::Unfinished)),
                Ordering::Equal => None,
                Ordering::Less => Some((
                    3,
                    LineFault::Fields {
                        expected: 15,
                        found: 14,
                    },
                )),
            };
            assert_eq!(fault, expected, "{cut}");
        }
        assert_eq!(first_fault(&whole[..whole.len() - 1]), None);
        assert_eq!(first_fault(text(&[EMPTY], "\n").trim_end()), None);
    }

    #[test]
    fn a_million_bad_lines_are_counted_and_a_few_are_told() {
        let text = text(&vec!["x"; 1_000_000], "\n");
        let folder = tempfile::tempdir().unwrap();
        let found = parse(text.as_bytes(), &Tables::perils(), folder.path(), false).unwrap();
        assert_eq!(found.faults.count(), 1_000_000);
        assert_eq!(found.faults.kept().len(), Faults::KEPT);
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let text = text(&[&"1".repeat(MAX_LINE * 10)], "\n");
        let folder = tempfile::tempdir().unwrap();
        let found = parse(text.as_bytes(), &Tables::perils(), folder.path(), false);
        assert!(matches!(found, Err(ParseError::LongLine { line: 2 })));
    }
}
