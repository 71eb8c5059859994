//! Coordinate reference systems in which positions are asked for and answered.

use strum::IntoEnumIterator;

/// A coordinate reference system, whose positions are formulas away from those of a table.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, strum::EnumIter)]
pub enum Crs {
    /// Degrees of WGS 84, longitude first.
    #[default]
    Crs84,
    /// Degrees of WGS 84, latitude first.
    Epsg4326,
    /// Metres of Web Mercator, easting first.
    Epsg3857,
}

impl Crs {
    /// All of them, CRS84 first.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// The system of a URI, or of a CURIE in its brackets or without.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let bare = name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let bare = bare.unwrap_or(name);
        Self::iter().find(|crs| crs.uri() == bare || crs.curie() == bare)
    }

    /// The URI, as OGC API Features Part 2 asks for it.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Epsg4326 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Self::Epsg3857 => "http://www.opengis.net/def/crs/EPSG/0/3857",
        }
    }

    const fn curie(self) -> &'static str {
        match self {
            Self::Crs84 => "OGC:CRS84",
            Self::Epsg4326 => "EPSG:4326",
            Self::Epsg3857 => "EPSG:3857",
        }
    }

    /// The position in degrees, longitude first, of one in this system.
    #[must_use]
    pub fn to_degrees(self, [first, second]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Crs84 => [first, second],
            Self::Epsg4326 => [second, first],
            Self::Epsg3857 => {
                let latitude = 2.0 * libm::atan(libm::exp(second / RADIUS)) - RIGHT_ANGLE;
                [(first / RADIUS).to_degrees(), latitude.to_degrees()]
            }
        }
    }

    /// The position in this system of one in degrees, longitude first.
    ///
    /// Web Mercator has no poles: what lies beyond 85.06 degrees is put there, where its square map ends.
    #[must_use]
    pub fn of_degrees(self, [longitude, latitude]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Crs84 => [longitude, latitude],
            Self::Epsg4326 => [latitude, longitude],
            Self::Epsg3857 => {
                let latitude = latitude.clamp(-MERCATOR_ENDS, MERCATOR_ENDS).to_radians();
                let northing = RADIUS * libm::atanh(libm::sin(latitude));
                [RADIUS * longitude.to_radians(), northing]
            }
        }
    }
}

/// The radius of the sphere of Web Mercator, in metres.
const RADIUS: f64 = 6_378_137.0;
const RIGHT_ANGLE: f64 = std::f64::consts::FRAC_PI_2;
/// The latitude at which the map of Web Mercator is as high as it is wide.
const MERCATOR_ENDS: f64 = 85.051_128_779_806_59;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::parts::is_same;

    #[test]
    fn positions_are_turned_as_the_registry_of_epsg_has_them() {
        // EPSG guidance note 7-2 §3.2.1.2: 24°22'54.433"N, 100°20'00.000"W.
        let place = [-100.333_333_333, 24.381_786_944];
        let [easting, northing] = Crs::Epsg3857.of_degrees(place);
        assert!((easting + 11_169_055.58).abs() < 0.01, "{easting}");
        assert!((northing - 2_800_000.00).abs() < 0.01, "{northing}");
        let [longitude, latitude] = place;
        let turned = Crs::Epsg4326.of_degrees(place);
        assert!(is_same(turned, [latitude, longitude]));
        assert!(is_same(Crs::Crs84.of_degrees(place), place));
    }

    #[test]
    fn a_position_comes_back_from_each_system() {
        for crs in Crs::all() {
            for place in [
                [0.0, 0.0],
                [-0.1276, 51.5072],
                [179.99, -84.9],
                [-180.0, 85.0],
            ] {
                let [x, y] = crs.to_degrees(crs.of_degrees(place));
                let [longitude, latitude] = place;
                assert!((x - longitude).abs() < 1e-9 && (y - latitude).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_poles_are_where_the_map_ends() {
        let [_, north] = Crs::Epsg3857.of_degrees([0.0, 90.0]);
        assert!((north - 20_037_508.342_789_244).abs() < 1e-3, "{north}");
    }

    #[test]
    fn systems_are_named_by_uri_and_by_curie_and_no_other_way() {
        for crs in Crs::all() {
            assert_eq!(Crs::of(crs.uri()), Some(crs));
            assert_eq!(Crs::of(&format!("[{}]", crs.curie())), Some(crs));
        }
        for strange in [
            "",
            "EPSG:27700",
            "4326",
            "http://www.opengis.net/def/crs/EPSG/0/4327",
        ] {
            assert_eq!(Crs::of(strange), None, "{strange}");
        }
    }
}
