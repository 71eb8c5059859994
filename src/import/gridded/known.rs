//! A coverage as it is known before its gridded source is opened.

use std::path::{Path, PathBuf};

use crate::{
    dataset::grid::{Dimension, Variable},
    import::format::Naming,
    policy::CollectionId,
};

/// A coverage, as a description has it, or else the name of the source.
#[derive(Clone, Debug)]
pub struct KnownCoverage {
    /// The name of the coverage.
    pub(in crate::import) id: Box<str>,
    /// Name for people; empty: that of the source.
    pub(in crate::import) title: Box<str>,
    /// Meaning for people.
    pub(in crate::import) description: Box<str>,
    /// Version of the data.
    pub(in crate::import) version: Box<str>,
    /// The publisher of the values.
    pub(in crate::import) source: Box<str>,
    /// Terms of use; empty: those of the source.
    pub(in crate::import) licence: Box<str>,
    /// Variables, axes and dimensions of the source that are meant.
    pub(in crate::import) naming: Naming,
    /// The variables in their order; none: all of the source.
    pub(in crate::import) variables: Vec<Variable>,
    /// The dimensions in their order, with all values; none: those of the source.
    pub(in crate::import) dimensions: Vec<Dimension>,
    /// `true` when there are several sources, each of which may have some of the times.
    pub(in crate::import) is_in_parts: bool,
}

/// The name of a source is that of no coverage.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}: \"{}\" cannot be the id of a coverage: rename it, or put a description beside it with another `id`",
    .path.display(), .id.escape_debug()
)]
pub struct NoId {
    path: PathBuf,
    id: String,
}

impl KnownCoverage {
    /// The coverage of a source that nothing describes: it is called as the source is, without the extension.
    ///
    /// # Errors
    /// [`NoId`].
    pub fn undescribed(path: &Path) -> Result<Self, NoId> {
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        // A path is no coverage's; the perils have their own columns.
        if CollectionId::parse(&id).is_err() || crate::policy::is_reserved(&id) {
            return Err(NoId {
                path: path.to_owned(),
                id: id.into_owned(),
            });
        }
        Ok(Self::named(&id))
    }

    /// The coverage `id`, of which its sources tell.
    #[must_use]
    pub fn named(id: &str) -> Self {
        Self {
            id: id.into(),
            title: Box::default(),
            description: Box::default(),
            version: Box::default(),
            source: Box::default(),
            licence: Box::default(),
            naming: Naming::default(),
            variables: Vec::new(),
            dimensions: Vec::new(),
            is_in_parts: false,
        }
    }
}
