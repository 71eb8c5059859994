//! Kinds of collections.

/// The kind of a collection: which questions it answers.
#[derive(
    Clone,
    Copy,
    Debug,
    Eq,
    Hash,
    PartialEq,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Values on a grid of longitudes and latitudes (OGC API EDR).
    Coverage,
    /// Files, as they are.
    Files,
}

impl Kind {
    /// The word for it in descriptions and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
