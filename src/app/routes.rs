//! Routes by their paths.

mod asked;
mod methods;
mod perils;

use std::borrow::Cow;

use super::{
    discovery::DiscoveryRoute, edr::EdrRoute, harvest::HarvestRoute, heartbeat::HeartbeatRoute,
    items::TableRoute, provenance::ProvenanceRoute,
};
use crate::{
    climatescore::ContractRoute,
    dataset::{Catalog, FileName},
    discovery::ResourceMetadata,
};

pub(super) use methods::is_known;
pub use perils::PerilRoute;

/// A route, with what its path says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Route {
    /// `/openapi.json`: what there is, for programs.
    Description,
    /// Routes of discovery: what is published, and who asks.
    Discovery(DiscoveryRoute),
    /// `/docs`: the same for people.
    Docs,
    /// `/v1/collections/{id}/position` and the other data queries of a coverage.
    Edr(EdrRoute),
    /// `/{name}` and `/v1/files/{name}`: a file; none when no file can have that name.
    File {
        /// The file.
        file: Option<FileName>,
        /// The route for the log.
        template: &'static str,
    },
    /// `/catalog.ttl` and its other forms: what is published, for the catalogues of others.
    Harvest(HarvestRoute),
    /// `/healthz`: the process lives.
    Health,
    /// `/v1/heartbeat` and `/heartbeat`: what the governance service asks.
    Heartbeat(HeartbeatRoute),
    /// Peril values, or what there is of them.
    Perils(PerilRoute),
    /// Peril values by the contract of the old service.
    Climatescore(ContractRoute),
    /// Anything else; treated as shared data, so that nobody learns which paths exist (DEC-4).
    Nothing,
    /// `/v1/provenance/{id}` and `/v1/collections/{id}/provenance`: signed records.
    Provenance(ProvenanceRoute),
    /// `/readyz`: the directory is known.
    Readiness,
    /// `/.well-known/oauth-protected-resource`, and after it the path of what it is about: which directory issues
    /// tokens, RFC 9728.
    ResourceMetadata(Box<str>),
    /// `/`: where nginx has no page for it, what is published.
    Root,
    /// `/v1/collections/{id}/items` and the other resources of a table.
    Table(TableRoute),
}

impl Route {
    /// The route of the path `path`, as it stands in the request target; `//` leads where `/` does.
    ///
    /// Whatever is looked up by the path, a rule or a file, is looked up by what comes out here.
    #[must_use]
    pub fn find(path: &str) -> Self {
        Self::of_single_slashes(&single_slashes(path))
    }

    /// This route of `path`, or that of the collection of `catalog` which has it as an address of its own: one of ours
    /// stands before those, and they before files.
    #[must_use]
    pub fn among(self, path: &str, catalog: Option<&Catalog>) -> Self {
        let with_aliases = catalog.filter(|catalog| catalog.has_aliases());
        match (&self, with_aliases) {
            (Self::File { .. } | Self::Nothing, Some(catalog)) => {
                let aliased = TableRoute::aliased(&single_slashes(path), catalog);
                aliased.map_or(self, Self::Table)
            }
            _ => self,
        }
    }

    fn of_single_slashes(path: &str) -> Self {
        if let Some((_, route)) = OPEN.iter().find(|(open, _)| *open == path) {
            return route.clone();
        }
        if let Some(about) = path.strip_prefix(ResourceMetadata::WELL_KNOWN) {
            return Self::metadata_of(about);
        }
        if let Some(route) = DiscoveryRoute::find(path) {
            return Self::Discovery(route);
        }
        if let Some(route) = HarvestRoute::find(path) {
            return Self::Harvest(route);
        }
        // Before the files: one of these names stays reachable under /v1/files/.
        if let Some(route) = PerilRoute::find(path) {
            return Self::Perils(route);
        }
        if let Some(route) = ContractRoute::find(path) {
            return Self::Climatescore(route);
        }
        if let Some(route) = HeartbeatRoute::find(path) {
            return Self::Heartbeat(route);
        }
        if let Some(route) = ProvenanceRoute::find(path) {
            return Self::Provenance(route);
        }
        if let Some(route) = EdrRoute::find(path) {
            return Self::Edr(route);
        }
        if let Some(route) = TableRoute::find(path) {
            return Self::Table(route);
        }
        if let Some(name) = path
            .strip_prefix("/v1/files/")
            .filter(|name| !name.contains('/'))
        {
            return Self::File {
                file: FileName::with_extension(name),
                template: VERSIONED_FILE,
            };
        }
        match path
            .strip_prefix('/')
            .filter(|name| !name.contains('/') && !name.is_empty())
        {
            Some(name) => Self::File {
                file: FileName::csv(name),
                template: FILE,
            },
            None => Self::Nothing,
        }
    }

