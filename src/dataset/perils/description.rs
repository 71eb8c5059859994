//! Descriptions of coverages: all that may be said of them to whoever may know that they exist, and no value.

use std::sync::Arc;

use crate::{
    dataset::grid::{
        CoverageMetadata, Grid, GridShape, ProfileCoverage, StoreMetadata, StoreVersion,
    },
    policy::CollectionId,
};

/// A coverage without its values.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its name.
    pub collection: CollectionId,
    /// Its description of itself.
    pub coverage: CoverageMetadata,
    /// The store that has its values; none when it was never imported.
    pub store: Option<Arc<Served>>,
}

/// A store in service, without its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The import that made it.
    pub version: StoreVersion,
    /// SHA-256 of the content in hexadecimal: another one for every other content.
    pub checksum: Box<str>,
    /// The extent of its cells.
    pub shape: GridShape,
    /// Cells for which some source has a line.
    pub cells_on_grid: u64,
    /// Cells with a value.
    pub rows: u32,
    /// `true` when any of its values are made up.
    pub synthetic: bool,
}

/// Origins of the values of an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Origins {
    /// The newest import among them.
    pub version: Option<StoreVersion>,
    /// Sources, each once.
    pub source: String,
    /// Licences, each once.
    pub licence: String,
    /// `true` when any of the values may be made up.
    pub synthetic: bool,
}

impl Description {
    /// A peril that was never imported.
    #[must_use]
    pub(super) fn absent(collection: &CollectionId, peril: &ProfileCoverage) -> Self {
        Self {
            collection: collection.clone(),
            coverage: CoverageMetadata::of(peril),
            store: None,
        }
    }

    /// Name of the coverage.
    #[must_use]
    pub fn id(&self) -> &str {
        self.collection.as_str()
    }

    /// The extent of its cells.
    #[must_use]
    pub fn shape(&self) -> Option<&GridShape> {
        self.store.as_ref().map(|store| &store.shape)
    }
}

impl Served {
    /// The description of `grid`.
    #[must_use]
    pub(super) fn of(grid: &Grid) -> Self {
        let metadata: &StoreMetadata = grid.metadata();
        Self {
            version: metadata.version,
            checksum: grid.checksum().into(),
            shape: metadata.grid,
            cells_on_grid: metadata.cells_on_grid,
            rows: metadata.rows,
            synthetic: metadata.is_synthetic(),
        }
    }
}

impl Origins {
    /// Origins of the values of `coverages`.
    pub fn of<'d>(coverages: impl IntoIterator<Item = &'d Arc<Description>>) -> Self {
        let mut origins = Self::default();
        let (mut sources, mut licences): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for description in coverages {
            let Some(store) = &description.store else {
                continue;
            };
            let is_newer = |known: StoreVersion| store.version.id > known.id;
            if origins.version.is_none_or(is_newer) {
                origins.version = Some(store.version);
            }
            origins.synthetic |= store.synthetic;
            once(&mut sources, &description.coverage.source);
            once(&mut licences, &description.coverage.licence);
        }
        origins.source = sources.join("; ");
        origins.licence = licences.join("; ");
        origins
    }
}

fn once<'t>(texts: &mut Vec<&'t str>, text: &'t str) {
    if !text.is_empty() && !texts.contains(&text) {
        texts.push(text);
    }
}
