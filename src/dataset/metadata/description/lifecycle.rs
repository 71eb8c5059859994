//! `deprecated`, `sunset` and `successor` of a description.

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::{dataset::metadata::Lifecycle, policy::CollectionId};

/// Reads the keys, and the line of the successor.
pub(super) fn read(section: &mut Section<'_, '_>) -> (Lifecycle, usize) {
    let deprecated = section.moment("deprecated");
    let sunset = section.moment("sunset");
    let successor = section.text("successor");
    let line = successor.as_ref().map_or(0, |successor| successor.line);
    if let (Some(since), Some(end)) = (deprecated, sunset)
        && end < since
    {
        // RFC 9745 §4: what is gone cannot become deprecated.
        let problem = Problem::SunsetBeforeDeprecated { since, end };
        section.complain(section.line, "sunset", problem);
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
    (lifecycle, line)
}
