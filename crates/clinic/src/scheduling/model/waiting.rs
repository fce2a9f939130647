//! Who waits for a place, and what he is offered.

use agenda::{AppointmentState, Mode};
use jiff::civil::Date;
use kernel::{Id, Timestamp, UserId};
use uuid::Uuid;

use super::{Appointment, AppointmentId};
use crate::patients::api::PatientId;

/// Marker of [`WaitingId`].
#[derive(Debug)]
pub struct WaitingMark;
/// One wish on the waiting list.
pub type WaitingId = Id<WaitingMark>;

kernel::words! {
    /// How a wish on the waiting list stands.
    pub enum WaitingState {
        /// It waits.
        Open = "open",
        /// A place was found.
        Served = "served",
        /// It was taken back, or the staff removed it.
        Left = "left",
        /// Its last day is over.
        Over = "over",
    }
}

kernel::words! {
    /// What became of an offer.
    pub enum OfferState {
        /// Nobody has answered yet.
        Open = "open",
        /// The patient takes the place.
        Accepted = "accepted",
        /// The patient does not want it.
        Declined = "declined",
        /// Its time ran out.
        Lapsed = "lapsed",
        /// The staff took it back.
        Withdrawn = "withdrawn",
    }
}

store::row! {
    /// A wish on the waiting list, with the offer that awaits an answer.
    pub struct Waiting {
        /// Its id.
        pub id: WaitingId,
        /// Whose it is.
        pub patient_id: PatientId,
        /// His account.
        pub patient_user: Option<UserId>,
        /// His name; nothing for those who may not open a restricted record.
        pub patient_name: Option<String>,
        /// Whether few may open his record.
        pub restricted: bool,
        /// With whom; any doctor when nobody is named.
        pub practitioner_id: Option<UserId>,
        /// His name.
        pub practitioner_name: Option<String>,
        /// How the patient would come.
        pub mode: Mode,
        /// From this local day, `YYYY-MM-DD`.
        pub first_day: String,
        /// Up to this one.
        pub last_day: String,
        /// How it stands.
        pub state: WaitingState,
        /// Since when it waits.
        pub created_at: Timestamp,
        /// The appointment that holds the place he is offered.
        pub offer_id: Option<AppointmentId>,
        /// When that begins.
        pub offer_start: Option<Timestamp>,
        /// When it ends.
        pub offer_end: Option<Timestamp>,
        /// Until when it is held.
        pub offer_until: Option<Timestamp>,
        /// With whom it is.
        pub offer_doctor: Option<String>,
        /// How he comes to it.
        pub offer_mode: Option<Mode>,
    }
}

/// A place that somebody who waits may have, for as long as it is held.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// The appointment that holds it.
    pub appointment: AppointmentId,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Until when it is held.
    pub until: Timestamp,
    /// With whom.
    pub doctor: &'a str,
    /// How the patient comes.
    pub mode: Mode,
}

impl Waiting {
    /// What he is offered now; nothing when the time to answer is over.
    #[must_use]
    pub fn offered(&self, now: Timestamp) -> Option<Offered<'_>> {
        let until = self.offer_until.filter(|until| now < *until)?;
        Some(Offered {
            appointment: self.offer_id?,
            start: self.offer_start?,
            end: self.offer_end?,
            until,
            doctor: self.offer_doctor.as_deref()?,
            mode: self.offer_mode?,
        })
    }
}

impl Appointment {
    /// Whether it holds a place for somebody who has not answered yet.
    pub(in crate::scheduling) fn is_offer(&self) -> bool {
        self.offer == Some(OfferState::Open) && self.status == AppointmentState::Pending
    }

    /// Whether it was an offer that nobody took up: never a visit of anybody's.
    pub(in crate::scheduling) fn was_mere_offer(&self) -> bool {
        let taken_up = matches!(self.offer, None | Some(OfferState::Accepted));
        !taken_up && self.status == AppointmentState::Cancelled
    }
}

/// What somebody waits for.
#[derive(Debug, Clone, Copy)]
pub struct NewWaiting {
    /// For whom; a patient waits for himself.
    pub patient: Option<PatientId>,
    /// With whom; any doctor when nobody is named.
    pub practitioner: Option<UserId>,
    /// How the patient would come.
    pub mode: Mode,
    /// From this local day.
    pub first: Date,
    /// Up to this one, at most 92 days.
    pub last: Date,
}

store::row! {
    /// A place that an appointment gave back.
    pub(in crate::scheduling) struct Freed {
        pub id: Uuid,
        /// Who had it, as he stands today.
        pub patient_id: PatientId,
        pub practitioner_id: UserId,
        pub starts_at: Timestamp,
        pub ends_at: Timestamp,
    }
}

store::row! {
    /// An offer that awaits an answer.
    pub(in crate::scheduling) struct OpenOffer {
        pub appointment_id: AppointmentId,
        pub starts_at: Timestamp,
        pub held_until: Timestamp,
    }
}

store::row! {
    /// Who is next in line for a place.
    pub(in crate::scheduling) struct NextInLine {
        pub id: WaitingId,
        pub patient_id: PatientId,
        pub mode: Mode,
        pub created_at: Timestamp,
    }
}

store::row! {
    /// The last offer that was made for a wish.
    pub(in crate::scheduling) struct LastOffer {
        pub appointment_id: AppointmentId,
        pub state: OfferState,
    }
}
