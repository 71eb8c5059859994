//! Descriptions of collections: any bytes are read to their end, and what is whole can be resolved or is refused in words.
#![no_main]

use std::{path::Path, sync::Arc};

use libfuzzer_sys::fuzz_target;
use perild::dataset::metadata::description::{Described, Profiles, Read};

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("a.toml");
    let read = Read::parse(path, bytes);
    for fault in &read.faults {
        assert!(!fault.to_string().contains('\n'), "{fault}");
    }
    let itself = Profiles::from([("a.toml".into(), Arc::new(read.clone()))]);
    for profiles in [Profiles::new(), itself] {
        match Described::resolve(path, &read.draft, &profiles) {
            Ok(described) => assert!(!described.metadata.title.is_empty()),
            Err(faults) => assert!(!faults.is_empty()),
        }
    }
});
