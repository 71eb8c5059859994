//! The classic format of `NetCDF` with 64-bit offsets (CDF-2): a header, then each variable's values.

use std::io::{self, Write};

use thiserror::Error;

/// The content of a file, in the order in which its values follow the header.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) dimensions: Vec<(String, u32)>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) variables: Vec<Variable>,
}

/// An array along dimensions, which are given by their positions.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) along: Vec<usize>,
    pub(super) attributes: Vec<Attribute>,
}

/// The type of a variable's values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Double,
    Text,
}

/// An attribute of a file or a variable.
#[derive(Debug)]
pub(super) enum Attribute {
    Number(&'static str, f64),
    Text(&'static str, String),
}

/// More values than the format can have in one variable.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a variable of NetCDF has at most {MOST_OF_A_VARIABLE} octets")]
pub(super) struct TooLarge;

impl File {
    /// Writes the header; the values of each variable follow, padded to four octets.
    pub(super) fn write_header(&self, out: &mut impl Write) -> io::Result<()> {
        let length = self.header(0)?.len();
        let begin = u64::try_from(length).map_err(io::Error::other)?;
        out.write_all(&self.header(begin)?)
    }

    /// The header of a file whose values begin at `begin`; it is as long wherever they do.
    fn header(&self, mut begin: u64) -> io::Result<Vec<u8>> {
        let mut header = Header(b"CDF\x02".to_vec());
        header.word(NO_RECORDS);
        header.list(DIMENSIONS, self.dimensions.len());
        for (name, length) in &self.dimensions {
            header.name(name);
            header.word(*length);
        }
        header.attributes(&self.attributes);
        header.list(VARIABLES, self.variables.len());
        for variable in &self.variables {
            let octets = self.octets_of(variable).map_err(io::Error::other)?;
            header.name(&variable.name);
            header.count(variable.along.len());
            for dimension in &variable.along {
                header.count(*dimension);
            }
            header.attributes(&variable.attributes);
            header.word(variable.kind.code());
            header.word(octets);
            header.0.extend(begin.to_be_bytes());
            begin = begin.saturating_add(octets.into());
        }
        Ok(header.0)
    }

    /// Octets of the values of `variable`, with what pads them.
    fn octets_of(&self, variable: &Variable) -> Result<u32, TooLarge> {
        let lengths = variable
            .along
            .iter()
            .filter_map(|at| self.dimensions.get(*at));
        let values = lengths.fold(1_u64, |product, (_, length)| {
            product.saturating_mul((*length).into())
        });
        let octets = values.saturating_mul(variable.kind.octets());
        let padded = octets.checked_next_multiple_of(PADDED_TO).ok_or(TooLarge)?;
        u32::try_from(padded).or(Err(TooLarge))
    }
}

impl Kind {
    fn code(self) -> u32 {
        match self {
            Self::Double => DOUBLE,
            Self::Text => TEXT,
        }
    }

    fn octets(self) -> u64 {
        match self {
            Self::Double => 8,
            Self::Text => 1,
        }
    }
}

/// Octets of a header, most significant first, in pieces of four.
struct Header(Vec<u8>);

impl Header {
    fn word(&mut self, number: u32) {
        self.0.extend(number.to_be_bytes());
    }

    fn count(&mut self, number: usize) {
        self.word(u32::try_from(number).unwrap_or(u32::MAX));
    }

    fn list(&mut self, tag: u32, count: usize) {
        self.word(if count == 0 { 0 } else { tag });
        self.count(count);
    }

    fn name(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        self.list(ATTRIBUTES, attributes.len());
        for attribute in attributes {
            match attribute {
                Attribute::Number(name, number) => {
                    self.name(name);
                    self.word(DOUBLE);
                    self.word(1);
                    self.0.extend(number.to_be_bytes());
                }
                Attribute::Text(name, text) => {
                    self.name(name);
                    self.word(TEXT);
                    self.name(text);
                }
            }
        }
    }
}

/// Octets of the values of one variable, at most: the format counts them in 32 bits, and pads them to four.
pub(in crate::response::coverage) const MOST_OF_A_VARIABLE: u64 = (1 << 32) - 4;

const NO_RECORDS: u32 = 0;
const DIMENSIONS: u32 = 10;
const VARIABLES: u32 = 11;
const ATTRIBUTES: u32 = 12;
const TEXT: u32 = 2;
const DOUBLE: u32 = 6;
const PADDED_TO: u64 = 4;
