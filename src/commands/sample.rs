//! `perild sample`: made-up peril files with the real schema.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use crate::{
    dataset::grid::{MICRO, Profile},
    import::{NumberFault, millionths},
    sample::{Extent, Sample, file_name},
};

/// Arguments of `perild sample`.
#[derive(Args, Clone, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Example:\n  perild sample --step 7.5 --out ./perils && perild import ./perils\n\n\
    The values are SYNTHETIC: they say nothing about any place. The same step, extent and seed\n\
    give the same files."
)]
pub struct SampleArgs {
    /// Distance of two cells in degrees, from 0.01
    #[arg(long, value_name = "DEGREES", value_parser = degrees)]
    pub step: i64,
    /// The folder to write the seven files to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Another world for each number
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Corners in degrees [default: -90,-180,90,180]
    #[arg(long, value_name = "SOUTH,WEST,NORTH,EAST", value_parser = extent, allow_hyphen_values = true)]
    pub extent: Option<Extent>,
}

/// Reason why there are no files.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The disk does not take them.
    #[error("cannot write to {}: {source}; give --out a folder that you may write to", .out.display())]
    Disk {
        /// The folder.
        out: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Step and extent make no grid.
    #[error("a step of {} degrees makes no grid there: take at least 0.01, and at most what the extent measures", units(*.0))]
    Step(i64),
}

/// Writes the files and says what they are.
///
/// # Errors
/// [`SampleError`].
pub fn run(args: &SampleArgs) -> Result<(), SampleError> {
    let extent = args.extent.unwrap_or(Extent::WORLD);
    let sample = Sample::new(args.step, extent, args.seed).ok_or(SampleError::Step(args.step))?;
    let disk = |source| SampleError::Disk {
        out: args.out.clone(),
        source,
    };
    sample.write(&args.out).map_err(disk)?;
    let mut output = io::stdout().lock();
    for peril in &Profile::perils().coverages {
        writeln!(output, "{}", args.out.join(file_name(peril)).display()).map_err(disk)?;
    }
    writeln!(
        output,
        "{} cells each. These values are SYNTHETIC: made up, fit for tests only.",
        sample.cells()
    )
    .map_err(disk)
}

fn degrees(text: &str) -> Result<i64, NumberFault> {
    millionths(text.as_bytes())
}

fn extent(text: &str) -> Result<Extent, String> {
    let corners: Result<Vec<i64>, _> = text.split(',').map(|part| degrees(part.trim())).collect();
    let corners = corners.map_err(|fault| format!("a corner {fault}"))?;
    let &[south, west, north, east] = corners.as_slice() else {
        return Err("four numbers with commas between them are needed".to_owned());
    };
    let extent = Extent {
        south,
        west,
        north,
        east,
    };
    if extent.is_sound() {
        Ok(extent)
    } else {
        Err("south is at most north, west at most east, and both are within the world".to_owned())
    }
}

fn units(micro: i64) -> String {
    let whole = micro / MICRO;
    format!("{whole}.{:06}", (micro % MICRO).abs())
}
