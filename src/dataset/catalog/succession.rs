//! Ends of collections: each successor leads to a collection that whoever reads of it can find, and none back to itself;
//! what is still there after its end is told.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::Collection;
use crate::{
    clock::Timestamp,
    dataset::metadata::description::{DescriptionFault, Problem, UnfitSuccessor},
    policy::CollectionId,
};

type Collections = BTreeMap<CollectionId, Arc<Collection>>;

/// Takes back every successor that nobody can be sent to, so that what is left holds for routes, descriptions and
/// catalogues alike; says which.
pub(super) fn settle(folder: &Path, collections: &mut Collections) -> Vec<DescriptionFault> {
    let each = collections.values();
    let unfit: Vec<_> = each
        .filter_map(|one| Some((one.id().clone(), unfit(collections, one)?)))
        .collect();
    let mut faults = Vec::with_capacity(unfit.len());
    for (id, because) in unfit {
        let Some(collection) = collections.get_mut(&id) else {
            continue;
        };
        let placed = collection.description.clone();
        Arc::make_mut(collection).metadata.lifecycle.successor = None;
        // Only a description names a successor.
        faults.extend(placed.map(|placed| DescriptionFault {
            path: folder.join(&*placed.name),
            line: placed.described.lifecycle_lines.successor,
            key: "collection.successor".into(),
            problem: Problem::SuccessorUnfit { because },
        }));
    }
    faults
}

/// Collections that were announced to be gone `now`. They are served as before: who takes them away is the publisher.
pub(super) fn over(
    folder: &Path,
    collections: &Collections,
    now: Timestamp,
) -> Vec<DescriptionFault> {
    let over = collections.values().filter_map(|collection| {
        let end = collection.metadata().lifecycle.sunset?;
        let placed = collection.description.as_ref()?;
        (end.time() <= now).then(|| DescriptionFault {
            path: folder.join(&*placed.name),
            line: placed.described.lifecycle_lines.sunset,
            key: "collection.sunset".into(),
            problem: Problem::SunsetPassed { end },
        })
    });
    over.collect()
}

fn unfit(collections: &Collections, collection: &Collection) -> Option<UnfitSuccessor> {
    let successor = collection.metadata().lifecycle.successor.as_ref()?;
    let id = || successor.as_str().into();
    let Some(found) = collections.get(successor) else {
        return Some(UnfitSuccessor::Absent { id: id() });
    };
    if collection.is_listed() && !found.is_listed() {
        return Some(UnfitSuccessor::Unlisted { id: id() });
    }
    let mut chain: Vec<&CollectionId> = vec![collection.id()];
    let mut next = Some(successor);
    while let Some(id) = next {
        let is_circle = id == collection.id();
        if !is_circle && chain.contains(&id) {
            // A circle further on, which is told of those who are in it.
            return None;
        }
        chain.push(id);
        if is_circle {
            let chain = chain.into_iter().map(|id| id.as_str().into()).collect();
            return Some(UnfitSuccessor::Circle { chain });
        }
        let found = collections.get(id)?;
        next = found.metadata().lifecycle.successor.as_ref();
    }
    None
}
