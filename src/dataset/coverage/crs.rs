//! Coordinate reference systems that a query may name: WGS 84 by longitude and latitude, or by latitude and longitude.

use std::str::FromStr;

use super::Position;

/// A coordinate reference system, which says the order of two numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Crs {
    /// OGC CRS84: longitude, latitude.
    #[default]
    Crs84,
    /// EPSG:4326: latitude, longitude.
    Epsg4326,
}

/// A `crs` that is none of those known (EDR 1.1 `/req/edr/REQ_rc-crs-response` C).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the coordinate reference system is not known: there are {} and {}", Crs::Crs84.uri(), Crs::Epsg4326.uri())]
pub struct UnknownCrs;

impl Crs {
    /// All that are known.
    pub const ALL: [Self; 2] = [Self::Crs84, Self::Epsg4326];

    /// The identifier under which the catalogue lists it.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Epsg4326 => "http://www.opengis.net/def/crs/EPSG/0/4326",
        }
    }

    /// The position of two numbers in the system's order of axes.
    #[must_use]
    pub fn position(self, first: f64, second: f64) -> Position {
        let (longitude, latitude) = match self {
            Self::Crs84 => (first, second),
            Self::Epsg4326 => (second, first),
        };
        Position {
            longitude,
            latitude,
        }
    }

    fn authority_and_code(self) -> (&'static str, &'static str) {
        match self {
            Self::Crs84 => ("ogc", "crs84"),
            Self::Epsg4326 => ("epsg", "4326"),
        }
    }

    /// `true` when `name`, in lower case, is a form of its identifier: `EPSG:4326`, the same in brackets, a URN or
    /// a URI (OGC 09-048r5), with any version.
    fn is_named(self, name: &str) -> bool {
        let (authority, code) = self.authority_and_code();
        let short = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        let named = |name: &str, prefix: &str, between: char| {
            let rest = name.strip_prefix(prefix)?.strip_prefix(authority)?;
            let version = rest.strip_prefix(between)?.strip_suffix(code)?;
            let version = version.strip_suffix(between)?;
            Some(
                version
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.'),
            )
        };
        let is_short = |name: &str| {
            let rest = name.strip_prefix(authority);
            rest.and_then(|rest| rest.strip_prefix(':')) == Some(code)
        };
        (self == Self::Crs84 && name == code)
            || is_short(short.unwrap_or(name))
            || named(name, "urn:ogc:def:crs:", ':') == Some(true)
            || URIS
                .iter()
                .any(|prefix| named(name, prefix, '/') == Some(true))
    }
}

impl FromStr for Crs {
    type Err = UnknownCrs;

    fn from_str(name: &str) -> Result<Self, UnknownCrs> {
        if name.len() > LONGEST {
            return Err(UnknownCrs);
        }
        let name = name.trim().to_ascii_lowercase();
        let mut known = Self::ALL.into_iter();
        known.find(|crs| crs.is_named(&name)).ok_or(UnknownCrs)
    }
}

const URIS: [&str; 2] = [
    "http://www.opengis.net/def/crs/",
    "https://www.opengis.net/def/crs/",
];
/// No identifier is longer.
const LONGEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: EDR-8
    #[test]
    fn each_form_of_an_identifier_is_known() {
        for (name, crs) in [
            ("CRS84", Crs::Crs84),
            ("OGC:CRS84", Crs::Crs84),
            ("[OGC:CRS84]", Crs::Crs84),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Crs84),
            ("urn:ogc:def:crs:OGC::CRS84", Crs::Crs84),
            ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Crs::Crs84),
            ("https://www.opengis.net/def/crs/OGC/0/CRS84", Crs::Crs84),
            ("EPSG:4326", Crs::Epsg4326),
            ("epsg:4326", Crs::Epsg4326),
            ("urn:ogc:def:crs:EPSG::4326", Crs::Epsg4326),
            ("urn:ogc:def:crs:EPSG:9.9.1:4326", Crs::Epsg4326),
            ("http://www.opengis.net/def/crs/EPSG/0/4326", Crs::Epsg4326),
        ] {
            assert_eq!(name.parse(), Ok(crs), "{name}");
            assert_eq!(crs.uri().parse(), Ok(crs));
        }
    }

    /// Rows: EDR-8
    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        for name in [
            "",
            "4326",
            "EPSG:3857",
            "EPSG:14326",
            "EPSG:27700",
            "OGC:CRS83",
            "xCRS84",
            "[EPSG:4326",
            "CRS:84",
            "urn:ogc:def:crs:EPSG:x:4326",
            "urn:ogc:def:crs:EPSG:4326",
            "http://www.opengis.net/def/crs/EPSG/0/4326/",
            "http://example.com/def/crs/EPSG/0/4326",
            "GEOGCS[\"WGS 84\"]",
        ] {
            assert_eq!(name.parse::<Crs>(), Err(UnknownCrs), "{name}");
        }
        assert_eq!("E".repeat(1 << 20).parse::<Crs>(), Err(UnknownCrs));
        let said = UnknownCrs.to_string();
        assert!(
            Crs::ALL.iter().all(|crs| said.contains(crs.uri())),
            "{said}"
        );
    }

    #[test]
    fn each_system_has_its_own_order_of_axes() {
        let place = Crs::Crs84.position(-0.12, 51.5);
        assert_eq!((place.longitude, place.latitude), (-0.12, 51.5));
        assert_eq!(Crs::Epsg4326.position(51.5, -0.12), place);
    }
}
