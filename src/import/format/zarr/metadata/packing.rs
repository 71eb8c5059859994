//! The chain of codecs of an array.

use serde_json::{Map, Value};

use super::super::{
    ZarrFault,
    chunks::{Layout, Shards},
    codec::Codec,
    element::Stored,
};
use crate::import::Shown;

/// The elements, and the chain that made octets of them.
pub(super) struct Chain {
    pub(super) layout: Layout,
    pub(super) shards: Option<Shards>,
}

/// A codec of version 2 or 3 by its name and settings.
pub(super) fn codec(
    name: &str,
    settings: &Map<String, Value>,
    stored: Stored,
) -> Result<Codec, ZarrFault> {
    Ok(match name.strip_prefix("numcodecs.").unwrap_or(name) {
        "blosc" => Codec::Blosc,
        "crc32c" => Codec::Crc32c,
        "gzip" => Codec::Gzip,
        "lz4" => Codec::Lz4,
        "shuffle" => {
            let size = settings.get("elementsize").and_then(Value::as_u64);
            let size = size
                .and_then(|size| usize::try_from(size).ok())
                .or(stored.octets());
            Codec::Shuffle(size.filter(|size| (1..=64).contains(size)).unwrap_or(1))
        }
        "zlib" => Codec::Zlib,
        "zstd" => Codec::Zstd,
        other => return Err(ZarrFault::Codec(Shown::new(other.as_bytes()))),
    })
}

/// The codecs of version 3 of chunks of the shape `chunk`.
pub(super) fn chain(
    file: &str,
    codecs: &[Value],
    chunk: &[u64],
    stored: Stored,
) -> Result<Chain, ZarrFault> {
    let mut chain = Chain {
        layout: Layout::new(chunk, stored),
        shards: None,
    };
    let mut is_octets = false;
    for found in codecs {
        let (name, settings) = named(file, found)?;
        match name {
            "transpose" if !is_octets => {
                let order = super::sizes(file, settings, "order")?;
                let order = order
                    .iter()
                    .map(|at| usize::try_from(*at).unwrap_or(usize::MAX));
                chain.layout.order =
                    permutation(order.collect(), chunk.len()).ok_or_else(|| {
                        ZarrFault::metadata(file, "the order of transpose is no order")
                    })?;
            }
            "bytes" | "endian" if !is_octets => {
                let endian = settings.get("endian").and_then(Value::as_str);
                chain.layout.stored = stored.big(endian == Some("big"));
                is_octets = true;
            }
            "vlen-utf8" if !is_octets && stored == Stored::AnyText => is_octets = true,
            "sharding_indexed" if !is_octets && codecs.len() == 1 => {
                return sharded(file, settings, chunk, stored);
            }
            _ if is_octets => chain.layout.codecs.push(codec(name, settings, stored)?),
            other => return Err(ZarrFault::Codec(Shown::new(other.as_bytes()))),
        }
    }
    if is_octets {
        // What was packed last is unpacked first.
        chain.layout.codecs.reverse();
        Ok(chain)
    } else {
        Err(ZarrFault::metadata(
            file,
            "no codec makes octets of the elements",
        ))
    }
}

/// Chunks that hold smaller chunks, and an index of these.
fn sharded(
    file: &str,
    settings: &Map<String, Value>,
    shard: &[u64],
    stored: Stored,
) -> Result<Chain, ZarrFault> {
    let wrong = |reason: &str| ZarrFault::metadata(file, reason);
    let inner = super::sizes(file, settings, "chunk_shape")?;
    let parts = shard.iter().zip(&inner).map(|(shard, inner)| {
        let parts = shard.checked_div(*inner)?;
        (parts * inner == *shard).then_some(parts)
    });
    let parts: Option<Vec<u64>> = parts.collect();
    let parts = parts.filter(|parts| parts.len() == shard.len() && inner.len() == shard.len());
    let parts = parts.ok_or_else(|| wrong("shards are no whole number of their chunks"))?;
    let codecs = settings.get("codecs").and_then(Value::as_array);
    let codecs = codecs.ok_or_else(|| wrong("a shard without codecs"))?;
    let within = chain(file, codecs, &inner, stored)?;
    if within.shards.is_some() {
        return Err(wrong("shards within shards"));
    }
    let index = settings.get("index_codecs").and_then(Value::as_array);
    let mut is_checked = false;
    for found in index.into_iter().flatten() {
        match named(file, found)? {
            ("bytes", settings)
                if settings.get("endian").and_then(Value::as_str) != Some("big") => {}
            ("crc32c", _) => is_checked = true,
            (other, _) => return Err(ZarrFault::Codec(Shown::new(other.as_bytes()))),
        }
    }
    let is_first = settings.get("index_location").and_then(Value::as_str) == Some("start");
    Ok(Chain {
        layout: within.layout,
        shards: Some(Shards {
            shape: shard.to_vec(),
            parts,
            is_checked,
            is_first,
        }),
    })
}

fn named<'v>(file: &str, found: &'v Value) -> Result<(&'v str, &'v Map<String, Value>), ZarrFault> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    let name = found
        .as_str()
        .or_else(|| found.get("name").and_then(Value::as_str));
    let name = name.ok_or_else(|| ZarrFault::metadata(file, "a codec has no name"))?;
    let settings = found.get("configuration").and_then(Value::as_object);
    Ok((name, settings.unwrap_or(&NONE)))
}

/// `order` when it has each of `count` dimensions once.
fn permutation(order: Vec<usize>, count: usize) -> Option<Vec<usize>> {
    let mut sorted = order.clone();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..count).then_some(order)
}
