//! Visits, and the steps they go through.

use agenda::{AppointmentState, Mode, Span};
use kernel::{Timestamp, UserId};
use uuid::Uuid;

use super::{AppointmentId, OfferState};
use crate::{care::api::EncounterId, patients::api::PatientId};

kernel::words! {
    /// What happened to an appointment.
    pub enum Step {
        /// It was asked for.
        Requested = "requested",
        /// A doctor was given it.
        Assigned = "assigned",
        /// It was agreed to.
        Confirmed = "confirmed",
        /// It was not agreed to.
        Declined = "declined",
        /// It was called off.
        Cancelled = "cancelled",
        /// It was put on another time.
        Rescheduled = "rescheduled",
        /// A note or the way of it changed.
        Changed = "changed",
        /// The visit took place.
        Completed = "completed",
        /// The patient did not come.
        NoShow = "no_show",
        /// The patient said that he comes; kept with the answers to reminders.
        Coming = "coming",
    }
}

store::row! {
    /// A visit that was asked for, and how it stands.
    pub struct Appointment {
        /// Its id.
        pub id: AppointmentId,
        /// Whose it is.
        pub patient_id: PatientId,
        /// His account.
        pub patient_user: Option<UserId>,
        /// His name.
        pub patient_name: String,
        /// Whether few may open his record.
        pub restricted: bool,
        /// With whom; nobody yet.
        pub practitioner_id: Option<UserId>,
        /// His name.
        pub practitioner_name: Option<String>,
        /// The record it belongs to.
        pub encounter_id: Option<EncounterId>,
        /// How it stands.
        pub status: AppointmentState,
        /// How the patient comes; never both.
        pub mode: Mode,
        /// What was asked for.
        pub requested_start: Timestamp,
        /// Up to here.
        pub requested_end: Timestamp,
        /// What holds now.
        pub starts_at: Timestamp,
        /// Up to here.
        pub ends_at: Timestamp,
        /// When it was agreed to.
        pub confirmed_at: Option<Timestamp>,
        /// When the patient said that he comes then.
        pub patient_coming_at: Option<Timestamp>,
        /// Until then a request keeps its place.
        pub held_until: Timestamp,
        /// How many patients its slot takes.
        pub capacity: i64,
        /// Why it stands above that.
        pub overbooked: Option<String>,
        /// Where to come, or how to call.
        pub location_note: Option<String>,
        /// What the patient wrote.
        pub patient_message: Option<String>,
        /// What the doctor wrote.
        pub practitioner_message: Option<String>,
        /// The series it belongs to.
        pub series_id: Option<Uuid>,
        /// What became of the offer it was made for, when it was one.
        pub offer: Option<OfferState>,
        /// Who entered it.
        pub created_by: Option<UserId>,
        /// Whether it was asked for on the clinic's public page.
        pub online: bool,
        /// When.
        pub created_at: Timestamp,
        /// When it was changed.
        pub updated_at: Timestamp,
        /// Counts changes, from 1.
        pub version: i64,
    }
}

impl Appointment {
    /// A wish that nobody has agreed to yet; it keeps its place for a while.
    pub(in crate::scheduling) fn wished(
        id: AppointmentId,
        patient_id: PatientId,
        (span, mode): (Span, Mode),
        (now, held_until): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            id,
            patient_id,
            patient_user: None,
            patient_name: String::new(),
            restricted: false,
            practitioner_id: None,
            practitioner_name: None,
            encounter_id: None,
            status: AppointmentState::Pending,
            mode,
            requested_start: span.start(),
            requested_end: span.end(),
            starts_at: span.start(),
            ends_at: span.end(),
            confirmed_at: None,
            patient_coming_at: None,
            held_until,
            capacity: 1,
            overbooked: None,
            location_note: None,
            patient_message: None,
            practitioner_message: None,
            series_id: None,
            offer: None,
            created_by: None,
            online: false,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// Takes out what only those may read who may open the patient's record.
    pub(in crate::scheduling) fn close(&mut self) {
        self.patient_message = None;
        self.practitioner_message = None;
        self.encounter_id = None;
    }
}

store::row! {
    /// One step of an appointment.
    pub struct StepRow {
        /// The appointment's version after it.
        pub version: i64,
        /// What happened.
        pub step: Step,
        /// How it stood then.
        pub status: AppointmentState,
        /// From here.
        pub starts_at: Timestamp,
        /// Up to here.
        pub ends_at: Timestamp,
        /// What was written with it.
        pub note: Option<String>,
        /// Who did it; nobody when a program did.
        pub author: Option<UserId>,
        /// His name.
        pub author_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}
