//! The extent of a collection in space and time, as OGC API Common has it.

use std::fmt;

use super::Moment;

/// The extent of a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// In space.
    pub spatial: Option<BoundingBox>,
    /// In time.
    pub temporal: Option<Interval>,
}

/// A box in degrees of longitude and latitude (CRS84); `west` beyond `east` crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

/// A span of time, either end open when there is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interval {
    from: Option<Moment>,
    until: Option<Moment>,
}

impl BoundingBox {
    /// The box `[west, south, east, north]`; none when that is no part of the globe.
    #[must_use]
    pub fn new([west, south, east, north]: [f64; 4]) -> Option<Self> {
        let is_longitude = |degrees: f64| (-180.0..=180.0).contains(&degrees);
        let is_latitude = |degrees: f64| (-90.0..=90.0).contains(&degrees);
        let fits = is_longitude(west)
            && is_longitude(east)
            && is_latitude(south)
            && is_latitude(north)
            && south <= north;
        fits.then_some(Self {
            west,
            south,
            east,
            north,
        })
    }

    /// `[west, south, east, north]`, in degrees.
    #[must_use]
    pub const fn corners(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

impl Interval {
    /// The span from `from` until `until`; none when it would end before it begins.
    #[must_use]
    pub fn new(from: Option<Moment>, until: Option<Moment>) -> Option<Self> {
        let is_backward = from.zip(until).is_some_and(|(from, until)| until < from);
        (!is_backward).then_some(Self { from, until })
    }

    /// Reads `2020-01-01/2024-12-31`, `..` for an open end, or one moment.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((from, until)) = text.split_once('/') else {
            let moment = Moment::parse(text)?;
            return Self::new(Some(moment), Some(moment));
        };
        let end = |text| match text {
            "" | ".." => Ok(None),
            text => Moment::parse(text).map(Some).ok_or(()),
        };
        Self::new(end(from).ok()?, end(until).ok()?)
    }

    /// The beginning; none when it is open.
    #[must_use]
    pub const fn from(&self) -> Option<Moment> {
        self.from
    }

    /// The end; none when it is open.
    #[must_use]
    pub const fn until(&self) -> Option<Moment> {
        self.until
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (moment, before) in [(self.from, ""), (self.until, "/")] {
            f.write_str(before)?;
            match moment {
                Some(moment) => write!(f, "{moment}")?,
                None => f.write_str("..")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_a_part_of_the_globe() {
        for corners in [
            [-180.0, -90.0, 180.0, 90.0],
            [170.0, -10.0, -170.0, 10.0],
            [0.1, 51.5, 0.1, 51.5],
        ] {
            let told = BoundingBox::new(corners).unwrap().corners();
            assert_eq!(told.map(f64::to_bits), corners.map(f64::to_bits));
        }
        for corners in [
            [-181.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 360.0, 0.0],
            [0.0, 10.0, 0.0, -10.0],
            [0.0, 0.0, 0.0, 90.1],
            [f64::NAN, 0.0, 0.0, 0.0],
            [0.0, f64::NAN, 0.0, 0.0],
        ] {
            assert_eq!(BoundingBox::new(corners), None, "{corners:?}");
        }
    }

    #[test]
    fn a_span_of_time_may_be_open_and_never_ends_before_it_begins() {
        for (text, told) in [
            ("2020-01-01/2024-12-31", "2020-01-01/2024-12-31"),
            ("2020-01-01/..", "2020-01-01/.."),
            ("../2024-12-31", "../2024-12-31"),
            ("/", "../.."),
            ("2020-01-01", "2020-01-01/2020-01-01"),
        ] {
            assert_eq!(Interval::parse(text).unwrap().to_string(), told);
        }
        for text in [
            "",
            "2024-12-31/2020-01-01",
            "2020",
            "a/b",
            "2020-01-01/2021-01-01/2022-01-01",
        ] {
            assert_eq!(Interval::parse(text), None, "{text}");
        }
    }
}
