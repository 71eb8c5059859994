//! Tables of records, features and series: the keys of `[collection]` and `[csv]` that say which column is what.

use perild_query::{
    ColumnType, Time,
    source::{ColumnHint, CsvHints, DateOrder, DecimalMark, GeometryHint, Hints, step_ms, zone},
};
use strum::VariantNames;

use super::{
    Problem, Variable,
    table::{Lined, Section, shortened},
};
use crate::{
    dataset::{Kind, metadata::FieldType},
    policy::is_reserved,
};

/// The layout of a table, for who imports it.
#[derive(Clone, Debug, PartialEq)]
pub struct TableLayout {
    /// Roles and types of columns, and how values are written.
    pub hints: Hints,
    /// The address of its own that the collection has beside that of its id.
    pub alias: Option<Box<str>>,
}

/// The keys of `[collection]` that tables have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TableKeys {
    key: Option<Lined<Vec<Box<str>>>>,
    time: Option<Lined<Box<str>>>,
    begin: Option<Lined<Box<str>>>,
    end: Option<Lined<Box<str>>>,
    geometry: Option<Lined<Box<str>>>,
    longitude: Option<Lined<Box<str>>>,
    latitude: Option<Lined<Box<str>>>,
    step: Option<Lined<u64>>,
    zone: Option<Lined<Box<str>>>,
    pub(super) alias: Option<Lined<Box<str>>>,
}

impl TableKeys {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let step = section.text("step").and_then(|Lined { value, line }| {
            let found = step_ms(&value);
            if found.is_none() {
                let text = shortened(&value);
                section.complain(line, "step", Problem::StepMalformed { text });
            }
            found.map(|value| Lined { value, line })
        });
        let named = section.text("zone").filter(|Lined { value, line }| {
            let is_known = zone(value).is_some();
            if !is_known {
                let text = shortened(value);
                section.complain(*line, "zone", Problem::ZoneUnknown { text });
            }
            is_known
        });
        let alias = section.text("alias").filter(|Lined { value, line }| {
            let is_address = is_alias(value);
            if !is_address {
                let text = shortened(value);
                section.complain(*line, "alias", Problem::AliasMalformed { text });
            }
            is_address
        });
        Self {
            key: key(section),
            time: section.text("time"),
            begin: section.text("begin"),
            end: section.text("end"),
            geometry: section.text("geometry"),
            longitude: section.text("longitude"),
            latitude: section.text("latitude"),
            step,
            zone: named,
            alias,
        }
    }

    /// These keys, and where there is none, those of `profile`.
    pub(super) fn lay_under(&mut self, profile: &Self) {
        fn add<T: Clone>(key: &mut Option<T>, profile: Option<&T>) {
            if key.is_none() {
                *key = profile.cloned();
            }
        }
        add(&mut self.key, profile.key.as_ref());
        add(&mut self.time, profile.time.as_ref());
        add(&mut self.begin, profile.begin.as_ref());
        add(&mut self.end, profile.end.as_ref());
        add(&mut self.geometry, profile.geometry.as_ref());
        add(&mut self.longitude, profile.longitude.as_ref());
        add(&mut self.latitude, profile.latitude.as_ref());
        add(&mut self.step, profile.step.as_ref());
        add(&mut self.zone, profile.zone.as_ref());
        add(&mut self.alias, profile.alias.as_ref());
    }

    /// The kind that the keys speak of; none where there is none of them.
    pub(super) fn kind(&self) -> Option<Kind> {
        if self.geometry.is_some() || self.longitude.is_some() || self.latitude.is_some() {
            return Some(Kind::Features);
        }
        if self.time.is_some() || self.step.is_some() {
            return Some(Kind::Series);
        }
        self.key.as_ref().map(|_| Kind::Records)
    }

    /// The layout of a table of the kind.
    ///
    /// # Errors
    /// Line, key and problem, where the keys do not fit together or one is missing.
    pub(super) fn layout(
        &self,
        kind: perild_query::Kind,
        csv: Option<&CsvHints>,
        variables: &[Variable],
    ) -> Result<TableLayout, (usize, &'static str, Problem)> {
        self.check(kind)?;
        let plain = |key: &Option<Lined<Box<str>>>| key.as_ref().map(|key| key.value.clone());
        let time = match (plain(&self.time), plain(&self.begin), plain(&self.end)) {
            (Some(column), ..) => Some(Time::At { column }),
            (None, Some(begin), Some(end)) => Some(Time::During { begin, end }),
            _ => None,
        };
        let geometry = match (
            plain(&self.geometry),
            plain(&self.longitude),
            plain(&self.latitude),
        ) {
            (Some(column), ..) => Some(GeometryHint::Column(column)),
            (None, Some(longitude), Some(latitude)) => Some(GeometryHint::Point {
                longitude,
                latitude,
            }),
            _ => None,
        };
        let hints = Hints {
            kind: Some(kind),
            key: self
                .key
                .as_ref()
                .map(|key| key.value.clone())
                .unwrap_or_default(),
            time,
            geometry,
            step_ms: self.step.as_ref().map(|step| step.value),
            zone: plain(&self.zone).and_then(|name| zone(&name)),
            columns: variables.iter().map(hint).collect(),
            csv: csv.cloned().unwrap_or_default(),
            table: None,
        };
        Ok(TableLayout {
            hints,
            alias: plain(&self.alias),
        })
    }

    fn check(&self, kind: perild_query::Kind) -> Result<(), (usize, &'static str, Problem)> {
        let missing = |key| Err((0, key, Problem::Missing { key }));
        let has_key = self.key.is_some() || kind == perild_query::Kind::Features;
        if !has_key {
            return missing("key");
        }
        if kind == perild_query::Kind::Series && self.time.is_none() {
            return missing("time");
        }
        for (one, other, key) in [
            (&self.begin, &self.end, "end"),
            (&self.end, &self.begin, "begin"),
            (&self.longitude, &self.latitude, "latitude"),
            (&self.latitude, &self.longitude, "longitude"),
        ] {
            if one.is_some() && other.is_none() {
                return missing(key);
            }
        }
        for (one, other, key, with) in [
            (&self.begin, &self.time, "begin", "time"),
            (&self.longitude, &self.geometry, "longitude", "geometry"),
        ] {
            if let (Some(Lined { line, .. }), Some(_)) = (one, other) {
                return Err((*line, key, Problem::Together { with }));
            }
        }
        Ok(())
    }

    /// The first key, for the complaint that a collection of another kind has none of them.
    pub(super) fn first(&self) -> Option<(usize, &'static str)> {
        let key = self.key.as_ref().map(|key| (key.line, "key"));
        let step = self.step.as_ref().map(|step| (step.line, "step"));
        let texts = [
            (&self.time, "time"),
            (&self.begin, "begin"),
            (&self.end, "end"),
            (&self.geometry, "geometry"),
            (&self.longitude, "longitude"),
            (&self.latitude, "latitude"),
            (&self.zone, "zone"),
            (&self.alias, "alias"),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(text, key)| Some((text.as_ref()?.line, key)));
        key.into_iter().chain(step).chain(texts).min()
    }
}

