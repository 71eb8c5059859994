//! Tables of records, features and series that descriptions tell of.

use std::{
    collections::BTreeSet,
    fs, io,
    ops::Bound,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use super::{NotDescribed, beside, read, sources, stem};
use crate::{
    dataset::{
        Collection,
        metadata::{
            Licence, Metadata,
            description::{Described, Source, TableLayout},
        },
    },
    policy::{CollectionId, is_reserved},
};

/// A collection of records, features or series as its description has it, and the place of its data.
#[derive(Clone, Debug)]
pub struct DescribedCollection {
    /// The id.
    pub id: Box<str>,
    /// Roles and types of its columns.
    pub layout: TableLayout,
    /// Title, licence and the rest that is said of it, as its manifest keeps it.
    pub about: Value,
    /// The files and folders of the data.
    pub paths: Vec<PathBuf>,
    /// The address of the table that holds the data in place of files.
    pub database: Option<Box<str>>,
    /// The folder that the description lies in.
    pub folder: PathBuf,
}

/// The names of all that lies in a folder, listed once for all of its descriptions.
#[derive(Debug)]
pub struct Names(BTreeSet<Box<str>>);

impl Names {
    /// The names of the folder `root`.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn list(root: &Path) -> io::Result<Self> {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(root)? {
            let name = entry?.file_name();
            names.extend(name.to_str().map(Box::from));
        }
        Ok(Self(names))
    }

    /// The data of the description that is called `stem`; none where they lie in a folder below.
    fn of(&self, stem: &str, described: &Described) -> Option<Vec<&str>> {
        let source = described.source.as_ref().map(|source| &source.value);
        let found: Vec<_> = match source {
            None => {
                let begin = format!("{stem}.");
                let from = self
                    .0
                    .range::<str, _>((Bound::Included(begin.as_str()), Bound::Unbounded));
                let named = from.take_while(|name| name.starts_with(&begin));
                named
                    .filter(|name| name.get(begin.len()..) != Some("toml"))
                    .map(|name| &**name)
                    .collect()
            }
            Some(source) if source.text().contains('/') => return None,
            Some(Source::Path(path)) => self
                .0
                .get(&**path)
                .map(|name| &**name)
                .into_iter()
                .collect(),
            Some(source) => {
                let names = self.0.iter().filter(|name| source.takes(name));
                names.map(|name| &**name).collect()
            }
        };
        Some(found)
    }
}

impl DescribedCollection {
    /// The table that the description beside `path`, or the description `path` itself, tells of; none where there is no
    /// description, and where it tells of something else.
    ///
    /// # Errors
    /// [`NotDescribed`].
    pub fn beside(path: &Path) -> Result<Option<Self>, NotDescribed> {
        let is_description = path.extension().is_some_and(|end| end == "toml");
        let described = if is_description {
            Some(path.to_owned())
        } else {
            beside(path)
        };
        let Some(path) = described else {
            return Ok(None);
        };
        let described = read(&path)?;
        if described.table.is_none() {
            return Ok(None);
        }
        let paths = sources(&path, &described)?;
        Self::of(&path, &described, paths)
    }

    /// The table that the description of `collection` tells of as it is published from the folder `root`; none where it
    /// has no description, or one of something else.
    ///
    /// # Errors
    /// [`NotDescribed`], where its files cannot be listed.
    pub fn published(
        collection: &Collection,
        root: &Path,
        names: &Names,
    ) -> Result<Option<Self>, NotDescribed> {
        let (Some(name), Some(described)) = (collection.described_in(), collection.described())
        else {
            return Ok(None);
        };
        if described.table.is_none() {
            return Ok(None);
        }
        let path = root.join(name);
        let paths = match names.of(&stem(&path), described) {
            Some(names) => names.iter().map(|name| root.join(name)).collect(),
            None => sources(&path, described)?,
        };
        Self::of(&path, described, paths)
    }

    fn of(
        path: &Path,
        described: &Described,
        paths: Vec<PathBuf>,
    ) -> Result<Option<Self>, NotDescribed> {
        let Some(layout) = described.table.clone() else {
            return Ok(None);
        };
        let stem = stem(path);
        let id = described.id.as_ref().map_or(&*stem, |id| &id.value);
        if CollectionId::parse(id).is_err() || is_reserved(id) {
            let id = id.to_owned();
            let path = path.to_owned();
            return Err(NotDescribed::Id { path, id });
        }
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        Ok(Some(Self {
            id: id.into(),
            about: about(described, &layout),
            layout,
            paths,
            database: match described.source.as_ref().map(|source| &source.value) {
                Some(Source::Database(address)) => Some(address.clone()),
                _ => None,
            },
            folder: folder.unwrap_or(Path::new(".")).to_owned(),
        }))
    }
}

/// All that is said of the collection, but for its rules, which stand in the description alone.
fn about(described: &Described, layout: &TableLayout) -> Value {
    let Metadata {
        title,
        description,
        keywords,
        licence,
        publisher,
        contact,
        version,
        fields,
        ..
    } = &described.metadata;
    let mut about = Map::new();
    let mut add = |key: &str, text: Option<&str>| {
        if let Some(text) = text {
            about.insert(key.into(), text.into());
        }
    };
    add("title", Some(title));
    add("description", description.as_deref());
    add("licence", licence.as_ref().map(Licence::text));
    add("publisher", publisher.as_deref());
    add("contact", contact.as_deref());
    add("version", version.as_deref());
    add("alias", layout.alias.as_deref());
    if !keywords.is_empty() {
        about.insert("keywords".into(), json!(keywords));
    }
    let titled = fields.iter().filter_map(|field| {
        let title = field.title.as_deref()?;
        Some((field.name.to_string(), json!({ "title": title })))
    });
    let titled: Map<_, _> = titled.collect();
    if !titled.is_empty() {
        about.insert("fields".into(), Value::Object(titled));
    }
    Value::Object(about)
}
