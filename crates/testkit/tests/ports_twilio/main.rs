//! The Twilio adapters of `ports` against a Twilio of our own, over real sockets.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod lookups;
#[cfg(test)]
mod media;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod support;
#[cfg(test)]
mod webhooks;
