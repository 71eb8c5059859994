//! Term modifiers (IB1 Data Catalog Records 1.0): the meaning of the values that a standard has for a property.

use std::collections::BTreeSet;

/// Meaning of the required values of a property; without one all of them are there and no other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Modifier {
    /// The property must not be there.
    AbsenceOf,
    /// Every value is there, and others may be.
    AllAndAllowAdditional,
    /// Exactly one of the values is there, and no other.
    AnyOneOf,
    /// Some value is there.
    AnyValue,
    /// One of the values is there, or several of them, and no other.
    OneOrMoreOf,
}

impl Modifier {
    /// Every one by its name. The last is younger than version 1.0 of the specification: the registry has it.
    pub(super) const NAMED: [(&'static str, Self); 5] = [
        ("requireAbsenceOf", Self::AbsenceOf),
        ("requireAllAndAllowAdditional", Self::AllAndAllowAdditional),
        ("requireAnyOneOf", Self::AnyOneOf),
        ("requireAnyValue", Self::AnyValue),
        ("requireOneOrMoreOf", Self::OneOrMoreOf),
    ];

    /// `true` when it says nothing without values that are required.
    pub(super) const fn needs_values(self) -> bool {
        match self {
            Self::AllAndAllowAdditional | Self::AnyOneOf | Self::OneOrMoreOf => true,
            Self::AbsenceOf | Self::AnyValue => false,
        }
    }
}

/// The fault of `actual` where `required` is asked for.
pub(super) fn judge(
    modifier: Option<Modifier>,
    required: &BTreeSet<Box<str>>,
    actual: &BTreeSet<Box<str>>,
) -> Option<String> {
    let lacks = || {
        let lacking: Vec<_> = required.difference(actual).map(AsRef::as_ref).collect();
        (!lacking.is_empty()).then(|| format!("lacks {}", lacking.join(", ")))
    };
    let exceeds = || {
        let beyond: Vec<_> = actual.difference(required).map(AsRef::as_ref).collect();
        (!beyond.is_empty()).then(|| format!("may not have {}", beyond.join(", ")))
    };
    match modifier {
        None => lacks().or_else(exceeds),
        Some(Modifier::AbsenceOf) => (!actual.is_empty()).then(|| "must not be there".to_owned()),
        Some(Modifier::AllAndAllowAdditional) => lacks(),
        Some(Modifier::AnyOneOf) => match actual.len() {
            1 => exceeds(),
            0 => Some("must be one of those that the standard has".to_owned()),
            _ => Some("must be exactly one of those that the standard has".to_owned()),
        },
        Some(Modifier::AnyValue) => actual.is_empty().then(|| "must be there".to_owned()),
        Some(Modifier::OneOrMoreOf) if actual.is_empty() => {
            Some("must be one or more of those that the standard has".to_owned())
        }
        Some(Modifier::OneOrMoreOf) => exceeds(),
    }
}
