//! A peril CSV file: whatever a line holds, what is taken from it is a place and numbers in range.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use perild::{
    dataset::grid::{WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED},
    import::{Layout, Tables},
};

fuzz_target!(|text: &[u8]| {
    let mut lines = text.split(|octet| *octet == b'\n');
    let Ok(layout) = Layout::read(lines.next().unwrap_or_default(), &TABLES) else {
        return;
    };
    let mut values = vec![0; layout.values()];
    for line in lines {
        let Ok(record) = layout.record(line, &mut values) else {
            continue;
        };
        let place = record.place;
        assert!(place.latitude.abs() <= 90_000_000 && place.longitude.abs() <= 180_000_000);
        for value in &values {
            let is_mark = [WIDE_NOT_COVERED, WIDE_NOT_APPLICABLE].contains(value);
            assert!(is_mark || (0..1_000_000_000_000).contains(value));
        }
    }
});

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::perils);
