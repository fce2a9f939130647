//! What can go wrong, told to the developer of a template.

use std::fmt;

use typst::World;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;

use crate::world::Files;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The template, the data it asks for or a picture is wrong.
    #[error("{}", join(.0))]
    Template(Vec<Fault>),
    /// The title is empty or longer than PDF/A allows.
    #[error("a document needs a title of 1 to 8,000 bytes")]
    Title,
    /// The language is no tag such as `fr` or `fr-SN`.
    #[error("a language is a tag such as `fr` or `fr-SN`")]
    Language,
    /// The time lies outside the years 1 to 9999, or its offset outside a day.
    #[error("the time of the document cannot be written as a date")]
    Time,
    /// A picture's name is no fixed word, or two pictures have the same.
    #[error("a picture's name is 1 to 40 of a-z, 0-9, `.` and `-`, used once: {0:?}")]
    ImageName(String),
    /// The program was built with fonts or standards that do not work.
    #[error("the typesetter was built wrong: {0}")]
    Build(String),
}

/// One fault and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `template.typ`, `data.json` or another file of the call; none when the
    /// whole document is at fault.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What is wrong, in Typst's words.
    pub message: String,
    /// How it may be put right.
    pub hints: Vec<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            f.write_str(file)?;
        }
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        if self.file.is_some() {
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        for hint in &self.hints {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

fn join(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
    lines.join("; ")
}

pub(crate) fn of_template(files: &Files<'_>, faults: &[SourceDiagnostic]) -> PdfError {
    PdfError::Template(faults.iter().map(|fault| located(files, fault)).collect())
}

fn located(files: &Files<'_>, fault: &SourceDiagnostic) -> Fault {
    let file = fault.span.id();
    let line = file.and_then(|id| {
        let text = files.file(id).ok()?;
        let start = files.range(fault.span)?.start;
        let before = text.get(..start)?;
        Some(1 + before.iter().filter(|&&byte| byte == b'\n').count())
    });
    Fault {
        file: file.map(|id| id.get().vpath().get_without_slash().to_owned()),
        line,
        message: fault.message.to_string(),
        hints: fault.hints.iter().map(|hint| hint.v.to_string()).collect(),
    }
}
