//! Curves and surfaces of Simple Features that are no geometry of a table: they are named in faults alone.

/// The name of a type in well-known binary (OGC 06-103r4 §8.2.8), where it is one of a curve or a surface.
pub(super) fn of_number(number: u32) -> Option<&'static str> {
    let known = CURVED.iter().find(|(of_it, _)| *of_it == number);
    known.map(|(_, name)| *name)
}

/// The name of a tag in well-known text, in any case, where it is one of a curve or a surface; `Z` and `M` may stand at
/// its end.
pub(super) fn of_tag(word: &[u8]) -> Option<&'static str> {
    let word = word.to_ascii_uppercase();
    let names = CURVED.iter().map(|(_, name)| *name);
    names.into_iter().find(|name| {
        let rest = word.strip_prefix(name.to_ascii_uppercase().as_bytes());
        rest.is_some_and(|rest| matches!(rest, b"" | b"Z" | b"M" | b"ZM"))
    })
}

const CURVED: [(u32, &str); 10] = [
    (8, "CircularString"),
    (9, "CompoundCurve"),
    (10, "CurvePolygon"),
    (11, "MultiCurve"),
    (12, "MultiSurface"),
    (13, "Curve"),
    (14, "Surface"),
    (15, "PolyhedralSurface"),
    (16, "TIN"),
    (17, "Triangle"),
];
