//! Routes by their paths.

use std::borrow::Cow;

use actix_web::http::Method;

use super::{
    discovery::DiscoveryRoute, edr::EdrRoute, harvest::HarvestRoute, heartbeat::HeartbeatRoute,
    items::TableRoute, provenance::ProvenanceRoute,
};
use crate::{
    climatescore::ContractRoute,
    dataset::{Catalog, FileName, Perils},
    discovery::ResourceMetadata,
    policy::CollectionId,
};

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

/// Routes of the perils.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PerilRoute {
    /// `/v1/perils`: what there is.
    Catalogue,
    /// `/v1/location`: many places.
    Query,
}

impl PerilRoute {
    pub(super) const FIXED: [(&str, Self); 2] = [
        ("/v1/location", Self::Query),
        ("/v1/perils", Self::Catalogue),
    ];

    fn find(path: &str) -> Option<Self> {
        let mut fixed = Self::FIXED.iter();
        let (_, route) = fixed.find(|(fixed, _)| *fixed == path)?;
        Some(*route)
    }

    fn template(self) -> &'static str {
        match self {
            Self::Catalogue => "/v1/perils",
            Self::Query => "/v1/location",
        }
    }

    fn asks() -> &'static CollectionId {
        Perils::group()
    }
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

    /// The collection that the path asks for, if it can be one; all perils where the body says which.
    #[must_use]
    pub fn asks(&self, catalog: &Catalog) -> Option<CollectionId> {
        match self {
            Self::Edr(route) => route.collection.clone(),
            Self::File { file, .. } => catalog.collection_of(file.as_ref()?),
            Self::Perils(_) => Some(PerilRoute::asks().clone()),
            Self::Provenance(ProvenanceRoute::Origin(collection)) => collection.clone(),
            Self::Climatescore(route) => Some(route.asks().clone()),
            Self::Table(route) => route.collection.clone(),
            Self::Description
            | Self::Discovery(_)
            | Self::Docs
            | Self::Harvest(_)
            | Self::Health
            | Self::Heartbeat(_)
            | Self::Nothing
            | Self::Provenance(ProvenanceRoute::Record(_))
            | Self::Readiness
            | Self::ResourceMetadata(_)
            | Self::Root => None,
        }
    }

    /// The collection that an answer here speaks of: the one that is asked for, or is told of.
    #[must_use]
    pub fn speaks_of(&self, catalog: &Catalog) -> Option<CollectionId> {
        match self {
            Self::Discovery(route) => CollectionId::parse(route.id()?).ok(),
            _ => self.asks(catalog),
        }
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

    /// The methods of this route, as `Allow` lists them.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Climatescore(route) => route.allow(),
            Self::Table(route) => route.allow(),
            Self::Edr(_) | Self::Perils(PerilRoute::Query) => "GET, HEAD, OPTIONS, POST",
            _ => "GET, HEAD, OPTIONS",
        }
    }

    /// `true` when the route answers `method` with what it stands for.
    #[must_use]
    pub fn answers(&self, method: &Method) -> bool {
        self.allow()
            .split(", ")
            .any(|allowed| allowed == method.as_str())
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

/// `true` when any server would know `method` (RFC 9110 §9.3, RFC 5789, and QUERY); another one is 501, not 405.
pub(super) fn is_known(method: &Method) -> bool {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    known.contains(method) || method.as_str() == "QUERY"
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
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_route() {
        assert_eq!(Route::find("/healthz"), Route::Health);
        assert_eq!(Route::find("/readyz"), Route::Readiness);
        for (path, template) in [
            ("/tidy", "/{name}"),
            ("/v1/files/tidy.csv", "/v1/files/{name}"),
        ] {
            assert_eq!(Route::find(path).template(), template);
        }
    }

    #[test]
    fn the_names_of_the_old_contract_stand_before_files_of_that_name() {
        for (path, template, allow) in [
            ("/fire", "/{peril}", "GET, HEAD, OPTIONS"),
            ("/combinedflood", "/{peril}", "GET, HEAD, OPTIONS"),
            ("/allperils", "/allperils", "GET, HEAD, OPTIONS"),
            ("/perils", "/perils", "GET, HEAD, OPTIONS"),
            ("/location", "/location", "OPTIONS, POST"),
            ("/v1/location", "/v1/location", "GET, HEAD, OPTIONS, POST"),
            ("/v1/perils", "/v1/perils", "GET, HEAD, OPTIONS"),
        ] {
            let route = Route::find(path);
            let is_versioned = path.starts_with("/v1/");
            assert_eq!(matches!(route, Route::Perils(_)), is_versioned, "{path}");
            assert_eq!(
                matches!(route, Route::Climatescore(_)),
                !is_versioned,
                "{path}"
            );
            assert_eq!((route.template(), route.allow()), (template, allow));
        }
        assert_eq!(Route::templates().last(), Some(&Route::Nothing.template()));
        for path in ["/v1/files/fire", "/combinedFlood", "/Fire", "/%66ire"] {
            assert!(matches!(Route::find(path), Route::File { .. }), "{path}");
        }
        for path in ["/fire/", "/v1/fire", "/v1/location/"] {
            assert_eq!(Route::find(path), Route::Nothing, "{path}");
        }
        let locations = Route::find("/location");
        assert!(locations.answers(&Method::POST) && !locations.answers(&Method::GET));
    }

    #[test]
    fn each_described_path_is_the_route_that_answers_there() {
        for described in Route::described() {
            let path = described
                .path
                .replace("{name}", "tidy")
                .replace("{id}", "wind")
                .replace("{key}", "a");
            let route = Route::find(&path);
            assert_ne!(route, Route::Nothing, "{path}");
            assert!(Route::templates().contains(&route.template()), "{path}");
            assert_eq!(route.allow(), described.allow, "{path}");
        }
        for (path, route) in [
            ("/docs", Route::Docs),
            ("/openapi.json", Route::Description),
        ] {
            assert_eq!(Route::find(path), route);
            assert_eq!(route.template(), path);
        }
    }

    #[test]
    fn doubled_slashes_lead_where_one_leads() {
        let paths = Route::described()
            .into_iter()
            .map(|described| described.path);
        for path in paths.map(|path| path.replace("{name}", "tidy")) {
            let route = Route::find(&path);
            for slashes in ["//", "///", "////////"] {
                assert_eq!(Route::find(&path.replace('/', slashes)), route, "{path}");
                assert_eq!(
                    Route::find(&path.replacen('/', slashes, 1)),
                    route,
                    "{path}"
                );
            }
        }
        for (path, single) in [("//", "/"), ("/v1//", "/v1/"), ("//fire//", "/fire/")] {
            assert_eq!(Route::find(path), Route::find(single), "{path}");
        }
        // An escaped slash is a part of a name, and no name has one.
        for path in [
            "/%2Flocation",
            "/%2f%2fhealthz",
            "/v1%2F/location",
            "/v1/%2Ffiles/tidy",
        ] {
            let route = Route::find(path);
            let is_no_file = matches!(route, Route::Nothing | Route::File { file: None, .. });
            assert!(is_no_file, "{path}: {route:?}");
        }
    }

    /// Rows: PRM-1
    #[test]
    fn rfc9728_3_1_metadata_are_of_the_whole_or_of_a_path_for_which_tokens_are_taken() {
        let well_known = ResourceMetadata::WELL_KNOWN;
        let find = |about: &str| Route::find(&format!("{well_known}{about}"));
        for about in [
            "",
            "/v1",
            "/v1/location",
            "/v1/files/tidy.csv",
            "/tidy",
            "/fire",
        ] {
            assert_eq!(find(about), Route::ResourceMetadata(about.into()));
        }
        for about in [
            "/",
            "x",
            "/healthz",
            "/docs",
            "/v1/no-such",
            "/..",
            "/a/b",
            well_known,
        ] {
            assert_eq!(find(about), Route::Nothing, "{about}");
        }
        let nested = well_known.repeat(200);
        assert_eq!(Route::find(&nested), Route::Nothing);
    }

    /// Rows: HTTP-6
    #[test]
    fn rfc9110_9_1_the_methods_that_are_registered_are_known_and_others_are_not() {
        let is_known = |name: &str| is_known(&Method::from_bytes(name.as_bytes()).unwrap());
        assert!(is_known("PATCH") && is_known("QUERY"));
        assert!(!is_known("FOO") && !is_known("query"));
    }

    /// Rows: DEC-4, HTTP-28
    #[test]
    fn dec_4_every_other_path_is_shared_data_that_does_not_exist() {
        for path in [
            "",
            "*",
            "/a/b",
            "/v1/files/a/b",
            "/v1/no-such",
            "//etc/passwd",
            "/v1/../tidy",
        ] {
            assert_eq!(Route::find(path), Route::Nothing, "{path}");
        }
        for path in [
            "/..",
            "/.hidden",
            "/v1/files/..%2f..%2fetc%2fpasswd",
            "/a%00",
        ] {
            assert!(
                matches!(Route::find(path), Route::File { file: None, .. }),
                "{path}"
            );
        }
    }
}
