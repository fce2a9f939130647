//! What the agenda shows of a day or a week.

use agenda::{AppointmentState, Mode};
use jiff::civil::Date;
use kernel::{PageRequest, Problem, Role, Timestamp, UserId};
use webkit::{Caller, Texts};

use super::{times::Times, words};
use crate::{
    App,
    identity::{self, api::StaffMember},
    patients::api::PatientId,
    scheduling::{
        api,
        model::{Appointment, AppointmentId, SoughtAppointments},
        wire::{ANY, AgendaQuery, SlotKey, doctor_of, status_text},
    },
};

/// Rows of one call, and calls at most: a thousand visits.
pub(super) const ROWS: i64 = 100;
const CALLS: i64 = 10;
/// Days for which a request that nobody answered is still shown.
const STALE_DAYS: i32 = 7;

/// What is shown: days of one doctor side by side, or doctors of one day.
pub(super) struct Board {
    pub(super) date: Date,
    pub(super) today: Date,
    pub(super) week: bool,
    pub(super) chosen: Option<UserId>,
    /// Whether a doctor looks at his own.
    pub(super) own: bool,
    pub(super) doctors: Vec<StaffMember>,
    pub(super) waiting: Vec<Visit>,
    pub(super) columns: Vec<Column>,
    /// The day in words, for the head of each printed page.
    pub(super) day: String,
}

/// A day of a doctor.
pub(super) struct Column {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) is_today: bool,
    pub(super) items: Vec<Item>,
    pub(super) free: usize,
}

/// What stands in it.
pub(super) enum Item {
    Visit(Box<Visit>),
    Free(Free),
    Away(String),
}

/// A slot that has room.
pub(super) struct Free {
    pub(super) key: SlotKey,
    pub(super) time: String,
    pub(super) left: u16,
}

/// An appointment.
pub(super) struct Visit {
    pub(super) id: AppointmentId,
    pub(super) version: i64,
    pub(super) patient: PatientId,
    pub(super) name: String,
    pub(super) restricted: bool,
    pub(super) doctor: Option<String>,
    pub(super) when: String,
    pub(super) time: String,
    pub(super) until: String,
    pub(super) status: String,
    pub(super) sign: &'static str,
    pub(super) css: &'static str,
    /// Said when he does not come to the clinic.
    pub(super) remote: Option<String>,
    pub(super) message: Option<String>,
    pub(super) overbooked: bool,
    /// It came from the clinic's public page.
    pub(super) online: bool,
    /// When the patient said that he comes, in words.
    pub(super) coming: Option<String>,
    /// One tap agrees to it.
    pub(super) may_confirm: bool,
    /// It has begun, and nobody said how it went.
    pub(super) may_end: bool,
}

impl Visit {
    pub(super) fn of(one: &Appointment, caller: &Caller, texts: Texts, now: Timestamp) -> Self {
        let zone = &caller.zone;
        let has_doctor = one.practitioner_id.is_some() || caller.role() == Some(Role::Practitioner);
        let remote = one.mode == Mode::Remote;
        Self {
            id: one.id,
            version: one.version,
            patient: one.patient_id,
            name: one.patient_name.clone(),
            restricted: one.restricted,
            doctor: one.practitioner_name.clone(),
            when: words::moment(texts, one.starts_at, zone, now.date(zone)),
            time: one.starts_at.hour_minute(zone),
            until: one.ends_at.hour_minute(zone),
            status: match one.is_offer() {
                true => texts.get("agenda-offered"),
                false => status_text(texts, one.status),
            },
            sign: words::sign(one.status),
            css: words::css(one.status),
            remote: remote.then(|| words::mode_text(texts, one.mode)),
            message: one.patient_message.clone(),
            overbooked: one.overbooked.is_some(),
            online: one.online,
            coming: one
                .patient_coming_at
                .map(|at| words::moment(texts, at, zone, now.date(zone))),
            may_confirm: one.status == AppointmentState::Pending
                && has_doctor
                && one.starts_at >= now,
            may_end: one.status == AppointmentState::Confirmed && one.starts_at <= now,
        }
    }
}

/// All rows of what is sought.
pub(super) async fn rows(
    app: &App,
    caller: &Caller,
    sought: &SoughtAppointments,
) -> Result<Vec<Appointment>, Problem> {
    let mut all = Vec::new();
    for number in 1..=CALLS {
        let page = PageRequest::new(Some(number), Some(ROWS))?;
        let (count, rows) = api::appointments(app, &caller.ctx, sought, page).await?;
        all.extend(rows);
        if number * ROWS >= count {
            break;
        }
    }
    Ok(all)
}

/// The doctors who work here, by name.
pub(super) async fn doctors(app: &App, caller: &Caller) -> Result<Vec<StaffMember>, Problem> {
    let mut tx = app.store.read(&caller.ctx).await?;
    let mut staff = identity::api::staff(&mut tx, caller.ctx.tenant).await?;
    staff.retain(|member| member.role == Role::Practitioner);
    Ok(staff)
}

