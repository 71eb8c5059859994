//! The answer of `GET /perils`.

use std::{fmt::Write, sync::LazyLock};

use bytes::Bytes;

use crate::climatescore::{Peril, Scenario, Year};

/// The whole answer: the same for every request.
#[must_use]
pub fn listing() -> Bytes {
    Bytes::from_static(LISTING.as_bytes())
}

static LISTING: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from("{\"perils\":[");
    for peril in Peril::LISTED {
        for metric in peril.metrics() {
            for scenario in Scenario::ALL {
                for year in Year::ALL {
                    let _ = write!(
                        text,
                        "{{\"metric\":\"{}\",\"metric_units\":\"{}\",\"peril\":\"{}\",\"peril_code\":\"{}\",\
                         \"peril_version\":\"{}\",\"scenario\":\"{}\",\"year\":{}}},",
                        metric.listed_name(),
                        metric.units(),
                        peril.listed_name(),
                        peril.code(),
                        peril.listed_version(),
                        scenario.name(),
                        year.number()
                    );
                }
            }
        }
    }
    text.pop();
    text.push_str("],\"version\":\"2.2.0\"}\n");
    text
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listing_has_the_size_that_was_seen_on_the_wire() {
        assert_eq!(listing().len(), 13_939);
    }

    #[test]
    fn the_listing_is_json_with_96_entries() {
        let listing: serde_json::Value = serde_json::from_slice(&listing()).unwrap();
        assert_eq!(listing["perils"].as_array().unwrap().len(), 96);
    }
}
