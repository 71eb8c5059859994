//! The table of a coverage that a description tells of: names of its columns, units, decimals and marks.

mod gridded;
pub(super) mod layout;
mod tabular;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{format, gridded::known::KnownCoverage, table::Tables};
use crate::{
    dataset::{
        Kind,
        grid::{ColumnsError, PatternError},
        metadata::description::{
            self, CoverageLayout, Described, DescriptionFault, Form, Profiles, Read,
        },
    },
    policy::CollectionId,
};

pub use tabular::{DescribedCollection, Names};

/// A coverage as its description has it, and where its data lie.
#[derive(Debug)]
pub struct DescribedTable {
    /// The name of the coverage.
    pub id: Box<str>,
    /// The kind of its files.
    pub tables: Tables,
    /// The files of the data.
    pub files: Vec<PathBuf>,
}

/// Reason why a description tells of no table.
#[derive(Debug, thiserror::Error)]
pub enum NotDescribed {
    /// Its columns do not fit together.
    #[error("{}: {source}", .path.display())]
    Columns {
        /// The description.
        path: PathBuf,
        /// The fault.
        source: ColumnsError,
    },
    /// It has faults.
    #[error("{}", said(.0))]
    Faulty(Vec<DescriptionFault>),
    /// It tells of files and not of a coverage.
    #[error(
        "{} describes files, which are published as they are: add the kind of what is to be imported to [collection], as \
         kind = \"records\"",
        .0.display()
    )]
    Kind(PathBuf),
    /// It tells of no records, features or series.
    #[error("{} tells of no records, features or series: name the description of a table", .0.display())]
    NoTable(PathBuf),
    /// It is a profile: keys that descriptions have in common.
    #[error("{} is a profile, and describes nothing by itself: import a description that names it", .0.display())]
    Profile(PathBuf),
    /// It, or the file that its profile names, cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The description or the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The id is none, or that of a fixed path.
    #[error("{}: \"{}\" cannot be the id of a coverage: write another as `id`", .path.display(), .id.escape_debug())]
    Id {
        /// The description.
        path: PathBuf,
        /// As it stands there.
        id: String,
    },
    /// The pattern of its columns does not tell them apart.
    #[error("{}: coverage.columns: {source}", .path.display())]
    Pattern {
        /// The description.
        path: PathBuf,
        /// The reason.
        source: PatternError,
    },
    /// A file that cannot be read as what it is.
    #[error("{}: {source}", .path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// The fault.
        source: Box<format::FormatError>,
    },
    /// Neither a field nor a column names a variable.
    #[error("{}: no variable is named: add a [[field]] for each, with its unit", .0.display())]
    Variables(PathBuf),
}

impl DescribedTable {
    /// The coverage by the description beside `path`, or by the description `path` itself; none without one.
    ///
    /// # Errors
    /// [`NotDescribed`].
    pub fn beside(path: &Path) -> Result<Option<Self>, NotDescribed> {
        let described = if path.extension().is_some_and(|end| end == "toml") {
            path.to_owned()
        } else {
            match beside(path) {
                Some(described) => described,
                None => return Ok(None),
            }
        };
        let described_kind = read(&described)?;
        if described_kind.kind != Kind::Coverage {
            return if described == path {
                Err(NotDescribed::Kind(described))
            } else {
                Ok(None)
            };
        }
        Self::of(&described, path, &described_kind).map(Some)
    }

    /// The coverage of gridded `files`, which no description tells of.
    #[must_use]
    pub fn of_gridded(files: Vec<PathBuf>, known: KnownCoverage) -> Self {
        Self {
            id: known.id.clone(),
            tables: Tables::gridded(known),
            files,
        }
    }

    fn of(path: &Path, named: &Path, described: &Described) -> Result<Self, NotDescribed> {
        let Some(layout) = described.coverage.clone() else {
            return Err(NotDescribed::Kind(path.to_owned()));
        };
        let named = if named == path {
            sources(path, described)?
        } else {
            vec![named.to_owned()]
        };
        let mut files = Vec::new();
        for path in named {
            let found = format::files(&path);
            files.extend(found.map_err(|source| NotDescribed::Unreadable { path, source })?);
        }
        let stem = stem(path);
        let id = described.id.as_ref().map_or(&*stem, |id| &id.value);
        // A path is no coverage's; the perils have their own columns.
        if CollectionId::parse(id).is_err() || crate::policy::is_reserved(id) {
            return Err(NotDescribed::Id {
                path: path.to_owned(),
                id: id.to_owned(),
            });
        }
        let tables = if are_gridded(&files, &layout)? {
            Tables::gridded(gridded::known(path, id, described, &layout, files.first())?)
        } else {
            let first = files.first();
            Tables::one(layout::table(path, id, described, &layout, first)?)
        };
        Ok(Self {
            id: id.into(),
            tables,
            files,
        })
    }
}

