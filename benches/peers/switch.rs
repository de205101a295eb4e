//! An allocator that counts only on demand.
//!
//! Atomic counters in every allocation would affect the times.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed},
};

static COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
/// The bytes in use. Negative after the release of blocks that are older than the count.
static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Switch = Switch;

struct Switch;

fn allocated(bytes: usize) {
    if COUNTING.load(Relaxed) {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(bytes, Relaxed);
        let bytes = bytes as isize;
        PEAK.fetch_max(LIVE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
    }
}

fn released(bytes: usize) {
    if COUNTING.load(Relaxed) {
        LIVE.fetch_sub(bytes as isize, Relaxed);
    }
}

// SAFETY: every block comes from the system's allocator and returns to it; the counters do not touch it.
unsafe impl GlobalAlloc for Switch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        released(layout.size());
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old block exists until the new one is filled, unless the system can extend it.
        allocated(size);
        released(layout.size());
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Makes the system's allocator keep what is released.
///
/// Otherwise it returns memory to the kernel and fetches it again, depending on what happens to lie at the end of the
/// heap, and page faults become a part of the comparison.
pub(crate) fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, bytes) in [(libc::M_TRIM_THRESHOLD, 512 << 20), (libc::M_MMAP_THRESHOLD, 32 << 20)] {
        // SAFETY: the call changes a number of the allocator, before there is a second thread.
        let result = unsafe { libc::mallopt(parameter, bytes) };
        assert_eq!(result, 1, "a parameter of the allocator");
    }
}

/// Counts allocations while it exists. No other code may run at the same time.
pub(crate) struct Count;

impl Count {
    pub(crate) fn start() -> Self {
        ALLOCATIONS.store(0, Relaxed);
        BYTES.store(0, Relaxed);
        LIVE.store(0, Relaxed);
        PEAK.store(0, Relaxed);
        COUNTING.store(true, Relaxed);
        Self
    }

    /// The number of allocations and reallocations since the start.
    pub(crate) fn allocations(&self) -> usize {
        ALLOCATIONS.load(Relaxed)
    }

    /// The bytes of all those together, released or not.
    pub(crate) fn bytes(&self) -> usize {
        BYTES.load(Relaxed)
    }

    /// The most bytes that were in use at the same time, apart from those in use at the start.
    pub(crate) fn peak(&self) -> usize {
        PEAK.load(Relaxed).max(0).unsigned_abs()
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        COUNTING.store(false, Relaxed);
    }
}
