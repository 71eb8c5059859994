//! The old contract on a store of its full size: 1,038,961 rows in each of seven files, imported and
//! served by the built program.
//!
//! The program is the unoptimised build that all tests run: it writes, imports and answers for about
//! a minute and a half on two cores, less than it takes to compile everything once more, optimised.

use crate::{reference::Sample, site::Site, support::store};

#[test]
fn every_answer_of_a_full_store_equals_the_old_services_octet_for_octet() {
    let site = Site::with(|_, pki| store::import_sample(&pki.path(""), "0.25"));
    let folder = site.dir().join("csv");
    let sample = Sample {
        folder: &folder,
        count: 4000,
        seed: 20_261_121,
        corners: ["-90", "-180", "90", "180"],
    };
    sample.compare(&site);
}
