//! Claims of descriptions to files; one that speaks of another's files, or of none, is refused.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use super::{
    Kind,
    candidates::{Before, Candidate, Candidates, Refusal},
    claims::{Claims, Pattern},
    folder::DataFile,
};
use crate::{
    dataset::{
        FileName,
        metadata::description::{Problem, Source},
    },
    policy::{CollectionId, is_reserved},
};

/// Settles which description holds for which file, beginning with `claims`.
///
/// What is refused steps back to what was published before, or to nothing, and the rest is settled anew.
pub(super) fn settle(
    claims: &Claims,
    candidates: &mut Candidates<'_>,
    before: &Before,
    files: &[DataFile],
) -> Claims {
    loop {
        let mut claiming = Claiming {
            root: candidates.root,
            candidates: &candidates.all,
            before,
            claims: claims.clone(),
            refusals: Vec::new(),
        };
        claiming.run(files);
        let Claiming {
            claims, refusals, ..
        } = claiming;
        if refusals.is_empty() {
            return claims;
        }
        // Each candidate steps back twice at most, so this ends.
        candidates.refuse(refusals);
    }
}

struct Claiming<'c> {
    root: &'c Path,
    candidates: &'c [Candidate],
    before: &'c Before,
    claims: Claims,
    refusals: Vec<Refusal>,
}

impl<'c> Claiming<'c> {
    fn run(&mut self, files: &[DataFile]) {
        self.one_for_each_id();
        if !self.refusals.is_empty() {
            return;
        }
        for candidate in self.candidates {
            self.name(candidate);
        }
        self.paths();
        self.patterns(files);
        if self.refusals.is_empty() {
            self.refuse_without_files(files);
        }
    }

    /// Of several descriptions of one id, the one that is named as the id is holds, else the one that held before,
    /// else none: which came first would be a matter of chance.
    fn one_for_each_id(&mut self) {
        let mut by_id: BTreeMap<&CollectionId, Vec<usize>> = BTreeMap::new();
        for (index, candidate) in self.candidates.iter().enumerate() {
            if let Some(id) = candidate.id() {
                by_id.entry(id).or_default().push(index);
            }
        }
        for (id, claimants) in by_id {
            if claimants.len() < 2 {
                continue;
            }
            let is_natural = |candidate: &Candidate| *candidate.stem == *id.as_str();
            let held_before = |candidate: &Candidate| {
                let before = self.before.get(&candidate.name);
                before.is_some_and(|(_, before)| before.id == *id)
            };
            let winner = self
                .only(&claimants, is_natural)
                .or_else(|| self.only(&claimants, held_before));
            for &index in claimants.iter().filter(|index| Some(**index) != winner) {
                let by = self.rival(&claimants, winner, index);
                let id = id.as_str().into();
                let line = self
                    .candidate(index)
                    .map_or(0, |one| one.read.draft.id_line());
                self.refuse(index, line, "collection.id", Problem::IdTaken { id, by });
            }
        }
    }

    /// The names of files that a description speaks of by its own name.
    fn name(&mut self, candidate: &Candidate) {
        let names = &mut self.claims.names;
        let Some(published) = &candidate.published else {
            self.withhold(candidate);
            return;
        };
        let described = &published.placed.described;
        // One that names its data does not speak of files that only happen to be named as it is.
        let owner = described.source.is_none().then(|| published.id.clone());
        match owner {
            Some(owner) => {
                names.insert(candidate.stem.clone(), Some(owner));
            }
            None => {
                names.entry(candidate.stem.clone()).or_insert(None);
            }
        }
        names.entry(published.id.as_str().into()).or_insert(None);
    }

    /// Withholds the files of a broken description, unless the configuration has a rule for them.
    fn withhold(&mut self, candidate: &Candidate) {
        let draft = &candidate.read.draft;
        for name in [Some(&*candidate.stem), draft.id()].into_iter().flatten() {
            self.claims.broken.insert(name.into());
            if !self.claims.ruled.contains(name) {
                self.claims.names.entry(name.into()).or_insert(None);
            }
        }
        if is_reserved(&candidate.stem) {
            // No file belongs to a collection of that name, but is named so all the same.
            let named_so = format!("{}.*", candidate.stem);
            self.claims.withheld.push(Source::Pattern(named_so.into()));
        }
        self.claims.withheld.extend(draft.source().cloned());
    }

