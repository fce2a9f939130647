//! The `lafiya` binary.
fn main() {}
