//! Profiles of DCAT: who harvests decides in which of them a catalogue is written (CON-25).

/// A profile.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Profile {
    /// Data catalogue records of the IB1 trust framework.
    Ib1,
    /// DCAT-AP 3, for everyone else's harvesters.
    DcatAp,
}

impl Profile {
    /// Every one, the default first.
    pub const ALL: [Self; 2] = [Self::Ib1, Self::DcatAp];

    /// As `profile` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DcatAp => "dcat-ap",
            Self::Ib1 => "ib1",
        }
    }

    /// The profile `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