    /// Files that descriptions name.
    fn paths(&mut self) {
        let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, candidate) in self.candidates.iter().enumerate() {
            if let Some(Source::Path(path)) = candidate.source() {
                by_path
                    .entry(FileName::of_rule(path))
                    .or_default()
                    .push(index);
            }
        }
        for (path, claimants) in by_path {
            // A folder, or a form that is not served, is nobody's file.
            if let Some(file) = FileName::of_entry(&path) {
                self.path(&file, &claimants);
            }
        }
    }

    fn path(&mut self, file: &FileName, claimants: &[usize]) {
        let path = file.as_str();
        let natural = self.claims.natural(file).and_then(|(_, owner)| owner);
        let held_before = |candidate: &Candidate| {
            let before = self.before.get(&candidate.name);
            let source = before.and_then(|(_, before)| before.placed.described.source.as_ref());
            source.is_some_and(|source| source.value.takes(path))
        };
        let winner = self
            .only(claimants, |candidate| candidate.is_named_as(file))
            .or_else(|| self.only(claimants, |_| true))
            .or_else(|| self.only(claimants, held_before));
        let mut owner = None;
        for &index in claimants {
            let Some((candidate, id)) =
                self.candidate(index).and_then(|one| Some((one, one.id()?)))
            else {
                continue;
            };
            let foreign = natural.as_ref().filter(|natural| *natural != id);
            let problem = match foreign {
                Some(other) if self.claims.ruled.contains(other) => Problem::RuledElsewhere {
                    file: path.into(),
                    id: other.as_str().into(),
                },
                Some(other) => Problem::ClaimedTwice {
                    file: path.into(),
                    by: self.described_in(other),
                },
                None if winner != Some(index) => Problem::ClaimedTwice {
                    file: path.into(),
                    by: self.rival(claimants, winner, index),
                },
                None => {
                    owner = Some(id.clone());
                    continue;
                }
            };
            let line = candidate.read.draft.source_line();
            self.refuse(index, line, "collection.source", problem);
        }
        // A rule for a peril says nothing of a file, and nothing else does of this one.
        let owner = owner.filter(|id| !is_reserved(id.as_str())).or(natural);
        self.claims.paths.insert(path.into(), owner);
    }

    /// Patterns take what no nearer word holds for; two that take one file are both refused.
    fn patterns(&mut self, files: &[DataFile]) {
        let by_pattern: Vec<(usize, &Source)> = self
            .candidates
            .iter()
            .enumerate()
            .filter_map(|(index, candidate)| Some((index, candidate.source()?)))
            .filter(|(_, source)| matches!(source, Source::Pattern(_)))
            .collect();
        let mut refused = HashSet::new();
        for file in files.iter().filter(|_| by_pattern.len() > 1) {
            let name = file.name.as_str();
            let is_nearer =
                self.claims.paths.contains_key(name) || self.claims.natural(&file.name).is_some();
            let takers = by_pattern.iter().filter(|(_, source)| source.takes(name));
            let takers: Vec<usize> = takers.map(|(index, _)| *index).collect();
            if is_nearer || takers.len() < 2 {
                continue;
            }
            for &index in &takers {
                if refused.insert(index) {
                    let by = self.rival(&takers, None, index);
                    let file = name.into();
                    let line = self
                        .candidate(index)
                        .map_or(0, |one| one.read.draft.source_line());
                    self.refuse(
                        index,
                        line,
                        "collection.source",
                        Problem::ClaimedTwice { file, by },
                    );
                }
            }
        }
        for (index, source) in by_pattern {
            let candidate = self.candidate(index);
            if let Some((candidate, id)) = candidate.and_then(|one| Some((one, one.id()?))) {
                self.claims.patterns.push(Pattern {
                    source: source.clone(),
                    id: id.clone(),
                    stem: candidate.stem.clone(),
                });
            }
        }
    }

    /// A description of files that are not there is most likely a slip.
    fn refuse_without_files(&mut self, files: &[DataFile]) {
        let owners = files
            .iter()
            .filter_map(|file| self.claims.owner(&file.name));
        let with_files: HashSet<CollectionId> = owners.collect();
        for (index, candidate) in self.candidates.iter().enumerate() {
            let Some(published) = &candidate.published else {
                continue;
            };
            let is_files = published.placed.described.kind == Kind::Files;
            if is_files && !with_files.contains(&published.id) {
                let line = candidate.read.draft.source_line();
                let problem = self.absent(candidate);
                self.refuse(index, line, "collection.source", problem);
            }
        }
    }

    fn absent(&self, candidate: &Candidate) -> Problem {
        let Some(source) = candidate.source() else {
            let stem = &candidate.stem;
            let name =
                format!("{stem}.csv beside it, nor {stem} with another extension that is served");
            return Problem::SourceAbsent { name: name.into() };
        };
        let name: Box<str> = source.text().into();
        match (source, self.root.join(&*name).symlink_metadata()) {
            (Source::Path(_), Ok(found)) if found.is_symlink() => {
                Problem::OutsideFolder { source_text: name }
            }
            (Source::Path(_), Ok(_)) => Problem::SourceNotServed { name },
            _ => Problem::SourceAbsent { name },
        }
    }

    fn refuse(&mut self, index: usize, line: usize, key: &'static str, problem: Problem) {
        self.refusals.push(Refusal {
            index,
            line,
            key,
            problem,
        });
    }

    fn candidate(&self, index: usize) -> Option<&'c Candidate> {
        self.candidates.get(index)
    }

    /// The one of `claimants` that fits; none when several do.
    fn only(&self, claimants: &[usize], fits: impl Fn(&Candidate) -> bool) -> Option<usize> {
        let mut fitting = claimants
            .iter()
            .copied()
            .filter(|index| self.candidate(*index).is_some_and(&fits));
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    /// The description that `index` is told to clash with.
    fn rival(&self, claimants: &[usize], winner: Option<usize>, index: usize) -> PathBuf {
        let other = claimants.iter().copied().find(|other| *other != index);
        let rival = winner.or(other).and_then(|rival| self.candidate(rival));
        rival.map_or_else(PathBuf::new, |rival| self.root.join(&*rival.name))
    }

    fn described_in(&self, id: &CollectionId) -> PathBuf {
        let mut all = self.candidates.iter();
        let other = all.find(|candidate| candidate.id() == Some(id));
        other.map_or_else(PathBuf::new, |other| self.root.join(&*other.name))
    }
}
