use serde::Serialize;

use crate::Redacted;

crate::words! {
    /// The kinds of failure that reach a caller; each has one HTTP status
    /// (`spec/api-conventions.md`) and its texts in `i18n/*/errors.ftl` under
    /// `error-<word>`.
    pub enum ProblemKind {
        /// The request cannot be read at all (syntax, encoding, framing).
        Malformed = "malformed",
        /// The request can be read, but a value is wrong; see the fields.
        Invalid = "invalid",
        /// No token, or one that is wrong or expired.
        Unauthenticated = "unauthenticated",
        /// Name or password is wrong; which of them is not said.
        BadCredentials = "bad-credentials",
        /// A provider's signature is missing or wrong.
        BadSignature = "bad-signature",
        /// The form was not ours, or too old.
        BadCsrf = "bad-csrf",
        /// A known caller without the right.
        Forbidden = "forbidden",
        /// A token of limited powers without this one (RFC 6750, 3.1).
        InsufficientScope = "insufficient-scope",
        /// Not there, or not for this caller to know of.
        NotFound = "not-found",
        /// This path exists, but not for this method.
        MethodNotAllowed = "method-not-allowed",
        /// The object's state does not allow it.
        Conflict = "conflict",
        /// The object was changed since it was read.
        Stale = "stale",
        /// The body is larger than allowed.
        TooLarge = "too-large",
        /// The body is of a type not accepted here.
        UnsupportedMedia = "unsupported-media",
        /// The part of a file that was asked for lies outside of it.
        BadRange = "bad-range",
        /// Too many requests.
        RateLimited = "rate-limited",
        /// A needed part (database, disk, provider) is down for now.
        Unavailable = "unavailable",
        /// A fault of ours.
        Internal = "internal",
    }
}

impl ProblemKind {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed | Self::Invalid => 400,
            Self::Unauthenticated | Self::BadCredentials => 401,
            Self::BadSignature | Self::BadCsrf | Self::Forbidden | Self::InsufficientScope => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::Stale => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::BadRange => 416,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}

/// What is wrong with one field. The text is `field-<code>` in `i18n/*/errors.ftl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's wire name; empty for the body as a whole.
    pub field: String,
    /// A stable code, e.g. `required`.
    pub code: &'static str,
    /// Arguments of the text, e.g. `max` = `100`.
    #[serde(skip)]
    pub args: Vec<(&'static str, String)>,
}

impl FieldError {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, code: &'static str) -> Self {
        Self {
            field: field.into(),
            code,
            args: Vec::new(),
        }
    }

    /// Adds an argument of the text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// The one error that reaches a caller (RFC 9457). It holds codes, no texts:
/// those are chosen in the caller's language when it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind, which fixes the status.
    pub kind: ProblemKind,
    /// A more precise code with a text of its own (`problem-<code>`), e.g. `already-closed`.
    pub code: Option<&'static str>,
    /// The faulty fields.
    pub errors: Vec<FieldError>,
    /// Seconds after which trying again makes sense (429, 503).
    pub retry_after: Option<u32>,
    /// The scope that the caller's token lacks.
    pub scope: Option<String>,
    /// What the second step of signing in must repeat, after a right password.
    pub challenge: Option<Box<Redacted<String>>>,
    /// For the log, never for the caller: what went wrong inside. No patient data.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem of this kind with nothing more to say.
    #[must_use]
    pub const fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            code: None,
            errors: Vec::new(),
            retry_after: None,
            scope: None,
            challenge: None,
            cause: None,
        }
    }

    /// One wrong field.
    pub fn invalid(field: impl Into<String>, code: &'static str) -> Self {
        Self::fields(vec![FieldError::new(field, code)])
    }

    /// Several wrong fields.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(ProblemKind::Invalid)
        }
    }

    /// 404.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(ProblemKind::NotFound)
    }

    /// 403.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(ProblemKind::Forbidden)
    }

    /// 409 with the code of its text.
    #[must_use]
    pub const fn conflict(code: &'static str) -> Self {
        let mut problem = Self::new(ProblemKind::Conflict);
        problem.code = Some(code);
        problem
    }

    /// 500 with a cause for the log.
    pub fn internal(cause: impl ToString) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(ProblemKind::Internal)
        }
    }

    /// 503 with a cause for the log; callers are asked to try again in a few seconds.
    pub fn unavailable(cause: impl ToString) -> Self {
        Self {
            cause: Some(cause.to_string()),
            retry_after: Some(5),
            ..Self::new(ProblemKind::Unavailable)
        }
    }

    /// The same problem with a more precise code.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The stable code: the precise one, else the kind's.
    #[must_use]
    pub fn stable_code(&self) -> &'static str {
        self.code.unwrap_or_else(|| self.kind.as_str())
    }

    /// For the log: the cause, else the stable code.
    #[must_use]
    pub fn into_cause(self) -> String {
        let code = self.stable_code();
        self.cause.unwrap_or_else(|| code.to_owned())
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.kind.status()
    }
}
