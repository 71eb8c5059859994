//! Notices of what the sources are like.

use std::collections::HashSet;

use super::Notice;
use crate::{
    dataset::grid::{Axis, GridShape},
    import::{
        Shown,
        join::Joined,
        parsed::{OfGrid, Parsed},
        read_source::ReadSource,
    },
};

/// Notices of the sources.
pub(in crate::import) fn notices(
    sources: &[ReadSource],
    coverages: &[Joined<'_>],
    shape: &GridShape,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    for source in sources {
        let (name, parsed) = (source.name.clone(), &source.parsed);
        if let Some(found) = &parsed.gridded {
            notices.extend(of_grid(&name, found));
        }
        if parsed.turn.beyond > 0 {
            notices.push(Notice::Turned {
                source: name.clone(),
                lines: parsed.turn.beyond,
            });
        }
        if parsed.rounded > 0 {
            let is_peril = parsed.table.forms.is_none();
            notices.push(Notice::Rounded {
                kept: if is_peril {
                    "six decimals"
                } else {
                    "the decimals of their fields"
                },
                source: name,
                numbers: parsed.rounded,
            });
        }
    }
    for joined in coverages {
        let coverage = || Box::<str>::from(joined.table.id());
        let (filled, repeated) = (joined.filled, joined.repeated);
        if filled > 0 {
            notices.push(Notice::Filled {
                coverage: coverage(),
                lines: filled,
            });
        }
        if repeated > 0 {
            notices.push(Notice::Repeated {
                coverage: coverage(),
                lines: repeated,
            });
        }
    }
    let distinct = |of: fn(&Parsed) -> &HashSet<i32>| {
        let all = sources.iter().flat_map(|source| of(&source.parsed));
        all.collect::<HashSet<_>>().len()
    };
    let latitudes = distinct(|parsed| &parsed.latitudes);
    let longitudes = distinct(|parsed| &parsed.longitudes);
    notices.extend(sparse("latitudes", latitudes, &shape.latitude));
    notices.extend(sparse("longitudes", longitudes, &shape.longitude));
    notices
}

/// Notices of a gridded source, beside its values.
fn of_grid(name: &str, found: &OfGrid) -> Vec<Notice> {
    let skipped = found.skipped.iter().map(|skipped| Notice::Skipped {
        source: name.to_owned(),
        variable: Shown::new(skipped.name.as_bytes()),
        reason: skipped.reason,
    });
    let calendars = found.calendars.iter();
    let calendars = calendars.map(|(dimension, calendar)| Notice::Calendar {
        source: name.to_owned(),
        dimension: dimension.clone(),
        calendar: calendar.clone(),
    });
    let joined = found.along_time.iter().map(|along| Notice::Joined {
        source: name.to_owned(),
        dimension: along.dimension.clone(),
        first: along.first.clone(),
        last: along.last.clone(),
    });
    joined.chain(skipped).chain(calendars).collect()
}

/// Worth a look when most points of the axis have no place: the step may be finer than was meant.
fn sparse(axis: &'static str, taken: usize, found: &Axis) -> Option<Notice> {
    let count = usize::try_from(found.count()).unwrap_or(usize::MAX);
    (taken.saturating_mul(2) <= count).then(|| Notice::Sparse {
        axis,
        taken,
        count: found.count(),
        step: found.step(),
    })
}
