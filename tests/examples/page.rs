//! A page of commands and what they answer.

use std::{fs, os::unix::fs::symlink, process::Command};

use serde_json::Value;

use crate::development::{Development, output};

/// Commands, and the answer that is shown for them.
pub(crate) struct Block {
    pub(crate) commands: String,
    pub(crate) answer: Option<String>,
}

/// The fenced blocks of `page`: `sh`, and what follows it up to the next `sh`.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for fenced in page.split("\n```").skip(1).step_by(2) {
        let (kind, content) = fenced.split_once('\n').unwrap();
        if kind == "sh" {
            blocks.push(Block {
                commands: content.to_owned(),
                answer: None,
            });
        } else {
            let before = blocks.last_mut().unwrap();
            assert!(before.answer.is_none(), "one answer to {}", before.commands);
            before.answer = Some(content.to_owned());
        }
    }
    blocks
}

/// Puts the program where `cargo build --release` would, for pages that call it there.
pub(crate) fn build(development: &Development) {
    let release = development.path("target/release");
    fs::create_dir(&release).unwrap();
    symlink(env!("CARGO_BIN_EXE_perild"), release.join("perild")).unwrap();
}

/// Runs the commands of `page` one after the other in one shell, each of which must answer what is shown; how many are.
pub(crate) fn compared(development: &Development, page: &str) -> usize {
    let blocks = blocks(page);
    let commands = blocks.iter().map(|block| block.commands.as_str());
    let script = commands
        .flat_map(|commands| [commands, "\nprintf '\\036'\n"])
        .collect::<String>();
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", &script]);
    shell.current_dir(development.directory());
    let said = output(shell);
    let answers: Vec<_> = said.split('\u{1e}').collect();
    assert_eq!(answers.len(), blocks.len() + 1, "{said}");
    let shown = blocks.iter().zip(answers).filter_map(|(block, answer)| {
        let shown = block.answer.as_deref()?;
        Some((&block.commands, shown, answer))
    });
    let shown: Vec<_> = shown.collect();
    for (commands, shown, answer) in &shown {
        assert_eq!(comparable(answer), comparable(shown), "{commands}");
    }
    shown.len()
}

/// JSON without what every import changes; anything else as it is, but for the ends of its lines.
fn comparable(answer: &str) -> Value {
    let answer = answer.trim();
    let Ok(mut value) = serde_json::from_str::<Value>(answer) else {
        return answer.replace("\r\n", "\n").into();
    };
    if let Some(store) = value.get_mut("store").and_then(Value::as_object_mut) {
        assert!(store.remove("version").is_some() && store.remove("imported_at").is_some());
    }
    value
}
