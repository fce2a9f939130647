//! Whose calendar and whose appointments somebody sees and changes.

use kernel::{Actor, Ctx, Problem, Role, UserId};
use webkit::Policy;

use super::model::{Appointment, Waiting};

/// Who writes calendars: doctors their own.
pub(super) const CALENDAR: Policy = Policy::Roles(&[
    Role::Practitioner,
    Role::Manager,
    Role::Admin,
    Role::SuperAdmin,
]);

/// Whose appointments the caller sees (`spec/agent-medical.md`, Roles): reception
/// works with all of its clinic's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sees {
    /// The clinic's.
    All,
    /// His own as a patient.
    Own(UserId),
    /// His as a doctor, and those that no doctor has.
    Doctor(UserId),
}

pub(super) const fn sees(ctx: &Ctx) -> Sees {
    match ctx.actor {
        Actor::User(user, Role::Patient) => Sees::Own(user),
        Actor::User(user, Role::Practitioner) => Sees::Doctor(user),
        Actor::User(..) | Actor::Service(_) | Actor::System(_) => Sees::All,
    }
}

impl Sees {
    /// The two values that statements ask for.
    pub(super) const fn parts(self) -> (&'static str, Option<UserId>) {
        match self {
            Self::All => ("all", None),
            Self::Own(user) => ("own", Some(user)),
            Self::Doctor(user) => ("doctor", Some(user)),
        }
    }

    pub(super) fn shows(self, one: &Appointment) -> bool {
        match self {
            Self::All => true,
            Self::Own(user) => one.patient_user == Some(user),
            Self::Doctor(user) => one.practitioner_id.is_none_or(|doctor| doctor == user),
        }
    }

    pub(super) fn shows_waiting(self, one: &Waiting) -> bool {
        match self {
            Self::All => true,
            Self::Own(user) => one.patient_user == Some(user),
            Self::Doctor(user) => one.practitioner_id.is_none_or(|doctor| doctor == user),
        }
    }
}

/// Whether the caller is a patient, who sees no notes and no reasons.
pub(super) const fn is_patient(ctx: &Ctx) -> bool {
    matches!(ctx.actor, Actor::User(_, Role::Patient))
}

/// Refuses patients what staff decide.
///
/// # Errors
/// 403.
pub(super) fn staff_only(ctx: &Ctx) -> Result<(), Problem> {
    match is_patient(ctx) {
        true => Err(Problem::forbidden()),
        false => Ok(()),
    }
}

/// Whose calendar is meant: a doctor's own when nothing is said; administrators
/// and managers write any.
///
/// # Errors
/// 403 for another doctor's; 400 naming `medecin`.
pub(super) fn calendar_of(ctx: &Ctx, named: Option<UserId>) -> Result<UserId, Problem> {
    match (ctx.actor, named) {
        (Actor::User(user, Role::Practitioner), None) => Ok(user),
        (Actor::User(user, Role::Practitioner), Some(named)) if user == named => Ok(user),
        (Actor::User(_, Role::Admin | Role::SuperAdmin | Role::Manager), Some(named))
        | (Actor::Service(_) | Actor::System(_), Some(named)) => Ok(named),
        (Actor::User(_, Role::Patient | Role::Agent | Role::Practitioner), _) => {
            Err(Problem::forbidden())
        }
        (_, None) => Err(Problem::invalid("medecin", "required")),
    }
}

/// Over whose appointments figures are: a doctor's are his own; all the clinic's
/// when nobody is named.
///
/// # Errors
/// 403.
pub(super) fn figures_of(ctx: &Ctx, named: Option<UserId>) -> Result<Option<UserId>, Problem> {
    match ctx.actor {
        Actor::User(_, Role::Practitioner) => calendar_of(ctx, named).map(Some),
        Actor::User(_, Role::Patient | Role::Agent) => Err(Problem::forbidden()),
        Actor::User(..) | Actor::Service(_) | Actor::System(_) => Ok(named),
    }
}
