//! Lengths with their units: the `within` and `within-units` of a radius query.

use std::str::FromStr;

use super::sphere::FARTHEST_M;

/// A unit of length that a query may name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LengthUnit {
    /// A thousand metres.
    Kilometre,
    /// The metre of the SI.
    Metre,
    /// The international mile, 1609.344 m.
    Mile,
    /// The international nautical mile, 1852 m.
    NauticalMile,
}

/// A distance that no query can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LengthFault {
    /// Below 0, or no number.
    #[error("a distance is a number that is not below 0")]
    NotADistance,
    /// Further than any place.
    #[error("no place is further than 20015.115 km from another")]
    TooFar,
    /// A unit that is not known (EDR-4).
    #[error("the unit of a distance is not known: there are m, km, mi and NM")]
    UnknownUnit,
}

impl LengthUnit {
    /// The units as the catalogue lists them in `within_units`.
    pub const LISTED: [&'static str; 4] = ["m", "km", "mi", "NM"];

    /// Reads a distance in this unit, in metres.
    ///
    /// # Errors
    ///
    /// When it is below 0, no number, or further than half around the earth.
    pub fn metres(self, within: &str) -> Result<f64, LengthFault> {
        let within = within.trim();
        let looks_like_one = within
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let number: f64 = within.parse().unwrap_or(f64::NAN);
        if !looks_like_one || number.is_nan() || number < 0.0 {
            return Err(LengthFault::NotADistance);
        }
        let metres = number * self.in_metres();
        if metres > FARTHEST_M {
            Err(LengthFault::TooFar)
        } else {
            Ok(metres + 0.0)
        }
    }

    fn in_metres(self) -> f64 {
        match self {
            Self::Kilometre => 1000.0,
            Self::Metre => 1.0,
            Self::Mile => 1609.344,
            Self::NauticalMile => 1852.0,
        }
    }
}

impl FromStr for LengthUnit {
    type Err = LengthFault;

    /// Symbols, UCUM codes and English names, in any case.
    fn from_str(unit: &str) -> Result<Self, LengthFault> {
        let unit = unit.trim();
        let is = |name: &&str| unit.eq_ignore_ascii_case(name);
        let known = NAMES.iter().find(|(names, _)| names.iter().any(is));
        known.map(|(_, unit)| *unit).ok_or(LengthFault::UnknownUnit)
    }
}

const NAMES: [(&[&str], LengthUnit); 4] = [
    (
        &["km", "kilometre", "kilometres", "kilometer", "kilometers"],
        LengthUnit::Kilometre,
    ),
    (
        &["m", "metre", "metres", "meter", "meters"],
        LengthUnit::Metre,
    ),
    (&["mi", "[mi_i]", "mile", "miles"], LengthUnit::Mile),
    (
        &[
            "nm",
            "nmi",
            "[nmi_i]",
            "nautical mile",
            "nautical miles",
            "nautical_mile",
            "nautical_miles",
        ],
        LengthUnit::NauticalMile,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: EDR-4
    #[test]
    fn a_distance_is_read_in_each_unit() {
        for (within, unit, metres) in [
            ("20", "km", 20_000.0),
            ("20", "KM", 20_000.0),
            ("1.5", "Miles", 2414.016),
            ("1", "[mi_i]", 1609.344),
            ("2", "nautical miles", 3704.0),
            ("1e3", "metres", 1000.0),
            ("0", "m", 0.0),
            ("-0", "m", 0.0),
            ("20015", "km", 20_015_000.0),
        ] {
            let unit: LengthUnit = unit.parse().unwrap();
            assert_eq!(unit.metres(within), Ok(metres), "{within} {unit:?}");
        }
        for name in LengthUnit::LISTED {
            assert!(name.parse::<LengthUnit>().is_ok(), "{name}");
        }
    }

    /// Rows: EDR-4
    #[test]
    fn what_is_no_distance_is_refused() {
        use LengthFault as F;
        for unit in ["", "k m", "furlong", "degrees", "ft", "kmh"] {
            assert_eq!(unit.parse::<LengthUnit>(), Err(F::UnknownUnit), "{unit}");
        }
        for (within, fault) in [
            ("", F::NotADistance),
            ("NaN", F::NotADistance),
            ("inf", F::NotADistance),
            ("-1", F::NotADistance),
            ("1,5", F::NotADistance),
            ("20016", F::TooFar),
            ("1e999", F::TooFar),
        ] {
            assert_eq!(LengthUnit::Kilometre.metres(within), Err(fault), "{within}");
        }
    }
}
