//! What the process does with memory that was freed.

/// Has glibc keep up to 64 MiB that was freed, and take buffers of less than 32 MiB from there.
///
/// A training step frees some 50 MiB and asks for as much again; a fifth of its time went to handing pages
/// back and having them cleared (`docs/speed.md`). It is a setting of the whole process, so it is for
/// programs that start, and no library function of ours calls it. With another C library it does nothing.
pub fn keep_what_was_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: these change two settings of the allocator, which takes them at any time.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, 64 << 20);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
    }
}
