//! Clinical safety rules, computed from the consultation form alone: the early
//! warning score of adults, limits and danger signs of children, red flags,
//! allergies, interactions and contra-indications.
//!
//! The rules are data, `forms/safety/*.toml`, each with its source. They inform
//! whoever reads them; they decide nothing. Nothing here does I/O, reads a clock
//! or draws a random number.

mod allergy;
mod assess;
mod condition;
mod context;
mod facts;
mod finding;
mod inputs;
mod interactions;
mod language;
mod lexicon;
mod news2;
mod pack;
mod reader;
mod table;
mod wire;
mod words;

#[cfg(test)]
mod language_tests;
#[cfg(test)]
mod news2_tests;
#[cfg(test)]
mod pack_tests;

pub use assess::{Assessment, assess, unusual};
pub use facts::{Age, Facts, Sex, Value};
pub use finding::{Finding, Kind, Level, Source, Text};
pub use news2::{Applies, Band, News2, Points};
pub use pack::{NewNames, Pack, PackError, Table};
