//! A made-up world: the seven peril CSV files with the real schema, and tables of products, outages and meters, for tests and
//! first steps.
//!
//! The same step, extent and seed give the same files on every machine. Those of perils say that they are
//! synthetic by their names and by the Data Package beside them, and an import carries that on.

mod chance;
mod noise;
pub mod tables;
mod tiles;
mod world;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    thread,
};

use serde_json::json;

use crate::disk;
use crate::{
    dataset::grid::{
        self, Axis, GridShape, Key, MICRO, Profile, ProfileCoverage, WIDE_NOT_APPLICABLE,
        WIDE_NOT_COVERED,
    },
    import::{PACKAGE_NAME, SYNTHETIC},
};
use world::World;

/// Shape and seed of values that are made up.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    shape: GridShape,
    seed: u64,
}

/// Corners of a sample in millionths of a degree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Extent {
    /// Lowest latitude.
    pub south: i64,
    /// Lowest longitude.
    pub west: i64,
    /// Highest latitude.
    pub north: i64,
    /// Highest longitude.
    pub east: i64,
}

impl Extent {
    /// Both poles, and both sides of the date line.
    pub const WORLD: Self = Self {
        south: -90 * MICRO,
        west: -180 * MICRO,
        north: 90 * MICRO,
        east: 180 * MICRO,
    };

    /// `true` when it lies within the world and holds a place.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let world = Self::WORLD;
        world.south <= self.south
            && self.south <= self.north
            && self.north <= world.north
            && world.west <= self.west
            && self.west <= self.east
            && self.east <= world.east
    }
}

impl Sample {
    /// The smallest step, in millionths of a degree.
    pub const LEAST_STEP: i64 = 10_000;

    /// A sample with a cell each `step` millionths of a degree; `None` when that makes no grid.
    #[must_use]
    pub fn new(step: i64, extent: Extent, seed: u64) -> Option<Self> {
        if step < Self::LEAST_STEP || !extent.is_sound() {
            return None;
        }
        let axis = |first: i64, last: i64| {
            let count = u32::try_from((last - first) / step + 1).ok()?;
            Axis::new(first, step, 1, count)
        };
        let shape = GridShape {
            latitude: axis(extent.south, extent.north)?,
            longitude: axis(extent.west, extent.east)?,
        };
        Some(Self { shape, seed })
    }

