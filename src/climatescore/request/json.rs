//! JSON as the old service read it, and enough of it kept to be echoed as the old service wrote it.
//!
//! Python's reader also takes `NaN` and `Infinity`, strings with half a surrogate pair, and numbers of
//! any size; of a repeated member the last counts.

use std::{cmp::Ordering, collections::BTreeMap};

/// A value, with numbers by their text and strings by their UTF-16 code units.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent: its digits, with a sign when it is below zero.
    Integer(Box<str>),
    /// Any other number; `NaN` and the infinities among them.
    Float(f64),
    /// A string.
    Text(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object, its members sorted as Python sorts them.
    Object(BTreeMap<Text, Json>),
}

/// UTF-16 code units, in which half a surrogate pair can stand; ordered by code points.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Text(Box<[u16]>);

impl Text {
    /// The code units.
    #[must_use]
    pub fn units(&self) -> &[u16] {
        &self.0
    }

    /// `true` when it is exactly the ASCII text `name`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.0.iter().copied().eq(name.bytes().map(u16::from))
    }

    /// `true` when the ASCII text `name` stands somewhere within.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let name: Vec<u16> = name.bytes().map(u16::from).collect();
        self.0.windows(name.len()).any(|window| window == name)
    }

    fn characters(&self) -> impl Iterator<Item = u32> {
        char::decode_utf16(self.0.iter().copied()).map(|unit| match unit {
            Ok(character) => u32::from(character),
            Err(half) => u32::from(half.unpaired_surrogate()),
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.encode_utf16().collect())
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.characters().cmp(other.characters())
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Reason why bytes are not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JsonFault {
    /// They are no JSON from this byte on.
    NotJson(usize),
    /// They hold more values than they may.
    TooManyValues,
}

impl Json {
    /// Reads the one value that `bytes` hold, of at most `most` values in all: one takes up to a hundred times
    /// the memory of its text.
    ///
    /// # Errors
    /// [`JsonFault`].
    pub fn read(bytes: &[u8], most: usize) -> Result<Self, JsonFault> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let skipped = bytes.len() - text.len();
        let stopped = |at| JsonFault::NotJson(skipped + at);
        let text = std::str::from_utf8(text).map_err(|error| stopped(error.valid_up_to()))?;
        let mut reader = Reader {
            text,
            at: 0,
            left: Some(most),
        };
        let value = reader.value(MAX_DEPTH);
        reader.space();
        match value {
            Some(value) if reader.at == text.len() => Ok(value),
            _ if reader.left.is_none() => Err(JsonFault::TooManyValues),
            _ => Err(stopped(reader.at)),
        }
    }

    /// Bytes that it takes in memory, about.
    pub(super) fn size(&self) -> usize {
        let parts: usize = match self {
            Self::Null | Self::Bool(_) | Self::Float(_) => 0,
            Self::Integer(digits) => digits.len(),
            Self::Text(text) => size_of_val(text.units()),
            Self::Array(items) => items.iter().map(Self::size).sum(),
            Self::Object(members) => members
                .iter()
                .map(|(name, member)| size_of_val(name.units()) + member.size())
                .sum(),
        };
        size_of::<Self>() + parts
    }

    /// The member `name` of an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(&Text::from(name)),
            _ => None,
        }
    }

    /// The number that `float()` makes of it, when that is finite.
    #[must_use]
    pub fn float(&self) -> Option<f64> {
        let number = match self {
            Self::Bool(is_true) => f64::from(u8::from(*is_true)),
            Self::Integer(digits) => digits.parse().ok()?,
            Self::Float(number) => *number,
            Self::Text(text) => super::float(&String::from_utf16_lossy(text.units()))?,
            Self::Null | Self::Array(_) | Self::Object(_) => return None,
        };
        number.is_finite().then_some(number)
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Number of values that may still come; none once there was one too many.
    left: Option<usize>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: &str) -> Option<()> {
        self.rest()
            .starts_with(wanted)
            .then(|| self.at += wanted.len())
    }

    /// The value that comes next, with at most `depth` more arrays and objects around its parts.
    fn value(&mut self, depth: usize) -> Option<Json> {
        self.space();
        let next = self.peek()?;
        self.left = self.left?.checked_sub(1);
        self.left?;
        match next {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'"' => self.string().map(Json::Text),
            b'n' => self.take("null").map(|()| Json::Null),
            b't' => self.take("true").map(|()| Json::Bool(true)),
            b'f' => self.take("false").map(|()| Json::Bool(false)),
            b'N' => self.take("NaN").map(|()| Json::Float(f64::NAN)),
            b'I' => self.take("Infinity").map(|()| Json::Float(f64::INFINITY)),
            _ if self.take("-Infinity").is_some() => Some(Json::Float(f64::NEG_INFINITY)),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut members = BTreeMap::new();
        self.take("{")?;
        self.space();
        if self.take("}").is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            self.space();
            self.take(":")?;
            members.insert(name, self.value(depth)?);
            self.space();
            if self.take(",").is_none() {
                self.take("}")?;
                return Some(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        let mut items = Vec::new();
        self.take("[")?;
        self.space();
        if self.take("]").is_some() {
            return Some(Json::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.take(",").is_none() {
                self.take("]")?;
                return Some(Json::Array(items));
            }
        }
    }

    fn string(&mut self) -> Option<Text> {
        self.take("\"")?;
        let mut units = Vec::new();
        loop {
            let character = self.rest().chars().next()?;
            self.at += character.len_utf8();
            match character {
                '"' => return Some(Text(units.into())),
                '\\' => units.push(self.escape()?),
                '\0'..='\u{1f}' => return None,
                _ => units.extend_from_slice(character.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self) -> Option<u16> {
        let escaped = self.peek()?;
        self.at += 1;
        let plain = match escaped {
            b'"' | b'\\' | b'/' => escaped,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                self.at += 4;
                return u16::from_str_radix(digits, 16)
                    .ok()
                    .filter(|_| is_hexadecimal);
            }
            _ => return None,
        };
        Some(u16::from(plain))
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        let _ = self.take("-");
        if self.take("0").is_none() && self.digits() == 0 {
            return None;
        }
        let integer = self.text.get(start..self.at)?;
        let fraction = self.at;
        let has_fraction = self.take(".").is_some() && self.digits() > 0;
        if !has_fraction {
            self.at = fraction;
        }
        let exponent = self.at;
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E')) && {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits() > 0
        };
        if !has_exponent {
            self.at = exponent;
        }
        if has_fraction || has_exponent {
            let number = self.text.get(start..self.at)?.parse().ok()?;
            return Some(Json::Float(number));
        }
        let digits = if integer == "-0" { "0" } else { integer };
        (digits.len() <= MAX_DIGITS).then(|| Json::Integer(digits.into()))
    }

    fn digits(&mut self) -> usize {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += digits;
        digits
    }
}

/// Depth to which arrays and objects may stand in each other.
const MAX_DEPTH: usize = 256;
/// Python reads no longer integer.
const MAX_DIGITS: usize = 4300;

#[cfg(test)]
mod tests;
