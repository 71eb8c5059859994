//! Names of datasets that have a label of their own.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;

use crate::policy::CollectionId;

/// Names that have a label, by their number; they grow in number at a reload and never change it.
///
/// Only what the provider has chosen comes in here, and no more than [`MOST_NAMES`] in a process's life:
/// neither a client nor a folder that changes every day makes the series grow without end.
pub(super) struct Names(ArcSwap<Known>);

#[derive(Clone)]
struct Known {
    numbers: HashMap<Arc<str>, usize>,
    names: Vec<Arc<str>>,
}

impl Default for Names {
    fn default() -> Self {
        let fixed = Known {
            numbers: HashMap::new(),
            names: [NONE, OTHER].map(Arc::from).into(),
        };
        Self(ArcSwap::from_pointee(fixed))
    }
}

impl Names {
    /// Numbers those of `names` that are new; gives how many found no room.
    pub(super) fn add(&self, names: impl IntoIterator<Item = CollectionId>) -> usize {
        let mut known = Known::clone(&self.0.load());
        let mut left_out = 0;
        for name in names {
            let name = Arc::from(name.as_str());
            if known.numbers.contains_key(&name) {
                continue;
            }
            if known.names.len() == MOST_NAMES {
                left_out += 1;
                continue;
            }
            known.numbers.insert(Arc::clone(&name), known.names.len());
            known.names.push(name);
        }
        self.0.store(Arc::new(known));
        left_out
    }

    /// The number of the collection that is asked for.
    pub(super) fn find(&self, asked: Option<&CollectionId>) -> usize {
        let Some(asked) = asked else {
            return NUMBER_OF_NONE;
        };
        let known = self.0.load();
        let number = known.numbers.get(asked.as_str());
        number.copied().unwrap_or(NUMBER_OF_OTHER)
    }

    /// The name with that number.
    pub(super) fn name(&self, number: usize) -> Arc<str> {
        let known = self.0.load();
        let name = known.names.get(number).cloned();
        name.unwrap_or_else(|| Arc::from(OTHER))
    }
}

/// Datasets with a label of their own, [`NONE`] and [`OTHER`] included.
pub const MOST_NAMES: usize = 500;
/// The label of a request that asks for no dataset.
pub const NONE: &str = "-";
/// The label of every dataset without one.
pub const OTHER: &str = "other";
const NUMBER_OF_NONE: usize = 0;
const NUMBER_OF_OTHER: usize = 1;
