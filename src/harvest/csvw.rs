//! The columns of a collection's tables as CSV on the Web (W3C Metadata Vocabulary for Tabular Data).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{
    Source,
    record::{CSV, Record, is_tabular},
};
use crate::dataset::metadata::{Field, FieldType};

impl Source<'_> {
    /// The tables of the collection `id`; none where it is in no public list, or its columns are not described.
    #[must_use]
    pub fn csvw(self, id: &str) -> Option<Value> {
        let collection = self.catalog.get(id)?;
        let is_told = collection.is_listed() && is_tabular(collection);
        let record = Record::of(self, collection).filter(|_| is_told)?;
        let files = record.files().iter();
        let tables = files.filter(|file| file.media_type.essence() == CSV);
        let tables: Vec<_> = tables
            .map(|file| json!({"url": record.download(file)}))
            .collect();
        let columns: Vec<_> = record.metadata().fields.iter().map(column).collect();
        (!tables.is_empty()).then(|| {
            json!({
                "@context": ["http://www.w3.org/ns/csvw", {"@language": self.settings.language}],
                "dc:title": record.title(),
                "tables": tables,
                "tableSchema": {"columns": columns},
            })
        })
    }
}

fn column(field: &Field) -> Value {
    let mut column = Map::new();
    let name = utf8_percent_encode(&field.name, NAME).to_string();
    column.insert("name".to_owned(), name.into());
    // The first title is the one that stands above the column.
    let title = field
        .title
        .as_deref()
        .filter(|title| **title != *field.name);
    let titles: Vec<_> = [&*field.name].into_iter().chain(title).collect();
    column.insert("titles".to_owned(), titles.into());
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            column.insert(name.to_owned(), value);
        }
    };
    say("datatype", field.field_type.map(datatype));
    let definition = field.definition.as_deref();
    say("dc:description", definition.map(Value::from));
    let unit = field.unit.as_ref();
    // CSVW has no term for units; QUDT's has codes of UCUM.
    say(
        "http://qudt.org/schema/qudt/ucumCode",
        unit.filter(|unit| unit.is_ucum())
            .map(|unit| unit.code().into()),
    );
    column.into()
}

fn datatype(of: FieldType) -> Value {
    match of {
        FieldType::Boolean => "boolean",
        FieldType::Date => "date",
        FieldType::DateTime => "datetime",
        FieldType::Integer => "integer",
        FieldType::Number => "number",
        FieldType::Geometry | FieldType::String => "string",
    }
    .into()
}

/// Characters that names of columns have as they are (RFC 6570 §2.3).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');
