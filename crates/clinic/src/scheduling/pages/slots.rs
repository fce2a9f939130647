//! Free slots as patients choose among them.

use agenda::Mode;
use jiff::civil::Date;
use kernel::{Problem, UserId, Zone};
use webkit::{Caller, Texts};

use super::words;
use crate::{
    App,
    identity::api::TenantInfo,
    scheduling::{api, model::FreeSlot, wire::SlotKey},
};

/// Other slots that are shown when one was taken.
const OTHERS: usize = 12;

/// What is free in the next days.
pub(super) struct Offer {
    pub(super) free: Vec<FreeSlot>,
    pub(super) zone: Zone,
    pub(super) today: Date,
}

/// A doctor with what he has left.
pub(super) struct DoctorRow {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) first: String,
}

/// A day with what is left of it.
pub(super) struct DayRow {
    pub(super) key: String,
    pub(super) words: String,
    pub(super) left: usize,
}

/// A slot.
pub(super) struct SlotRow {
    pub(super) key: SlotKey,
    pub(super) time: String,
    pub(super) day: String,
    pub(super) doctor: String,
    pub(super) mode: Mode,
    pub(super) location: Option<String>,
}

impl Offer {
    /// What this doctor has free, or all doctors.
    pub(super) async fn load(
        app: &App,
        caller: &Caller,
        practitioner: Option<UserId>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            free: api::coming_slots(app, &caller.ctx, practitioner).await?,
            today: app.clock.now().date(&caller.zone),
            zone: caller.zone.clone(),
        })
    }

    /// The same for somebody without an account.
    pub(super) async fn open(
        app: &App,
        clinic: &TenantInfo,
        practitioner: Option<UserId>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            free: api::open_slots(app, clinic, practitioner).await?,
            today: app.clock.now().date(&clinic.zone),
            zone: clinic.zone.clone(),
        })
    }

    fn day(&self, slot: &FreeSlot) -> Date {
        slot.span.start().date(&self.zone)
    }

    /// Whoever has a slot left, the one with the earliest first.
    pub(super) fn doctors(&self, texts: Texts) -> Vec<DoctorRow> {
        let mut rows: Vec<DoctorRow> = Vec::new();
        for slot in &self.free {
            if rows.iter().all(|row| row.id != slot.hours.practitioner_id) {
                rows.push(DoctorRow {
                    id: slot.hours.practitioner_id,
                    name: slot.hours.practitioner_name.clone(),
                    first: words::moment(texts, slot.span.start(), &self.zone, self.today),
                });
            }
        }
        rows
    }

    /// Days with a slot left; places at one time count once.
    pub(super) fn days(&self, texts: Texts) -> Vec<DayRow> {
        let mut starts: Vec<_> = self
            .free
            .iter()
            .map(|slot| (self.day(slot), slot.span.start()))
            .collect();
        starts.dedup();
        let days = starts.chunk_by(|a, b| a.0 == b.0);
        days.map(|day| DayRow {
            key: day[0].0.to_string(),
            words: words::dated(texts, day[0].0, self.today),
            left: day.len(),
        })
        .collect()
    }

    /// The slots of a day, one per time.
    pub(super) fn hours(&self, texts: Texts, date: Date) -> Vec<SlotRow> {
        let of_day = self.free.iter().filter(|slot| self.day(slot) == date);
        self.rows(texts, of_day, usize::MAX)
    }

    /// What comes at or after this day, one per time, for who lost his slot.
    pub(super) fn others(&self, texts: Texts, from: Date) -> Vec<SlotRow> {
        let later = self.free.iter().filter(|slot| self.day(slot) >= from);
        self.rows(texts, later, OTHERS)
    }

    fn rows<'s>(
        &'s self,
        texts: Texts,
        slots: impl Iterator<Item = &'s FreeSlot>,
        most: usize,
    ) -> Vec<SlotRow> {
        let mut rows: Vec<SlotRow> = Vec::new();
        for slot in slots {
            let last = rows.last().map(|row| row.key.span.start());
            if last == Some(slot.span.start()) {
                continue;
            }
            if rows.len() == most {
                break;
            }
            rows.push(self.row(texts, slot));
        }
        rows
    }

    fn row(&self, texts: Texts, slot: &FreeSlot) -> SlotRow {
        SlotRow {
            key: SlotKey {
                span: slot.span,
                practitioner: slot.hours.practitioner_id,
            },
            time: slot.span.start().hour_minute(&self.zone),
            day: words::dated(texts, self.day(slot), self.today),
            doctor: slot.hours.practitioner_name.clone(),
            mode: slot.hours.mode,
            location: slot.hours.location.clone(),
        }
    }

    /// This slot, as long as it is free.
    pub(super) fn find(&self, texts: Texts, key: SlotKey) -> Option<SlotRow> {
        let found = self
            .free
            .iter()
            .find(|slot| slot.span == key.span && slot.hours.practitioner_id == key.practitioner);
        found.map(|slot| self.row(texts, slot))
    }
}
