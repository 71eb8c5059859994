//! The routes in the OpenAPI document.

use super::{
    PerilRoute, Route,
    discovery::DiscoveryRoute,
    edr::EdrRoute,
    harvest::HarvestRoute,
    heartbeat::HeartbeatRoute,
    items::{TableResource, TableRoute},
    provenance::ProvenanceRoute,
    routes::{FILE, OPEN, VERSIONED_FILE},
};
use crate::{
    climatescore::ContractRoute,
    dataset::Perils,
    description::{
        DescribedRoute, Description, Operation, discovery, edr, harvest, items, paths, provenance,
        sums,
    },
    discovery::ResourceMetadata,
    harvest::Format,
    response::media::Formats,
};

impl Route {
    /// Every path that answers, with its methods: the perils by their names, a file as `{name}`.
    #[must_use]
    pub fn described() -> Vec<DescribedRoute> {
        let open = OPEN.iter().map(|(path, _)| (*path).to_owned());
        let discovery = DiscoveryRoute::FIXED.iter().map(|(path, _)| *path);
        let discovery = discovery.chain(DiscoveryRoute::NAMED).map(str::to_owned);
        let harvest = HarvestRoute::FIXED.map(|(path, _)| path);
        let harvest = harvest
            .into_iter()
            .chain([HarvestRoute::CSVW])
            .chain(ProvenanceRoute::TEMPLATES)
            .map(str::to_owned);
        let old = ContractRoute::FIXED.map(|(path, _)| path.to_owned());
        let fixed = PerilRoute::FIXED.map(|(path, _)| path.to_owned());
        let perils = Perils::members().iter().map(|peril| format!("/{peril}"));
        let metadata = ["", "/v1"].map(|about| format!("{}{about}", ResourceMetadata::WELL_KNOWN));
        let named = open
            .chain(metadata)
            .chain(discovery)
            .chain(harvest)
            .chain(old)
            .chain(fixed)
            .chain(perils)
            .map(|path| {
                let route = Self::find(&path);
                (path, route)
            });
        let files = [FILE, VERSIONED_FILE].map(|template| {
            let route = Self::File {
                file: None,
                template,
            };
            (template.to_owned(), route)
        });
        let heartbeats = HeartbeatRoute::TEMPLATES.map(|(path, route)| {
            let route = Self::Heartbeat(route);
            (path.to_owned(), route)
        });
        let queries = EdrRoute::TEMPLATES.map(|(path, kind)| {
            let route = Self::Edr(EdrRoute {
                kind,
                collection: None,
            });
            (path.to_owned(), route)
        });
        let tables = TableRoute::templates().map(|(path, resource)| {
            let route = Self::Table(TableRoute {
                resource,
                collection: None,
            });
            (path.to_owned(), route)
        });
        let described = |(path, route): (String, Self)| DescribedRoute {
            path,
            allow: route.allow(),
            operations: Box::new(move |about| route.operations(about)),
        };
        named
            .chain(heartbeats)
            .chain(queries)
            .chain(tables)
            .chain(files)
            .map(described)
            .collect()
    }

    /// Operations of the route's methods; those of HEAD and OPTIONS follow from the others.
    fn operations(&self, about: &Description<'_>) -> Vec<(&'static str, Operation)> {
        match self {
            Self::Climatescore(route) => route.operations(about),
            Self::Description => vec![("GET", paths::openapi())],
            Self::Discovery(route) => vec![("GET", operation(route))],
            Self::Docs => vec![("GET", paths::docs())],
            Self::Edr(route) => vec![
                ("GET", edr::query(about, route.kind)),
                ("POST", edr::form(about, route.kind)),
            ],
            Self::File { template, .. } if *template == FILE => {
                vec![("GET", paths::plain_file(about))]
            }
            Self::File { .. } => vec![("GET", paths::versioned_file(about))],
            Self::Harvest(route) => vec![("GET", of_harvest(route))],
            Self::Health => vec![("GET", paths::health())],
            Self::Heartbeat(route @ (HeartbeatRoute::Collection(_) | HeartbeatRoute::Short)) => {
                vec![("GET", paths::short_heartbeat(route.template()))]
            }
            Self::Heartbeat(HeartbeatRoute::Statistics) => vec![("GET", paths::heartbeat())],
            Self::Nothing => Vec::new(),
            Self::Perils(PerilRoute::Catalogue) => vec![("GET", paths::perils(about))],
            Self::Perils(PerilRoute::Query) => vec![
                ("GET", paths::location(about)),
                ("POST", paths::locations(about)),
            ],
            Self::Provenance(_) if !about.signs_records => Vec::new(),
            Self::Provenance(ProvenanceRoute::Origin(_)) => vec![("GET", provenance::origin())],
            Self::Provenance(ProvenanceRoute::Record(_)) => vec![("GET", provenance::record())],
            Self::Readiness => vec![("GET", paths::readiness())],
            Self::ResourceMetadata(about) => vec![("GET", paths::resource_metadata(about))],
            Self::Root => vec![("GET", paths::root())],
            Self::Table(route) if route.resource == TableResource::Locate => {
                vec![("POST", items::locate(about))]
            }
            Self::Table(route) => vec![("GET", table(&route.resource, about))],
        }
    }
}

fn of_harvest(route: &HarvestRoute) -> Operation {
    let forms: Vec<_> = Format::ALL.iter().map(|one| one.media()).collect();
    match route {
        HarvestRoute::Any => harvest::catalog(None, &forms),
        HarvestRoute::Api(kind) => harvest::api(*kind),
        HarvestRoute::Csvw(_) => harvest::csvw(),
        HarvestRoute::OpenEnergy { is_yaml } => harvest::open_energy(*is_yaml),
        HarvestRoute::One(format) => harvest::catalog(Some(format.media()), &forms),
    }
}

fn table(resource: &TableResource, about: &Description<'_>) -> Operation {
    match resource {
        TableResource::Aggregate => sums::aggregate(about),
        TableResource::Item(_) => items::item(about),
        TableResource::Items => items::items(about),
        TableResource::Locate => items::locate(about),
        TableResource::Latest => sums::latest(about),
        TableResource::Queryables => items::queryables(about),
    }
}

fn operation(route: &DiscoveryRoute) -> Operation {
    match route {
        DiscoveryRoute::Collection(_) => discovery::collection(),
        DiscoveryRoute::Collections => discovery::collections(),
        DiscoveryRoute::Conformance => discovery::conformance(),
        DiscoveryRoute::Landing => discovery::landing(),
        DiscoveryRoute::Me => discovery::me(),
        DiscoveryRoute::Schema(_) => discovery::schema(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::PerilLimits,
        description::Version,
        policy::{Defaults, Policy},
    };

    #[test]
    fn each_method_of_each_route_is_described_and_no_other() {
        let routes = Route::described();
        let document = Description {
            routes: &routes,
            base_url: None,
            policy: &Policy::new(&[], &Defaults::default()).unwrap(),
            limits: &PerilLimits::default(),
            collections: &[],
            signs_records: true,
        }
        .document(Version::V3_1);
        for route in &routes {
            let methods = document["paths"][&route.path].as_object().unwrap();
            let mut described: Vec<_> =
                methods.keys().map(|method| method.to_uppercase()).collect();
            described.sort();
            assert_eq!(described.join(", "), route.allow, "{}", route.path);
        }
    }
}
