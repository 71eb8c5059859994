//! The seven perils and their eight metrics, in every spelling that is used.

use crate::{dataset::Perils, policy::CollectionId};

/// A peril, in the order of records (`POST /location`).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Peril {
    /// Extreme wind.
    Wind,
    /// Extreme precipitation.
    Precip,
    /// Extreme heat: the one peril with two metrics.
    Heat,
    /// Large hail.
    Hail,
    /// Drought.
    Drought,
    /// River and coastal flood combined.
    CombinedFlood,
    /// Wildfire.
    Fire,
}

impl Peril {
    /// All perils in the order of records and of `GET /allperils`.
    pub const ALL: [Self; 7] = [
        Self::Wind,
        Self::Precip,
        Self::Heat,
        Self::Hail,
        Self::Drought,
        Self::CombinedFlood,
        Self::Fire,
    ];

    /// All perils in the order of `GET /perils` and of the defaults echoed by `POST /location`.
    pub const LISTED: [Self; 7] = [
        Self::Fire,
        Self::Hail,
        Self::Heat,
        Self::CombinedFlood,
        Self::Precip,
        Self::Drought,
        Self::Wind,
    ];

    /// Name in records, paths and columns, all lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wind => "wind",
            Self::Precip => "precip",
            Self::Heat => "heat",
            Self::Hail => "hail",
            Self::Drought => "drought",
            Self::CombinedFlood => "combinedflood",
            Self::Fire => "fire",
        }
    }

    /// Name in `GET /perils` and in requests of `POST /location`: `combinedFlood` has a capital.
    #[must_use]
    pub const fn listed_name(self) -> &'static str {
        match self {
            Self::CombinedFlood => "combinedFlood",
            other => other.name(),
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Wind => "Extreme wind",
            Self::Precip => "Extreme precipitation",
            Self::Heat => "Extreme heat",
            Self::Hail => "Large hail",
            Self::Drought => "Drought",
            Self::CombinedFlood => "Combined river and coastal flood",
            Self::Fire => "Wildfire",
        }
    }

    /// `peril_code`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wind => "WS",
            Self::Precip => "PR",
            Self::Heat => "HT",
            Self::Hail => "HL",
            Self::Drought => "DT",
            Self::CombinedFlood => "FL",
            Self::Fire => "FR",
        }
    }

    /// `peril_version` of records.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Wind => "8.2.3",
            Self::Precip | Self::Fire => "3.2.1",
            Self::Heat => "7.2.1",
            Self::Hail => "2.3.1",
            Self::Drought => "7.4.1",
            Self::CombinedFlood => "2.1.8",
        }
    }

    /// `peril_version` in `GET /perils`, where flood differs.
    #[must_use]
    pub const fn listed_version(self) -> &'static str {
        match self {
            Self::CombinedFlood => "2.1.0",
            other => other.version(),
        }
    }

    /// Its collection.
    #[must_use]
    pub fn collection(self) -> &'static CollectionId {
        let mut collections = Self::ALL.into_iter().zip(Perils::members());
        let own = collections.find(|(peril, _)| *peril == self);
        own.map_or(Perils::group(), |(_, collection)| collection)
    }

    /// Its metrics in record order: two for heat, one for each other.
    #[must_use]
    pub const fn metrics(self) -> &'static [Metric] {
        match self {
            Self::Wind => &[Metric::WindSpeed100yr],
            Self::Precip => &[Metric::OneDayPrecip100yr],
            Self::Heat => &[Metric::DaysExceeding35C, Metric::DaysExceeding38C],
            Self::Hail => &[Metric::DaysLargeHailPossible],
            Self::Drought => &[Metric::MonthsExtreme3moSpei],
            Self::CombinedFlood => &[Metric::FloodedFraction200yr],
            Self::Fire => &[Metric::FireProbability],
        }
    }
}

