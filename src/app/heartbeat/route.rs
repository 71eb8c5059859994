//! The paths of heartbeats.

use percent_encoding::percent_decode_str;

/// A heartbeat, by its path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HeartbeatRoute {
    /// `/v1/collections/{id}/heartbeat`: the same, of the collection of that id.
    Collection(String),
    /// `/heartbeat`: that the service answers.
    Short,
    /// `/v1/heartbeat`: how often it answered what.
    Statistics,
}

impl HeartbeatRoute {
    pub(in crate::app) const TEMPLATES: [(&'static str, Self); 3] = [
        ("/heartbeat", Self::Short),
        ("/v1/heartbeat", Self::Statistics),
        (OF_A_COLLECTION, Self::Collection(String::new())),
    ];

    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        let mut fixed = Self::TEMPLATES.into_iter();
        if let Some((_, route)) = fixed.find(|(fixed, _)| *fixed == path) {
            return Some(route);
        }
        let (id, resource) = path.strip_prefix("/v1/collections/")?.split_once('/')?;
        let id = percent_decode_str(id).decode_utf8().ok()?;
        let is_of_collection = resource == "heartbeat" && !id.is_empty();
        is_of_collection.then(|| Self::Collection(id.into_owned()))
    }

    /// The path as the log names it.
    pub(in crate::app) fn template(&self) -> &'static str {
        match self {
            Self::Collection(_) => OF_A_COLLECTION,
            Self::Short => "/heartbeat",
            Self::Statistics => "/v1/heartbeat",
        }
    }
}

const OF_A_COLLECTION: &str = "/v1/collections/{id}/heartbeat";
