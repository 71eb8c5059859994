//! The coverages in service: which there are, and what a permit lets through of them.

use std::{
    collections::HashMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use super::{
    Coverage, Description, Refused, Served, Values,
    values::{Backing, Parts},
};
use crate::{
    dataset::grid::{ColumnIndex, Grid, Profile, STORE_NAME, StoreError, StoreVersion},
    policy::{CollectionId, Permit},
};

/// All coverages of the state directory: the seven perils first, whether they were imported or not, then the others by
/// name.
#[derive(Clone, Debug)]
pub struct Perils {
    coverages: Arc<[Entry]>,
    descriptions: Arc<[Arc<Description>]>,
    by_id: Arc<HashMap<Box<str>, usize>>,
}

#[derive(Clone, Debug)]
struct Entry {
    description: Arc<Description>,
    backing: Option<Backing>,
}

/// A store that cannot be served, and which.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", .path.display())]
pub struct Unusable {
    /// The file.
    pub path: PathBuf,
    /// Its fault.
    pub source: StoreError,
}

impl Perils {
    /// Opens the stores of the folder `state`; without one there are only names.
    ///
    /// # Errors
    /// [`Unusable`] for the first store that cannot be served.
    pub fn open(state: &Path) -> Result<Self, Unusable> {
        let mut grids = Vec::new();
        for path in stores(state)? {
            match Grid::open(&path) {
                Ok(grid) => grids.push(grid),
                Err(StoreError::Unreadable(error)) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(Unusable { path, source }),
            }
        }
        Ok(Self::of(grids))
    }

    /// Opens the stores of the folder `state` that can be read: what an import has to know of.
    #[must_use]
    pub fn readable(state: &Path) -> Self {
        let paths = stores(state).unwrap_or_default();
        Self::of(paths.iter().filter_map(|path| Grid::open(path).ok()))
    }

    /// Serves `grids`; of a coverage that several of them have, the newest.
    #[must_use]
    pub fn of(grids: impl IntoIterator<Item = Grid>) -> Self {
        let mut newest: HashMap<Box<str>, Entry> = HashMap::new();
        for grid in grids {
            let (served, grid) = (Arc::new(Served::of(&grid)), Arc::new(grid));
            for coverage in &grid.metadata().coverages {
                let is_older = |known: &Entry| {
                    let known = known.description.store.as_ref();
                    known.is_none_or(|known| known.version.id < served.version.id)
                };
                let Ok(collection) = CollectionId::parse(&coverage.id) else {
                    continue;
                };
                if newest
                    .get(&coverage.id)
                    .is_some_and(|known| !is_older(known))
                {
                    continue;
                }
                let entry = Entry {
                    description: Arc::new(Description {
                        collection,
                        coverage: coverage.clone(),
                        store: Some(Arc::clone(&served)),
                    }),
                    backing: Some(Backing {
                        grid: Arc::clone(&grid),
                        served: Arc::clone(&served),
                        first_column: coverage.first_column,
                    }),
                };
                newest.insert(coverage.id.clone(), entry);
            }
        }
        Self::listing(newest)
    }

    fn listing(mut known: HashMap<Box<str>, Entry>) -> Self {
        let perils = Profile::perils().coverages.iter().zip(Self::members());
        let perils = perils.map(|(peril, collection)| {
            known.remove(&peril.id).unwrap_or_else(|| Entry {
                description: Arc::new(Description::absent(collection, peril)),
                backing: None,
            })
        });
        let mut coverages: Vec<_> = perils.collect();
        let mut others: Vec<_> = known.into_values().collect();
        others.sort_by(|one, other| one.description.id().cmp(other.description.id()));
        coverages.append(&mut others);
        let ids = coverages.iter().map(|entry| entry.description.id().into());
        Self {
            by_id: Arc::new(ids.zip(0..).collect()),
            descriptions: coverages
                .iter()
                .map(|entry| Arc::clone(&entry.description))
                .collect(),
            coverages: coverages.into(),
        }
    }

    /// The collection of what is said of all perils.
    #[must_use]
    pub fn group() -> &'static CollectionId {
        &GROUP
    }

    /// The collections of the perils, in the order of records.
    #[must_use]
    pub fn members() -> &'static [CollectionId] {
        &MEMBERS
    }

    /// The perils without their values, in the order of records.
    pub fn perils(&self) -> impl Iterator<Item = &Arc<Description>> {
        self.descriptions.iter().take(MEMBERS.len())
    }

    /// `true` when there are values of anything.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.coverages.iter().any(|entry| entry.backing.is_some())
    }

    /// The newest import, if there is one.
    #[must_use]
    pub fn version(&self) -> Option<StoreVersion> {
        let stores = self
            .descriptions
            .iter()
            .filter_map(|one| one.store.as_ref());
        stores
            .map(|store| store.version)
            .max_by_key(|version| version.id)
    }

    /// All coverages without their values.
    #[must_use]
    pub fn descriptions(&self) -> &[Arc<Description>] {
        &self.descriptions
    }

    /// The coverage of that name, without its values.
    #[must_use]
    pub fn description(&self, id: &str) -> Option<&Arc<Description>> {
        self.descriptions.get(*self.by_id.get(id)?)
    }

    /// The coverage that `permit` is for.
    ///
    /// # Errors
    /// [`Refused::NoStore`] when it was never imported.
    pub fn coverage(&self, permit: &Permit) -> Result<Coverage, Refused> {
        let entry = self
            .entry(permit.collection().as_str())
            .ok_or(Refused::NoStore)?;
        let backing = entry.backing.as_ref().ok_or(Refused::NoStore)?;
        let description = Arc::clone(&entry.description);
        Ok(Coverage::new(description, backing.clone()))
    }

    /// The values at `columns`, each with the name of its coverage. A column that no permit is for, and one of a
    /// peril that was never imported, has no values.
    ///
    /// # Errors
    /// [`Refused::NoStore`] when nothing has values.
    pub fn values<'c>(
        &self,
        permits: &[Permit],
        columns: impl IntoIterator<Item = (&'c str, ColumnIndex)>,
    ) -> Result<Values, Refused> {
        let primary = self.coverages.iter().find_map(|one| one.backing.as_ref());
        let mut parts = Parts::new(primary.ok_or(Refused::NoStore)?);
        let mut last: Option<(&str, Option<&Backing>)> = None;
        for (id, column) in columns {
            let backing = match last {
                Some((known, backing)) if known == id => backing,
                _ => self.permitted(permits, id),
            };
            last = Some((id, backing));
            parts.push(backing, column);
        }
        Ok(parts.finish())
    }

    /// The store of a coverage that one of `permits` is for.
    fn permitted(&self, permits: &[Permit], id: &str) -> Option<&Backing> {
        let is_permitted = permits
            .iter()
            .any(|permit| permit.collection().as_str() == id);
        let entry = self.entry(id).filter(|_| is_permitted)?;
        entry.backing.as_ref()
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.coverages.get(*self.by_id.get(id)?)
    }
}

