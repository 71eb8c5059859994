//! Collections and their rules: the folder, the stores, the catalogue of both, and the configuration's rules.

use std::{
    collections::{BTreeSet, HashSet},
    fs::Metadata as FileMetadata,
    os::unix::fs::MetadataExt,
    sync::Arc,
};

use super::{Examination, Route, awaited};
use crate::{
    config::{Finding, SettingPlace, Severity},
    dataset::{
        FileName, Files, Perils,
        catalog::{Catalog, Sources},
        grid::StoreError,
        perils::{Unusable, stores},
        tables::Tables,
    },
    policy::{
        CollectionId, DatasetRule, Policy, PolicyError, Publish, Published, Withheld, nameless,
    },
};

/// Everything that is published, and the rule of each.
#[derive(Clone, Debug)]
pub struct Holdings {
    pub(in crate::app) catalog: Arc<Catalog>,
    pub(in crate::app) policy: Policy,
}

impl Holdings {
    /// The collections.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Their rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl Examination<'_> {
    /// The catalogue of the folder, of `perils` and of `tables`, with the rule of each collection; none when the rules
    /// cannot stand. What is wrong with a description concerns its own collection alone.
    pub(super) fn holdings(&mut self, perils: &Perils, tables: &Tables) -> Option<Holdings> {
        let rules = self.rules();
        let named = rules
            .iter()
            .filter_map(|rule| CollectionId::parse(&rule.name).ok());
        let catalog = Catalog::load(
            &Sources {
                folder: &self.config.paths.shared_data,
                publish_all: self.config.defaults.publish == Publish::All,
                ruled: named.collect(),
                holdings: &[perils, tables],
                now: self.now,
            },
            self.previous.map(|site| site.catalog),
        );
        let names_all = self.names(&rules, &catalog);
        let lists = self.access_lists()?;
        let policy = self.policy(&rules, names_all)?.with_lists(lists);
        let clauses = catalog.iter().map(|one| {
            let rules = one.rules().iter();
            rules.map(|rule| rule.clause.clone()).collect::<Vec<_>>()
        });
        let clauses: Vec<_> = clauses.collect();
        let published = catalog
            .iter()
            .zip(&clauses)
            .map(|(one, clauses)| Published {
                id: one.id(),
                group: one.group(),
                clauses,
            });
        let (policy, withheld) = policy.publish(published, &self.config.publishers);
        self.descriptions(&catalog, &withheld);
        self.aliases(&catalog);
        self.unpublished(&catalog);
        names_all.then(|| Holdings {
            catalog: Arc::new(catalog),
            policy,
        })
    }

    /// The configuration's rules, by the names under which files are known.
    fn rules(&self) -> Vec<DatasetRule> {
        let mut rules = self.config.datasets.clone();
        for rule in &mut rules {
            rule.name = FileName::of_rule(&rule.name);
        }
        rules
    }

    /// Checks that each of `rules` names something that is published: one that does not would leave what was meant
    /// under another rule.
    fn names(&mut self, rules: &[DatasetRule], catalog: &Catalog) -> bool {
        let groups: HashSet<_> = catalog.iter().filter_map(|one| one.group()).collect();
        let groups: HashSet<_> = groups.into_iter().map(CollectionId::as_str).collect();
        // A rule whose only file has a nearer one waits for another file of its name.
        let calls_a_file = |name: &str| {
            let mut files = catalog.iter().flat_map(|one| one.representations());
            files.any(|file| file.is_called(name))
        };
        let exists = |name: &str| {
            catalog.get(name).is_some()
                || groups.contains(name)
                || catalog.is_broken(name)
                || calls_a_file(name)
        };
        let ids = || {
            let ids = catalog.iter().map(|one| one.id().as_str());
            ids.chain(groups.iter().copied())
        };
        if !catalog.is_listed() {
            // Nobody can say what there is, and nothing is published but what is named.
            return true;
        }
        let nameless = nameless(rules, exists, ids);
        for rule in &nameless {
            let key = format!("datasets[{}].name", rule.index);
            self.error(&key, rule.to_string(), &rule.remedy());
        }
        nameless.is_empty()
    }

