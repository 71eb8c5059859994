//! The elements of an array, in memory and as metadata name them.

use super::super::array::Element;

/// The form in which the elements of an array are stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stored {
    Bool,
    /// Numbers of so many octets.
    Float {
        octets: usize,
        is_big: bool,
    },
    Integer {
        octets: usize,
        is_signed: bool,
        is_big: bool,
    },
    /// Texts of so many characters of four octets.
    Utf32 {
        octets: usize,
        is_big: bool,
    },
    /// Texts of so many octets, filled up with zeros.
    FixedOctets(usize),
    /// Texts of any length, as `vlen-utf8` packs them.
    AnyText,
}

impl Stored {
    /// By the name of version 2: `<f4`, `|u1`, `<U6`, `|O`.
    pub(super) fn of_version_2(name: &str) -> Option<Self> {
        let (order, rest) = name.split_at_checked(1)?;
        let is_big = match order {
            "<" | "|" => false,
            ">" => true,
            _ => return None,
        };
        let (kind, size) = rest.split_at_checked(1)?;
        let size: usize = if size.is_empty() {
            0
        } else {
            size.parse().ok()?
        };
        Self::sized(kind, size, is_big)
    }

    /// By the name of version 3: `float32`, `int16`, `string`.
    pub(super) fn of_version_3(name: &str) -> Option<Self> {
        let (kind, bits) = match name {
            "bool" => return Some(Self::Bool),
            "string" => return Some(Self::AnyText),
            _ if name.starts_with("float") => ("f", name.strip_prefix("float")?),
            _ if name.starts_with("uint") => ("u", name.strip_prefix("uint")?),
            _ => ("i", name.strip_prefix("int")?),
        };
        let bits: usize = bits.parse().ok()?;
        if !bits.is_multiple_of(8) {
            return None;
        }
        Self::sized(kind, bits / 8, false)
    }

    fn sized(kind: &str, size: usize, is_big: bool) -> Option<Self> {
        Some(match (kind, size) {
            ("b", 1) => Self::Bool,
            ("f", 4 | 8) => Self::Float {
                octets: size,
                is_big,
            },
            ("i" | "u", 1 | 2 | 4 | 8) => Self::Integer {
                octets: size,
                is_signed: kind == "i",
                is_big,
            },
            ("U", 1..=MAX_TEXT) => Self::Utf32 {
                octets: size * 4,
                is_big,
            },
            ("S", 1..=MAX_TEXT) => Self::FixedOctets(size),
            ("O", _) => Self::AnyText,
            _ => return None,
        })
    }

    /// The same in the other order of octets.
    pub(super) fn big(self, big: bool) -> Self {
        match self {
            Self::Float { octets, .. } => Self::Float {
                octets,
                is_big: big,
            },
            Self::Integer {
                octets, is_signed, ..
            } => Self::Integer {
                octets,
                is_signed,
                is_big: big,
            },
            Self::Utf32 { octets, .. } => Self::Utf32 {
                octets,
                is_big: big,
            },
            other => other,
        }
    }

    /// Octets of one element; none when they differ.
    pub(super) fn octets(self) -> Option<usize> {
        match self {
            Self::Bool => Some(1),
            Self::Float { octets, .. }
            | Self::Integer { octets, .. }
            | Self::Utf32 { octets, .. }
            | Self::FixedOctets(octets) => Some(octets),
            Self::AnyText => None,
        }
    }

    pub(super) fn element(self) -> Element {
        let bits = |octets: usize| u8::try_from(octets * 8).unwrap_or(u8::MAX);
        match self {
            Self::Bool => Element::Integer {
                bits: 8,
                is_signed: false,
            },
            Self::Float { octets, .. } => Element::Float(bits(octets)),
            Self::Integer {
                octets, is_signed, ..
            } => Element::Integer {
                bits: bits(octets),
                is_signed,
            },
            Self::Utf32 { .. } | Self::FixedOctets(_) | Self::AnyText => Element::Text,
        }
    }

    /// The number that `octets`, as many as one element has, stand for.
    #[inline]
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "beyond 2 to the power of 53 no value is stored, and a mark is told by its double"
    )]
    pub(super) fn number(self, octets: &[u8]) -> f64 {
        let (is_big, is_signed) = match self {
            Self::Float { is_big, .. } => (is_big, false),
            Self::Integer {
                is_signed, is_big, ..
            } => (is_big, is_signed),
            _ => (false, false),
        };
        let bits = octets.iter().enumerate().fold(0_u64, |bits, (at, octet)| {
            let shift = if is_big { octets.len() - 1 - at } else { at } * 8;
            bits | u64::from(*octet) << shift
        });
        match self {
            Self::Float { octets: 4, .. } => {
                f64::from(f32::from_bits(u32::try_from(bits).unwrap_or(u32::MAX)))
            }
            Self::Float { .. } => f64::from_bits(bits),
            _ if is_signed => {
                let unused = 64 - octets.len() * 8;
                let number = (bits << unused).cast_signed() >> unused;
                number as f64
            }
            _ => bits as f64,
        }
    }

    /// The text that `octets`, as many as one element has, stand for.
    pub(super) fn text(self, octets: &[u8]) -> Option<String> {
        match self {
            Self::Utf32 { is_big, .. } => {
                let characters = octets.as_chunks::<4>().0.iter().map(|character| {
                    let number = if is_big {
                        u32::from_be_bytes(*character)
                    } else {
                        u32::from_le_bytes(*character)
                    };
                    char::from_u32(number)
                });
                let text: Option<String> = characters.collect();
                text.map(|text| text.trim_end_matches('\0').to_owned())
            }
            Self::FixedOctets(_) => {
                let text = str::from_utf8(octets).ok()?;
                Some(text.trim_end_matches('\0').to_owned())
            }
            _ => None,
        }
    }
}

const MAX_TEXT: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_either_order_with_and_without_a_sign() {
        let number = |name: &str, octets: &[u8]| Stored::of_version_2(name).unwrap().number(octets);
        for (name, octets, expected) in [
            ("<i2", &[0xFE, 0xFF][..], -2.0),
            (">i2", &[0xFF, 0xFE], -2.0),
            ("<u2", &[0xFE, 0xFF], 65_534.0),
            ("|i1", &[0x80], -128.0),
            ("|u1", &[0x80], 128.0),
            ("<f4", &1.5_f32.to_le_bytes(), 1.5),
            (">f8", &(-2.25_f64).to_be_bytes(), -2.25),
            ("<i8", &i64::MIN.to_le_bytes(), -9_223_372_036_854_775_808.0),
        ] {
            assert_eq!(
                number(name, octets).total_cmp(&expected),
                std::cmp::Ordering::Equal,
                "{name}"
            );
        }
        assert!(number("<f4", &f32::NAN.to_le_bytes()).is_nan());
    }

    #[test]
    fn types_that_are_not_read_have_no_name_here() {
        for name in [
            "", "<", "f4", "<f2", "<c8", "<M8[ns]", "<i3", "<U0", "<U99999", "=i4", "é",
        ] {
            assert_eq!(Stored::of_version_2(name), None, "{name}");
        }
        for name in [
            "",
            "float",
            "float16",
            "int12",
            "int",
            "complex64",
            "uint128",
            "bytes",
        ] {
            assert_eq!(Stored::of_version_3(name), None, "{name}");
        }
        assert!(
            Stored::of_version_3("float32").is_some() && Stored::of_version_3("uint8").is_some()
        );
    }
}
