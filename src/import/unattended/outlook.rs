//! The fate of each table of the folder at the next reload, for who checks before it.

use super::{
    Bounds, Refusal,
    attempt::{Held, origin},
    source_copy::digest,
    wanted,
};
use crate::{
    dataset::{Catalog, SourceFiles},
    policy::CollectionId,
};

/// Fate of a source that is not served as it lies in the folder.
#[derive(Debug)]
pub enum Outlook {
    /// It is new: the next start or reload imports it.
    New,
    /// It stays refused until it is changed, for this reason.
    Refused(Box<str>),
    /// It is not imported unless somebody asks for it.
    TooLarge(Refusal),
    /// It cannot be read.
    Unreadable(Refusal),
}

/// The tables of `catalog` that are not served as they lie in the folder. Operators' tables are not among them.
#[must_use]
pub fn outlook(catalog: &Catalog, bounds: &Bounds) -> Vec<(CollectionId, Outlook)> {
    let found = wanted(catalog, bounds).into_iter();
    let found = found.filter_map(|(id, collection)| {
        let outlook = || {
            let Some(held) = origin(&bounds.state, &collection.id)? else {
                return Ok(None);
            };
            let files = SourceFiles::list(&bounds.shared_data, &collection.paths)?;
            let (found, most) = (files.length_bytes(), bounds.most_bytes);
            if found > most {
                let is_served = matches!(held, Held::Served(Some(_)));
                let refusal = Refusal::TooLarge { found, most };
                return Ok((!is_served).then_some(Outlook::TooLarge(refusal)));
            }
            let digest = digest(&collection, &files)?.unwrap_or_default();
            Ok(match held {
                Held::Served(source) if source.as_deref() == Some(&*digest) => None,
                Held::Refused(_, refused) if refused.source == digest => {
                    Some(Outlook::Refused(refused.reason))
                }
                Held::Served(_) | Held::Refused(..) => Some(Outlook::New),
            })
        };
        let outlook: Result<_, Refusal> = outlook();
        Some((
            id,
            outlook.unwrap_or_else(|refusal| Some(Outlook::Unreadable(refusal)))?,
        ))
    });
    found.collect()
}
