//! Values in the order of their cells: sorted in parts, which lie on the disk, and merged.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::super::FormatError;
use crate::import::{Place, Record, row_buffer};

/// One value on its way to its cell.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Entry {
    pub(super) latitude: i32,
    /// West of Greenwich below 0.
    pub(super) longitude: i32,
    /// The number of its column, in the order of their first appearance.
    pub(super) column: u32,
    pub(super) row: u64,
    /// As the row has it, up to 360.
    pub(super) written: i32,
    pub(super) value: i64,
}

/// Takes values in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    folder: PathBuf,
    part: Vec<Entry>,
    parts: Vec<File>,
    most: usize,
}

/// All values, to be read in order.
#[derive(Debug)]
pub(super) struct Sorted {
    parts: Vec<File>,
}

/// The values in order.
pub(super) struct Entries<'s> {
    parts: Vec<BufReader<&'s File>>,
    heap: BinaryHeap<Reverse<(Entry, usize)>>,
}

impl Entry {
    pub(super) fn is_of_cell(&self, other: &Self) -> bool {
        (self.latitude, self.longitude) == (other.latitude, other.longitude)
    }

    pub(super) fn record(&self) -> Record {
        Record {
            place: Place {
                latitude: self.latitude,
                longitude: self.longitude,
            },
            written_longitude: self.written,
            rounded: 0,
        }
    }

    fn write(&self, sink: &mut impl Write) -> io::Result<()> {
        sink.write_all(&self.latitude.to_le_bytes())?;
        sink.write_all(&self.longitude.to_le_bytes())?;
        sink.write_all(&self.column.to_le_bytes())?;
        sink.write_all(&self.row.to_le_bytes())?;
        sink.write_all(&self.written.to_le_bytes())?;
        sink.write_all(&self.value.to_le_bytes())
    }

    fn read(source: &mut impl Read) -> io::Result<Option<Self>> {
        let mut octets = [0; OCTETS];
        match source.read_exact(&mut octets) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let mut ahead = octets.as_slice();
        Ok(Some(Self {
            latitude: i32::from_le_bytes(next(&mut ahead)),
            longitude: i32::from_le_bytes(next(&mut ahead)),
            column: u32::from_le_bytes(next(&mut ahead)),
            row: u64::from_le_bytes(next(&mut ahead)),
            written: i32::from_le_bytes(next(&mut ahead)),
            value: i64::from_le_bytes(next(&mut ahead)),
        }))
    }
}

fn next<const N: usize>(ahead: &mut &[u8]) -> [u8; N] {
    let (found, rest) = ahead
        .split_first_chunk()
        .map_or(([0; N], *ahead), |(found, rest)| (*found, rest));
    *ahead = rest;
    found
}

impl Sorter {
    /// Parts lie in the directory `folder`, as files without a name.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            part: Vec::new(),
            parts: Vec::new(),
            most: PART,
        }
    }

    pub(super) fn push(&mut self, entry: Entry) -> Result<(), FormatError> {
        self.part.push(entry);
        if self.part.len() < self.most {
            return Ok(());
        }
        self.write_part().map_err(FormatError::Keep)
    }

    pub(super) fn finish(mut self) -> Result<Sorted, FormatError> {
        self.write_part().map_err(FormatError::Keep)?;
        Ok(Sorted { parts: self.parts })
    }

    fn write_part(&mut self) -> io::Result<()> {
        self.part.sort_unstable();
        let file = row_buffer::nameless(&self.folder)?;
        let mut sink = BufWriter::with_capacity(BUFFER, file);
        for entry in &self.part {
            entry.write(&mut sink)?;
        }
        let file = sink.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.parts.push(file);
        self.part.clear();
        Ok(())
    }
}

impl Sorted {
    /// The values by latitude, longitude, column and row.
    pub(super) fn entries(&self) -> Result<Entries<'_>, FormatError> {
        let mut entries = Entries {
            parts: Vec::with_capacity(self.parts.len()),
            heap: BinaryHeap::new(),
        };
        for mut file in &self.parts {
            file.rewind().map_err(FormatError::Keep)?;
            let mut part = BufReader::with_capacity(BUFFER, file);
            if let Some(entry) = Entry::read(&mut part).map_err(FormatError::Keep)? {
                entries.heap.push(Reverse((entry, entries.parts.len())));
            }
            entries.parts.push(part);
        }
        Ok(entries)
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut first = self.heap.peek_mut()?;
        let Reverse((entry, part)) = *first;
        let after = self.parts.get_mut(part).map(Entry::read);
        match after {
            Some(Ok(Some(after))) => *first = Reverse((after, part)),
            Some(Err(error)) => return Some(Err(FormatError::Keep(error))),
            Some(Ok(None)) | None => {
                PeekMut::pop(first);
            }
        }
        Some(Ok(entry))
    }
}

const OCTETS: usize = 32;
/// Values that are sorted in memory: 64 MiB or so.
const PART: usize = 1 << 21;
const BUFFER: usize = 128 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_come_in_order_whatever_the_parts(
            numbers in prop::collection::vec((any::<i32>(), -3..3_i32, 0..4_u32, any::<i64>()), 0..200),
            most in 1..50_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter { most, ..Sorter::new(folder.path()) };
            let mut expected = Vec::new();
            for (row, (latitude, longitude, column, value)) in (0..).zip(numbers) {
                let entry = Entry { latitude, longitude, column, row, written: longitude, value };
                sorter.push(entry).unwrap();
                expected.push(entry);
            }
            expected.sort_unstable();
            let sorted = sorter.finish().unwrap();
            for _ in 0..2 {
                let found: Vec<_> = sorted.entries().unwrap().map(Result::unwrap).collect();
                prop_assert_eq!(&found, &expected);
            }
        }
    }
}
