//! `perild sample`: made-up peril files with the real schema, and tables of every kind.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use crate::{
    dataset::grid::{MICRO, Profile},
    import::{NumberFault, millionths},
    sample::{
        Extent, Sample, file_name,
        tables::{SampleKind, Written},
    },
};

/// Arguments of `perild sample`.
#[derive(Args, Clone, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:\n  perild sample --step 7.5 --out ./perils && perild import ./perils\n  \
    perild sample --kind series --count 10 --out ./shared_data\n\n\
    The values are SYNTHETIC: they say nothing about any place. The same options and seed\n\
    give the same files."
)]
pub struct SampleArgs {
    /// Distance of two cells of the seven perils in degrees, from 0.01
    #[arg(long, value_name = "DEGREES", value_parser = degrees, required_unless_present = "kind")]
    pub step: Option<i64>,
    /// Tables in place of perils
    #[arg(long, conflicts_with_all = ["step", "extent"])]
    pub kind: Option<SampleKind>,
    /// Watches, suburbs or meters of --kind [default: 5000, 780, 1000]
    #[arg(long, value_name = "N", requires = "kind", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub count: Option<u32>,
    /// The folder to write the files to
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
    match (args.kind, args.step) {
        (Some(kind), _) => tables(args, kind),
        (None, step) => perils(args, step.unwrap_or(0)),
    }
}

fn tables(args: &SampleArgs, kind: SampleKind) -> Result<(), SampleError> {
    let disk = |source| SampleError::Disk {
        out: args.out.clone(),
        source,
    };
    let count = args.count.unwrap_or(kind.count());
    let Written { paths, rows } = kind.write(&args.out, count, args.seed).map_err(disk)?;
    let mut output = io::stdout().lock();
    for path in &paths {
        writeln!(output, "{}", path.display()).map_err(disk)?;
    }
    writeln!(
        output,
        "{rows} rows. These values are SYNTHETIC: made up, fit for tests only."
    )
    .map_err(disk)
}

fn perils(args: &SampleArgs, step: i64) -> Result<(), SampleError> {
    let extent = args.extent.unwrap_or(Extent::WORLD);
    let sample = Sample::new(step, extent, args.seed).ok_or(SampleError::Step(step))?;
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
