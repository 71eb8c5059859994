//! The peril values of a development run: a coarse synthetic world, imported as a publisher does it.

use std::path::PathBuf;

use super::{DevError, ground::Ground};
use crate::{
    clock::Timestamp,
    dataset::{
        import::{ImportError, Progress, Request, Source, import},
        sample::{Extent, Sample},
    },
};

/// Writes the sample's seven files to `perils/` and builds the store in `state/`.
pub(super) fn import_sample(ground: &Ground) -> Result<(), DevError> {
    let files: PathBuf = ground.directory("perils")?;
    let sample = Sample::new(STEP_MICRO, Extent::WORLD, SEED).ok_or(ImportError::NoGrid)?;
    sample.write(&files).map_err(|source| DevError::Write {
        path: files.clone(),
        source,
    })?;
    let request = Request {
        sources: vec![Source::Path(files)],
        state: ground.directory("state")?,
        source: None,
        licence: None,
        synthetic: true,
        now: Timestamp::now(),
    };
    import(&request, &Progress::default())?;
    Ok(())
}

/// A place on land in the sample, in degrees, for the calls that are printed and made.
pub(super) const LATITUDE: &str = "51.5";
/// Its longitude.
pub(super) const LONGITUDE: &str = "-0.12";

/// Five degrees: 2,701 cells, read and written in a blink also by a debug build.
const STEP_MICRO: i64 = 5_000_000;
const SEED: u64 = 0;
