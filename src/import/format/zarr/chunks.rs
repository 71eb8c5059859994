//! The chunks of an array: which files they are, and their elements.

mod region;
mod shards;

use std::ops::Range;

use super::{ZarrFault, codec::Codec, element::Stored, folder::Folder, unpacked::Unpacked};
use region::{Region, chunks_of, product};
pub(super) use shards::Shards;

/// The storage of one array in chunks.
#[derive(Clone, Debug)]
pub(super) struct Chunked {
    shape: Vec<u64>,
    layout: Layout,
    shards: Option<Shards>,
    keys: Keys,
    unwritten: f64,
}

/// The innermost chunks: their shape, and how octets become elements.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) shape: Vec<u64>,
    /// The dimensions in the order they are stored in; the last changes first.
    pub(super) order: Vec<usize>,
    pub(super) stored: Stored,
    /// In the order they are undone in.
    pub(super) codecs: Vec<Codec>,
}

/// Takes a chunk: where it lies, and its octets, unpacked.
type TakeChunk<'t> = dyn FnMut(&Region, &[u8]) -> Result<(), Unpacked> + 't;

/// The names of chunks.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
    has_folders: bool,
    is_version_3: bool,
}

impl Chunked {
    /// # Errors
    /// Shapes that do not go together, and chunks too large or too many to be read.
    pub(super) fn new(
        file: &str,
        shape: Vec<u64>,
        layout: Layout,
        shards: Option<Shards>,
        keys: Keys,
        unwritten: Option<f64>,
    ) -> Result<Self, ZarrFault> {
        let wrong = |reason| ZarrFault::metadata(file, reason);
        let outer = shards
            .as_ref()
            .map_or(&layout.shape, |shards| &shards.shape);
        if outer.len() != shape.len() || outer.contains(&0) || layout.shape.contains(&0) {
            return Err(wrong("chunks do not have the dimensions of the array"));
        }
        let elements = product(&layout.shape).ok_or_else(|| wrong("chunks without measure"))?;
        let values = product(&shape).ok_or_else(|| wrong("a shape without measure"))?;
        let each = layout.stored.octets().unwrap_or(1);
        let octets = elements.saturating_mul(u64::try_from(each).unwrap_or(u64::MAX));
        let is_mostly_padding = octets > MAX_PADDING && elements / 4 > values;
        if octets > MAX_CHUNK || is_mostly_padding {
            let most = if is_mostly_padding {
                MAX_PADDING
            } else {
                MAX_CHUNK
            };
            return Err(ZarrFault::LargeChunk { octets, most });
        }
        let counts = shape
            .iter()
            .zip(&layout.shape)
            .map(|(size, chunk)| size.div_ceil(*chunk));
        let count = product(&counts.collect::<Vec<_>>()).unwrap_or(u64::MAX);
        if count > MAX_CHUNKS {
            return Err(ZarrFault::ManyChunks(count));
        }
        Ok(Self {
            shape,
            layout,
            shards,
            keys,
            unwritten: unwritten.unwrap_or(0.0),
        })
    }

    /// The numbers in `window`, in the standard order.
    pub(super) fn numbers(
        &self,
        folder: &Folder,
        window: &[Range<u64>],
    ) -> Result<Vec<f64>, ZarrFault> {
        let wanted = Region::new(window);
        let mut numbers = vec![self.unwritten; wanted.count()];
        let size = self.layout.stored.octets().unwrap_or(1);
        self.each(folder, &wanted, &mut |chunk, octets| {
            let mut copy = |from: usize, to: usize| {
                let element = octets.get(from * size..(from + 1) * size);
                if let (Some(element), Some(place)) = (element, numbers.get_mut(to)) {
                    *place = self.layout.stored.number(element);
                }
            };
            wanted.meet(chunk, &self.layout.order, &mut copy);
            Ok(())
        })?;
        Ok(numbers)
    }

    /// The texts of an array of one dimension.
    pub(super) fn texts(&self, folder: &Folder) -> Result<Vec<String>, ZarrFault> {
        let window: Vec<_> = self.shape.iter().map(|size| 0..*size).collect();
        let wanted = Region::new(&window);
        let mut texts = vec![String::new(); wanted.count()];
        self.each(folder, &wanted, &mut |chunk, octets| {
            let found = self.layout.texts(octets)?;
            let mut copy = |from: usize, to: usize| {
                if let (Some(text), Some(place)) = (found.get(from), texts.get_mut(to)) {
                    place.clone_from(text);
                }
            };
            wanted.meet(chunk, &self.layout.order, &mut copy);
            Ok(())
        })?;
        Ok(texts)
    }

