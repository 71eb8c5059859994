//! From the keys of a description, and of the profiles that it builds upon, to what is said of a collection.

use std::{collections::HashMap, path::Path, sync::Arc};

use super::{
    CoverageLayout, DescribedRule, DescriptionFault, Draft, LifecycleLines, Problem, Read, Source,
    TableLayout, catalog_entry, keys::Keys, table::Lined,
};
use crate::dataset::{
    Kind,
    metadata::{Extent, Metadata},
};

/// The profiles of a folder, by the names of their files.
pub type Profiles = HashMap<Box<str>, Arc<Read>>;

/// A description with what its profiles add.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// The id; none: as the file is named.
    pub id: Option<Lined<Box<str>>>,
    /// The kind.
    pub kind: Kind,
    /// The data; none: the files that are named as the description is.
    pub source: Option<Lined<Source>>,
    /// Everything that is said of the collection.
    pub metadata: Metadata,
    /// Rules, any one of which grants when it holds.
    pub rules: Vec<DescribedRule>,
    /// `true` when it is in public lists.
    pub is_listed: bool,
    /// Of a coverage, the layout of its files.
    pub coverage: Option<CoverageLayout>,
    /// The lines of its announced end.
    pub lifecycle_lines: LifecycleLines,
    /// Of records, features and series, the layout of their table.
    pub table: Option<TableLayout>,
}

impl Described {
    /// The description `draft` in the file `path`, together with its `profiles`.
    ///
    /// # Errors
    /// Everything that keeps it from being published.
    pub fn resolve(
        path: &Path,
        draft: &Draft,
        profiles: &Profiles,
    ) -> Result<Self, Vec<DescriptionFault>> {
        let fault = |line, key: &str, problem| DescriptionFault {
            path: path.into(),
            line,
            key: key.into(),
            problem,
        };
        let at_profile = |problem| {
            let line = draft.profile.as_ref().map_or(0, |profile| profile.line);
            vec![fault(line, "collection.profile", problem)]
        };
        let keys = draft
            .keys
            .over(&chain(draft, profiles).map_err(at_profile)?);
        let missing = [
            ("title", keys.title.is_none()),
            ("licence", keys.licence.is_none()),
        ];
        let mut faults: Vec<_> = missing
            .into_iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(key, _)| {
                let problem = Problem::Missing { key };
                fault(draft.line, &format!("collection.{key}"), problem)
            })
            .collect();
        let kind = keys.kind();
        if let (
            Some(Lined {
                value: Source::Database(text),
                line,
            }),
            None,
        ) = (&draft.source, kind.table())
        {
            let scheme = text.split(':').next().unwrap_or_default().into();
            faults.push(fault(
                *line,
                "collection.source",
                Problem::SourceElsewhere { scheme },
            ));
        }
        let coverage = match kind {
            Kind::Coverage => Some(
                keys.coverage
                    .clone()
                    .unwrap_or_default()
                    .layout(&keys.dimensions, &keys.variables),
            ),
            Kind::Features | Kind::Files | Kind::Records | Kind::Series => None,
        };
        let coverage = coverage.transpose().map_err(|(line, problem)| {
            faults.push(fault(line, "coverage.columns", problem));
        });
        let table = keys.table_of(kind).transpose();
        let table = table.map_err(|(line, key, problem)| {
            let line = if line == 0 { draft.line } else { line };
            faults.push(fault(line, &format!("collection.{key}"), problem));
        });
        match (coverage, table) {
            (Ok(coverage), Ok(table)) if faults.is_empty() => Ok(Self {
                id: draft.id.clone(),
                kind,
                source: draft.source.clone(),
                rules: keys.rules.clone(),
                is_listed: keys.listed.unwrap_or(true),
                lifecycle_lines: keys.lifecycle_lines,
                metadata: keys.metadata(),
                coverage,
                table,
            }),
            _ => Err(faults),
        }
    }
}

