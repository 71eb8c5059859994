//! `deprecated`, `sunset` and `successor` of a description.

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::{dataset::metadata::Lifecycle, policy::CollectionId};

/// Lines of the keys that are judged beside other collections, and by the clock; 0 where they are not there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LifecycleLines {
    /// Of `successor`.
    pub successor: usize,
    /// Of `sunset`.
    pub sunset: usize,
}

/// Reads the keys, and their lines.
pub(super) fn read(section: &mut Section<'_, '_>) -> (Lifecycle, LifecycleLines) {
    let deprecated = section.moment("deprecated");
    let sunset_line = section.line_of("sunset");
    let sunset = section.moment("sunset");
    let successor = section.text("successor");
    let lines = LifecycleLines {
        successor: successor.as_ref().map_or(0, |successor| successor.line),
        sunset: sunset_line,
    };
    if let (Some(since), Some(end)) = (deprecated, sunset)
        && end < since
    {
        // RFC 9745 §4: what is gone cannot become deprecated.
        let problem = Problem::SunsetBeforeDeprecated { since, end };
        section.complain(sunset_line, "sunset", problem);
    }
    let successor = successor.and_then(|Lined { value, line }| {
        let id = CollectionId::parse(&value);
        let refuse = |reason: &crate::policy::NotAnId| {
            let problem = Problem::SuccessorMalformed {
                id: shortened(&value),
                reason: reason.to_string().into(),
            };
            section.complain(line, "successor", problem);
        };
        id.inspect_err(refuse).ok()
    });
    let lifecycle = Lifecycle {
        deprecated,
        sunset,
        successor,
    };
    (lifecycle, lines)
}
