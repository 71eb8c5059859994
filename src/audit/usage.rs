//! Usage as audit files have it: calls, rows, octets, refusals, availability and the time that answers took.
//!
//! Files are read once, line by line; memory grows with the number of groups and days, never with that of calls.

mod group;
mod histogram;
mod uptime;

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use super::{
    facts::Facts,
    line::{Note, Sealed},
    reading::{Lines, Unreadable, in_order},
};
use crate::clock::Milliseconds;

pub use group::Group;
use uptime::Uptime;

/// Something by which calls are told apart.
#[derive(
    Clone, Copy, Debug, Eq, PartialEq, strum::EnumString, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Dimension {
    /// The member's application.
    Application,
    /// The client of the token.
    Client,
    /// The collection.
    Collection,
    /// The day, in UTC.
    Day,
    /// The terms of use.
    Licence,
    /// The member of the trust framework.
    Member,
    /// The organisation of the client.
    Organisation,
    /// The route as a template.
    Route,
    /// The version of the collection.
    Version,
}

/// The calls that are counted, and how they are told apart.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The first moment.
    pub from: Milliseconds,
    /// The first moment behind the last.
    pub to: Milliseconds,
    /// The present: nobody is up or down behind it.
    pub now: Milliseconds,
    /// The members of a group's key, in their order.
    pub by: Vec<Dimension>,
}

/// Usage in a time.
#[derive(Debug)]
pub struct Usage {
    /// The groups by their keys.
    pub groups: BTreeMap<Vec<Box<str>>, Group>,
    /// Percent of each day in which a daemon was up, as far as the day lies in the time: from the first day of which there
    /// is a line to the last, one without any has 0.
    pub days: Vec<(Box<str>, f64)>,
    /// Lines that are none of an audit file: `verify` says more.
    pub unread: u64,
    /// Lines that are there twice, or behind a later one, and count once.
    pub repeated: u64,
    /// Records that were lost where the service went on without.
    pub lost: u64,
}

/// Reason why there is no usage.
#[derive(Debug, thiserror::Error)]
pub enum UsageFault {
    /// More groups than a table can have.
    #[error("there are more than {MOST_GROUPS} groups: ask for a shorter time, or by less")]
    TooManyGroups,
    /// A file.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Counts the calls in the files at `paths`.
///
/// # Errors
/// [`UsageFault`].
pub fn usage(paths: &[PathBuf], wanted: &Wanted) -> Result<Usage, UsageFault> {
    let mut usage = Usage {
        groups: BTreeMap::new(),
        days: Vec::new(),
        unread: 0,
        repeated: 0,
        lost: 0,
    };
    let mut uptime = Uptime::new(wanted.from, wanted.to.min(wanted.now));
    let mut numbers = Numbers::default();
    for path in in_order(paths)? {
        let mut lines = Lines::open(&path)?;
        while let Some(line) = lines.next()? {
            if line.number == 1 {
                uptime.enter(numbers.begin(line.octets));
            }
            usage.line(line.octets, wanted, &mut numbers, &mut uptime)?;
        }
    }
    usage.days = uptime.days();
    Ok(usage)
}

impl Usage {
    fn line(
        &mut self,
        line: &[u8],
        wanted: &Wanted,
        numbers: &mut Numbers,
        uptime: &mut Uptime,
    ) -> Result<(), UsageFault> {
        let sealed = Sealed::read(line);
        let Some((sealed, header)) = sealed.and_then(|sealed| Some((sealed, sealed.header()?)))
        else {
            self.unread += 1;
            return Ok(());
        };
        if !numbers.are_behind(header.seq) {
            self.repeated += 1;
            return Ok(());
        }
        let is_within = (wanted.from..wanted.to).contains(&header.time);
        if header.kind == Facts::KIND {
            uptime.saw(header.time);
            match sealed.facts() {
                Some(facts) if is_within => self.count(&facts, header.time, &wanted.by)?,
                Some(_) => {}
                None => self.unread += 1,
            }
        } else if let Some(note) = sealed.note() {
            uptime.note(header.time, &note);
            match note {
                Note::Lost { records } if is_within => self.lost += records,
                // The line may be of the day after.
                Note::Refused(refused) if (wanted.from..wanted.to).contains(&refused.from) => {
                    let group = self.group(&(&refused).into(), refused.from, &wanted.by)?;
                    group.count_refused(&refused);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn count(
        &mut self,
        facts: &Facts<'_>,
        time: Milliseconds,
        by: &[Dimension],
    ) -> Result<(), UsageFault> {
        self.group(facts, time, by)?.count(facts, time);
        Ok(())
    }

    /// The group of a call.
    fn group(
        &mut self,
        facts: &Facts<'_>,
        time: Milliseconds,
        by: &[Dimension],
    ) -> Result<&mut Group, UsageFault> {
        let key = by
            .iter()
            .map(|dimension| dimension.of(facts, time))
            .collect();
        let is_full = self.groups.len() >= MOST_GROUPS;
        if is_full && !self.groups.contains_key(&key) {
            return Err(UsageFault::TooManyGroups);
        }
        Ok(self.groups.entry(key).or_default())
    }
}

/// Numbers of the lines that are counted, by their chain: a file may be given twice, as it is and packed.
#[derive(Default)]
struct Numbers {
    /// The chain of the file that is read; none where its beginning is gone.
    chain: Option<Box<str>>,
    last: HashMap<Box<str>, u64>,
}

impl Numbers {
    /// Begins with a file whose first line is `line`: the name of its chain, where it says that.
    fn begin(&mut self, line: &[u8]) -> Option<&str> {
        let note = Sealed::read(line).and_then(|sealed| sealed.note());
        self.chain = note.and_then(|note| note.chain().map(Box::from));
        self.chain.as_deref()
    }

    /// `true` for a line that is behind all of its chain before it.
    fn are_behind(&mut self, seq: u64) -> bool {
        let Some(chain) = &self.chain else {
            return true;
        };
        match self.last.get_mut(chain) {
            Some(last) if seq <= *last => false,
            Some(last) => {
                *last = seq;
                true
            }
            None => {
                self.last.insert(chain.clone(), seq);
                true
            }
        }
    }
}

impl Dimension {
    /// The value that a call has; empty where it has none.
    fn of(self, facts: &Facts<'_>, time: Milliseconds) -> Box<str> {
        let value = match self {
            Self::Application => facts.application.as_deref(),
            Self::Client => facts.client_id.as_deref(),
            Self::Collection => facts.collection.as_deref(),
            Self::Day => return uptime::day(time),
            Self::Licence => facts.licence.as_deref(),
            Self::Member => facts.member.as_deref(),
            Self::Organisation => facts.organisation_id.as_deref(),
            Self::Route => Some(&*facts.route),
            Self::Version => facts.version.as_deref(),
        };
        value.unwrap_or_default().into()
    }
}

/// Groups of a table, a few kilobytes each.
const MOST_GROUPS: usize = 50_000;

#[cfg(test)]
mod tests;