impl Default for Perils {
    /// Names alone.
    fn default() -> Self {
        Self::of([])
    }
}

/// The files of the stores in `state`.
pub(crate) fn stores(state: &Path) -> Result<Vec<PathBuf>, Unusable> {
    let folder = state.join(COLLECTIONS);
    let unusable = |source: io::Error| Unusable {
        path: folder.clone(),
        source: source.into(),
    };
    let mut paths = vec![state.join(STORE_NAME)];
    match fs::read_dir(&folder) {
        Ok(entries) => {
            for entry in entries {
                let path = entry.map_err(unusable)?.path();
                if path
                    .extension()
                    .is_some_and(|extension| extension == "arrow")
                {
                    paths.push(path);
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(error)),
    }
    Ok(paths)
}

/// Folder of stores that hold one coverage or a few, within `paths.state`.
pub const COLLECTIONS: &str = "collections";

static GROUP: LazyLock<CollectionId> = LazyLock::new(|| collection(&Profile::perils().id));
static MEMBERS: LazyLock<Vec<CollectionId>> = LazyLock::new(|| {
    let perils = Profile::perils().coverages.iter();
    perils.map(|peril| collection(&peril.id)).collect()
});

#[expect(
    clippy::expect_used,
    reason = "names of the profile that is compiled in, which a test reads"
)]
fn collection(name: &str) -> CollectionId {
    CollectionId::parse(name).expect("the name of a peril is one lower-case word")
}
