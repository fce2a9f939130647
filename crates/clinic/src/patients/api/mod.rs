//! What siblings and the web may ask about patients.

mod access;
mod accounts;
mod by_number;
mod compare;
mod duplicates;
mod merge;
mod pin;
mod read;
mod restore;
mod wording;
mod write;

pub use access::{access, break_glass, closed, may_open, name, of_account, set_access, visible};
pub use accounts::{
    count_unlinked, is_linked, link_account, linked_account, unlink_account, unlinked, unlinked_one,
};
pub use by_number::{enter_by_number, number_of};
pub use compare::{Compared, Comparison, comparison, merges_into};
pub(super) use duplicates::duplicates_of;
pub use duplicates::{carry_over, duplicates, resembling};
pub use merge::{group, kept, merge, unmerge};
pub use pin::{give_pin, has_pin, try_pin, typed_pin};
pub(super) use read::entered;
pub use read::{
    Reach, by_last_nine, by_phone, list, phones, reach, record, search, stats, summary,
};
pub use restore::{restore, whole};
pub use wording::{choose_wording, wording, wording_among};
pub use write::{add_contact, create, enter, enter_own, update};

pub use super::model::{
    Access, AccessPatch, Account, Certainty, Choice, Closed, Created, Duplicate, Gender, Merge,
    MergeRow, NewPatient, NewPin, Patient, PatientId, PatientPatch, PatientRow, PhoneOf, Pin,
    Reason, Record, Resemblance, Stats, Status, Summary, TriedPin, Unlinked, WaitingAccount,
    Wording, WordingSource,
};
