//! The push adapter of `ports` against a Firebase of our own, over real sockets.

#[cfg(test)]
mod firebase;
