//! Outbound ports with real and simulated adapters.
