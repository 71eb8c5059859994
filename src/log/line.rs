//! Records as lines: text for people, JSON for machines, with the journal's field names in both.

use std::fmt::{self, Write as _};

use tracing::{
    Event, Level,
    field::{Field, Visit},
};

use crate::clock::Timestamp;

/// An access record says in its fields what its message would repeat.
pub(super) fn text(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    let mut line = String::with_capacity(LINE_BYTES);
    let _ = write!(line, "{} {} ", Timestamp::now(), metadata.level());
    if metadata.target() == super::access::TARGET {
        line.push_str("access");
    } else {
        event.record(&mut Message(&mut line));
    }
    event.record(&mut Fields(&mut line));
    line.push('\n');
    line
}

pub(super) fn json(event: &Event<'_>) -> String {
    let mut fields = Json(serde_json::Map::new());
    event.record(&mut fields);
    let metadata = event.metadata();
    fields.put("TIMESTAMP", Timestamp::now().to_string());
    fields.put("PRIORITY", priority(*metadata.level()));
    fields.put("TARGET", metadata.target());
    serde_json::Value::Object(fields.0).to_string() + "\n"
}

/// The journal's number for `level`.
pub(super) fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

/// The message alone.
struct Message<'l>(&'l mut String);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            return;
        }
        // Whatever an error quotes, a record stays one line.
        for c in format!("{value:?}").chars() {
            if c.is_control() {
                self.0.extend(c.escape_debug());
            } else {
                self.0.push(c);
            }
        }
    }
}

/// Everything but the message.
struct Fields<'l>(&'l mut String);

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        self.0.push_str(" PERILD_");
        let start = self.0.len();
        self.0.push_str(field.name());
        if let Some(name) = self.0.get_mut(start..) {
            name.make_ascii_uppercase();
        }
        self.0.push('=');
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            self.name(field);
            let _ = write!(self.0, "{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        let is_plain =
            !value.is_empty() && value.bytes().all(|c| c.is_ascii_graphic() && c != b'"');
        if is_plain {
            self.0.push_str(value);
        } else {
            let _ = write!(self.0, "{value:?}");
        }
    }
}

struct Json(serde_json::Map<String, serde_json::Value>);

impl Json {
    fn put(&mut self, name: &str, value: impl Into<serde_json::Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn field(&mut self, field: &Field, value: impl Into<serde_json::Value>) {
        match field.name() {
            "message" => self.put("MESSAGE", value),
            name => self.put(&format!("PERILD_{}", name.to_ascii_uppercase()), value),
        }
    }
}

impl Visit for Json {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, value);
    }
}

/// About what an access record has.
const LINE_BYTES: usize = 512;
