mod attachments;
mod carry;
mod drafts;
mod export;
mod interactions;
mod labs;
mod list;
mod notes;
mod records;
mod references;
mod share;
mod versions;

pub(super) use attachments::*;
pub(super) use carry::*;
pub(super) use drafts::*;
pub(super) use export::*;
pub(super) use interactions::*;
pub(super) use labs::*;
pub(super) use list::*;
pub(super) use notes::*;
pub(super) use records::*;
pub(super) use references::*;
pub(super) use share::*;
pub(super) use versions::*;

pub(crate) use attachments::STATEMENTS as ATTACHMENT_STATEMENTS;
pub(crate) use carry::STATEMENTS as CARRY_STATEMENTS;
pub(crate) use drafts::STATEMENTS as DRAFT_STATEMENTS;
pub(crate) use export::STATEMENTS as EXPORT_STATEMENTS;
pub(crate) use interactions::STATEMENTS as INTERACTION_STATEMENTS;
pub(crate) use labs::STATEMENTS as OBSERVATION_STATEMENTS;
pub(crate) use list::STATEMENTS as LIST_STATEMENTS;
pub(crate) use notes::STATEMENTS as MESSAGE_STATEMENTS;
pub(crate) use records::{ANALYSIS_WORK, STATEMENTS as ENCOUNTER_STATEMENTS};
pub(crate) use references::STATEMENTS as CITATION_STATEMENTS;
pub(crate) use share::STATEMENTS as SHARE_STATEMENTS;
pub(crate) use versions::STATEMENTS as VERSION_STATEMENTS;

/// A record with the names of those it names, for these rows. `p` is the patient as he
/// stands today: the record that his was merged into, if it was.
macro_rules! encounters {
    ($rows:expr) => {
        concat!(
            "SELECT e.id AS id, e.number AS number, p.id AS patient_id, p.user_id AS patient_user,
            p.restricted AS restricted, e.status AS status, e.remote AS remote, e.created_by AS created_by,
            e.assigned_to AS assigned_to, a.first_name || ' ' || a.last_name AS assigned_name,
            e.validated_by AS validated_by, v.first_name || ' ' || v.last_name AS validated_name,
            e.validated_at AS validated_at, e.signed_version AS signed_version, e.signature AS signature,
            e.rejection AS rejection, e.analysis AS analysis, e.analysis_error AS analysis_error,
            e.content AS content, e.form_version AS form_version, e.created_at AS created_at,
            e.updated_at AS updated_at, e.version AS version
        FROM encounter e
        JOIN patient o ON o.tenant_id = e.tenant_id AND o.id = e.patient_id
        JOIN patient p ON p.tenant_id = e.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END
        LEFT JOIN user_account a ON a.id = e.assigned_to
        LEFT JOIN user_account v ON v.id = e.validated_by",
            $rows
        )
    };
}
use encounters;
