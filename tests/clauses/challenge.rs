//! A strict reader of `WWW-Authenticate`, RFC 9110 §11.6.1 with the limits of RFC 6750 §3.

use std::collections::BTreeMap;

/// The parameters of one `Bearer` challenge; anything that the grammar does not have is a failure.
pub(crate) fn parameters(challenge: &str) -> BTreeMap<String, String> {
    let mut rest = challenge
        .strip_prefix("Bearer ")
        .unwrap_or_else(|| panic!("not a Bearer challenge with a parameter: {challenge:?}"));
    let mut parameters = BTreeMap::new();
    loop {
        let (name, value) = rest
            .split_once("=\"")
            .unwrap_or_else(|| panic!("{challenge:?}"));
        let (value, after) = value
            .split_once('"')
            .unwrap_or_else(|| panic!("{challenge:?}"));
        assert!(
            name.bytes()
                .all(|octet| octet.is_ascii_lowercase() || octet == b'_'),
            "{challenge:?}"
        );
        assert!(
            value.bytes().all(|octet| is_allowed(name, octet)),
            "{challenge:?}"
        );
        let earlier = parameters.insert(name.to_owned(), value.to_owned());
        assert_eq!(earlier, None, "{name} is there twice: {challenge:?}");
        let Some(next) = after.strip_prefix(", ") else {
            assert_eq!(after, "", "{challenge:?}");
            break;
        };
        rest = next;
    }
    assert!(parameters.contains_key("realm"), "{challenge:?}");
    parameters
}

/// Octets of RFC 6750 §3; none of them needs an escape in a quoted string.
fn is_allowed(name: &str, octet: u8) -> bool {
    match name {
        "scope" => matches!(octet, b' ' | 0x21 | 0x23..=0x5B | 0x5D..=0x7E),
        _ => matches!(octet, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E),
    }
}
