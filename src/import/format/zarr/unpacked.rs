//! Faults of unpacking, and the order of elements, which every codec needs.

/// Reason why octets cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unpacked {
    #[error("its checksum is another")]
    Checksum,
    #[error("{0}")]
    Codec(String),
    #[error("it is unpacked to more than {0} octets")]
    Inflated(usize),
    #[error("it ends early")]
    Short,
}

/// The octets element by element; those that are no whole element stay at the end.
pub(super) fn unshuffled(octets: &[u8], size: usize) -> Vec<u8> {
    let count = octets.len() / size.max(1);
    let (shuffled, rest) = octets
        .split_at_checked(count * size)
        .unwrap_or((octets, &[]));
    let mut elements = vec![0; shuffled.len()];
    for (nth, plane) in shuffled.chunks_exact(count.max(1)).enumerate() {
        for (octet, element) in plane.iter().zip(elements.chunks_exact_mut(size.max(1))) {
            if let Some(place) = element.get_mut(nth) {
                *place = *octet;
            }
        }
    }
    elements.extend_from_slice(rest);
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_put_back_element_by_element() {
        assert_eq!(unshuffled(&[1, 3, 5, 2, 4, 6, 7], 2), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(unshuffled(&[1, 2], 4), [1, 2]);
        assert!(unshuffled(&[], 4).is_empty());
        assert_eq!(unshuffled(&[1, 2], 0), [1, 2]);
    }
}
