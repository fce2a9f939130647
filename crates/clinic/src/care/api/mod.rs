//! What siblings, the web layer and the command line may do with records.

mod change;
mod check;
mod create;
mod decide;
mod drafts;
mod export;
mod notes;
mod read;
mod save;
mod share;
mod verify;

/// The topic announced when a record changed.
pub const TOPIC: &str = "encounter";

pub use change::{assign, conclude, delete, update};
pub use check::check;
pub use create::create;
pub use decide::{amend, end_analysis, fail_analysis, reject, relaunch, validate};
pub use drafts::{draft, drop_draft, keep_draft, sweep_drafts};
pub use export::{Printed, document, pdf, verify_url};
pub use notes::{add_note, notes};
pub use read::{latest_of, list, newest_version, previous, record, version, versions};
pub use share::{end_share, opened, opened_pdf, share, shares};
pub use verify::verify;

pub use super::rules::assess;

pub use super::model::{
    Administrative, Change, Draft, Encounter, EncounterId, EncounterMark, NoteRow, Status,
    Verified, VersionRow, Wanted,
};
