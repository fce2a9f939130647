//! What a form is for, and what stands in it.

use kernel::FieldError;

use crate::{
    care::{
        model::{Encounter, EncounterId},
        wire::Typed,
    },
    patients::api::PatientId,
};

/// What is being written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    /// A new record, of a patient who is known already or not.
    New(Option<PatientId>),
    /// A record nobody has signed.
    Edit(EncounterId),
    /// Another version of a signed one.
    Amend(EncounterId),
}

impl Mode {
    /// Under which name what is typed is kept.
    pub(super) fn subject(self) -> String {
        match self {
            Self::New(None) => "new".to_owned(),
            Self::New(Some(patient)) => format!("new-{patient}"),
            Self::Edit(id) => id.to_string(),
            Self::Amend(id) => format!("{id}-amend"),
        }
    }

    pub(super) fn action(self) -> String {
        match self {
            Self::New(_) => "/consultations/new".to_owned(),
            Self::Edit(id) => format!("/consultations/{id}/edit"),
            Self::Amend(id) => format!("/consultations/{id}/amend"),
        }
    }

    /// Where the form stands.
    pub(super) fn here(self) -> String {
        match self {
            Self::New(Some(patient)) => format!("/consultations/new?patient={patient}"),
            other => other.action(),
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::New(_) => "consultation-new",
            Self::Edit(_) => "consultation-edit",
            Self::Amend(_) => "consultation-amend",
        }
    }
}

/// A field that two people wrote at the same time.
pub(super) struct Clash {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) mine: String,
    pub(super) theirs: String,
    /// Whether only the other one changed it.
    pub(super) take_theirs: bool,
}

/// A form to be shown.
pub(super) struct Sheet {
    pub(super) mode: Mode,
    pub(super) version: Option<i64>,
    pub(super) typed: Typed,
    pub(super) errors: Vec<FieldError>,
    /// What happened to the whole form.
    pub(super) notice: String,
    pub(super) clashes: Vec<Clash>,
    pub(super) last: Option<Encounter>,
}
