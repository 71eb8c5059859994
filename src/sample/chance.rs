//! Numbers that look random and are the same on every machine: each follows from the seed and from what it is for.

/// A source of one number, and of others for whatever is named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(mixed(seed))
    }

    /// The source for `what` alone.
    pub(super) fn of(self, what: u32) -> Self {
        Self(mixed(self.0 ^ mixed(u64::from(what))))
    }

    /// A number below `bound`.
    pub(super) fn below(self, bound: u32) -> u32 {
        u32::try_from(((self.0 >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// A number from `-most` to `most`.
    pub(super) fn about(self, most: i32) -> i32 {
        let bound = most.unsigned_abs().saturating_mul(2).saturating_add(1);
        self.below(bound).cast_signed() - most
    }

    /// One of `words`.
    pub(super) fn word(self, words: &[&'static str]) -> &'static str {
        let count = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let at = usize::try_from(self.below(count)).unwrap_or(0);
        words.get(at).copied().unwrap_or_default()
    }
}

/// The finaliser of `SplitMix64`.
pub(super) fn mixed(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_within_their_bounds_and_all_of_them_come() {
        let chance = Chance::new(7);
        let mut seen = [false; 5];
        for at in 0..200 {
            seen[usize::try_from(chance.of(at).below(5)).unwrap()] = true;
            assert!((-2..=2).contains(&chance.of(at).about(2)));
        }
        assert_eq!(seen, [true; 5]);
        assert_ne!(chance.of(1).0, Chance::new(8).of(1).0);
        assert_eq!(chance.of(3).word(&["one"]), "one");
    }
}
