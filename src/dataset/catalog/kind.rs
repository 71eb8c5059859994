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
    /// Rows with a geometry (OGC API Features).
    Features,
    /// Files, as they are.
    Files,
    /// Rows with a key.
    Records,
    /// Values by time, of one or many series.
    Series,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Coverage,
        Self::Features,
        Self::Files,
        Self::Records,
        Self::Series,
    ];

    /// The word for it in descriptions and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The kind of its table, where it is one.
    #[must_use]
    pub fn table(self) -> Option<perild_query::Kind> {
        match self {
            Self::Coverage | Self::Files => None,
            Self::Features => Some(perild_query::Kind::Features),
            Self::Records => Some(perild_query::Kind::Records),
            Self::Series => Some(perild_query::Kind::Series),
        }
    }

    /// Its resources: what stands below the address of such a collection, beside its description.
    #[must_use]
    pub fn resources(self) -> &'static str {
        match self {
            Self::Coverage => "area, cube, position, radius and trajectory",
            Self::Features => "items, items/{key}, items/locate and queryables",
            Self::Files => "no resources: its description links to its files",
            Self::Records => "items, items/{key} and queryables",
            Self::Series => "aggregate, items, items/{key}, latest and queryables",
        }
    }

    /// `true` when its data are imported before they are served; files are served as they lie.
    #[must_use]
    pub fn is_imported(self) -> bool {
        self != Self::Files
    }
}

impl From<perild_query::Kind> for Kind {
    fn from(kind: perild_query::Kind) -> Self {
        match kind {
            perild_query::Kind::Features => Self::Features,
            perild_query::Kind::Records => Self::Records,
            perild_query::Kind::Series => Self::Series,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_the_names_of_their_kinds_and_nothing_else_is_one() {
        for kind in [
            perild_query::Kind::Features,
            perild_query::Kind::Records,
            perild_query::Kind::Series,
        ] {
            assert_eq!(Kind::from(kind).table(), Some(kind));
            let name: &str = kind.into();
            assert_eq!(Kind::from(kind).name(), name);
        }
        assert_eq!(Kind::Coverage.table().or(Kind::Files.table()), None);
        assert!(Kind::Records.is_imported() && !Kind::Files.is_imported());
    }
}
