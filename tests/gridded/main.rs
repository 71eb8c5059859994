//! Gridded values as other programs write them, read from real files: each good one says the same, each wrong
//! one is refused by the name of what is wrong, and none takes more memory than was set.
#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod files;
mod good;
mod import;
mod memory;
mod rows;
mod stores;
mod wrong;

use std::{collections::BTreeMap, path::Path};

use perild::import::format::{Coverage, FormatError, Naming, open};

/// What a source says of itself, and the values of each place in millionths of a degree.
struct Found {
    coverage: Coverage,
    cells: BTreeMap<(i32, i32), Vec<i64>>,
}

fn read(path: &Path, naming: &Naming) -> Result<Found, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let mut source = open(path, naming, folder.path())?;
    let mut cells = BTreeMap::new();
    source.read(&mut |record, values| {
        let place = (record.place.latitude, record.place.longitude);
        let before = cells.insert(place, values.to_vec());
        assert!(before.is_none_or(|before| before == values), "{place:?}");
        Ok(())
    })?;
    Ok(Found {
        coverage: source.coverage().clone(),
        cells,
    })
}

/// How many cells a source has; none of them is kept.
fn read_only(path: &Path, naming: &Naming) -> Result<u64, FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let mut source = open(path, naming, folder.path())?;
    let mut cells = 0;
    source.read(&mut |_, _| {
        cells += 1;
        Ok(())
    })?;
    Ok(cells)
}
