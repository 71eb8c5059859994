//! Memory that the allocator keeps after it was freed.

/// Gives freed memory back to the system.
///
/// A load makes and drops many times what stays of it. glibc keeps all of that in the arena of each thread that had
/// it, and by itself gives back only what lies at the end of one.
#[expect(unsafe_code, reason = "glibc alone knows its arenas")]
pub fn give_back_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: `malloc_trim` takes the lock of each arena and touches nothing but pages that are free.
    unsafe {
        libc::malloc_trim(0);
    }
}
