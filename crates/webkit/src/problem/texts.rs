use kernel::Problem;
use serde::Serialize;

use crate::Texts;

/// A problem in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemTexts {
    /// A few words.
    pub title: String,
    /// What happened, what was kept, and what to do now.
    pub detail: String,
    /// What is wrong with each field.
    pub errors: Vec<FieldText>,
}

/// What is wrong with one field, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldText {
    /// The field's wire name; empty for the whole body.
    pub field: String,
    /// The stable code.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

impl ProblemTexts {
    pub(crate) fn of(problem: &Problem, texts: Texts) -> Self {
        let kind = problem.kind.as_str();
        Self {
            title: texts.get(&format!("error-{kind}-title")),
            detail: detail(problem, texts),
            errors: field_texts(problem, texts),
        }
    }
}

/// The precise code's sentence; one that is not written yet must not hide
/// what the kind already says.
fn detail(problem: &Problem, texts: Texts) -> String {
    if let Some(code) = problem.code {
        let key = format!("problem-{code}");
        if texts.has(&key) {
            return texts.get(&key);
        }
        tracing::error!(key, "a problem has no text of its own");
    }
    texts.get(&format!("error-{}-detail", problem.kind))
}

fn field_texts(problem: &Problem, texts: Texts) -> Vec<FieldText> {
    let text = |error: &kernel::FieldError| FieldText {
        field: error.field.clone(),
        code: error.code,
        message: texts.field(error),
    };
    problem.errors.iter().map(text).collect()
}

/// The errors of a form, for the template that shows it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldTexts {
    summary: String,
    errors: Vec<FieldText>,
}

impl FieldTexts {
    pub(crate) fn of(problem: &Problem, texts: Texts) -> Self {
        let ProblemTexts { detail, errors, .. } = texts.problem(problem);
        Self {
            summary: detail,
            errors,
        }
    }

    /// What is wrong with a field; empty when nothing is.
    #[must_use]
    pub fn of_field(&self, field: &str) -> &str {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map_or("", |error| &error.message)
    }

    /// The sentence above the form; empty when nothing is wrong.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.summary
    }
}
