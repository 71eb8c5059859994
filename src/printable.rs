//! printable: text of others as a record may hold it: on one line, and read in the order in which it stands.

use std::{borrow::Cow, fmt::Write as _};

use crate::caller::is_invisible;

/// `text` with what is invisible or would begin, end or turn round a line escaped (JRN-4).
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_invisible(c) {
            escaped.extend(c.escape_debug());
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Adds `value` to a line of `NAME=value`: as it is when it is one word, else in quotes, with quotes and backslashes
/// in it escaped.
pub(crate) fn push_value(line: &mut String, value: &str) {
    let is_word = !value.is_empty() && value.bytes().all(|c| c.is_ascii_graphic() && c != b'"');
    if is_word {
        line.push_str(value);
        return;
    }
    line.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => line.extend(['\\', c]),
            _ if is_invisible(c) => line.extend(c.escape_debug()),
            _ => line.push(c),
        }
    }
    line.push('"');
}

/// `json` with the same characters as `\u` escapes: to a reader of JSON it says what it said.
pub(crate) fn printable_json(json: String) -> String {
    if is_plain(&json) || !json.contains(is_invisible) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_invisible(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// `true` when all of `text` is visible ASCII and blanks, as nearly all texts are: to see that takes a tenth of the time
/// that looking at each character takes.
fn is_plain(text: &str) -> bool {
    let octets = text.bytes();
    octets.fold(true, |is_plain, octet| {
        is_plain & (b' '..=b'~').contains(&octet)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that could end a line, hide in it or turn it round.
    const HOSTILE: &str = "a\r\n\0\u{1b}[2J\u{7f}\u{85}\u{9b}\u{2028}\u{2029}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}b";

    /// Rows: JRN-4
    #[test]
    fn jrn_4_nothing_invisible_is_left_and_nothing_else_is_touched() {
        let escaped = printable(HOSTILE);
        assert_eq!(
            escaped,
            "a\\r\\n\\0\\u{1b}[2J\\u{7f}\\u{85}\\u{9b}\\u{2028}\\u{2029}\\u{202e}\\u{2066}\\u{200b}\\u{feff}\\u{e0041}b"
        );
        for plain in ["bank", "bänk", "e\u{301}", "日本 \"quoted\" C:\\x", ""] {
            assert_eq!(printable(plain), plain);
        }
    }

    /// Rows: JRN-4
    #[test]
    fn jrn_4_a_value_cannot_end_and_no_other_field_begins_in_it() {
        for (value, line) in [
            ("word", "word"),
            ("a=b,c\\d", "a=b,c\\d"),
            ("", "\"\""),
            ("two words", "\"two words\""),
            ("a\" PERILD_STATUS=200", "\"a\\\" PERILD_STATUS=200\""),
            ("a\\\" b", "\"a\\\\\\\" b\""),
            ("bänk\n", "\"bänk\\n\""),
        ] {
            let mut written = String::new();
            push_value(&mut written, value);
            assert_eq!(written, line);
        }
        let mut written = String::new();
        push_value(&mut written, HOSTILE);
        assert!(!written.contains(is_invisible), "{written:?}");
    }

    /// Rows: JRN-4
    #[test]
    fn jrn_4_json_says_the_same_with_nothing_invisible_in_it() {
        let json = serde_json::json!({ HOSTILE: HOSTILE });
        let escaped = printable_json(json.to_string());
        assert!(!escaped.contains(is_invisible), "{escaped:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&escaped).unwrap(),
            json
        );
    }
}
