//! The clinical form as data (`forms/fiche.toml`): which fields there are, what
//! each accepts, and what a person's input makes of the content so far. Pure:
//! no database, no clock; the caller says which day it is.

mod check;
mod content;
mod form;
#[cfg(test)]
mod tests;

pub use check::{Context, MAX_AGE, Writer};
pub use content::{Content, Value};
pub use form::{Choice, Field, Form, FormError, Kind, Label, Section};
