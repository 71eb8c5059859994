//! `[[field]]` of a description.

use strum::VariantNames;

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::dataset::metadata::{Field, FieldType, Unit};

/// A field of a coverage, with what its import needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Name, unit and definition.
    pub field: Field,
    /// Digits after the point that are kept.
    pub decimals: Option<u8>,
    /// The lowest value that can be right.
    pub minimum: Option<f64>,
    /// The highest.
    pub maximum: Option<f64>,
}

impl Variable {
    pub(super) fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let name = section.text("name");
        if name.is_none() && !section.has("name") {
            let line = section.line;
            section.complain(line, "name", Problem::Missing { key: "name" });
        }
        let unit = section.text("unit").map(|Lined { value, line }| {
            let unit = Unit::parse(&value);
            if !unit.is_ucum() {
                let nearest = Unit::nearest(&value);
                let code = shortened(&value);
                section.complain(line, "unit", Problem::UnitUnknown { code, nearest });
            }
            unit
        });
        let title = section.text("title").map(|text| text.value);
        let field_type = section.word("type", FieldType::VARIANTS);
        let definition = section.prose("definition").map(|text| text.value);
        let decimals = section.whole("decimals", 0, 15);
        let minimum = section.number("minimum").map(|number| number.value);
        let maximum = section.number("maximum").map(|number| number.value);
        section.finish();
        Some(Self {
            field: Field {
                name: name?.value,
                title,
                field_type: field_type.map(|word| word.value),
                unit,
                definition,
                standard_name: None,
            },
            decimals: decimals.and_then(|digits| u8::try_from(digits).ok()),
            minimum,
            maximum,
        })
    }
}