/// `[csv]`: how values are written.
pub(super) fn csv(mut section: Section<'_, '_>) -> CsvHints {
    let delimiter = section.word::<Delimiter>("delimiter", Delimiter::VARIANTS);
    let decimal = section.word("decimal", DecimalMark::VARIANTS);
    let dates = section.word("dates", DateOrder::VARIANTS);
    let missing = section.marks("missing");
    section.finish();
    CsvHints {
        delimiter: delimiter.map(|word| word.value.octet()),
        decimal: decimal.map(|word| word.value),
        dates: dates.map(|word: Lined<DateOrder>| word.value),
        missing: missing.unwrap_or_default(),
        null: None,
    }
}

/// A character between fields.
#[derive(Clone, Copy, Debug, strum::EnumString, strum::VariantNames)]
enum Delimiter {
    #[strum(serialize = ",")]
    Comma,
    #[strum(serialize = ";")]
    Semicolon,
    #[strum(serialize = "|")]
    Bar,
    #[strum(serialize = "tab")]
    Tab,
}

impl Delimiter {
    fn octet(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Bar => b'|',
            Self::Tab => b'\t',
        }
    }
}

/// The columns of the key: a list, or one in quotes.
fn key(section: &mut Section<'_, '_>) -> Option<Lined<Vec<Box<str>>>> {
    let (value, line) = section.value("key")?;
    let value = if value.is_str() {
        vec![section.text("key")?.value]
    } else {
        let names = section.texts("key")?.into_iter();
        names.map(|name| name.value).collect()
    };
    if value.is_empty() {
        section.complain(line, "key", Problem::Empty);
        return None;
    }
    Some(Lined { value, line })
}

fn hint(variable: &Variable) -> ColumnHint {
    let field = &variable.field;
    ColumnHint {
        name: field.name.clone(),
        column_type: field.field_type.map(|field_type| match field_type {
            FieldType::Boolean => ColumnType::Boolean,
            FieldType::Date => ColumnType::Date,
            FieldType::DateTime => ColumnType::DateTime,
            FieldType::Geometry => ColumnType::Geometry,
            FieldType::Integer => ColumnType::Integer,
            FieldType::Number => ColumnType::Number,
            FieldType::String => ColumnType::Text,
        }),
        unit: field.unit.as_ref().map(|unit| unit.code().into()),
        definition: field.definition.clone(),
    }
}

/// An address of one or more names, none of which perild has itself.
fn is_alias(text: &str) -> bool {
    let Some(names) = text.strip_prefix('/') else {
        return false;
    };
    let is_name = |name: &str| {
        let is_plain =
            |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain)
    };
    let first = names.split('/').next().unwrap_or_default();
    names.len() <= LONGEST_ALIAS && names.split('/').all(is_name) && !is_reserved(first)
}

const LONGEST_ALIAS: usize = 200;
