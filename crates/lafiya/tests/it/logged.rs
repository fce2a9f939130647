//! What the program logs, for tests of what it must not.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::subscriber::DefaultGuard;

/// Everything that is logged on this thread while it is there.
pub struct Logged {
    lines: Lines,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logged {
    /// From now on, down to the least of it.
    pub fn begin() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        Self {
            lines,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// None of these stands in it, and it is not empty for want of listening.
    pub fn holds_none_of(&self, secrets: &[&str]) {
        tracing::info!("shown on purpose");
        let logged = String::from_utf8_lossy(&self.lines.0.lock().unwrap()).into_owned();
        assert!(
            logged.contains("shown on purpose") && logged.len() > 1000,
            "something is logged"
        );
        for secret in secrets {
            assert!(!logged.contains(secret), "{secret} is logged");
        }
    }
}
