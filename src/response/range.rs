//! `Range`, RFC 9110 §14.2: one range of bytes, or the whole.

/// Part of a representation that a `Range` field asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wanted {
    /// Bytes `first` up to `last`, both counted from 0 and included.
    Part {
        /// First byte.
        first: u64,
        /// Last byte.
        last: u64,
    },
    /// No byte of the range exists.
    Unsatisfiable,
    /// Everything: no range, another unit, bad syntax, or more than one range.
    Whole,
}

/// Reads `field` against a representation of `length` bytes.
pub(super) fn wanted(field: Option<&str>, length: u64) -> Wanted {
    let range = field
        .and_then(|field| field.trim().split_once('='))
        .and_then(|(unit, set)| {
            unit.eq_ignore_ascii_case("bytes")
                .then_some(set.trim())
                .filter(|set| !set.contains(','))
        });
    range
        .and_then(|range| part(range, length))
        .unwrap_or(Wanted::Whole)
}

/// `first-last`, `first-` or `-suffix`; none when it is neither.
fn part(range: &str, length: u64) -> Option<Wanted> {
    let (first, last) = range.split_once('-')?;
    if first.is_empty() {
        let suffix = number(last)?;
        let is_empty = suffix == 0 || length == 0;
        let part = Wanted::Part {
            first: length.saturating_sub(suffix),
            last: length.saturating_sub(1),
        };
        return Some(if is_empty {
            Wanted::Unsatisfiable
        } else {
            part
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    if last < first {
        return None;
    }
    let part = Wanted::Part {
        first,
        last: last.min(length.saturating_sub(1)),
    };
    Some(if first < length {
        part
    } else {
        Wanted::Unsatisfiable
    })
}

/// Digits only; a number too large to count is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted_of_1000(field: &str) -> Wanted {
        wanted(Some(field), 1000)
    }

    /// Rows: HTTP-13
    #[test]
    fn rfc9110_14_1_2_first_last_open_and_suffix() {
        for (field, first, last) in [
            ("bytes=0-99", 0, 99),
            ("bytes=100-", 100, 999),
            ("bytes=-100", 900, 999),
            ("bytes=-5000", 0, 999),
            ("bytes=990-5000", 990, 999),
            ("Bytes=0-0", 0, 0),
            ("bytes=0-99999999999999999999999", 0, 999),
        ] {
            assert_eq!(
                wanted_of_1000(field),
                Wanted::Part { first, last },
                "{field}"
            );
        }
    }

    /// Rows: HTTP-12, HTTP-14
    #[test]
    fn rfc9110_14_2_another_unit_bad_syntax_or_several_ranges_mean_the_whole() {
        for field in [
            "items=0-1",
            "bytes=5-2",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=0-1,5-6",
            "bytes=0x1-2",
        ] {
            assert_eq!(wanted_of_1000(field), Wanted::Whole, "{field}");
        }
        assert_eq!(wanted(None, 1000), Wanted::Whole);
    }

    /// Rows: HTTP-15
    #[test]
    fn rfc9110_15_5_17_a_range_beyond_the_end_is_unsatisfiable() {
        for field in ["bytes=1000-", "bytes=5000-6000", "bytes=-0"] {
            assert_eq!(wanted_of_1000(field), Wanted::Unsatisfiable, "{field}");
        }
        assert_eq!(wanted(Some("bytes=0-0"), 0), Wanted::Unsatisfiable);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_representation(field in "bytes=[0-9]{0,21}-[0-9]{0,21}", length in 0u64..5000) {
            if let Wanted::Part { first, last } = wanted(Some(&field), length) {
                prop_assert!(first <= last && last < length);
            }
        }
    }
}
