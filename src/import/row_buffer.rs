//! Rows that have been read, kept on the disk until all sources are known to be sound.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;

use super::place::Place;
use crate::dataset::{
    grid::{NARROW_NOT_APPLICABLE, NARROW_NOT_COVERED, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED},
    mmap,
};

/// The lines of one source, in its order, on their way to the disk.
pub(super) struct RowBuffer {
    places: BufWriter<File>,
    rows: BufWriter<File>,
    width: usize,
    block: Vec<i64>,
    blocks: Vec<Block>,
    is_wide: bool,
}

/// The same, to be read.
pub(super) struct BufferedRows {
    places: Bytes,
    rows: Bytes,
    width: usize,
    blocks: Vec<Block>,
    is_wide: bool,
}

/// [`BLOCK_ROWS`] rows of numbers that are all of one size.
#[derive(Clone, Copy)]
struct Block {
    start: usize,
    is_wide: bool,
}

impl RowBuffer {
    /// A buffer in the directory `folder` for rows of `width` values. Its files have no name.
    pub(super) fn new(folder: &Path, width: usize) -> io::Result<Self> {
        Ok(Self {
            places: BufWriter::with_capacity(BUFFER, nameless(folder)?),
            rows: BufWriter::with_capacity(BUFFER, nameless(folder)?),
            width,
            block: Vec::with_capacity(BLOCK_ROWS * width),
            blocks: Vec::new(),
            is_wide: false,
        })
    }

    /// Notes a line whose values are all empty.
    pub(super) fn push_empty(&mut self, place: Place) -> io::Result<()> {
        self.push_place(place, 0)
    }

    /// Notes a line with values.
    pub(super) fn push(&mut self, place: Place, values: &[i64]) -> io::Result<()> {
        self.push_place(place, 1)?;
        self.block.extend_from_slice(values);
        if self.block.len() == BLOCK_ROWS * self.width {
            self.write_block()?;
        }
        Ok(())
    }

    /// Ends the writing.
    pub(super) fn finish(mut self) -> io::Result<BufferedRows> {
        self.write_block()?;
        Ok(BufferedRows {
            places: mapped(self.places)?,
            rows: mapped(self.rows)?,
            width: self.width,
            blocks: self.blocks,
            is_wide: self.is_wide,
        })
    }

    fn push_place(&mut self, place: Place, has_row: u8) -> io::Result<()> {
        self.places.write_all(&place.latitude.to_le_bytes())?;
        self.places.write_all(&place.longitude.to_le_bytes())?;
        self.places.write_all(&[has_row])
    }

    fn write_block(&mut self) -> io::Result<()> {
        let fits = |value: &i64| narrow(*value).is_some();
        let is_wide = !self.block.iter().all(fits);
        let start = self.blocks.last().map_or(0, |last| {
            last.start + BLOCK_ROWS * self.width * octets(last.is_wide)
        });
        self.blocks.push(Block { start, is_wide });
        self.is_wide |= is_wide;
        for value in &self.block {
            if is_wide {
                self.rows.write_all(&value.to_le_bytes())?;
            } else {
                let value = narrow(*value).unwrap_or(NARROW_NOT_COVERED);
                self.rows.write_all(&value.to_le_bytes())?;
            }
        }
        self.block.clear();
        Ok(())
    }
}

impl BufferedRows {
    /// `true` when some number does not fit 32 bits.
    pub(super) fn is_wide(&self) -> bool {
        self.is_wide
    }

    /// The places in the order of their lines, and whether each has a row.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, bool)> {
        let (records, _) = self.places.as_chunks::<9>();
        records.iter().filter_map(|record| {
            let (latitude, rest) = record.split_first_chunk()?;
            let (longitude, has_row) = rest.split_first_chunk()?;
            let place = Place {
                latitude: i32::from_le_bytes(*latitude),
                longitude: i32::from_le_bytes(*longitude),
            };
            Some((place, has_row != [0]))
        })
    }

    /// Copies row `number`, counted from 0, into `row`.
    pub(super) fn read_row(&self, number: usize, row: &mut [i64]) -> Option<()> {
        let block = self.blocks.get(number / BLOCK_ROWS)?;
        let octets = octets(block.is_wide) * self.width;
        let start = block.start + number % BLOCK_ROWS * octets;
        let stored = self.rows.get(start..start + octets)?;
        if block.is_wide {
            for (value, octets) in row.iter_mut().zip(stored.as_chunks().0) {
                *value = i64::from_le_bytes(*octets);
            }
        } else {
            for (value, octets) in row.iter_mut().zip(stored.as_chunks().0) {
                *value = widened(i32::from_le_bytes(*octets));
            }
        }
        Some(())
    }
}

/// Removes what an import that was killed may have left.
pub(super) fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A new file whose name is gone as soon as it is open, so that it ends with this process.
pub(super) fn nameless(folder: &Path) -> io::Result<File> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("{PREFIX}{}.{number}", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

fn mapped(file: BufWriter<File>) -> io::Result<Bytes> {
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    mmap::map(&file)
}

fn octets(is_wide: bool) -> usize {
    if is_wide {
        size_of::<i64>()
    } else {
        size_of::<i32>()
    }
}

fn narrow(value: i64) -> Option<i32> {
    match value {
        WIDE_NOT_COVERED => Some(NARROW_NOT_COVERED),
        WIDE_NOT_APPLICABLE => Some(NARROW_NOT_APPLICABLE),
        number => i32::try_from(number).ok(),
    }
}

fn widened(value: i32) -> i64 {
    match value {
        NARROW_NOT_COVERED => WIDE_NOT_COVERED,
        NARROW_NOT_APPLICABLE => WIDE_NOT_APPLICABLE,
        number => i64::from(number),
    }
}

const PREFIX: &str = "perils.spool.";
const BLOCK_ROWS: usize = 4096;
const BUFFER: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_their_order_whatever_their_size() {
        let folder = tempfile::tempdir().unwrap();
        let mut buffer = RowBuffer::new(folder.path(), 2).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let rows = BLOCK_ROWS * 2 + 5;
        let row = |number: usize| {
            let large = if number / BLOCK_ROWS == 1 { 1 << 40 } else { 0 };
            let number = i64::try_from(number).unwrap() + large;
            if number % 7 == 0 {
                [WIDE_NOT_COVERED, WIDE_NOT_APPLICABLE]
            } else {
                [number, number + 1]
            }
        };
        let place = Place {
            latitude: -90_000_000,
            longitude: 179_750_000,
        };
        buffer.push_empty(place).unwrap();
        for number in 0..rows {
            buffer.push(place, &row(number)).unwrap();
        }
        let buffered = buffer.finish().unwrap();
        assert!(buffered.is_wide());
        assert_eq!(buffered.places().count(), rows + 1);
        assert_eq!(buffered.places().next(), Some((place, false)));
        assert_eq!(buffered.places().nth(1), Some((place, true)));
        let mut found = [0; 2];
        for number in (0..rows).rev() {
            buffered.read_row(number, &mut found).unwrap();
            assert_eq!(found, row(number));
        }
        assert_eq!(buffered.read_row(rows, &mut found), None);
    }
}
