//! `CoverageJSON`, as the models of the standard that KNMI publishes take it.

use super::{run, world};
use crate::support::python::COVERAGE_JSON;

/// Rows: EDR-1, EDR-10
#[test]
fn the_models_of_the_standards_accept_every_kind_of_answer_and_none_with_a_fault() {
    let world = world();
    let said = run(&world, &COVERAGE_JSON, "coverage_json.py", &world.token());
    assert_eq!(said, "16 answers\n");
}
