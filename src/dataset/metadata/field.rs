//! Fields of a collection: columns, properties or variables, each with type, unit and definition.

use super::Unit;

/// One field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// The name in the data.
    pub name: Box<str>,
    /// The name for people.
    pub title: Option<Box<str>>,
    /// The type of its values; none when nobody said.
    pub field_type: Option<FieldType>,
    /// The unit of its values.
    pub unit: Option<Unit>,
    /// The meaning of a value, in a sentence or as the address of one.
    pub definition: Option<Box<str>>,
    /// The name that the CF conventions have for what is measured.
    pub standard_name: Option<Box<str>>,
}

/// The type of a field's values.
#[derive(
    Clone, Copy, Debug, Eq, PartialEq, strum::EnumString, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum FieldType {
    /// True or false.
    Boolean,
    /// A day, RFC 3339 `full-date`.
    Date,
    /// A moment, RFC 3339 `date-time`.
    DateTime,
    /// A shape, as GeoJSON has it.
    Geometry,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text.
    String,
}

impl FieldType {
    /// The word for it in a description.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
