//! Collections that a request may have, until its answer tells where they come from.

use std::cell::{Cell, RefCell};

use crate::{
    app::{PerilRoute, Route, items::TableResource},
    policy::CollectionId,
};

/// Collections that a request may have, and the place of their record in its answer.
pub(crate) struct Told {
    pub(super) template: &'static str,
    /// `true` where answers of the route are data.
    pub(super) is_of_data: bool,
    pub(super) transfer: RefCell<Option<Granted>>,
    pub(super) is_within: Cell<bool>,
}

/// The collections that a request may have, and who asks; nobody where all of them are open.
#[derive(Clone)]
pub(super) struct Granted {
    pub(super) recipient: Option<Receiver>,
    pub(super) collections: Vec<CollectionId>,
}

/// Whoever receives an answer.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    /// The name by which a record is asked for again.
    pub(super) name: Box<str>,
    /// The URL that records tell.
    pub(super) to: Box<str>,
    /// The licence that the token carries.
    pub(super) licence: Option<Box<str>>,
}

impl Told {
    /// Of an answer at `route`, nothing yet.
    pub(in crate::app) fn at(route: &Route) -> Self {
        Self {
            template: route.template(),
            is_of_data: is_of_data(route),
            transfer: RefCell::new(None),
            is_within: Cell::new(false),
        }
    }
}

/// `true` where answers of `route` are data, rather than what is said of them.
fn is_of_data(route: &Route) -> bool {
    match route {
        Route::Edr(_) | Route::File { .. } | Route::Climatescore(_) => true,
        Route::Perils(route) => *route == PerilRoute::Query,
        Route::Table(route) => route.resource != TableResource::Queryables,
        Route::Description
        | Route::Discovery(_)
        | Route::Docs
        | Route::Harvest(_)
        | Route::Health
        | Route::Heartbeat(_)
        | Route::Nothing
        | Route::Provenance(_)
        | Route::Readiness
        | Route::ResourceMetadata(_)
        | Route::Root => false,
    }
}
