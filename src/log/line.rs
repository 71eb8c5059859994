//! Records as lines: text for people, JSON for machines, with the journal's field names in both.

use std::{
    fmt::{self, Write as _},
    io::Write,
    sync::Mutex,
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use crate::clock::Timestamp;

/// Writes each event as one line, in one write.
#[derive(Debug)]
pub(super) struct Lines<W> {
    writer: Mutex<W>,
    is_json: bool,
}

impl<W> Lines<W> {
    pub(super) fn new(writer: W, is_json: bool) -> Self {
        Self {
            writer: Mutex::new(writer),
            is_json,
        }
    }
}

impl<S: Subscriber, W: Write + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = if self.is_json {
            json(event)
        } else {
            text(event)
        };
        if let Ok(mut writer) = self.writer.lock() {
            // A closed stderr must not end the daemon, and there is nowhere left to complain.
            let _ = writer.write_all(line.as_bytes());
        }
    }
}

fn text(event: &Event<'_>) -> String {
    let mut fields = Text {
        message: String::new(),
        fields: String::with_capacity(400),
    };
    event.record(&mut fields);
    let metadata = event.metadata();
    let is_access = metadata.target() == super::access::TARGET;
    let message = if is_access { "access" } else { &fields.message };
    format!(
        "{} {} {message}{}\n",
        Timestamp::now(),
        metadata.level(),
        fields.fields
    )
}

fn json(event: &Event<'_>) -> String {
    let mut fields = Json(serde_json::Map::new());
    event.record(&mut fields);
    let metadata = event.metadata();
    fields.put("TIMESTAMP", Timestamp::now().to_string());
    fields.put("PRIORITY", priority(*metadata.level()));
    fields.put("TARGET", metadata.target());
    serde_json::Value::Object(fields.0).to_string() + "\n"
}

/// The journal's number for `level`.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let _ = write!(self.fields, " PERILD_");
        self.fields
            .extend(field.name().chars().map(|c| c.to_ascii_uppercase()));
        let _ = write!(self.fields, "={value}");
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Whatever an error quotes, a record stays one line.
            for c in format!("{value:?}").chars() {
                if c.is_control() {
                    self.message.extend(c.escape_debug());
                } else {
                    self.message.push(c);
                }
            }
        } else {
            self.put(field, format_args!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_graphic() && c != '"');
        if is_plain {
            self.put(field, format_args!("{value}"));
        } else {
            self.put(field, format_args!("{value:?}"));
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
