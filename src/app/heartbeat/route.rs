//! The paths of heartbeats.

/// A heartbeat, by its path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HeartbeatRoute {
    /// `/v1/collections/{id}/heartbeat`: the same, of a collection.
    Collection,
    /// `/heartbeat`: that the service answers.
    Short,
    /// `/v1/heartbeat`: how often it answered what.
    Statistics,
}

impl HeartbeatRoute {
    pub(in crate::app) const TEMPLATES: [(&'static str, Self); 3] = [
        ("/heartbeat", Self::Short),
        ("/v1/heartbeat", Self::Statistics),
        (OF_A_COLLECTION, Self::Collection),
    ];

    pub(in crate::app) fn find(path: &str) -> Option<Self> {
        if let Some((_, route)) = Self::TEMPLATES.iter().find(|(fixed, _)| *fixed == path) {
            return Some(*route);
        }
        let (id, resource) = path.strip_prefix("/v1/collections/")?.split_once('/')?;
        (resource == "heartbeat" && !id.is_empty()).then_some(Self::Collection)
    }

    /// The path as the log names it.
    pub(in crate::app) fn template(self) -> &'static str {
        match self {
            Self::Collection => OF_A_COLLECTION,
            Self::Short => "/heartbeat",
            Self::Statistics => "/v1/heartbeat",
        }
    }
}

const OF_A_COLLECTION: &str = "/v1/collections/{id}/heartbeat";
