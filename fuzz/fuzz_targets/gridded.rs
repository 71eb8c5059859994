//! A file of gridded values, `NetCDF` or long CSV by its first octets: whatever it holds, it is refused or its cells
//! are places with as many values as it says.
#![no_main]

use std::{io::Write, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use perild::import::format::{Naming, open};

static NAMING: LazyLock<Naming> = LazyLock::new(|| Naming {
    dimensions: vec!["year".to_owned()],
    variable: Some("metric".to_owned()),
    value: Some("value".to_owned()),
    ..Naming::default()
});

fuzz_target!(|octets: &[u8]| {
    // Its reader panics on contradictions, which is caught there and would end the fuzzing here.
    if octets.starts_with(b"PAR1") {
        return;
    }
    let folder = std::env::temp_dir();
    let mut file = tempfile::NamedTempFile::new_in(&folder).expect("a file");
    file.write_all(octets).expect("room");
    let naming = if octets.starts_with(b"CDF") || octets.starts_with(b"\x89HDF") {
        Naming::default()
    } else {
        NAMING.clone()
    };
    let Ok(mut source) = open(file.path(), &naming, &folder) else {
        return;
    };
    let width = source.coverage().width();
    let _ = source.read(&mut |record, values| {
        let place = record.place;
        assert!(place.latitude.abs() <= 90_000_000 && place.longitude.abs() <= 180_000_000);
        assert_eq!(values.len(), width);
        Ok(())
    });
});
