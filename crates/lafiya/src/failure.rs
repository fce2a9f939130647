//! Why a command did not do what it was asked.

use std::fmt;

use kernel::{Locale, Problem};
use webkit::Texts;

use crate::config::Fault;

/// What a command ends with when it fails.
#[derive(Debug)]
pub enum Failure {
    /// Wrong settings, all of them.
    Settings(Vec<Fault>),
    /// Anything else, as a sentence.
    Other(String),
}

impl Failure {
    /// "`what`: `why`".
    pub fn new(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::Other(format!("{what}: {why}"))
    }

    /// What the product refused, in its own words.
    pub fn refused(what: impl fmt::Display, problem: &Problem) -> Self {
        let texts = Texts::new(Locale::En).problem(problem);
        let mut why = texts.detail;
        for error in texts.errors {
            why.push_str(&format!(" {}: {}", error.field, error.message));
        }
        if let Some(cause) = &problem.cause {
            why.push_str(&format!(" ({cause})"));
        }
        Self::new(what, why)
    }

    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_) => 2,
            Self::Other(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(faults) => {
                for (index, fault) in faults.iter().enumerate() {
                    let gap = if index == 0 { "" } else { "\n" };
                    write!(f, "{gap}lafiya: {fault}")?;
                }
                Ok(())
            }
            Self::Other(sentence) => write!(f, "lafiya: {sentence}"),
        }
    }
}
