//! What doctors have in the days that an agenda shows.

use agenda::AppointmentState;
use jiff::civil::Date;
use kernel::{PageRequest, Problem, Timestamp, UserId, Zone};
use webkit::{Caller, Texts};

use super::board::{Free, Item, ROWS, Visit, rows};
use crate::{
    App,
    scheduling::{
        api,
        model::{Appointment, Away, FreeSlot, SoughtAppointments, SoughtSlots},
        wire::{SlotKey, kind_text},
    },
};

/// All that stands in the days shown.
pub(super) struct Times {
    visits: Vec<Appointment>,
    slots: Vec<FreeSlot>,
    away: Vec<Away>,
}

impl Times {
    pub(super) async fn load(
        app: &App,
        caller: &Caller,
        chosen: Option<UserId>,
        (first, last): (Date, Date),
    ) -> Result<Self, Problem> {
        let (from, _) = Timestamp::of_day(first, &caller.zone).map_err(Problem::internal)?;
        let (_, until) = Timestamp::of_day(last, &caller.zone).map_err(Problem::internal)?;
        use AppointmentState::{Completed, Confirmed, NoShow, Pending};
        let sought = SoughtAppointments {
            status: vec![Pending, Confirmed, Completed, NoShow],
            practitioner: chosen,
            from: Some(from),
            until: Some(until),
            ..SoughtAppointments::default()
        };
        let slots = SoughtSlots {
            first,
            last,
            practitioner: chosen,
            mode: None,
        };
        let time = (Some(from), Some(until));
        let page = PageRequest::new(Some(1), Some(ROWS))?;
        let (_, away) = api::exceptions(app, &caller.ctx, chosen, time, page).await?;
        Ok(Self {
            visits: rows(app, caller, &sought).await?,
            slots: api::free_slots(app, &caller.ctx, &slots).await?,
            away,
        })
    }

    /// What one doctor has on one day, in order of time.
    pub(super) fn items(
        &self,
        (caller, texts): (&Caller, Texts),
        (doctor, date): (UserId, Date),
        now: Timestamp,
    ) -> Vec<Item> {
        let zone = &caller.zone;
        let on = |at: Timestamp| at.date(zone) == date;
        let mut items = Vec::new();
        for one in &self.visits {
            if one.practitioner_id == Some(doctor) && on(one.starts_at) {
                let visit = Visit::of(one, caller, texts, now);
                items.push((
                    one.starts_at.minute_of_day(zone),
                    1,
                    Item::Visit(Box::new(visit)),
                ));
            }
        }
        for slot in &self.slots {
            let start = slot.span.start();
            if slot.hours.practitioner_id == doctor && slot.remaining > 0 && on(start) {
                let free = Free {
                    key: SlotKey {
                        span: slot.span,
                        practitioner: doctor,
                    },
                    time: start.hour_minute(zone),
                    left: slot.remaining,
                };
                items.push((start.minute_of_day(zone), 2, Item::Free(free)));
            }
        }
        for away in self
            .away
            .iter()
            .filter(|away| away.practitioner_id == doctor)
        {
            if let Some((minute, said)) = absence(texts, away, zone, date) {
                items.push((minute, 0, Item::Away(said)));
            }
        }
        items.sort_by_key(|(minute, kind, _)| (*minute, *kind));
        items.into_iter().map(|(.., item)| item).collect()
    }
}

/// An absence in words, and the minute of this day from which it holds.
fn absence(texts: Texts, away: &Away, zone: &Zone, date: Date) -> Option<(u16, String)> {
    let (first, last) = (away.starts_at.date(zone), away.ends_at.date(zone));
    let comes_back = away.weekly && date >= first && date.weekday() == first.weekday();
    if !comes_back && !(first..=last).contains(&date) {
        return None;
    }
    let kind = kind_text(texts, away.kind);
    let begins = first == date || comes_back;
    let ends = last == date || (comes_back && last == first);
    let from = match begins {
        true => away.starts_at.minute_of_day(zone),
        false => 0,
    };
    // It ended at midnight: not a moment of this day.
    if ends && !comes_back && !begins && away.ends_at.minute_of_day(zone) == 0 {
        return None;
    }
    let said = match (begins, ends) {
        (false, false) => texts.with("agenda-away-all-day", &[("kind", &kind)]),
        _ => {
            let start = if begins {
                away.starts_at.hour_minute(zone)
            } else {
                "00:00".to_owned()
            };
            let end = if ends {
                away.ends_at.hour_minute(zone)
            } else {
                "24:00".to_owned()
            };
            texts.with(
                "agenda-away",
                &[("kind", &kind), ("start", &start), ("end", &end)],
            )
        }
    };
    Some((from, said))
}