/// `true` when the values are not in CSV with a row for each cell.
fn are_gridded(files: &[PathBuf], layout: &CoverageLayout) -> Result<bool, NotDescribed> {
    for path in files {
        let unreadable = |source| NotDescribed::Unreadable {
            path: path.clone(),
            source,
        };
        if format::is_gridded(path).map_err(unreadable)? {
            return Ok(true);
        }
    }
    Ok(layout.form == Form::Long)
}

/// The description of the file `path`: named as it is, with any number of its extensions left out.
fn beside(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_str()?;
    let of_folder = path.with_file_name(format!("{name}.toml"));
    if path.is_dir() && of_folder.is_file() {
        return Some(of_folder);
    }
    while let Some((rest, _)) = name.rsplit_once('.') {
        let described = path.with_file_name(format!("{rest}.toml"));
        if described.is_file() {
            return Some(described);
        }
        name = rest;
    }
    None
}

fn read(path: &Path) -> Result<Described, NotDescribed> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| NotDescribed::Unreadable { path, source }
    };
    let text = |path: &Path| {
        let length = fs::metadata(path)?.len();
        if length > description::MOST_BYTES {
            return Err(io::Error::other(format!(
                "it has {length} octets, and a description has at most {}",
                description::MOST_BYTES
            )));
        }
        fs::read(path)
    };
    let found = Read::parse(path, &text(path).map_err(unreadable(path))?);
    if found.draft.is_profile {
        return Err(NotDescribed::Profile(path.to_owned()));
    }
    if !found.is_whole() {
        return Err(NotDescribed::Faulty(found.faults));
    }
    let mut profiles = Profiles::new();
    // One that builds upon a profile needs all of the folder: that may build upon another.
    let folder = path.parent().filter(|_| found.draft.has_profile());
    for entry in folder
        .into_iter()
        .flat_map(fs::read_dir)
        .flatten()
        .flatten()
    {
        let other = entry.path();
        let is_toml = other.extension().is_some_and(|end| end == "toml");
        if !is_toml || other == path {
            continue;
        }
        let Ok(text) = text(&other) else { continue };
        let profile = Read::parse(&other, &text);
        if profile.draft.is_profile && profile.is_whole() {
            let name = entry.file_name().to_string_lossy().into_owned();
            profiles.insert(name.into(), profile.into());
        }
    }
    Described::resolve(path, &found.draft, &profiles).map_err(NotDescribed::Faulty)
}

/// The files of the data: those that the description names, else those that are named as it is.
fn sources(path: &Path, described: &Described) -> Result<Vec<PathBuf>, NotDescribed> {
    let source = described.source.as_ref().map(|source| &source.value);
    if matches!(source, Some(description::Source::Database(_))) {
        return Ok(Vec::new());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let text = described.source.as_ref().map(|source| source.value.text());
    let below = text.and_then(|text| text.rsplit_once('/'));
    let below = below.map_or("", |(below, _)| below);
    let folder = &within(folder, below)?;
    let unreadable = |source| NotDescribed::Unreadable {
        path: folder.clone(),
        source,
    };
    let stem = stem(path);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let base = entry.file_name().to_string_lossy().into_owned();
        let name = if below.is_empty() {
            base.clone()
        } else {
            format!("{below}/{base}")
        };
        let is_named = match &described.source {
            Some(source) => source.value.takes(&name),
            None => name
                .strip_prefix(&*stem)
                .is_some_and(|rest| rest.starts_with('.') && rest != ".toml"),
        };
        if is_named {
            files.push(folder.join(base));
        }
    }
    files.sort();
    Ok(files)
}

/// The folder `below` of `folder`, which no link leads out of.
fn within(folder: &Path, below: &str) -> Result<PathBuf, NotDescribed> {
    if below.is_empty() {
        return Ok(folder.to_owned());
    }
    let path = folder.join(below);
    let is_within = || Ok(path.canonicalize()?.starts_with(folder.canonicalize()?));
    let source = match is_within() {
        Ok(true) => return Ok(path),
        Ok(false) => io::Error::other("it leads out of the folder of its description"),
        Err(source) => source,
    };
    Err(NotDescribed::Unreadable { path, source })
}

fn stem(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_stem().unwrap_or_default().to_string_lossy()
}

fn said(faults: &[DescriptionFault]) -> String {
    let lines: Vec<_> = faults
        .iter()
        .filter(|fault| !fault.is_warning())
        .map(ToString::to_string)
        .collect();
    lines.join("\n")
}
