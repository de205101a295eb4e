//! The clock: what time it is, and the seam for tests.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// What time it is, in integer seconds since 1970: the seam for tests.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> u64 {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        // A clock before 1970 reads 0: tokens made then are long expired, which is the safe side.
        Self::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs()))
    }
}
