//! A publisher's file, of the format that its first octet says: whatever it holds, it is refused with the reasons, or its
//! batches have the schema that was found, and as many rows as were read.
#![no_main]

use std::{
    fs,
    sync::{Arc, atomic::AtomicU64},
};

use libfuzzer_sys::fuzz_target;
use perild_query::{
    Kind,
    source::{Hints, files, open},
};

fuzz_target!(|octets: &[u8]| {
    let Some((first, octets)) = octets.split_first() else {
        return;
    };
    // Its reader panics on contradictions, which is caught there and would end the fuzzing here.
    if octets.starts_with(b"PAR1") {
        return;
    }
    let (name, kind, key) = FORMATS[usize::from(*first) % FORMATS.len()];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, octets).expect("room");
    let hints = Hints {
        kind: Some(kind),
        key: vec![key.into()],
        ..Hints::default()
    };
    let inputs = files(&[path]).expect("a file");
    let Ok(mut reader) = open(inputs, hints, &Arc::new(AtomicU64::new(0))) else {
        return;
    };
    let schema = reader.schema().clone();
    schema.check().expect("it was checked");
    let (mut rows, mut faults) = (0, 0);
    for batch in &mut reader {
        match batch {
            Ok(batch) => {
                assert_eq!(batch.schema(), schema.arrow());
                rows += batch.num_rows();
            }
            Err(fault) => {
                assert!(!fault.to_string().contains(char::is_control));
                faults += 1;
            }
        }
    }
    assert!(faults > 0 || rows as u64 == reader.rows());
});

const FORMATS: [(&str, Kind, &str); 5] = [
    ("a.csv", Kind::Records, "k"),
    ("a.json", Kind::Records, "k"),
    ("a.ndjson", Kind::Records, "k"),
    ("a.geojson", Kind::Features, "id"),
    ("a.fgb", Kind::Features, "id"),
];
