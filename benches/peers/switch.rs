//! An allocator that counts only on demand.
//!
//! Atomic counters in every allocation would affect the times.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, Ordering},
};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats};

static COUNTING: AtomicBool = AtomicBool::new(false);

#[global_allocator]
static ALLOCATOR: Switch = Switch;

struct Switch;

fn is_on() -> bool {
    COUNTING.load(Ordering::Relaxed)
}

// SAFETY: both branches use the system's allocator, with or without counters, so a block can be allocated by one and
// freed by the other.
unsafe impl GlobalAlloc for Switch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_on() { unsafe { INSTRUMENTED_SYSTEM.alloc(layout) } } else { unsafe { System.alloc(layout) } }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_on() {
            unsafe { INSTRUMENTED_SYSTEM.dealloc(block, layout) }
        } else {
            unsafe { System.dealloc(block, layout) }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if is_on() {
            unsafe { INSTRUMENTED_SYSTEM.realloc(block, layout, size) }
        } else {
            unsafe { System.realloc(block, layout, size) }
        }
    }
}

/// Counts allocations while it exists. No other code may run at the same time.
pub(crate) struct Count(Region<'static, System>);

impl Count {
    pub(crate) fn start() -> Self {
        COUNTING.store(true, Ordering::Relaxed);
        Self(Region::new(&INSTRUMENTED_SYSTEM))
    }

    pub(crate) fn so_far(&self) -> Stats {
        self.0.change()
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        COUNTING.store(false, Ordering::Relaxed);
    }
}