/// The caller, when he is a doctor.
pub(super) fn himself(caller: &Caller) -> Option<UserId> {
    let doctor = caller.role() == Some(Role::Practitioner);
    caller.ctx.actor.user().filter(|_| doctor)
}

impl Board {
    pub(super) async fn load(
        app: &App,
        caller: &Caller,
        texts: Texts,
        query: &AgendaQuery,
    ) -> Result<Self, Problem> {
        let now = app.clock.now();
        let today = now.date(&caller.zone);
        let date = words::day_named(&query.date, today);
        let doctors = doctors(app, caller).await?;
        let own = himself(caller);
        let week = query.view == "week";
        let named = doctor_of(&query.medecin).filter(|id| doctors.iter().any(|d| d.id == *id));
        let first = doctors.first().map(|doctor| doctor.id);
        // A week is one doctor's.
        let chosen = own.or(named).or(first.filter(|_| week));
        let mut board = Self {
            date,
            today,
            week,
            chosen,
            own: own.is_some(),
            doctors,
            waiting: waiting(app, caller, texts, now).await?,
            columns: Vec::new(),
            day: format!("{} {}", words::day_words(texts, date), date.year()),
        };
        let days = board.days();
        let times = Times::load(app, caller, chosen, days).await?;
        board.columns = board.drawn((caller, texts), &times, now);
        Ok(board)
    }

    /// The days shown, both included.
    fn days(&self) -> (Date, Date) {
        let monday = i32::from(self.date.weekday().to_monday_zero_offset());
        let first = words::shifted(self.date, -monday);
        match self.week {
            true => (first, words::shifted(first, 6)),
            false => (self.date, self.date),
        }
    }

    fn drawn(&self, who: (&Caller, Texts), times: &Times, now: Timestamp) -> Vec<Column> {
        let (first, _) = self.days();
        let of = |doctor: UserId, date: Date, title: String, href: String| {
            let items = times.items(who, (doctor, date), now);
            let free = items.iter().filter(|item| matches!(item, Item::Free(_)));
            Column {
                title,
                href,
                is_today: date == self.today,
                free: free.count(),
                items,
            }
        };
        match (self.week, self.chosen) {
            (true, Some(doctor)) => (0..7)
                .map(|place| {
                    let date = words::shifted(first, place);
                    let href = self.address(date, Some(doctor), false);
                    of(doctor, date, words::day_words(who.1, date), href)
                })
                .collect(),
            _ => {
                let shown = self.doctors.iter();
                let shown = shown.filter(|d| self.chosen.is_none_or(|chosen| chosen == d.id));
                shown
                    .map(|doctor| {
                        let href = self.address(self.date, Some(doctor.id), true);
                        let title = who.1.with("agenda-doctor", &[("name", &doctor.name)]);
                        of(doctor.id, self.date, title, href)
                    })
                    .collect()
            }
        }
    }

    /// The query of such an agenda.
    pub(super) fn query(date: Date, doctor: Option<UserId>, week: bool) -> String {
        let doctor = doctor.map_or_else(|| ANY.to_owned(), |id| id.to_string());
        let view = if week { "week" } else { "day" };
        format!("date={date}&medecin={doctor}&view={view}")
    }

    fn address(&self, date: Date, doctor: Option<UserId>, week: bool) -> String {
        format!("/agenda?{}", Self::query(date, doctor, week))
    }

    /// This one again.
    pub(super) fn here(&self) -> String {
        Self::query(self.date, self.chosen, self.week)
    }

    /// The same some steps on or back.
    pub(super) fn step(&self, by: i32) -> String {
        let days = if self.week { 7 * by } else { by };
        self.address(words::shifted(self.date, days), self.chosen, self.week)
    }

    pub(super) fn at_today(&self) -> String {
        self.address(self.today, self.chosen, self.week)
    }

    pub(super) fn in_view(&self, week: bool) -> String {
        self.address(self.date, self.chosen, week)
    }

    pub(super) fn is_chosen(&self, doctor: &StaffMember) -> bool {
        self.chosen == Some(doctor.id)
    }
}

/// Requests that nobody has answered, the next first.
async fn waiting(
    app: &App,
    caller: &Caller,
    texts: Texts,
    now: Timestamp,
) -> Result<Vec<Visit>, Problem> {
    let since = words::shifted(now.date(&caller.zone), -STALE_DAYS);
    let since = Timestamp::of_day(since, &caller.zone);
    let sought = SoughtAppointments {
        status: vec![AppointmentState::Pending],
        from: since.ok().map(|(first, _)| first),
        ..SoughtAppointments::default()
    };
    let page = PageRequest::new(Some(1), Some(ROWS))?;
    let (_, mut rows) = api::appointments(app, &caller.ctx, &sought, page).await?;
    // Who was offered a place answers himself.
    rows.retain(|one| !one.is_offer());
    let visit = |one: &Appointment| Visit::of(one, caller, texts, now);
    Ok(rows.iter().map(visit).collect())
}
