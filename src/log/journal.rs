//! Records in the journal's native form: each field once, as it is.

use std::fmt::{self, Write as _};

use tracing::{
    Event,
    field::{Field, Visit},
};

use super::line::priority;

/// `event` as one datagram (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL>): the message and perild's fields, and of
/// what a library might add nothing, for an access record is written with each request.
pub(super) fn native(event: &Event<'_>) -> Vec<u8> {
    let metadata = event.metadata();
    let mut fields = Fields {
        record: Vec::with_capacity(RECORD_BYTES),
        text: String::new(),
    };
    fields.put("SYSLOG_IDENTIFIER", "perild");
    fields.put("TARGET", metadata.target());
    fields.debug("PRIORITY", &priority(*metadata.level()));
    event.record(&mut fields);
    fields.record
}

struct Fields {
    record: Vec<u8>,
    text: String,
}

impl Fields {
    /// `NAME=value`, or with its length before it where the value has a line break (JRN-4).
    fn put(&mut self, name: &str, value: &str) {
        let value = shortened(value);
        self.record.extend_from_slice(name.as_bytes());
        if value.contains('\n') {
            let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
            self.record.push(b'\n');
            self.record.extend_from_slice(&length.to_le_bytes());
        } else {
            self.record.push(b'=');
        }
        self.record.extend_from_slice(value.as_bytes());
        self.record.push(b'\n');
    }

    fn debug(&mut self, name: &str, value: &dyn fmt::Debug) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let _ = write!(text, "{value:?}");
        self.put(name, &text);
        self.text = text;
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.debug(&name(field), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(&name(field), value);
    }
}

/// `PERILD_STATUS` for `status`; the message has the journal's own name.
fn name(field: &Field) -> String {
    match field.name() {
        "message" => "MESSAGE".to_owned(),
        name => format!("PERILD_{}", name.to_ascii_uppercase()),
    }
}

/// The start of a value that no record needs whole, so that every record fits into one datagram.
fn shortened(value: &str) -> &str {
    value
        .get(..value.floor_char_boundary(VALUE_BYTES))
        .unwrap_or(value)
}

/// About what an access record has.
const RECORD_BYTES: usize = 1024;

/// The longest value: a dozen of these are within what the kernel takes as one datagram by default.
const VALUE_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn put(value: &str) -> Vec<u8> {
        let mut fields = Fields {
            record: Vec::new(),
            text: String::new(),
        };
        fields.put("PERILD_DECISION", value);
        fields.record
    }

    /// Rows: JRN-4
    #[test]
    fn jrn_4_a_line_break_in_a_value_begins_no_field_of_its_own() {
        assert_eq!(put("granted"), b"PERILD_DECISION=granted\n");
        assert_eq!(
            put("a\nMESSAGE=forged"),
            b"PERILD_DECISION\n\x10\0\0\0\0\0\0\0a\nMESSAGE=forged\n"
        );
    }

    #[test]
    fn a_value_is_cut_where_a_character_ends() {
        let long = "ä".repeat(VALUE_BYTES);
        assert_eq!(shortened(&long).len(), VALUE_BYTES);
        assert_eq!(shortened(&format!("a{long}")).len(), VALUE_BYTES - 1);
        assert_eq!(shortened("short"), "short");
    }
}
