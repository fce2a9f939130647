//! Turning a [`Problem`] into the answer a caller can use.

mod html;
mod json;
mod render;
mod texts;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{Problem, ProblemKind};

use crate::Texts;

pub(crate) use render::{settle, show};
pub use texts::{FieldTexts, ProblemTexts};

/// What a handler returns when it cannot do what was asked. The middleware
/// of [`crate::harden`] writes the answer, in the caller's language and as
/// JSON or as a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Box<Problem>);

impl Fault {
    /// The problem.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0
    }

    /// The problem, to look into it or to show it inside a form.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        *self.0
    }
}

impl<E: Into<Problem>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(Box::new(error.into()))
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response
            .extensions_mut()
            .insert(Stashed(self.into_problem()));
        response
    }
}

/// What a page that shows a form again answers with.
#[must_use]
pub fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What could not be done, for a page that shows its form again.
///
/// # Errors
/// The problem itself when no form can mend it.
pub fn in_form(texts: Texts, problem: Problem) -> Result<(StatusCode, FieldTexts), Problem> {
    match problem.kind {
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale => {
            Ok((status(&problem), texts.fields(&problem)))
        }
        _ => Err(problem),
    }
}

/// A problem on its way to the middleware that writes it.
#[derive(Debug, Clone)]
struct Stashed(Problem);

/// The kind of problem that a response, not yet written, stands for.
pub(crate) fn kind_of(response: &Response) -> Option<ProblemKind> {
    let stashed = response.extensions().get::<Stashed>();
    stashed.map(|Stashed(problem)| problem.kind)
}

/// Whether signing in would help, as against a wrong password.
fn asks_to_sign_in(problem: &Problem) -> bool {
    problem.kind == ProblemKind::Unauthenticated
}

#[cfg(test)]
mod tests;