    /// Every chunk that `wanted` meets and that was written: where it lies, and its octets, unpacked.
    fn each(
        &self,
        folder: &Folder,
        wanted: &Region,
        take: &mut TakeChunk<'_>,
    ) -> Result<(), ZarrFault> {
        let outer = self
            .shards
            .as_ref()
            .map_or(&self.layout.shape, |shards| &shards.shape);
        for at in chunks_of(wanted, outer) {
            let key = self.keys.key(&at);
            let damaged = |error: Unpacked| ZarrFault::Chunk {
                key: key.escape_debug().to_string(),
                reason: error.to_string(),
            };
            let region = Region::chunk(&at, outer);
            match &self.shards {
                None => {
                    let Some(packed) = folder.read(&key, MAX_CHUNK + SLACK)? else {
                        continue;
                    };
                    let octets = self.layout.unpack(packed).map_err(damaged)?;
                    take(&region, &octets).map_err(damaged)?;
                }
                Some(shards) => {
                    let Some(file) = folder.file(&key)? else {
                        continue;
                    };
                    let shard = shards.open(file)?.map_err(damaged)?;
                    for inner in chunks_of(&wanted.within(&region), &self.layout.shape) {
                        let Some(packed) = shard.chunk(&inner)?.map_err(damaged)? else {
                            continue;
                        };
                        let octets = self.layout.unpack(packed).map_err(damaged)?;
                        take(&Region::chunk(&inner, &self.layout.shape), &octets)
                            .map_err(damaged)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Layout {
    pub(super) fn new(shape: &[u64], stored: Stored) -> Self {
        Self {
            shape: shape.to_vec(),
            order: (0..shape.len()).collect(),
            stored,
            codecs: Vec::new(),
        }
    }

    /// The octets of a whole chunk.
    fn unpack(&self, packed: Vec<u8>) -> Result<Vec<u8>, Unpacked> {
        let elements = product(&self.shape).and_then(|count| usize::try_from(count).ok());
        let elements = elements.unwrap_or(usize::MAX);
        let whole = self
            .stored
            .octets()
            .map(|size| size.saturating_mul(elements));
        // Texts have any length, and a few octets more than the elements stand between two codecs.
        let most = whole.unwrap_or(MAX_TEXTS);
        let mut octets = packed;
        let count = self.codecs.len();
        for (nth, codec) in self.codecs.iter().enumerate() {
            let is_last = nth + 1 == count;
            let bound = if is_last {
                most
            } else {
                most.saturating_add(most / 8 + SLACK_OCTETS)
            };
            octets = codec.unpack(&octets, bound)?;
        }
        match whole {
            Some(whole) if octets.len() < whole => Err(Unpacked::Short),
            Some(whole) if octets.len() > whole => Err(Unpacked::Inflated(whole)),
            _ => Ok(octets),
        }
    }

    fn texts(&self, octets: &[u8]) -> Result<Vec<String>, Unpacked> {
        let no_text = || Unpacked::Codec("a text is not UTF-8".to_owned());
        let Some(size) = self.stored.octets() else {
            return any_texts(octets);
        };
        let elements = octets.chunks_exact(size.max(1));
        elements
            .map(|element| self.stored.text(element).ok_or_else(no_text))
            .collect()
    }
}

/// `vlen-utf8`: how many there are, and before each its length.
fn any_texts(octets: &[u8]) -> Result<Vec<String>, Unpacked> {
    let (count, mut ahead) = octets.split_first_chunk().ok_or(Unpacked::Short)?;
    let mut texts = Vec::new();
    for _ in 0..u32::from_le_bytes(*count) {
        let (length, rest) = ahead.split_first_chunk().ok_or(Unpacked::Short)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (text, rest) = rest.split_at_checked(length).ok_or(Unpacked::Short)?;
        let text = str::from_utf8(text).map_err(|error| Unpacked::Codec(error.to_string()))?;
        texts.push(text.to_owned());
        ahead = rest;
    }
    Ok(texts)
}

impl Keys {
    /// `tas/0.0`, or `tas/0/0`.
    pub(super) fn of_version_2(array: &str, has_folders: bool) -> Self {
        Self {
            prefix: array.to_owned(),
            has_folders,
            is_version_3: false,
        }
    }

    /// `tas/c/0/0`, or `tas/c.0.0`.
    pub(super) fn of_version_3(array: &str, has_folders: bool) -> Self {
        Self {
            prefix: array.to_owned(),
            has_folders,
            is_version_3: true,
        }
    }

    fn key(&self, at: &[u64]) -> String {
        let separator = if self.has_folders { "/" } else { "." };
        let mut parts: Vec<String> = at.iter().map(u64::to_string).collect();
        if self.is_version_3 {
            parts.insert(0, "c".to_owned());
        } else if parts.is_empty() {
            parts.push("0".to_owned());
        }
        format!("{}/{}", self.prefix, parts.join(separator))
    }
}

/// Octets of one chunk.
const MAX_CHUNK: u64 = 256 << 20;
/// Octets of a chunk that holds little of the array.
const MAX_PADDING: u64 = 16 << 20;
const MAX_CHUNKS: u64 = 4_000_000;
/// Octets of the texts of one chunk.
const MAX_TEXTS: usize = 32 << 20;
/// Octets that packing may add.
const SLACK: u64 = 1 << 20;
const SLACK_OCTETS: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_the_name_of_its_version() {
        let two = [
            Keys::of_version_2("tas", false),
            Keys::of_version_2("tas", true),
        ];
        let three = [
            Keys::of_version_3("tas", true),
            Keys::of_version_3("tas", false),
        ];
        let keys =
            |keys: &[Keys], at: &[u64]| keys.iter().map(|keys| keys.key(at)).collect::<Vec<_>>();
        assert_eq!(keys(&two, &[1, 20]), ["tas/1.20", "tas/1/20"]);
        assert_eq!(keys(&three, &[1, 20]), ["tas/c/1/20", "tas/c.1.20"]);
        assert_eq!(keys(&two, &[]), ["tas/0", "tas/0"]);
        assert_eq!(keys(&three, &[]), ["tas/c", "tas/c"]);
    }

    #[test]
    fn texts_are_cut_from_their_octets() {
        let octets = [2, 0, 0, 0, 1, 0, 0, 0, b'a', 2, 0, 0, 0, b'b', b'c'];
        assert_eq!(any_texts(&octets).unwrap(), ["a", "bc"]);
        for length in 0..octets.len() {
            assert!(any_texts(&octets[..length]).is_err(), "{length}");
        }
        assert!(any_texts(&[1, 0, 0, 0, 1, 0, 0, 0, 0xFF]).is_err());
        assert!(any_texts(&[0xFF; 8]).is_err());
    }
}