    /// The metadata of what stands at `about`: of the whole where that is empty, else of a path for which tokens are taken.
    fn metadata_of(about: &str) -> Self {
        let is_resource = |about: &str| {
            let is_path =
                about.starts_with('/') && !about.starts_with(ResourceMetadata::WELL_KNOWN);
            is_path && Self::of_single_slashes(about).takes_tokens()
        };
        if about.is_empty() || about == "/v1" || is_resource(about) {
            Self::ResourceMetadata(about.into())
        } else {
            Self::Nothing
        }
    }

    fn takes_tokens(&self) -> bool {
        !matches!(
            self,
            Self::Description
                | Self::Docs
                | Self::File { file: None, .. }
                | Self::Harvest(_)
                | Self::Health
                | Self::Nothing
                | Self::Readiness
                | Self::ResourceMetadata(_)
                | Self::Root
        )
    }

    /// Every [`Self::template`], that of [`Self::Nothing`] at the end.
    #[must_use]
    pub fn templates() -> Vec<&'static str> {
        let open = OPEN.iter().map(|(path, _)| *path);
        let discovery = DiscoveryRoute::FIXED.iter().map(|(path, _)| *path);
        let discovery = discovery.chain(DiscoveryRoute::NAMED);
        let harvest = HarvestRoute::FIXED.map(|(path, _)| path);
        let harvest = harvest.into_iter().chain([HarvestRoute::CSVW]);
        let old = ContractRoute::FIXED.map(|(path, _)| path);
        let fixed = PerilRoute::FIXED.map(|(path, _)| path);
        let named = [ContractRoute::PERIL, FILE, VERSIONED_FILE, NOTHING];
        let queries = EdrRoute::TEMPLATES.map(|(path, _)| path);
        let tables = TableRoute::templates().map(|(path, _)| path);
        let heartbeats = HeartbeatRoute::TEMPLATES.map(|(path, _)| path);
        open.chain([ResourceMetadata::WELL_KNOWN])
            .chain(discovery)
            .chain(harvest)
            .chain(heartbeats)
            .chain(ProvenanceRoute::TEMPLATES)
            .chain(old)
            .chain(fixed)
            .chain(queries)
            .chain(tables)
            .chain(named)
            .collect()
    }

    /// The route as the log names it; never the client's own text.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::Edr(route) => route.template(),
            Self::File { template, .. } => template,
            Self::Discovery(route) => route.template(),
            Self::Harvest(route) => route.template(),
            Self::Heartbeat(route) => route.template(),
            Self::Perils(route) => route.template(),
            Self::Provenance(route) => route.template(),
            Self::Climatescore(route) => route.template(),
            Self::ResourceMetadata(_) => ResourceMetadata::WELL_KNOWN,
            Self::Table(route) => route.template(),
            Self::Description
            | Self::Docs
            | Self::Health
            | Self::Nothing
            | Self::Readiness
            | Self::Root => {
                let open = OPEN.iter().find(|(_, open)| open == self);
                open.map_or(NOTHING, |(path, _)| path)
            }
        }
    }
}

/// `path` with each run of slashes as one; `%2F` is not a slash.
fn single_slashes(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut single = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !single.ends_with('/') {
            single.push(c);
        }
    }
    Cow::Owned(single)
}

/// Routes that are open to everyone, and no way to read values.
pub(super) static OPEN: [(&str, Route); 5] = [
    ("/", Route::Root),
    ("/docs", Route::Docs),
    ("/healthz", Route::Health),
    ("/openapi.json", Route::Description),
    ("/readyz", Route::Readiness),
];

pub(super) const FILE: &str = "/{name}";
const NOTHING: &str = "-";
pub(super) const VERSIONED_FILE: &str = "/v1/files/{name}";

#[cfg(test)]
mod tests;
