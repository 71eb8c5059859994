//! Licences of data by the addresses under which a scheme, a harvester and a lawyer know them.

/// A licence of data.
pub(super) struct Known {
    /// Its SPDX id.
    pub(super) id: &'static str,
    /// The address that its own authors use.
    pub(super) address: &'static str,
    /// `true` when it is open by the Open Definition 2.1.
    pub(super) is_open: bool,
}

const fn open(id: &'static str, address: &'static str) -> Known {
    Known {
        id,
        address,
        is_open: true,
    }
}

const fn closed(id: &'static str, address: &'static str) -> Known {
    Known {
        id,
        address,
        is_open: false,
    }
}

/// Licences that data are published under.
pub(super) const KNOWN: [Known; 17] = [
    open("CC-BY-3.0", "https://creativecommons.org/licenses/by/3.0/"),
    open("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    open(
        "CC-BY-SA-3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    ),
    open(
        "CC-BY-SA-4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    open(
        "CC0-1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    open("ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    open("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    open("PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
    open(
        "OGL-UK-1.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/1/",
    ),
    open(
        "OGL-UK-2.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/",
    ),
    open(
        "OGL-UK-3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
    open("DL-DE-BY-2.0", "https://www.govdata.de/dl-de/by-2-0"),
    open("DL-DE-ZERO-2.0", "https://www.govdata.de/dl-de/zero-2-0"),
    closed(
        "CC-BY-NC-4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    closed(
        "CC-BY-NC-SA-4.0",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    ),
    closed(
        "CC-BY-NC-ND-4.0",
        "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    ),
    closed(
        "CC-BY-ND-4.0",
        "https://creativecommons.org/licenses/by-nd/4.0/",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::metadata::Iri;

    #[test]
    fn every_known_licence_is_an_id_of_spdx_and_an_address() {
        for known in &KNOWN {
            assert!(spdx::license_id(known.id).is_some(), "{}", known.id);
            assert!(known.address.parse::<Iri>().is_ok(), "{}", known.address);
        }
    }
}
