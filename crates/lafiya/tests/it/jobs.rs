//! The work engine's promises, on both engines.