/// The profiles that `draft` builds upon, the nearest first.
fn chain(draft: &Draft, profiles: &Profiles) -> Result<Vec<Arc<Read>>, Problem> {
    let mut names: Vec<Box<str>> = Vec::new();
    let mut chain: Vec<Arc<Read>> = Vec::new();
    let mut next = draft.profile.as_ref();
    while let Some(Lined { value: name, .. }) = next {
        let is_cycle = names.contains(name);
        names.push(name.clone());
        if is_cycle {
            return Err(Problem::ProfileCycle { chain: names });
        }
        if names.len() > MOST_PROFILES {
            let most = MOST_PROFILES;
            return Err(Problem::ProfileDepth { most });
        }
        let profile = profiles.get(name).filter(|read| read.is_whole());
        let profile = profile.ok_or_else(|| Problem::ProfileAbsent { name: name.clone() })?;
        chain.push(Arc::clone(profile));
        next = chain.last().and_then(|read| read.draft.profile.as_ref());
    }
    Ok(chain)
}

impl Keys {
    /// These keys, and where there are none, those of `profiles`, the nearest first.
    fn over(&self, profiles: &[Arc<Read>]) -> Self {
        let mut keys = self.clone();
        for profile in profiles {
            keys.lay_under(&profile.draft.keys);
        }
        keys
    }

    fn lay_under(&mut self, profile: &Self) {
        fn add<T: Clone>(key: &mut Option<T>, profile: Option<&T>) {
            if key.is_none() {
                *key = profile.cloned();
            }
        }
        fn add_all<T: Clone>(list: &mut Vec<T>, profile: &[T]) {
            if list.is_empty() {
                list.extend_from_slice(profile);
            }
        }
        let Self {
            title,
            description,
            keywords,
            licence,
            version,
            publisher,
            contact,
            issued,
            modified,
            kind,
            listed,
            bbox,
            datetime,
            rules,
            variables,
            coverage,
            dimensions,
            entry,
            // No profile has them.
            lifecycle: _,
            lifecycle_lines: _,
            table,
            csv,
        } = profile;
        catalog_entry::lay_under(&mut self.entry, entry);
        add(&mut self.title, title.as_ref());
        add(&mut self.description, description.as_ref());
        add(&mut self.keywords, keywords.as_ref());
        add(&mut self.licence, licence.as_ref());
        add(&mut self.version, version.as_ref());
        add(&mut self.publisher, publisher.as_ref());
        add(&mut self.contact, contact.as_ref());
        add(&mut self.issued, issued.as_ref());
        add(&mut self.modified, modified.as_ref());
        add(&mut self.kind, kind.as_ref());
        add(&mut self.listed, listed.as_ref());
        add(&mut self.bbox, bbox.as_ref());
        add(&mut self.datetime, datetime.as_ref());
        add(&mut self.coverage, coverage.as_ref());
        add(&mut self.csv, csv.as_ref());
        self.table.lay_under(table);
        add_all(&mut self.rules, rules);
        add_all(&mut self.variables, variables);
        add_all(&mut self.dimensions, dimensions);
    }

    /// The kind that was written; else a coverage where its layout is, or the kind that the keys of tables speak of.
    fn kind(&self) -> Kind {
        let has_layout = self.coverage.is_some() || !self.dimensions.is_empty();
        let judged = if has_layout {
            Kind::Coverage
        } else {
            self.table.kind().unwrap_or(Kind::Files)
        };
        self.kind.unwrap_or(judged)
    }

    /// The layout of the table of a collection of this kind; none of those that are no tables, which have no keys of it.
    fn table_of(&self, kind: Kind) -> Option<Result<TableLayout, (usize, &'static str, Problem)>> {
        if let Some(table) = kind.table() {
            return Some(self.table.layout(table, self.csv.as_ref(), &self.variables));
        }
        let (line, key) = self.table.first()?;
        let problem = Problem::NotOfKind { kind: kind.name() };
        Some(Err((line, key, problem)))
    }

    fn metadata(self) -> Metadata {
        Metadata {
            title: self.title.unwrap_or_default(),
            description: self.description,
            keywords: self.keywords.unwrap_or_default(),
            licence: self.licence,
            publisher: self.publisher,
            contact: self.contact,
            version: self.version,
            issued: self.issued,
            modified: self.modified,
            extent: Extent {
                spatial: self.bbox,
                temporal: self.datetime,
            },
            fields: self
                .variables
                .into_iter()
                .map(|variable| variable.field)
                .collect(),
            dimensions: Vec::new(),
            lifecycle: self.lifecycle,
            entry: self.entry,
        }
    }
}

/// Profiles that build upon one another.
const MOST_PROFILES: usize = 8;
