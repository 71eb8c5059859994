//! `x-fapi-interaction-id`: the value that ties a request to its answer and its log record.

use std::fmt;

use uuid::Uuid;

/// The interaction id of one request, FAPI 1.0 Baseline §6.2.1-11.
///
/// Either the client's own bytes, or a fresh version-4 UUID.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InteractionId(Box<str>);

impl InteractionId {
    /// Name of the header field, in requests and answers.
    pub const HEADER: &'static str = "x-fapi-interaction-id";
    /// Longest value that is echoed, in bytes (LIM-5).
    const MAX_BYTES: usize = 128;

    /// The client's value when there is exactly one line of 1 to 128 visible bytes, else a fresh id.
    pub fn read<'v>(mut lines: impl Iterator<Item = &'v [u8]>) -> Self {
        match (lines.next(), lines.next()) {
            (Some(line), None) => Self::echo(line).unwrap_or_else(Self::fresh),
            _ => Self::fresh(),
        }
    }

    /// A new version-4 UUID in lower case.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Uuid::new_v4().hyphenated().to_string().into())
    }

    /// The value as it goes into the answer and the log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `urn:uuid:...` when the value is a UUID: what a problem's `instance` may say (RFC 9457 §3.1).
    #[must_use]
    pub fn urn(&self) -> Option<String> {
        let is_hyphenated = self.0.len() == 36;
        let uuid = is_hyphenated
            .then(|| Uuid::try_parse(&self.0).ok())
            .flatten()?;
        Some(uuid.urn().to_string())
    }

    fn echo(line: &[u8]) -> Option<Self> {
        let fits = (1..=Self::MAX_BYTES).contains(&line.len())
            && line.iter().all(|byte| (0x21..=0x7E).contains(byte));
        let text = std::str::from_utf8(line).ok()?;
        fits.then(|| Self(text.into()))
    }
}

impl fmt::Display for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fresh(id: &InteractionId) -> bool {
        let uuid = Uuid::try_parse(id.as_str()).unwrap();
        uuid.get_version_num() == 4 && id.as_str() == id.as_str().to_lowercase()
    }

    /// Rows: FAPI1-B-11, LIM-5, OE-VAL-11
    #[test]
    fn lim_5_a_single_visible_value_of_1_to_128_bytes_is_echoed() {
        let longest = [b'~'; 128];
        for value in [&b"c770aef3-6784-41f7-8e0e-ff5f97bddb3a"[..], b"!", &longest] {
            let id = InteractionId::read([value].into_iter());
            assert_eq!(id.as_str().as_bytes(), value);
        }
    }

    /// Rows: FAPI1-B-11, LIM-5
    #[test]
    fn lim_5_any_other_value_gives_a_fresh_version_4_uuid() {
        let too_long = [b'a'; 129];
        let cases: [&[&[u8]]; 6] = [
            &[],
            &[b""],
            &[b"a b"],
            &[b"caf\xC3\xA9"],
            &[&too_long],
            &[b"one", b"two"],
        ];
        for lines in cases {
            let id = InteractionId::read(lines.iter().copied());
            assert!(is_fresh(&id), "{lines:?} gave {id}");
        }
    }

    /// Rows: PROB-2
    #[test]
    fn only_a_uuid_becomes_a_urn() {
        let id = |text: &'static [u8]| InteractionId::read([text].into_iter());
        assert_eq!(
            id(b"C770AEF3-6784-41f7-8e0e-ff5f97bddb3a").urn().unwrap(),
            "urn:uuid:c770aef3-6784-41f7-8e0e-ff5f97bddb3a"
        );
        assert_eq!(id(b"c770aef3678441f78e0eff5f97bddb3a").urn(), None);
        assert_eq!(id(b"order-17").urn(), None);
    }
}
