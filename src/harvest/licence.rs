//! Licences by the addresses under which a scheme, a harvester and a lawyer know them.

use crate::dataset::metadata::Licence;

/// The address of `licence`: the one that its own authors use where that is known; none of words, and of several
/// licences at once.
pub(super) fn address(licence: &Licence) -> Option<String> {
    if let Licence::Spdx(id) = licence
        && let Some(known) = KNOWN.iter().find(|known| known.id == &**id)
    {
        return Some(known.address.to_owned());
    }
    licence.url().map(|url| url.to_string())
}

/// `true` when the licence at `address` is open by the Open Definition 2.1; none when nobody here knows it.
pub(super) fn is_open(address: &str) -> Option<bool> {
    let mut known = KNOWN.iter();
    known
        .find(|known| known.address == address)
        .map(|known| known.is_open)
}

/// `true` when the terms at `address` can be read by machines as well.
pub(super) fn is_machine_readable(address: &str) -> bool {
    address.starts_with(CREATIVE_COMMONS)
}

/// A licence of data.
struct Known {
    /// Its SPDX id.
    id: &'static str,
    address: &'static str,
    is_open: bool,
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

/// Creative Commons has its terms as RDF at their addresses.
const CREATIVE_COMMONS: &str = "https://creativecommons.org/";

const KNOWN: [Known; 17] = [
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

    #[test]
    fn a_licence_has_the_address_that_its_authors_use() {
        for (text, expected) in [
            (
                "CC-BY-4.0",
                Some("https://creativecommons.org/licenses/by/4.0/"),
            ),
            ("MIT", Some("https://spdx.org/licenses/MIT.html")),
            (
                "https://registry.example/license/2024-09-12",
                Some("https://registry.example/license/2024-09-12"),
            ),
            ("CC-BY-4.0 OR ODbL-1.0", None),
            ("our own terms", None),
        ] {
            let address = address(&Licence::parse(text));
            assert_eq!(address.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn every_known_licence_is_an_id_of_spdx_and_an_address() {
        for known in &KNOWN {
            assert!(spdx::license_id(known.id).is_some(), "{}", known.id);
            let iri: Result<crate::dataset::metadata::Iri, _> = known.address.parse();
            assert!(iri.is_ok(), "{}", known.address);
        }
        let commercial = "https://creativecommons.org/licenses/by-nc/4.0/";
        assert_eq!(is_open(commercial), Some(false));
        assert_eq!(is_open("https://registry.example/license/1"), None);
    }
}
