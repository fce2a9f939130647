//! What siblings and the web may ask about patients.

mod read;
mod write;

pub use read::{by_last_nine, by_phone, list, phones, record, search, stats, summary};
pub use write::{add_contact, create, update};

pub use super::model::{
    Created, Gender, NewPatient, Patient, PatientId, PatientPatch, PatientRow, PhoneOf, Record,
    Stats, Status, Summary,
};
