//! Records as lines: text for people, JSON for machines, with the journal's field names in both.

use std::fmt::{self, Write as _};

use tracing::{
    Event, Level,
    field::{Field, Visit},
};

use crate::clock::Timestamp;
use crate::printable::{printable, printable_json, push_value};

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
    printable_json(serde_json::Value::Object(fields.0).to_string()) + "\n"
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
        self.0.push_str(&printable(&format!("{value:?}")));
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
            push_value(self.0, &format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        push_value(self.0, value);
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
const LINE_BYTES: usize = 768;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::Subscriber;
    use tracing_subscriber::{
        Layer,
        layer::{Context, SubscriberExt},
        registry,
    };

    use super::*;

    struct Written {
        encode: fn(&Event<'_>) -> String,
        lines: Arc<Mutex<String>>,
    }

    impl<S: Subscriber> Layer<S> for Written {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.lines.lock().unwrap().push_str(&(self.encode)(event));
        }
    }

    /// Text of strangers, in every kind of field that an event has.
    fn written(encode: fn(&Event<'_>) -> String) -> String {
        let lines = Arc::default();
        let written = Written {
            encode,
            lines: Arc::clone(&lines),
        };
        let hostile = "a\" PERILD_X=1\n\u{1b}[2J\u{2028}\u{202e}\u{9b}z";
        tracing::subscriber::with_default(registry().with(written), || {
            let error = std::io::Error::other(hostile);
            let error: &dyn std::error::Error = &error;
            tracing::warn!(
                text = hostile,
                shown = %hostile,
                cause = error,
                number = 7_u64,
                is_so = true,
                "it said {hostile}"
            );
        });
        lines.lock().unwrap().clone()
    }

    /// Rows: JRN-4
    #[test]
    fn jrn_4_in_text_no_field_of_any_kind_begins_another_line_or_field() {
        let log = written(text);
        let line = log.strip_suffix('\n').unwrap();
        assert!(!line.contains(crate::caller::is_invisible), "{line:?}");
        let escaped = "a\\\" PERILD_X=1\\n\\u{1b}[2J\\u{2028}\\u{202e}\\u{9b}z";
        for field in ["TEXT", "SHOWN", "CAUSE"] {
            assert!(
                line.contains(&format!(" PERILD_{field}=\"{escaped}\"")),
                "{line}"
            );
        }
        assert!(
            line.contains(" PERILD_NUMBER=7 PERILD_IS_SO=true"),
            "{line}"
        );
    }

    /// Rows: JRN-4
    #[test]
    fn jrn_4_in_json_every_field_says_what_was_said_on_one_line() {
        let log = written(json);
        let line = log.strip_suffix('\n').unwrap();
        assert!(!line.contains(crate::caller::is_invisible), "{line:?}");
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let hostile = "a\" PERILD_X=1\n\u{1b}[2J\u{2028}\u{202e}\u{9b}z";
        for field in ["TEXT", "SHOWN", "CAUSE"] {
            assert_eq!(record[format!("PERILD_{field}")], hostile, "{line}");
        }
        assert_eq!(record["MESSAGE"], format!("it said {hostile}"));
    }
}
