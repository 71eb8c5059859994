//! The rooms of `src/` in their order, and no file, there or in `query/`, that uses another which uses it in turn.

mod circles;
mod imports;
mod tokens;

use std::{collections::BTreeMap, path::Path};

use circles::circles;
use imports::{Crate, Module};

/// The rooms; each uses those above it and none below.
const ROOMS: &[&str] = &[
    "clock",
    "disk",
    "fair_semaphore",
    "edge",
    "caller",
    "provenance",
    "token",
    "policy",
    "dataset",
    "response",
    "metrics",
    "printable",
    "audit",
    "log",
    "config",
    "service",
    "import",
    "sample",
    "description",
    "discovery",
    "harvest",
    "climatescore",
    "app",
    "commands",
];

/// A room that uses one below it, and why that may stay.
type Exception = (&'static str, &'static str, &'static str);

const EXCEPTIONS: &[Exception] = &[
    (
        "climatescore",
        "app",
        "the old contract stands beside app: each uses the other, and one commit deletes it",
    ),
    (
        "description",
        "climatescore",
        "the document has the old paths as well",
    ),
];

#[test]
fn each_room_uses_those_above_it_and_none_below() {
    let mut unused: Vec<_> = EXCEPTIONS.to_vec();
    let mut found = Vec::new();
    for (module, used) in Crate::read(Path::new("src")).uses() {
        let Some(room) = room(&module) else {
            continue;
        };
        for other in used {
            let below = self::room(&other).filter(|other| place(other) > place(room));
            let Some(below) = below else {
                continue;
            };
            unused.retain(|(a, b, _)| (*a, *b) != (room, below));
            if !EXCEPTIONS.iter().any(|(a, b, _)| (*a, *b) == (room, below)) {
                found.push(format!("{} uses {}", module.join("/"), other.join("/")));
            }
        }
    }
    assert!(
        found.is_empty(),
        "a room may use those above it only, in this order: {}\n{}",
        ROOMS.join(", "),
        found.join("\n")
    );
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut found = Vec::new();
    for crate_folder in ["src", "query/src"] {
        for circle in circles(&Crate::read(Path::new(crate_folder)).uses()) {
            let names: Vec<_> = circle.iter().map(|module| module.join("/")).collect();
            found.push(format!("{crate_folder}: {}", names.join(", ")));
        }
    }
    assert!(
        found.is_empty(),
        "what both of two files need stands in a third:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_name_is_followed_to_the_file_that_has_it() {
    let uses = crate_of(&[
        ("", "pub mod a; mod b;"),
        ("a", "mod c; pub use c::Thing as Other; pub fn f() {}"),
        ("a/c", "use super::*; pub struct Thing;"),
        (
            "b",
            "use crate::a::{self, Other}; fn g() -> Other { a::f() }",
        ),
        (
            "d",
            "fn g() { crate::a::Other::new(); serde_json::Value::Null; }",
        ),
        ("e", "use crate::a; fn g() { json!({\"x\": a::f()}) }"),
        (
            "f",
            "#[cfg(test)] mod tests { use crate::a::f; } // crate::a::f",
        ),
    ])
    .uses();
    let of = |name: &str| -> Vec<_> {
        let others = uses[&module(name)].iter();
        others.map(|other| other.join("/")).collect()
    };
    assert_eq!(of("b"), ["a", "a/c"]);
    assert_eq!(of("d"), ["a/c"]);
    assert_eq!(of("e"), ["a"]);
    assert_eq!(of("f"), [""; 0]);
    // What is only handed on is not used.
    assert_eq!(of("a"), [""; 0]);
    assert_eq!(of("a/c"), ["a"]);
}

#[test]
fn a_circle_is_found_and_a_file_may_use_the_one_that_it_belongs_to() {
    let of = |texts: &[(&str, &str)]| circles(&crate_of(texts).uses());
    let straight = [
        ("a", "use crate::b::y; fn x() {}"),
        ("b", "use crate::c::z; fn y() {}"),
        ("c", "fn z() {}"),
    ];
    assert_eq!(of(&straight), Vec::<Vec<Module>>::new());
    let mut round = straight;
    round[2] = ("c", "use crate::a::x; fn z() {}");
    assert_eq!(of(&round), [["a", "b", "c"].map(module).to_vec()]);
    let child = [
        ("a", "mod b; fn f() { b::g() } struct Own;"),
        ("a/b", "use super::Own;"),
    ];
    assert_eq!(of(&child), Vec::<Vec<Module>>::new());
}

fn crate_of(texts: &[(&str, &str)]) -> Crate {
    let texts = texts
        .iter()
        .map(|(name, text)| (module(name), (*text).to_owned()));
    Crate::of(&texts.collect::<BTreeMap<_, _>>())
}

fn module(name: &str) -> Module {
    name.split('/')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The room of a module; none for the root of the crate.
fn room(module: &Module) -> Option<&str> {
    module.first().map(String::as_str)
}

fn place(room: &str) -> usize {
    let place = ROOMS.iter().position(|one| *one == room);
    place.unwrap_or_else(|| panic!("where does the room {room} stand among {ROOMS:?}?"))
}
