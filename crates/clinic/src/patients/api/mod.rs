//! What siblings and the web may ask about patients.

mod access;
mod read;
mod write;

pub use access::{access, break_glass, may_open, name, set_access};
pub(super) use read::entered;
pub use read::{by_last_nine, by_phone, list, phones, record, search, stats, summary};
pub use write::{add_contact, create, enter, enter_own, update};

pub use super::model::{
    Access, AccessPatch, Account, Created, Gender, NewPatient, Patient, PatientId, PatientPatch,
    PatientRow, PhoneOf, Record, Stats, Status, Summary,
};
