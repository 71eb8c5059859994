//! `BloscLZ`, the codec of Blosc's own: runs of octets as they are, and copies of what came before.

use super::Unpacked;

/// The octets before they were packed, at most `most`.
pub(super) fn unpack(packed: &[u8], most: usize) -> Result<Vec<u8>, Unpacked> {
    let mut unpacked = Vec::with_capacity(most);
    let mut input = packed.iter().copied();
    // The first octet is never a copy.
    let mut control = input.next().map(|first| first & 31);
    while let Some(code) = control {
        if code < 32 {
            for _ in 0..=code {
                unpacked.push(input.next().ok_or(Unpacked::Short)?);
            }
        } else {
            copy(code, &mut input, &mut unpacked, most)?;
        }
        if unpacked.len() > most {
            return Err(Unpacked::Inflated(most));
        }
        control = input.next();
    }
    Ok(unpacked)
}

/// Copies octets that came before: how many is in three bits and what follows, how far back in thirteen, or
/// in sixteen more.
fn copy(
    code: u8,
    input: &mut impl Iterator<Item = u8>,
    unpacked: &mut Vec<u8>,
    most: usize,
) -> Result<(), Unpacked> {
    let mut next = || input.next().map(usize::from).ok_or(Unpacked::Short);
    let mut length = usize::from(code >> 5) - 1;
    if length == LONG {
        loop {
            let more = next()?;
            length += more;
            if more != 255 {
                break;
            }
        }
    }
    length += MIN_LENGTH;
    let high = usize::from(code & 31) << 8;
    let low = next()?;
    let mut back = high + low + 1;
    if low == 255 && high == 31 << 8 {
        back = (next()? << 8) + next()? + FAR;
    }
    if unpacked.len() + length > most {
        return Err(Unpacked::Inflated(most));
    }
    let start = unpacked.len().checked_sub(back);
    let start = start.ok_or_else(|| Unpacked::Codec("blosclz: a copy of nothing".to_owned()))?;
    // What is copied may be copied again: a run of one octet is a copy of the one before.
    for at in start..start + length {
        let octet = unpacked.get(at).copied().ok_or(Unpacked::Short)?;
        unpacked.push(octet);
    }
    Ok(())
}

const LONG: usize = 6;
const MIN_LENGTH: usize = 3;
/// Copies with sixteen bits reach back from here.
const FAR: usize = 8192;