/// Its metrics, in the order of records.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Metric {
    /// Wind speed with a return period of 100 years.
    WindSpeed100yr,
    /// Precipitation of one day with a return period of 100 years.
    OneDayPrecip100yr,
    /// Days a year above 35 °C.
    DaysExceeding35C,
    /// Days a year above 38 °C.
    DaysExceeding38C,
    /// Days a year with conditions for large hail.
    DaysLargeHailPossible,
    /// Months a year of extreme drought.
    MonthsExtreme3moSpei,
    /// Fraction of the cell flooded with a return period of 200 years.
    FloodedFraction200yr,
    /// Probability of fire within a year.
    FireProbability,
}

impl Metric {
    /// All metrics in record order.
    pub const ALL: [Self; 8] = [
        Self::WindSpeed100yr,
        Self::OneDayPrecip100yr,
        Self::DaysExceeding35C,
        Self::DaysExceeding38C,
        Self::DaysLargeHailPossible,
        Self::MonthsExtreme3moSpei,
        Self::FloodedFraction200yr,
        Self::FireProbability,
    ];

    /// The peril that it measures.
    #[must_use]
    pub const fn peril(self) -> Peril {
        match self {
            Self::WindSpeed100yr => Peril::Wind,
            Self::OneDayPrecip100yr => Peril::Precip,
            Self::DaysExceeding35C | Self::DaysExceeding38C => Peril::Heat,
            Self::DaysLargeHailPossible => Peril::Hail,
            Self::MonthsExtreme3moSpei => Peril::Drought,
            Self::FloodedFraction200yr => Peril::CombinedFlood,
            Self::FireProbability => Peril::Fire,
        }
    }

    /// `metric` of records, all lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WindSpeed100yr => "windspeed100yr",
            Self::OneDayPrecip100yr => "onedayprecip100yr",
            Self::DaysExceeding35C => "daysexceeding35c",
            Self::DaysExceeding38C => "daysexceeding38c",
            Self::DaysLargeHailPossible => "dayslargehailpossible",
            Self::MonthsExtreme3moSpei => "monthsextreme3mospei",
            Self::FloodedFraction200yr => "floodedfraction200yr",
            Self::FireProbability => "fireprobability",
        }
    }

    /// `metric` of `GET /perils`, in camel case.
    #[must_use]
    pub const fn listed_name(self) -> &'static str {
        match self {
            Self::WindSpeed100yr => "windSpeed100yr",
            Self::OneDayPrecip100yr => "oneDayPrecip100yr",
            Self::DaysExceeding35C => "daysExceeding35C",
            Self::DaysExceeding38C => "daysExceeding38C",
            Self::DaysLargeHailPossible => "daysLargeHailPossible",
            Self::MonthsExtreme3moSpei => "monthsExtreme3moSPEI",
            Self::FloodedFraction200yr => "floodedFraction200yr",
            Self::FireProbability => "fireProbability",
        }
    }

    /// Name in `settings.metrics` of `POST /location`: as in records, but `fireProbability`.
    #[must_use]
    pub const fn settings_name(self) -> &'static str {
        match self {
            Self::FireProbability => self.listed_name(),
            other => other.name(),
        }
    }

    /// Text between the year and `metric_mean` in a column's name: none for fire.
    #[must_use]
    pub const fn column_part(self) -> &'static str {
        match self {
            Self::FireProbability => "",
            other => other.name(),
        }
    }

    /// `metric_units` of the old contract. Fire says `percent`, though its values are fractions.
    #[must_use]
    pub const fn units(self) -> &'static str {
        match self {
            Self::WindSpeed100yr => "m/s",
            Self::OneDayPrecip100yr => "mm",
            Self::DaysExceeding35C | Self::DaysExceeding38C | Self::DaysLargeHailPossible => "days",
            Self::MonthsExtreme3moSpei => "months",
            Self::FloodedFraction200yr => "fraction",
            Self::FireProbability => "percent",
        }
    }

    /// Unit in UCUM; `1` for a fraction.
    #[must_use]
    pub const fn ucum(self) -> &'static str {
        match self {
            Self::WindSpeed100yr => "m/s",
            Self::OneDayPrecip100yr => "mm",
            Self::DaysExceeding35C | Self::DaysExceeding38C | Self::DaysLargeHailPossible => "d",
            Self::MonthsExtreme3moSpei => "mo",
            Self::FloodedFraction200yr | Self::FireProbability => "1",
        }
    }
}
