//! The schema's history, compiled in.

use store::Migration;

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(Migration {
            name: $name,
            text: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }),+]
    };
}

/// Every file of `migrations/`, oldest first. A test compares the list with the folder.
pub const MIGRATIONS: &[Migration] = migrations![
    "0001_identity_core",
    "0002_audit_log",
    "0003_patients_core",
    "0004_blobs_core",
    "0005_messaging_outbox",
    "0006_inbox_core",
    "0007_jobs_schedule",
    "0008_messaging_twins",
    "0009_messaging_dead_letters",
    "0010_inbox_dead_letters",
    "0011_calls_first_answers",
    "0012_inbox_event_search",
    "0013_audit_chain",
    "0014_identity_oauth",
    "0015_identity_users",
    "0016_identity_second_factor",
    "0017_patients_access",
    "0018_care_records",
    "0020_patients_merge",
    "0021_blobs_layout",
    "0022_care_attachments",
    "0023_care_observations",
    "0024_care_exports",
    "0025_patients_words",
    "0026_care_import",
    "0027_care_interactions",
    "0028_scheduling_core",
    "0029_care_newest",
    "0030_scheduling_feed",
    "0031_scheduling_reminders",
    "0032_scheduling_waiting",
    "0033_scheduling_public_booking",
    "0034_scheduling_answers",
    "0035_audit_looks",
    "0036_patients_plans",
    "0037_inbox_plans",
    "0038_care_totals",
    "0039_audit_looks_indexed",
    "0040_messaging_mail",
    "0041_identity_mail",
    "0042_scheduling_several",
    "0044_scheduling_calendar_index",
    "0045_scheduling_hold",
    "0046_patients_digits",
    "0047_messaging_consent",
    "0048_messaging_templates",
    "0049_messaging_voice",
    "0050_outreach_reminder",
    "0051_inbox_voice",
    "0052_scheduling_voice",
    "0054_outreach_broadcast",
    "0055_messaging_costs",
    "0056_messaging_mail_stop",
    "0057_inbox_mail",
    "0058_inbox_gateway",
    "0059_messaging_gateway",
    "0060_messaging_provider_test",
    "0062_patients_wording",
];
