//! A Zarr store with an array and a chunk of anybody's: after the metadata, and a zero octet, the chunk.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use perild::import::format::{Naming, open};

fuzz_target!(|octets: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let mut parts = octets.splitn(2, |octet| *octet == 0);
    let (metadata, chunk) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        fs::write(path, content).expect("room");
    };
    write(".zgroup", br#"{"zarr_format": 2}"#);
    for (name, units) in [("lat", "degrees_north"), ("lon", "degrees_east")] {
        let said = format!(r#"{{"_ARRAY_DIMENSIONS": ["{name}"], "units": "{units}"}}"#);
        write(&format!("{name}/.zattrs"), said.as_bytes());
        write(&format!("{name}/.zarray"), AXIS);
        write(&format!("{name}/0"), &[0, 1, 2, 3]);
    }
    write("tas/.zattrs", br#"{"_ARRAY_DIMENSIONS": ["lat", "lon"]}"#);
    let is_version_3 = metadata.windows(9).any(|part| part == b"node_type");
    if is_version_3 {
        write("tas/zarr.json", metadata);
        write("tas/c/0/0", chunk);
    } else {
        write("tas/.zarray", metadata);
        write("tas/0.0", chunk);
    }
    if let Ok(mut source) = open(folder.path(), &Naming::default(), folder.path()) {
        let width = source.coverage().width();
        let _ = source.read(&mut |_, values| {
            assert_eq!(values.len(), width);
            Ok(())
        });
    }
});

const AXIS: &[u8] =
    br#"{"zarr_format": 2, "shape": [4], "chunks": [4], "dtype": "|u1", "order": "C",
    "compressor": null, "filters": null, "fill_value": null}"#;
