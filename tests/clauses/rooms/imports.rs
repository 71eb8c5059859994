//! The files of a crate, and which of them each uses, by `use` and by paths in code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::tokens::{Token, end_of_group, tokens};

/// A module's path from the root of the crate, which is empty.
pub(crate) type Module = Vec<String>;

/// The modules that are files, each with those that it uses.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    files: BTreeMap<Module, File>,
}

#[derive(Debug, Default)]
struct File {
    /// What each name stands for that another path has been given.
    names: BTreeMap<String, Module>,
    /// Every path in the code, from the root of the crate.
    paths: BTreeSet<Module>,
}

impl Crate {
    /// Reads every file below `src`, without tests.
    pub(crate) fn read(src: &Path) -> Self {
        let mut texts = BTreeMap::new();
        for path in sources(src) {
            let module = module(path.strip_prefix(src).unwrap());
            texts.insert(module, fs::read_to_string(&path).unwrap());
        }
        Self::of(&texts)
    }

    /// Reads the `texts` of modules.
    pub(crate) fn of(texts: &BTreeMap<Module, String>) -> Self {
        let mut files = BTreeMap::new();
        for (module, text) in texts {
            let mut reader = Reader {
                module,
                modules: texts.keys().collect(),
                file: File::default(),
            };
            reader.read(&tokens(text));
            files.insert(module.clone(), reader.file);
        }
        Self { files }
    }

    /// Each file with the others that it uses; a name is followed to the file that has the thing itself.
    pub(crate) fn uses(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let uses = |(module, file): (&Module, &File)| {
            let mut used: BTreeSet<_> = file
                .paths
                .iter()
                .filter_map(|path| self.file_of(path, DEEPEST))
                .collect();
            used.remove(module);
            (module.clone(), used)
        };
        self.files.iter().map(uses).collect()
    }

    /// The file that has what `path` names; none for a module, whose parts are what counts.
    fn file_of(&self, path: &[String], left: usize) -> Option<Module> {
        let depth = (0..=path.len())
            .rev()
            .find(|depth| self.files.contains_key(&path[..*depth]))?;
        let (module, rest) = path.split_at(depth);
        let name = rest.first()?;
        let Some(target) = self.files[module].names.get(name).filter(|_| left > 0) else {
            return Some(module.to_vec());
        };
        let target: Module = target.iter().chain(&rest[1..]).cloned().collect();
        self.file_of(&target, left - 1)
    }
}

/// Reads one file.
struct Reader<'c> {
    module: &'c Module,
    modules: BTreeSet<&'c Module>,
    file: File,
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[Token]) {
        // Names first: a path in code may stand above the `use` that explains it.
        let mut code = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if token != "use" {
                code.push(token.clone());
                at += 1;
                continue;
            }
            // `pub use`, `pub(crate) use`
            let is_handed_on = at > 0 && matches!(tokens[at - 1].as_str(), "pub" | ")");
            let end = tokens[at..].iter().position(|token| token == ";");
            let end = end.map_or(tokens.len(), |end| at + end);
            self.tree(&Module::new(), &tokens[at + 1..end], is_handed_on);
            at = end + 1;
        }
        self.paths(&code);
    }

    /// Reads `prefix::tree` of a `use`.
    fn tree(&mut self, prefix: &Module, tree: &[Token], is_handed_on: bool) {
        let mut path = prefix.clone();
        let mut at = 0;
        while let Some(token) = tree.get(at) {
            match token.as_str() {
                ":" => {}
                "{" => {
                    let end = end_of_group(tree, at) - 1;
                    for part in list(&tree[at + 1..end]) {
                        self.tree(&path, part, is_handed_on);
                    }
                    return;
                }
                "as" => break,
                "self" if !path.is_empty() => {}
                name => path.push(name.to_owned()),
            }
            at += 1;
        }
        let alias = tree.get(at + 1).or(path.last()).cloned();
        let (Some(path), Some(alias)) = (self.absolute(&path), alias) else {
            return;
        };
        if !is_handed_on {
            self.file.paths.insert(path.clone());
        }
        self.file.names.insert(alias, path);
    }

    /// Reads the paths of `code`.
    fn paths(&mut self, code: &[Token]) {
        let mut path = Module::new();
        let mut colons = 0;
        for token in code {
            if token == ":" {
                colons += 1;
                continue;
            }
            if colons != 2 {
                self.path(&path);
                path.clear();
            }
            colons = 0;
            if token.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                path.push(token.clone());
            } else {
                self.path(&path);
                path.clear();
            }
        }
        self.path(&path);
    }

    fn path(&mut self, path: &[String]) {
        if path.len() > 1
            && let Some(path) = self.absolute(path)
        {
            self.file.paths.insert(path);
        }
    }

    /// `path` from the root of the crate; none when it leads out of it.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let first = path.first()?.as_str();
        let mut base = match first {
            "crate" => Module::new(),
            "self" | "super" => self.module.clone(),
            name => {
                if let Some(target) = self.file.names.get(name) {
                    return Some(target.iter().chain(&path[1..]).cloned().collect());
                }
                let child = [&self.module[..], &[name.to_owned()]].concat();
                return self.modules.contains(&child).then(|| {
                    let rest = path[1..].iter().cloned();
                    child.into_iter().chain(rest).collect()
                });
            }
        };
        let mut rest = path;
        if matches!(first, "crate" | "self") {
            rest = &rest[1..];
        }
        while rest.first().is_some_and(|part| part == "super") {
            base.pop();
            rest = &rest[1..];
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }
}

/// The parts of a list, at its own commas.
fn list(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" => at = end_of_group(tokens, at),
            "," => {
                parts.push(&tokens[start..at]);
                at += 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// The sources below `folder` that are no tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().unwrap() == "tests" || path.ends_with("main.rs") {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// The module of a file, as `edge/peers.rs` or `edge/mod.rs`.
fn module(path: &Path) -> Module {
    let path = path.with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap().to_owned());
    let mut parts: Module = parts.collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    parts
}

/// Names that stand for others that a path is followed through.
const DEEPEST: usize = 8;
