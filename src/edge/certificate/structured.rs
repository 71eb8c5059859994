//! A Structured Field item that is a byte sequence, RFC 9651 §4.2: the `Client-Cert` field.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::CertificateSyntax;

/// RFC 9651 §4.2.7: missing padding is made up and pad bits are not judged.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes a single item, never a list (RFC 9440 §2.2); its parameters are parsed and ignored.
pub(super) fn byte_sequence(value: &[u8]) -> Result<Vec<u8>, CertificateSyntax> {
    let mut field = Field { value, at: 0 };
    field.skip_spaces();
    let bytes = field.bytes().ok_or(field.fault())?;
    field.parameters().ok_or(field.fault())?;
    field.skip_spaces();
    if field.at == value.len() {
        Ok(bytes)
    } else {
        Err(field.fault())
    }
}

/// A reader over the field's value; `None` from any of its parts fails the whole field.
struct Field<'r> {
    value: &'r [u8],
    at: usize,
}

impl<'r> Field<'r> {
    fn fault(&self) -> CertificateSyntax {
        CertificateSyntax::StructuredField { at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.value.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn take_while(&mut self, wanted: fn(u8) -> bool) -> &'r [u8] {
        let rest = self.value.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| wanted(**byte)).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn skip_spaces(&mut self) {
        self.take_while(|byte| byte == b' ');
    }

    /// §4.2.7, byte sequence.
    fn bytes(&mut self) -> Option<Vec<u8>> {
        self.take(b':')?;
        let base64 = self
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        self.take(b':')?;
        LENIENT.decode(base64).ok()
    }

    /// §4.2.3.2, parameters.
    fn parameters(&mut self) -> Option<()> {
        while self.take(b';').is_some() {
            self.skip_spaces();
            self.key()?;
            if self.take(b'=').is_some() {
                self.bare_item()?;
            }
        }
        Some(())
    }

    /// §4.2.3.3, key.
    fn key(&mut self) -> Option<()> {
        let starts = self
            .peek()
            .is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'*');
        self.take_while(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'_' | b'-' | b'.' | b'*')
        });
        starts.then_some(())
    }

    /// §4.2.3.1, bare item of any type.
    fn bare_item(&mut self) -> Option<()> {
        match self.peek()? {
            b'-' | b'0'..=b'9' => self.number().map(|_| ()),
            b'"' => self.string(),
            b'*' | b'A'..=b'Z' | b'a'..=b'z' => {
                self.take_while(is_token);
                Some(())
            }
            b':' => self.bytes().map(|_| ()),
            b'?' => {
                self.at += 1;
                self.take(b'0').or_else(|| self.take(b'1'))
            }
            b'@' => {
                self.at += 1;
                (self.number()? == Number::Integer).then_some(())
            }
            b'%' => self.display_string(),
            _ => None,
        }
    }

    /// §4.2.4: at most 15 digits, or 12 with one to three after the point.
    fn number(&mut self) -> Option<Number> {
        let _ = self.take(b'-');
        let whole = self.take_while(|byte| byte.is_ascii_digit()).len();
        if self.take(b'.').is_none() {
            return (1..=15).contains(&whole).then_some(Number::Integer);
        }
        let fraction = self.take_while(|byte| byte.is_ascii_digit()).len();
        ((1..=12).contains(&whole) && (1..=3).contains(&fraction)).then_some(Number::Decimal)
    }

    /// §4.2.5, string.
    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return Some(()),
                b'\\' => self.take(b'"').or_else(|| self.take(b'\\'))?,
                b' '..=b'~' => (),
                _ => return None,
            }
        }
    }

    /// §4.2.10, display string: UTF-8 with lower-case percent-encoding.
    fn display_string(&mut self) -> Option<()> {
        self.take(b'%')?;
        self.take(b'"')?;
        let mut text = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return std::str::from_utf8(&text).is_ok().then_some(()),
                b'%' => text.push(self.lower_hex()? << 4 | self.lower_hex()?),
                b' '..=b'~' => text.push(byte),
                _ => return None,
            }
        }
    }

    fn lower_hex(&mut self) -> Option<u8> {
        let digit = self.peek()?;
        self.at += 1;
        match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        }
    }
}

#[derive(PartialEq)]
enum Number {
    Decimal,
    Integer,
}

/// §3.3.4: `tchar` of RFC 9110 §5.6.2, colon and slash.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte)
}
