//! A page of commands and what they answer.

use serde_json::Value;

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

/// JSON without what every import changes; anything else as it is, but for the ends of its lines.
pub(crate) fn comparable(answer: &str) -> Value {
    let answer = answer.trim();
    let Ok(mut value) = serde_json::from_str::<Value>(answer) else {
        return answer.replace("\r\n", "\n").into();
    };
    if let Some(store) = value.get_mut("store").and_then(Value::as_object_mut) {
        assert!(store.remove("version").is_some() && store.remove("imported_at").is_some());
    }
    value
}