    /// The rules by themselves; a name that nothing can have was told of where not all of them are names.
    fn policy(&mut self, rules: &[DatasetRule], names_all: bool) -> Option<Policy> {
        let error = match Policy::new(rules, &self.config.defaults) {
            Ok(policy) => return Some(policy),
            Err(error) => error,
        };
        match error {
            PolicyError::ListedTwice { id, first, second } => {
                let first = self.places.of(&format!("datasets[{first}].name"));
                self.error(
                    &format!("datasets[{second}].name"),
                    format!("the dataset {id} is listed already, at {first}"),
                    "leave one of them",
                );
            }
            PolicyError::NotAnId { index, .. } if names_all => {
                let key = format!("datasets[{index}].name");
                self.error(&key, error.to_string(), "write the name of a collection");
            }
            PolicyError::NotAnId { .. } => {}
            PolicyError::OpenWithDemands { index, .. } => {
                let rule = index.map(|index| format!("datasets[{index}]"));
                let key = format!("{}.scope", rule.as_deref().unwrap_or("defaults"));
                let remedy = "leave the scope out, or write class = \"OE-SA\"";
                self.error(&key, error.to_string(), remedy);
            }
        }
        None
    }

    /// Faults that keep single collections from being published; the others are, so that they are told after the
    /// judgement.
    fn descriptions(&mut self, catalog: &Catalog, withheld: &[Withheld]) {
        for fault in catalog.faults() {
            let place = SettingPlace::File {
                path: fault.path.clone(),
                line: fault.line,
                key: fault.key.to_string(),
            };
            // A folder that cannot be listed is the concern of who looks into it.
            let is_folder = fault.path == self.config.paths.shared_data;
            let severity = if is_folder || fault.is_warning() {
                Severity::Warning
            } else {
                Severity::Error
            };
            let fault = Finding::new(severity, place, fault.problem.to_string(), fault.remedy());
            self.of_collections.push(fault);
        }
        for Withheld { id, clause } in withheld {
            let refused = clause
                .as_ref()
                .map_or("a rule", |clause| clause.class().name());
            let key = if clause.is_some() {
                "classes"
            } else {
                "may_choose_rules"
            };
            let finding = format!(
                "the description of {id} chooses {refused}, which publishers.{key} does not allow: it is not served"
            );
            let place = self.described(catalog, id);
            let remedy = format!("give {id} a rule in the configuration, or allow it there");
            let fault = Finding::new(Severity::Error, place, finding, remedy);
            self.of_collections.push(fault);
        }
    }

    /// Addresses that are nobody's, because several collections want them or we have them ourselves.
    fn aliases(&mut self, catalog: &Catalog) {
        let is_ours =
            |path: &str| !matches!(Route::find(path), Route::File { .. } | Route::Nothing);
        let own = catalog.iter().filter_map(|one| one.alias());
        let taken: BTreeSet<_> = own
            .filter(|path| is_ours(path))
            .chain(catalog.disputed_aliases())
            .collect();
        for path in taken {
            let place = self.places.of("paths.shared_data");
            let finding = format!(
                "alias = \"{path}\" is of several descriptions, or an address of perild's own"
            );
            let remedy = "give each collection an address that no other has";
            let finding = Finding::new(Severity::Error, place, finding, remedy);
            self.of_collections.push(finding);
        }
    }

    /// The first rule in the description of `id`.
    fn described(&self, catalog: &Catalog, id: &CollectionId) -> SettingPlace {
        let one = catalog.get(id.as_str());
        let name = one.and_then(|one| one.described_in()).unwrap_or_default();
        let rule = one.and_then(|one| one.rules().first());
        SettingPlace::File {
            path: self.config.paths.shared_data.join(name),
            line: rule.map_or(0, |rule| rule.line),
            key: "rule".to_owned(),
        }
    }

