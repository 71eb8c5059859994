//! The library that reads Parquet, guarded.

/// The value that the library makes of a file, and an error when it gives up: it has checks that panic where a file contradicts
/// itself.
pub(crate) fn guarded<T, E: std::fmt::Display>(
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, Box<str>> {
    let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    match worked {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(shown(&error)),
        Err(_panic) => Err("a page contradicts itself".into()),
    }
}

/// The beginning of a reason, in characters that can be shown.
fn shown(reason: &dyn std::fmt::Display) -> Box<str> {
    let reason: String = reason.to_string().chars().take(MOST_REASON).collect();
    reason.escape_debug().to_string().into()
}

const MOST_REASON: usize = 200;
