//! JSON and GeoJSON: the members of every element or feature, one after another.

use std::{collections::HashMap, fmt, io::Read};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

use super::{
    column::Column,
    findings::{Findings, FoundField},
    tabular::FoundTable,
};
use crate::dataset::metadata::FieldType;

/// Everything that a document of JSON says of itself.
pub(super) fn survey(reader: impl Read) -> Result<Findings, serde_json::Error> {
    let mut survey = Survey::default();
    let mut document = serde_json::Deserializer::from_reader(reader);
    document.deserialize_any(Document(&mut survey))?;
    document.end()?;
    Ok(survey.findings())
}

#[derive(Default)]
struct Survey {
    elements: u64,
    columns: Vec<Column>,
    positions: HashMap<String, usize>,
    has_geometry: bool,
    bbox: Option<[f64; 4]>,
    is_cut: bool,
}

impl Survey {
    fn element(&mut self, element: &Value) {
        self.elements = self.elements.saturating_add(1);
        let Some(members) = element.as_object() else {
            return;
        };
        let is_feature = members.get("type").and_then(Value::as_str) == Some("Feature");
        match members.get("properties") {
            Some(Value::Object(properties)) if is_feature => {
                self.has_geometry = true;
                self.coordinates(members.get("geometry"));
                self.members(properties);
            }
            _ if is_feature => self.has_geometry = true,
            _ => self.members(members),
        }
    }

    fn members(&mut self, members: &Map<String, Value>) {
        for (name, value) in members {
            let Some(column) = self.column(name) else {
                self.is_cut = true;
                continue;
            };
            match value {
                Value::Null => column.take(""),
                Value::Bool(_) | Value::Number(_) => column.take(&value.to_string()),
                // Text of digits is text: its zeros may matter.
                Value::String(text) if text.parse::<f64>().is_err() => column.take(text),
                Value::String(text) => column.take_text(text),
                Value::Array(_) | Value::Object(_) => column.take_text(""),
            }
        }
    }

    fn column(&mut self, name: &str) -> Option<&mut Column> {
        let next = self.columns.len();
        let position = match self.positions.get(name) {
            Some(position) => *position,
            None if next < MOST_FIELDS => {
                self.positions.insert(name.to_owned(), next);
                self.columns.push(Column::new(name));
                next
            }
            None => return None,
        };
        self.columns.get_mut(position)
    }

    /// Positions of any geometry: the innermost arrays, which begin with two numbers (RFC 7946 §3.1.1).
    fn coordinates(&mut self, geometry: Option<&Value>) {
        let mut ahead: Vec<&Value> = geometry.into_iter().collect();
        while let Some(value) = ahead.pop() {
            match value {
                Value::Array(items) => match (items.first(), items.get(1)) {
                    (Some(Value::Number(x)), Some(Value::Number(y))) => {
                        if let Some((x, y)) = x.as_f64().zip(y.as_f64()) {
                            self.reach(x, y);
                        }
                    }
                    _ => ahead.extend(items),
                },
                Value::Object(members) => {
                    let inner = ["coordinates", "geometries"].map(|key| members.get(key));
                    ahead.extend(inner.into_iter().flatten());
                }
                _ => {}
            }
        }
    }

    fn reach(&mut self, x: f64, y: f64) {
        let [west, south, east, north] = self.bbox.unwrap_or([x, y, x, y]);
        self.bbox = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
    }

    fn findings(self) -> Findings {
        let mut findings = Findings::of(&self.columns, self.elements);
        if self.has_geometry {
            findings.bbox = self.bbox;
            findings.table = FoundTable::of(&self.columns, self.elements, true);
            let field_type = Some(FieldType::Geometry);
            let name = "geometry".to_owned();
            findings.fields.push(FoundField {
                name,
                field_type,
                ..FoundField::default()
            });
        }
        if self.is_cut {
            findings.note(format!("only the first {MOST_FIELDS} fields are described"));
        }
        findings
    }
}

/// The whole document: a list of elements, an object with a list in it, or one element.
struct Document<'s>(&'s mut Survey);

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<Value>()? {
            self.0.element(&element);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut own = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match &*name {
                "features" | "data" | "items" | "value" | "records" => {
                    if let Some(other) = members.next_value_seed(List(self.0))? {
                        own.insert(name, other);
                    }
                }
                "type" => {
                    own.insert(name, members.next_value()?);
                }
                _ if own.len() < MOST_FIELDS => {
                    own.insert(name, members.next_value()?);
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        if self.0.elements == 0
            && own.get("type").and_then(Value::as_str) != Some("FeatureCollection")
        {
            self.0.element(&Value::Object(own));
        }
        Ok(())
    }
}

/// A list whose elements are surveyed one by one; the value itself where it is no list.
struct List<'s>(&'s mut Survey);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Document(self.0).visit_seq(list)?;
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        let members = serde::de::value::MapAccessDeserializer::new(members);
        Value::deserialize(members).map(Some)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Value::Null))
    }
}

const MOST_FIELDS: usize = 1_000;
