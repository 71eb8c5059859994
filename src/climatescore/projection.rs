//! Projections of the values: two scenarios, six years.

/// Scenario: a shared socioeconomic pathway with its radiative forcing.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scenario {
    /// SSP1-2.6.
    Ssp126,
    /// SSP5-8.5.
    Ssp585,
}

impl Scenario {
    /// Both, in record order.
    pub const ALL: [Self; 2] = [Self::Ssp126, Self::Ssp585];

    /// `ssp126` or `ssp585`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssp126 => "ssp126",
            Self::Ssp585 => "ssp585",
        }
    }

    /// The supposition of the scenario, as a sentence.
    #[must_use]
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Ssp126 => {
                "SSP1-2.6: sustainable development, radiative forcing of 2.6 W/m2 in 2100."
            }
            Self::Ssp585 => {
                "SSP5-8.5: development on fossil fuels, radiative forcing of 8.5 W/m2 in 2100."
            }
        }
    }

    /// The scenario of that name, whatever its case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|scenario| scenario.name().eq_ignore_ascii_case(name))
    }
}

/// A year for which there are values.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Year {
    /// 2020
    Y2020,
    /// 2030
    Y2030,
    /// 2040
    Y2040,
    /// 2050
    Y2050,
    /// 2075
    Y2075,
    /// 2100
    Y2100,
}

impl Year {
    /// All years, ascending.
    pub const ALL: [Self; 6] = [
        Self::Y2020,
        Self::Y2030,
        Self::Y2040,
        Self::Y2050,
        Self::Y2075,
        Self::Y2100,
    ];

    /// The year as a number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Y2020 => 2020,
            Self::Y2030 => 2030,
            Self::Y2040 => 2040,
            Self::Y2050 => 2050,
            Self::Y2075 => 2075,
            Self::Y2100 => 2100,
        }
    }

    /// The year of that number.
    #[must_use]
    pub fn numbered(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|year| year.number() == number)
    }
}
