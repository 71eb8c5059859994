//! Circles among files that use each other.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Module;

/// Files that lead back to themselves over others, one list a circle.
///
/// A file may use the one whose folder it is in: they are one subject, of which the file below has a part.
pub(crate) fn circles(uses: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let mut circles = Vec::new();
    let mut seen: BTreeSet<&Module> = BTreeSet::new();
    for module in uses.keys().filter(|module| !module.is_empty()) {
        if seen.contains(module) {
            continue;
        }
        let from_it = reached(uses, module);
        let back: Vec<_> = from_it
            .into_iter()
            .filter(|other| reached(uses, other).contains(module))
            .collect();
        seen.extend(&back);
        if !back.is_empty() {
            circles.push(back.into_iter().cloned().collect());
        }
    }
    circles
}

/// Every file that `module` uses, or uses over others.
fn reached<'u>(
    uses: &'u BTreeMap<Module, BTreeSet<Module>>,
    module: &'u Module,
) -> BTreeSet<&'u Module> {
    let mut reached = BTreeSet::new();
    let mut next = vec![module];
    while let Some(module) = next.pop() {
        let others = uses.get(module).into_iter().flatten();
        for other in others.filter(|other| !module.starts_with(other)) {
            if reached.insert(other) {
                next.push(other);
            }
        }
    }
    reached
}
