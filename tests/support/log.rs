//! A log that tests read.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{Level, Subscriber};
use tracing_subscriber::fmt::format::FmtSpan;

/// The lines that a subscriber wrote.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// A subscriber that writes events of this level or above, and these span events, into this log.
    pub(crate) fn subscriber(&self, level: Level, spans: FmtSpan) -> impl Subscriber + Send + Sync + use<> {
        let writer = self.clone();
        let builder = tracing_subscriber::fmt().with_max_level(level).with_span_events(spans).with_ansi(false);
        builder.with_writer(move || writer.clone()).finish()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}