    /// Files that nothing speaks of: since the default has become to serve none of them, an operator hears of each.
    fn unpublished(&mut self, catalog: &Catalog) {
        let unpublished = catalog.unpublished();
        let Some(first) = unpublished.first() else {
            return;
        };
        let named: Vec<_> = unpublished
            .iter()
            .take(NAMED)
            .map(CollectionId::as_str)
            .collect();
        let more = unpublished.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let finding = format!(
            "not served, for there is neither a description nor a rule: {}{more}",
            named.join(", ")
        );
        let remedy = format!(
            "`perild describe` writes a description, [[datasets]] name = \"{first}\" is a rule, and publish = \"all\" in [defaults] serves every file"
        );
        self.warn("defaults.publish", finding, &remedy);
    }

    /// The folder of files.
    pub(super) fn files(&self, catalog: &Arc<Catalog>) -> Files {
        let root = &self.config.paths.shared_data;
        let server = &self.config.server;
        Files::new(
            root.clone(),
            Arc::clone(catalog),
            server.file_memory_bytes,
            !server.accel_prefix.is_empty(),
        )
    }

    /// Checks that the folder of files is there: where it is not, as when a mount is late, no rule can be judged.
    pub(super) fn folder(&mut self) -> bool {
        let root = &self.config.paths.shared_data;
        let key = "paths.shared_data";
        let found = root.metadata();
        let is_there = found.as_ref().is_ok_and(FileMetadata::is_dir);
        match found {
            Ok(found) if !found.is_dir() => {
                self.error(key, format!("{} is not a folder", root.display()), "");
            }
            Ok(found) if is_open_to_all(&found) => {
                let finding = format!(
                    "everyone on this machine can put files into {}",
                    root.display()
                );
                self.warn(key, finding, &format!("chmod o-w {}", root.display()));
            }
            Ok(_) => self.fine(key, format!("{} is there", root.display())),
            Err(error) => {
                let remedy = format!("create it: install -d -m 0755 {}", root.display());
                let finding = format!("{}: {error}", root.display());
                self.await_for(awaited::of_folder(&error), key, finding, &remedy);
            }
        }
        is_there
    }

    /// The tables; one that is damaged concerns its own collection alone.
    pub(super) fn tables(&mut self) -> Tables {
        let previous = self.previous.map(|site| site.tables);
        let tables = Tables::open(&self.config.paths.state, previous);
        for damaged in tables.damaged() {
            let served = if damaged.is_served {
                "; what was served before is served on"
            } else {
                ""
            };
            let place = self.places.of("paths.state");
            let remedy = match &damaged.id {
                Some(id) => format!("import {id} again: perild import"),
                None => "let the user that perild runs as read it".to_owned(),
            };
            let finding = format!("{damaged}{served}");
            let finding = Finding::new(Severity::Error, place, finding, &remedy);
            self.of_collections.push(finding);
        }
        tables
    }

    /// The stores of coverages; none is fine, a broken one is not.
    pub(super) fn perils(&mut self) -> Option<Perils> {
        let state = self.config.paths.state.clone();
        match Perils::open(&state) {
            Ok(perils) => {
                let stores = stores(&state).unwrap_or_default();
                for store in stores.iter().filter(|store| store.exists()) {
                    let finding = format!("{} is a store of coverages", store.display());
                    self.fine("paths.state", finding);
                }
                if !perils.is_imported() {
                    self.fine("paths.state", "no peril data has been imported".to_owned());
                }
                Some(perils)
            }
            Err(error) => {
                let Unusable { source, .. } = &error;
                let (awaited, remedy) = match source {
                    StoreError::Unreadable(error) => (awaited::of_file(error), READABLE_STORE),
                    _ => (None, ""),
                };
                self.await_for(awaited, "paths.state", error.to_string(), remedy);
                None
            }
        }
    }
}

fn is_open_to_all(found: &FileMetadata) -> bool {
    found.mode() & 0o002 != 0
}

const READABLE_STORE: &str = "let the user that perild runs as read it; what `perild import` writes belongs to whoever owns the folder";

/// Files that are named one by one.
const NAMED: usize = 10;
