//! Every collection, with the rule that holds for it and who that lets in.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use serde_json::{Value, json};

use super::json::place;
use crate::{
    app::Holdings,
    config::{Config, SettingPlace, SettingPlaces},
    dataset::{Collection, FileName},
    policy::{Origin, Policy, Rule},
};

/// The collections, and where their rules stand.
pub(crate) struct Collections<'h> {
    holdings: &'h Holdings,
    config: &'h Config,
    places: &'h SettingPlaces,
    /// The position of each rule of the configuration, by its name.
    listed: HashMap<String, usize>,
}

impl<'h> Collections<'h> {
    pub(crate) fn new(
        holdings: &'h Holdings,
        config: &'h Config,
        places: &'h SettingPlaces,
    ) -> Self {
        let rules = config.datasets.iter().enumerate();
        let listed = rules.map(|(index, rule)| (FileName::of_rule(&rule.name), index));
        Self {
            holdings,
            config,
            places,
            listed: listed.collect(),
        }
    }

    /// A line for each.
    pub(super) fn print(&self, output: &mut impl Write) -> io::Result<()> {
        for collection in self.holdings.catalog() {
            let (id, data) = (collection.id(), data(collection));
            match self.rule(collection) {
                Some(rule) => {
                    let place = self.place(collection, rule);
                    writeln!(output, "serves  {id} ({data}) to {rule}, by {place}")?;
                }
                None => writeln!(output, "keeps   {id} ({data}) from everyone")?,
            }
        }
        Ok(())
    }

    /// An object for each.
    pub(super) fn json(&self) -> Vec<Value> {
        let collections = self.holdings.catalog().iter();
        let object = |collection: &std::sync::Arc<Collection>| {
            let files = collection.representations().iter();
            json!({
                "id": collection.id().as_str(),
                "kind": collection.kind().name(),
                "files": files.map(|file| &*file.name).collect::<Vec<_>>(),
                "has_data": collection.has_data(),
                "is_listed": collection.is_listed(),
                "rule": self.rule(collection).map(|rule| self.rule_json(collection, rule)),
            })
        };
        collections.map(object).collect()
    }

    fn rule_json(&self, collection: &Collection, rule: &Rule) -> Value {
        let clauses = rule.clauses().iter().map(|clause| {
            json!({"class": clause.class().name(), "scopes": clause.scope().iter().collect::<Vec<_>>()})
        });
        json!({
            "name": rule.label(),
            "clauses": clauses.collect::<Vec<_>>(),
            "lets_in": rule.to_string(),
            "place": place(&self.place(collection, rule)),
        })
    }

    /// The rule that lets anybody have `collection`.
    fn rule(&self, collection: &Collection) -> Option<&Rule> {
        let policy: &Policy = self.holdings.policy();
        let rule = policy.rule(collection.id())?;
        (!rule.clauses().is_empty()).then_some(rule)
    }

    /// Place of the rule of `collection`.
    pub(crate) fn place(&self, collection: &Collection, rule: &Rule) -> SettingPlace {
        match rule.origin() {
            Origin::Defaults => self.places.of("defaults.class"),
            Origin::Description(_) => SettingPlace::File {
                path: self
                    .config
                    .paths
                    .shared_data
                    .join(collection.described_in().unwrap_or_default()),
                line: collection.rules().first().map_or(0, |rule| rule.line),
                key: "rule".to_owned(),
            },
            Origin::Listed(id) => {
                let index = self.listed.get(id.as_str()).copied().unwrap_or_default();
                self.places.of(&format!("datasets[{index}].name"))
            }
        }
    }
}

/// Size of `collection`.
fn data(collection: &Collection) -> String {
    let mut said = vec![collection.kind().name().to_owned()];
    if !collection.has_data() {
        said.push("not imported".to_owned());
    }
    match collection.representations() {
        [] => {}
        [one] => said.push(one.name.to_string()),
        [first, more @ ..] => said.push(format!("{} and {} more", first.name, more.len())),
    }
    if !collection.is_listed() {
        said.push("in no public list".to_owned());
    }
    said.join(", ")
}
