//! Units of measure, as UCUM writes them.

use std::fmt;

/// The unit of a field's values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unit {
    code: Box<str>,
    is_ucum: bool,
}

impl Unit {
    /// Reads `code`; what UCUM does not know is kept as it was written.
    #[must_use]
    pub fn parse(code: &str) -> Self {
        // UCUM's grammar has no bound of its own; the longest code in use has some thirty characters.
        let is_ucum = !code.is_empty() && code.len() <= MOST_BYTES && ucum::validate(code).is_ok();
        Self {
            code: code.into(),
            is_ucum,
        }
    }

    /// The code as it was written, as `kW.h`; `1` for a plain number.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// `true` when it is a case-sensitive UCUM code, so that machines can convert it.
    #[must_use]
    pub fn is_ucum(&self) -> bool {
        self.is_ucum
    }

    /// The UCUM code that a common spelling is likely to mean, for a hint.
    #[must_use]
    pub fn nearest(spelling: &str) -> Option<&'static str> {
        let wanted = spelling.trim().to_lowercase();
        let mut known = SPELLINGS.iter();
        known
            .find(|(spelling, _)| *spelling == wanted)
            .map(|(_, code)| *code)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

const MOST_BYTES: usize = 100;

/// Spellings that are common in data and are not UCUM, in lower case, and the code that each means.
const SPELLINGS: &[(&str, &str)] = &[
    ("celsius", "Cel"),
    ("count", "1"),
    ("day", "d"),
    ("days", "d"),
    ("deg c", "Cel"),
    ("degc", "Cel"),
    ("degree", "deg"),
    ("degrees", "deg"),
    ("gco2", "g"),
    ("gw", "GW"),
    ("gwh", "GW.h"),
    ("hectare", "har"),
    ("hour", "h"),
    ("hours", "h"),
    ("hpa", "hPa"),
    ("hz", "Hz"),
    ("kelvin", "K"),
    ("kgco2", "kg"),
    ("km/h", "km/h"),
    ("kmh", "km/h"),
    ("kva", "kV.A"),
    ("kvarh", "kV.A.h"),
    ("kw", "kW"),
    ("kwh", "kW.h"),
    ("kwh/m2", "kW.h/m2"),
    ("litre", "L"),
    ("litres", "L"),
    ("m/sec", "m/s"),
    ("metre", "m"),
    ("metres", "m"),
    ("meters", "m"),
    ("minute", "min"),
    ("minutes", "min"),
    ("month", "mo"),
    ("months", "mo"),
    ("mps", "m/s"),
    ("mva", "MV.A"),
    ("mw", "MW"),
    ("mwh", "MW.h"),
    ("pct", "%"),
    ("percent", "%"),
    ("sqm", "m2"),
    ("tonne", "t"),
    ("tonnes", "t"),
    ("w/m²", "W/m2"),
    ("w/m^2", "W/m2"),
    ("wh", "W.h"),
    ("wh/m2", "W.h/m2"),
    ("year", "a"),
    ("years", "a"),
    ("°", "deg"),
    ("°c", "Cel"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_of_ucum_are_told_from_other_spellings() {
        for code in [
            "kW.h", "kW.h/m2", "Cel", "%", "1", "m/s", "W/m2", "d", "mm", "t/MW.h", "10*6",
            "{count}", "[degF]", "mo", "a", "har",
        ] {
            assert!(Unit::parse(code).is_ucum(), "{code}");
        }
        for spelling in [
            "",
            "kWh",
            "KW.H",
            "°C",
            "degC",
            "W/m^2",
            "m s-1",
            "watts",
            "(",
            &"m.".repeat(60),
            &"(".repeat(1_000),
        ] {
            let unit = Unit::parse(spelling);
            assert!(!unit.is_ucum(), "{spelling}");
            assert_eq!(unit.code(), spelling);
        }
    }

    #[test]
    fn every_hint_is_a_code_of_ucum() {
        assert_eq!(Unit::nearest("kWh"), Some("kW.h"));
        assert_eq!(Unit::nearest(" °C "), Some("Cel"));
        assert_eq!(Unit::nearest("furlongs"), None);
        for (spelling, code) in SPELLINGS {
            assert!(Unit::parse(code).is_ucum(), "{spelling}: {code}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(code in "[ -~]{0,120}") {
            let unit = Unit::parse(&code);
            prop_assert_eq!(unit.code(), code);
        }
    }
}
