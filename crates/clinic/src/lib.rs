//! The product: one folder per domain.
