//! Text as HTML, so that nothing in it can become markup.

use std::fmt::Write;

/// The little of `CommonMark` that the document has: paragraphs, lists, code.
pub(crate) fn prose(text: &str) -> String {
    let mut html = String::new();
    let blocks = text.split("\n\n").map(str::trim);
    for block in blocks.filter(|block| !block.is_empty()) {
        let items: Option<Vec<_>> = block.lines().map(|line| line.strip_prefix("- ")).collect();
        let _ = match items {
            Some(items) => {
                let items = items
                    .into_iter()
                    .map(|item| format!("<li>{}</li>", coded(item)));
                write!(html, "<ul>{}</ul>", items.collect::<String>())
            }
            None => write!(html, "<p>{}</p>", coded(block)),
        };
    }
    html
}

/// `text` with what stands between backticks as code.
pub(crate) fn coded(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate().map(|(index, part)| {
        if index % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part.to_owned()
        }
    });
    parts.collect()
}

/// `text` as code.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// `text` with every character that means something in HTML escaped.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_code_are_told_apart() {
        assert_eq!(
            prose("a `b`\n\n- c\n- `d`"),
            "<p>a <code>b</code></p><ul><li>c</li><li><code>d</code></li></ul>"
        );
        assert_eq!(prose("- c\nd"), "<p>- c\nd</p>");
        assert_eq!(prose("\n\n"), "");
    }

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        assert_eq!(coded("`<b>`\"&"), "<code>&lt;b&gt;</code>&quot;&amp;");
    }
}
