use agenda::{AppointmentState, Mode};
use kernel::UserId;

store::row! {
    /// Appointments of one doctor that are alike.
    pub(in crate::scheduling) struct Tally {
        pub practitioner_id: Option<UserId>,
        pub practitioner_name: Option<String>,
        pub status: AppointmentState,
        pub mode: Mode,
        pub visits: i64,
        /// How long they take together, microseconds.
        pub taken: i64,
    }
}

store::row! {
    /// How often a quarter of an hour was asked for.
    pub(in crate::scheduling) struct Asked {
        /// Quarters since 1970 UTC.
        pub quarter: i64,
        pub requests: i64,
    }
}

/// Over which days the figures are; local days, both included.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// The first day.
    pub first: jiff::civil::Date,
    /// The last one.
    pub last: jiff::civil::Date,
    /// Of this doctor only.
    pub practitioner: Option<UserId>,
}

/// How busy a doctor is.
#[derive(Debug, Clone)]
pub struct Load {
    /// Who.
    pub practitioner_id: UserId,
    /// His name.
    pub practitioner_name: String,
    /// Minutes of visits that were agreed to, those who did not come included.
    pub booked: i64,
    /// Minutes of places in the hours that hold today, less his absences.
    pub offered: i64,
}

/// How often an hour of the week was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// 0 Monday to 6.
    pub weekday: u8,
    /// 0 to 23 on the clinic's wall clock.
    pub hour: u8,
    /// Requests, whatever became of them.
    pub requests: i64,
}

/// Figures of appointments.
#[derive(Debug, Clone)]
pub struct Indicators {
    /// By name.
    pub doctors: Vec<Load>,
    /// The most wanted hours first.
    pub wanted: Vec<Wanted>,
    /// Visits at the clinic that were agreed to.
    pub in_person: i64,
    /// Visits by telephone or video that were agreed to.
    pub remote: i64,
    /// Half of the visits were asked for fewer days ahead, microseconds.
    pub median_lead: Option<i64>,
    /// How many appointments stand how, in the order of the states.
    pub by_status: Vec<(AppointmentState, i64)>,
}

impl Indicators {
    /// How many appointments stand so.
    #[must_use]
    pub fn standing(&self, status: AppointmentState) -> i64 {
        let found = self.by_status.iter().find(|(one, _)| *one == status);
        found.map_or(0, |(_, count)| *count)
    }
}