    /// The number of lines of each file, the header left out.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.shape.cells()
    }

    /// Writes the seven files and the package that describes them into the folder `out`.
    ///
    /// # Errors
    /// What the disk says.
    pub fn write(&self, out: &Path) -> io::Result<()> {
        disk::make_folder(out, 0o777)?;
        let world = World::new(self.seed);
        let write = |perils: &[ProfileCoverage]| -> io::Result<()> {
            for peril in perils {
                let file = File::create(out.join(file_name(peril)))?;
                let mut sink = BufWriter::with_capacity(1 << 20, file);
                self.write_peril(&world, peril, &mut sink)?;
                sink.flush()?;
                sink.get_ref().sync_all()?;
            }
            Ok(())
        };
        // Heat is as long as two others.
        let perils = &Profile::perils().coverages;
        let (some, others) = perils.split_at(perils.len() / 2);
        thread::scope(|scope| {
            let begun = scope.spawn(|| write(some));
            let done = write(others);
            let begun = begun
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a thread ended early")));
            begun.and(done)
        })?;
        let mut package = File::create(out.join(PACKAGE_NAME))?;
        package.write_all(self.package().as_bytes())?;
        package.sync_all()?;
        disk::settle(out)
    }

    /// Writes one peril's file: south to north, and in each row west to east.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write_peril(
        &self,
        world: &World,
        peril: &ProfileCoverage,
        sink: &mut impl Write,
    ) -> io::Result<()> {
        let names = &peril.source_names;
        writeln!(sink, "key,latitude,longitude,{}", names.join(","))?;
        let empty = ",".repeat(names.len());
        let mut values = Vec::with_capacity(names.len());
        let mut line = Vec::new();
        for latitude in 0..self.shape.latitude.count() {
            let latitude = self.shape.latitude.micro(latitude);
            for longitude in 0..self.shape.longitude.count() {
                let longitude = self.shape.longitude.micro(longitude);
                line.clear();
                let [north, east] = [latitude, longitude].map(grid::units);
                write!(line, "{},", Key::new(north, east))?;
                decimal(&mut line, latitude);
                line.push(b',');
                decimal(&mut line, longitude);
                values.clear();
                if world.values(peril, latitude, longitude, &mut values) {
                    for value in &values {
                        line.push(b',');
                        match *value {
                            WIDE_NOT_COVERED => (),
                            WIDE_NOT_APPLICABLE => line.extend_from_slice(b"-9999.000000"),
                            number => decimal(&mut line, number),
                        }
                    }
                } else {
                    line.extend_from_slice(empty.as_bytes());
                }
                line.push(b'\n');
                sink.write_all(&line)?;
            }
        }
        Ok(())
    }

    /// A Frictionless Data Package, which the import reads beside the files.
    fn package(&self) -> String {
        let resources = Profile::perils().coverages.iter().map(|peril| {
            json!({
                "name": format!("{SYNTHETIC}-{}", peril.id),
                "path": file_name(peril),
                "format": "csv",
                "title": format!("SYNTHETIC: {}", peril.title),
            })
        });
        let resources: Vec<_> = resources.collect();
        let package = json!({
            "name": format!("perild-{SYNTHETIC}-perils"),
            "title": "SYNTHETIC peril values made up by `perild sample`: no information about any place",
            SYNTHETIC: true,
            "licenses": [{
                "name": "CC0-1.0",
                "path": "https://creativecommons.org/publicdomain/zero/1.0/",
                "title": "Creative Commons Zero 1.0",
            }],
            "step": self.shape.latitude.step(),
            "seed": self.seed,
            "resources": resources,
        });
        format!("{package:#}\n")
    }
}

/// `synthetic-etlfire.csv`: the old service's name of the file, and what it is.
#[must_use]
pub fn file_name(peril: &ProfileCoverage) -> String {
    format!("{SYNTHETIC}-etl{}.csv", peril.id)
}

/// Writes millionths with six decimals.
fn decimal(line: &mut Vec<u8>, micro: i64) {
    if micro < 0 {
        line.push(b'-');
    }
    let (mut rest, unit) = (micro.unsigned_abs(), MICRO.unsigned_abs());
    let mut digits = [0; 20];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        if rest == 0 && used > 6 {
            break;
        }
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        used += 1;
    }
    let from = digits.len() - used;
    let point = digits.len() - 6;
    debug_assert!(unit == 1_000_000);
    line.extend_from_slice(digits.get(from..point).unwrap_or_default());
    line.push(b'.');
    line.extend_from_slice(digits.get(point..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::Value;

    #[test]
    fn numbers_are_written_with_six_decimals() {
        for micro in [0, 1, 999_999, 1_000_000, -122_500_000, 123_456_789_012, -1] {
            let mut line = Vec::new();
            decimal(&mut line, micro);
            assert_eq!(
                String::from_utf8(line).unwrap(),
                Value::Known(micro).to_string()
            );
        }
    }

    #[test]
    fn a_step_or_an_extent_that_makes_no_grid_is_refused() {
        assert!(Sample::new(250_000, Extent::WORLD, 0).is_some());
        assert!(Sample::new(9_999, Extent::WORLD, 0).is_none());
        let upside_down = Extent {
            south: 10 * MICRO,
            north: 0,
            ..Extent::WORLD
        };
        assert!(Sample::new(250_000, upside_down, 0).is_none());
        let beyond = Extent {
            east: 181 * MICRO,
            ..Extent::WORLD
        };
        assert!(Sample::new(250_000, beyond, 0).is_none());
    }
}
