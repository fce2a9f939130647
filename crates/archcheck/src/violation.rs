//! What the checker says.

use std::fmt;

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The file, relative to the workspace root.
    pub path: String,
    /// The line, counted from one.
    pub line: usize,
    /// The rule's name; the crate's documentation lists them.
    pub rule: &'static str,
    /// What is wrong and what to change.
    pub message: String,
}

impl Violation {
    /// A violation of `rule` in `path` at `line`.
    pub(crate) fn new(
        path: impl Into<String>,
        line: usize,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            line,
            rule,
            message: message.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            message,
        } = self;
        write!(out, "{path}:{line}: {rule}: {message}")
    }
}
