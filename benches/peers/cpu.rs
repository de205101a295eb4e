//! Processor time, which other programs on the machine affect less than they affect the time of day.

use std::time::Duration;

/// The processor time of this thread.
#[cfg(unix)]
pub(crate) fn of_thread() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid, and the call writes no more than one `timespec`.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(result, 0, "a clock for each thread");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The time since the first call, where threads have no clock of their own.
#[cfg(not(unix))]
pub(crate) fn of_thread() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// The processor time of this process, in the program and in the kernel.
#[cfg(unix)]
pub(crate) fn of_process() -> Duration {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the pointer is valid for one `rusage`, which a successful call fills.
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()), 0, "the usage of this process");
        usage.assume_init()
    };
    let duration = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    duration(usage.ru_utime) + duration(usage.ru_stime)
}
