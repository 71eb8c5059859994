//! A doc line begins with the noun that the field knows: none opens with a question word but a few lines of `--help`.

use std::{collections::BTreeSet, fs, path::Path};

use crate::printed::sources;

/// Rooms in which first lines may open with a question word, with the number that is not to be passed. A room that is
/// not here has none.
const STILL: &[(&str, usize)] = &[
    // Those that `--help` prints.
    ("commands", 8),
];

#[test]
fn doc_lines_begin_with_a_noun_and_not_with_a_question_word() {
    let mut found: Vec<(String, String)> = Vec::new();
    for path in ["src", "query/src"]
        .map(Path::new)
        .into_iter()
        .flat_map(sources)
    {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        let lines = first_lines(&text).filter(|(_, line)| opens_with_a_question(line));
        let lines = lines.map(|(number, line)| format!("{name}:{number}: {line}"));
        found.extend(lines.map(|line| (room(&name).to_owned(), line)));
    }
    let rooms: BTreeSet<_> = found.iter().map(|(room, _)| room).collect();
    for room in rooms {
        let lines: Vec<_> = found.iter().filter(|(of, _)| of == room).collect();
        let still = STILL.iter().find(|(name, _)| name == room);
        let most = still.map_or(0, |(_, most)| *most);
        let lines: Vec<_> = lines.iter().map(|(_, line)| line.as_str()).collect();
        assert!(
            lines.len() <= most,
            "of the doc lines in {room} {} open with a question word, and at most {most} may; begin with the noun \
             that the field knows, and say the why after it:\n{}",
            lines.len(),
            lines.join("\n")
        );
    }
}

#[test]
fn a_first_line_that_opens_with_a_question_word_is_found_and_no_other() {
    let text = "//! What it is.\n//! How it works.\nfn f() {}\n    /// Whether it holds.\n/// Whatever comes.\n\n\
                /// A noun.\n/// Why it is so.\n// Who asks.\n/// Where, and when.\n";
    let found: Vec<_> = first_lines(text)
        .filter(|(_, line)| opens_with_a_question(line))
        .collect();
    assert_eq!(
        found,
        [
            (1, "What it is."),
            (4, "Whether it holds."),
            (10, "Where, and when.")
        ]
    );
}

/// The first line of each doc comment, with its number.
fn first_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut before = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let line = line.trim_start();
        let mark = ["///", "//!"]
            .into_iter()
            .find(|mark| line.starts_with(mark));
        let is_first = mark.is_some() && mark != before;
        before = mark;
        is_first.then(|| (index + 1, line.get(3..).unwrap_or_default().trim()))
    })
}

fn opens_with_a_question(line: &str) -> bool {
    let word = line.split(|c: char| !c.is_ascii_alphabetic()).next();
    word.is_some_and(|word| QUESTIONS.contains(&word))
}

/// The room of a file, as `edge` of `src/edge/body.rs` and `clock` of `src/clock.rs`.
fn room(path: &str) -> &str {
    let path = path.strip_prefix("src/").unwrap_or(path);
    path.split(['/', '.']).next().unwrap_or(path)
}

const QUESTIONS: [&str; 9] = [
    "How", "What", "Where", "Whether", "Which", "Who", "Whom", "Whose", "Why",
];
