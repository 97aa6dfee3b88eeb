//! Giving freed memory back to the system. Its own module because only the GNU C library has to be
//! asked: it keeps what a thread has freed for a next time, which for a first import is next year.
//! Other allocators return it by themselves. Nothing else may enter.

/// Returns what is free. Takes about a millisecond.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    #[expect(
        unsafe_code,
        reason = "malloc_trim(3) takes no pointer and is thread-safe"
    )]
    // SAFETY: it touches nothing but free pages of the allocator, under the allocator's own locks.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Returns what is free.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
