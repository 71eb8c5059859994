//! The directory's key set: any octets are keys that can be used, at most as many as are read, or a fault of the directory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::token::fuzzing::read_key_set;

fuzz_target!(|octets: &[u8]| {
    if let Some(keys) = read_key_set(octets) {
        assert!(
            (1..=1000).contains(&keys),
            "a set has keys, and not too many"
        );
    }
});
