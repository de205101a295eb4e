//! The memory of the process: an exact count of all allocations, and the figure of the operating system, which is what
//! an operator sees.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicIsize, Ordering},
};

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: usize, sign: isize) {
    LIVE.fetch_add(sign * bytes as isize, Ordering::Relaxed);
}

// SAFETY: all memory comes from the system allocator and returns to it; the counter does not touch it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), -1);
        count(size, 1);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// In bytes, and in KiB as Linux reports it.
#[derive(Debug)]
pub(crate) struct Memory {
    allocated: isize,
    resident: Option<u64>,
}

impl Memory {
    pub(crate) fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        Self { allocated: LIVE.load(Ordering::Relaxed), resident }
    }

    pub(crate) fn is_within_five_percent_of(&self, warm: &Self) {
        let (end, before) = (self.allocated as f64, warm.allocated as f64);
        assert!(end < before * 1.05, "allocated: {end} after {before} bytes");
        if let (Some(end), Some(before)) = (self.resident, warm.resident) {
            assert!((end as f64) < before as f64 * 1.05, "resident: {end} after {before} KiB");
        }
    }
}
