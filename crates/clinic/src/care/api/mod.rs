//! What siblings, the web layer and the command line may do with records.

mod attachments;
mod carry;
mod change;
mod check;
mod create;
mod decide;
mod drafts;
mod enclosed;
mod export;
mod import;
mod interactions;
mod labs;
mod letterhead;
mod notes;
mod notify;
mod read;
mod references;
mod save;
mod share;
mod verify;

/// The topic announced when a record changed.
pub const TOPIC: &str = "encounter";

pub use attachments::{
    Ready, add_attachment, attachment, attachments, drop_attachment, may_attach, open_attachment,
};
pub use carry::{TakenOut, copy, file, take_out};
pub use change::{assign, conclude, delete, update};
pub use check::check;
pub use create::create;
pub use decide::{amend, end_analysis, fail_analysis, reject, relaunch, validate};
pub use drafts::{draft, drop_draft, keep_draft, sweep_drafts};
pub use enclosed::take_in;
use export::gathered;
pub use export::{Printed, document, pdf, verify_url};
pub use import::{Imported, SoundFile, Unimported, import, read_file};
pub use interactions::{
    TableFault, TakenTable, drop_interactions, interaction_tables, pack, take_interactions,
};
pub use labs::{
    add_observation, change_observation, drop_observation, observation, observations, trend,
};
pub use letterhead::{clinic_phone, letterhead, letterhead_example, set_letterhead};
pub use notes::{add_note, notes};
pub use notify::notify;
pub use read::{latest_of, list, newest_version, patient_of, previous, record, version, versions};
pub use references::{add_citation, citation, citations, drop_citation, verify_citation};
pub use share::{end_share, opened, opened_pdf, share, shares};
pub use verify::verify;

pub use super::rules::assess;
pub use super::wire::file::{FileAttachment, RecordFile, file_schema};
pub use safety_rules::NewNames;

pub use super::model::{
    Administrative, Attachment, AttachmentId, AttachmentKind, Change, Citation, CitationId, Draft,
    Encounter, EncounterId, EncounterMark, InteractionTable, NewCitation, NewObservation, NoteRow,
    Observation, ObservationId, ObservationPatch, Results, Series, Source, Status, Verified,
    VersionRow, Wanted,
};
