use kernel::Timestamp;

/// An end that does not lie after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the end must lie after the start")]
pub struct EndNotAfterStart;

/// Time between two instants, the end not included; never empty.
///
/// Both ends are instants: a text without an offset has been read in the
/// site's zone before ([`Timestamp::parse_local`]), nothing here floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl Span {
    /// From `start` up to `end`.
    ///
    /// # Errors
    /// [`EndNotAfterStart`] when there is no time between them.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, EndNotAfterStart> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(EndNotAfterStart)
        }
    }

    /// The first instant.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        self.start
    }

    /// The first instant after it.
    #[must_use]
    pub const fn end(self) -> Timestamp {
        self.end
    }

    /// Whether the two share time; those that only touch do not.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same in microseconds since 1970 UTC, empty spans as `None`.
    pub(crate) fn of_micros(start: i64, end: i64) -> Option<Self> {
        Self::new(Timestamp::from_micros(start), Timestamp::from_micros(end)).ok()
    }
}
