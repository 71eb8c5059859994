//! `FlatBuffers`, as far as `FlatGeobuf` needs them: tables, scalars, texts and vectors of a buffer that a stranger wrote.
//!
//! Each position is looked at when it is followed, so that nothing is read outside of the buffer and nothing is
//! allocated by a length that it says. The accessors of the crate `flatbuffers` are unsafe without a pass that
//! verifies the buffer first.

/// A table: fields by their numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'b> {
    buffer: &'b [u8],
    at: usize,
    fields: &'b [u8],
}

/// Tables of a vector.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables<'b> {
    buffer: &'b [u8],
    at: usize,
    offsets: &'b [u8],
}

/// The reasons for which octets are no `FlatBuffer`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Damage {
    /// A table without its list of fields.
    #[error("a table at octet {at} has no fields")]
    NoFields {
        /// Its octet.
        at: usize,
    },
    /// An offset that leads nowhere.
    #[error("octet {at} of {length} is pointed to")]
    Outside {
        /// The octet.
        at: usize,
        /// Octets that there are.
        length: usize,
    },
    /// A text that is none.
    #[error("the text at octet {at} is not UTF-8")]
    NotUtf8 {
        /// Its octet.
        at: usize,
    },
}

impl<'b> Table<'b> {
    /// The table that the buffer begins with the offset of.
    pub(super) fn root(buffer: &'b [u8]) -> Result<Self, Damage> {
        Self::new(buffer, follow(buffer, 0)?)
    }

    fn new(buffer: &'b [u8], at: usize) -> Result<Self, Damage> {
        let none = Damage::NoFields { at };
        let back = i64::from(i32::from_le_bytes(array(buffer, at)?));
        let begin = i64::try_from(at).ok().map(|at| at - back);
        let begin = begin.and_then(|begin| usize::try_from(begin).ok());
        let begin = begin.ok_or(none)?;
        let length = u16::from_le_bytes(array(buffer, begin)?);
        let fields = slice(buffer, begin, length.into())?;
        let fields = fields.get(BEFORE_FIELDS..).ok_or(none)?;
        Ok(Self { buffer, at, fields })
    }

    /// The octet at which the field `number` stands, if the table has it.
    fn field(&self, number: usize) -> Option<usize> {
        let offset = self.fields.get(2 * number..)?.first_chunk()?;
        match u16::from_le_bytes(*offset) {
            0 => None,
            offset => Some(self.at + usize::from(offset)),
        }
    }

    /// The octets of a scalar; zeros where the table does not have it.
    fn scalar<const N: usize>(&self, number: usize) -> Result<[u8; N], Damage> {
        let at = self.field(number);
        at.map_or(Ok([0; N]), |at| array(self.buffer, at))
    }

    /// A flag, which stands for no where it is not there.
    pub(super) fn flag(&self, number: usize) -> Result<bool, Damage> {
        Ok(self.octet(number)? != 0)
    }

    /// An octet, 0 where it is not there.
    pub(super) fn octet(&self, number: usize) -> Result<u8, Damage> {
        let [octet] = self.scalar(number)?;
        Ok(octet)
    }

    /// A number of 16 bits, if it is there.
    pub(super) fn short(&self, number: usize) -> Result<Option<u16>, Damage> {
        let at = self.field(number);
        at.map(|at| array(self.buffer, at).map(u16::from_le_bytes))
            .transpose()
    }

    /// A number of 32 bits, 0 where it is not there.
    pub(super) fn int(&self, number: usize) -> Result<i32, Damage> {
        self.scalar(number).map(i32::from_le_bytes)
    }

    /// A number of 64 bits, 0 where it is not there.
    pub(super) fn long(&self, number: usize) -> Result<u64, Damage> {
        self.scalar(number).map(u64::from_le_bytes)
    }

    /// A text, if it is there.
    pub(super) fn text(&self, number: usize) -> Result<Option<&'b str>, Damage> {
        let Some(octets) = self.vector::<1>(number)? else {
            return Ok(None);
        };
        let at = self.field(number).unwrap_or(self.at);
        let text = str::from_utf8(octets.as_flattened());
        text.ok().map(Some).ok_or(Damage::NotUtf8 { at })
    }

    /// Scalars of so many octets each, if they are there.
    pub(super) fn vector<const N: usize>(
        &self,
        number: usize,
    ) -> Result<Option<&'b [[u8; N]]>, Damage> {
        let Some((_, octets)) = self.items(number, N)? else {
            return Ok(None);
        };
        let (items, _) = octets.as_chunks();
        Ok(Some(items))
    }

    /// Tables, if they are there.
    pub(super) fn tables(&self, number: usize) -> Result<Option<Tables<'b>>, Damage> {
        let items = self.items(number, OFFSET)?;
        Ok(items.map(|(at, offsets)| Tables {
            buffer: self.buffer,
            at,
            offsets,
        }))
    }

    /// The table that a field is, if it is there.
    pub(super) fn table(&self, number: usize) -> Result<Option<Self>, Damage> {
        let at = self.field(number);
        at.map(|at| Self::new(self.buffer, follow(self.buffer, at)?))
            .transpose()
    }

    /// The first octet of a vector's items, and the octets of all of them.
    fn items(&self, number: usize, width: usize) -> Result<Option<(usize, &'b [u8])>, Damage> {
        let Some(at) = self.field(number) else {
            return Ok(None);
        };
        let at = follow(self.buffer, at)?;
        let count = unsigned(self.buffer, at)?;
        let at = at + OFFSET;
        let octets = slice(self.buffer, at, count.saturating_mul(width))?;
        Ok(Some((at, octets)))
    }
}

impl<'b> Tables<'b> {
    pub(super) fn len(&self) -> usize {
        self.offsets.len() / OFFSET
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Result<Table<'b>, Damage>> {
        let Self { buffer, at, .. } = *self;
        let positions = (at..).step_by(OFFSET).take(self.len());
        positions.map(move |at| Table::new(buffer, follow(buffer, at)?))
    }
}

/// The octet that the offset at `at` leads to.
fn follow(buffer: &[u8], at: usize) -> Result<usize, Damage> {
    Ok(at.saturating_add(unsigned(buffer, at)?))
}

fn unsigned(buffer: &[u8], at: usize) -> Result<usize, Damage> {
    let number = u32::from_le_bytes(array(buffer, at)?);
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

fn array<const N: usize>(buffer: &[u8], at: usize) -> Result<[u8; N], Damage> {
    let octets = buffer.get(at..).and_then(<[u8]>::first_chunk);
    let length = buffer.len();
    octets.copied().ok_or(Damage::Outside { at, length })
}

fn slice(buffer: &[u8], at: usize, length: usize) -> Result<&[u8], Damage> {
    let end = at.saturating_add(length);
    let octets = buffer.get(at..end);
    octets.ok_or(Damage::Outside {
        at: end,
        length: buffer.len(),
    })
}

/// Octets of an offset.
const OFFSET: usize = 4;
/// Octets of a list of fields before the first: its own length, and that of the table.
const BEFORE_FIELDS: usize = 4;
