//! The parameters of a data query: they are refused, or say a place on the earth and dimensions that there are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::dataset::{
    edr::{Parameters, Place, QueryKind},
    grid::Profile,
};

fuzz_target!(|query: &[u8]| {
    let parameters: Vec<_> = url::form_urlencoded::parse(query).into_owned().collect();
    let columns = &Profile::perils().coverages[0].columns;
    for kind in QueryKind::ALL {
        let Ok(read) = Parameters::read(kind, &parameters, columns) else {
            continue;
        };
        let mut dimensions = read.dimensions.iter();
        assert!(dimensions.all(|(at, _)| *at < columns.dimensions().len()));
        if let Place::Positions(positions, _) = &read.place {
            assert!(!positions.is_empty());
            let is_on_earth = |degrees: f64| degrees.is_finite() && degrees.abs() <= 90.0;
            assert!(positions.iter().all(|one| is_on_earth(one.latitude)));
        }
    }
});
