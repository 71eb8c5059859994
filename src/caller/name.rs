//! Names of subjects and issuers as text: RFC 4514, safe to print.

use std::fmt::Write;

use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// The name as RFC 4514 §2 writes it, last component first.
///
/// Escaped beyond that RFC: whatever is invisible or would reorder the line it is printed on.
pub(super) fn printed(name: &X509Name<'_>) -> String {
    let components: Vec<_> = name.iter_rdn().collect();
    let components = components.iter().rev().map(|component| {
        component
            .iter()
            .map(attribute)
            .collect::<Vec<_>>()
            .join("+")
    });
    components.collect::<Vec<_>>().join(",")
}

/// The same for a name that nobody vouches for, cut after [`UNVOUCHED_CHARACTERS`].
pub(super) fn printed_unvouched(name: &X509Name<'_>) -> String {
    let full = printed(name);
    match full.char_indices().nth(UNVOUCHED_CHARACTERS) {
        Some((end, _)) => full.get(..end).unwrap_or_default().to_owned() + "...",
        None => full,
    }
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let known = SHORT_NAMES.iter().find(|(known, _)| *known == oid);
    match (known, attribute.as_str()) {
        (Some((_, name)), Ok(value)) => format!("{name}={}", escaped(value)),
        (Some((_, name)), Err(_)) => format!("{name}=#{}", hex(attribute.as_slice())),
        (None, _) => format!("{oid}=#{}", hex(attribute.as_slice())),
    }
}

/// RFC 4514 §2.4.
fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (at, character) in value.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', character]),
            ' ' if at == 0 || at == last => text.push_str("\\ "),
            '#' if at == 0 => text.push_str("\\#"),
            _ if is_invisible(character) => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(text, "\\{byte:02X}");
                }
            }
            _ => text.push(character),
        }
    }
    text
}

/// Control characters, line separators, and marks of direction or of no width.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

const UNVOUCHED_CHARACTERS: usize = 256;

/// RFC 4514 §3, and three that directories of organisations use.
const SHORT_NAMES: [(&str, &str); 12] = [
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.97", "organizationIdentifier"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4514_2_4_special_and_invisible_characters_are_escaped() {
        let cases = [
            ("plain name", "plain name"),
            (" led and trailed ", "\\ led and trailed\\ "),
            ("#1, \"A+B\" <x>;\\", "\\#1\\, \\\"A\\+B\\\" \\<x\\>\\;\\\\"),
            ("two\nlines\0", "two\\0Alines\\00"),
            ("turned\u{202e}round", "turned\\E2\\80\\AEround"),
            ("Zürich", "Zürich"),
            ("", ""),
        ];
        for (value, expected) in cases {
            assert_eq!(escaped(value), expected);
        }
    }
}
