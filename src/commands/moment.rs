//! Moments as a person types them.

use crate::clock::Milliseconds;

/// Reads a day, which begins at midnight UTC, or a moment of RFC 3339.
pub(super) fn moment(text: &str) -> Result<Milliseconds, String> {
    let midnight = format!("{text}T00:00:00Z");
    let read = Milliseconds::parse(&midnight).or_else(|| Milliseconds::parse(text));
    read.ok_or_else(|| "write a day as 2026-01-01, or a moment as 2026-01-01T00:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_nonsense_is_refused() {
        let moment_of = |text| moment(text).map(|read| read.to_string());
        assert_eq!(moment_of("2026-01-01").unwrap(), "2026-01-01T00:00:00.000Z");
        assert_eq!(
            moment_of("2026-01-01T12:00:00+01:00").unwrap(),
            "2026-01-01T11:00:00.000Z"
        );
        for other in ["", "yesterday", "2026-13-01", "2026-01-01 12:00"] {
            assert!(moment_of(other).is_err(), "{other}");
        }
    }
}
