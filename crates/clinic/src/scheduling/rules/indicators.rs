//! Figures from counts.

use std::collections::BTreeMap;

use agenda::{AppointmentState, Horizon, Mode};
use kernel::{Timestamp, UserId, Zone};
use store::StoreError;

use super::Diary;
use crate::scheduling::model::{Asked, Indicators, Load, Tally, Wanted};

const MINUTE: i64 = 60_000_000;
const QUARTER: i64 = 15 * MINUTE;

/// Whether the doctor's time was kept for it, whoever came.
const fn is_agreed(status: AppointmentState) -> bool {
    matches!(
        status,
        AppointmentState::Confirmed | AppointmentState::Completed | AppointmentState::NoShow
    )
}

/// How many visits were agreed to.
pub(in crate::scheduling) fn agreed(tallies: &[Tally]) -> i64 {
    total(tallies, |tally| is_agreed(tally.status))
}

fn total(tallies: &[Tally], counts: impl Fn(&Tally) -> bool) -> i64 {
    let counted = tallies.iter().filter(|tally| counts(tally));
    counted.map(|tally| tally.visits).sum()
}

/// Which of so many values in order are the middle: how many to skip, how many to take.
pub(in crate::scheduling) const fn middle(count: i64) -> (i64, i64) {
    match count {
        0 => (0, 0),
        _ => ((count - 1) / 2, 2 - count % 2),
    }
}

/// The figures. `diary` holds the hours and absences, `leads` the values in the middle.
///
/// # Errors
/// When hours are not what they must be.
pub(in crate::scheduling) fn figures(
    (diary, horizon, zone): (&Diary, &Horizon, &Zone),
    tallies: &[Tally],
    asked: &[Asked],
    leads: &[i64],
) -> Result<Indicators, StoreError> {
    let way = |mode| {
        total(tallies, |tally| {
            is_agreed(tally.status) && tally.mode == mode
        })
    };
    let by_status = AppointmentState::ALL.iter().map(|status| {
        let standing = total(tallies, |tally| tally.status == *status);
        (*status, standing)
    });
    let count = i64::try_from(leads.len()).unwrap_or(i64::MAX);
    Ok(Indicators {
        doctors: loads(diary, horizon, tallies)?,
        wanted: wanted(asked, zone),
        in_person: way(Mode::InPerson),
        remote: way(Mode::Remote),
        median_lead: (count > 0).then(|| leads.iter().sum::<i64>() / count.max(1)),
        by_status: by_status.collect(),
    })
}

/// Each doctor who receives or has visits, by name.
fn loads(diary: &Diary, horizon: &Horizon, tallies: &[Tally]) -> Result<Vec<Load>, StoreError> {
    let mut loads: BTreeMap<UserId, Load> = BTreeMap::new();
    let of = |who: UserId, name: &str| Load {
        practitioner_id: who,
        practitioner_name: name.to_owned(),
        booked: 0,
        offered: 0,
    };
    for slot in diary.slots(horizon, None)? {
        let load = loads.entry(slot.hours.practitioner_id);
        let load =
            load.or_insert_with(|| of(slot.hours.practitioner_id, &slot.hours.practitioner_name));
        load.offered += slot.hours.slot_minutes * i64::from(slot.capacity);
    }
    for tally in tallies.iter().filter(|tally| is_agreed(tally.status)) {
        let Some(who) = tally.practitioner_id else {
            continue;
        };
        let name = tally.practitioner_name.as_deref().unwrap_or_default();
        loads.entry(who).or_insert_with(|| of(who, name)).booked += tally.taken / MINUTE;
    }
    let mut loads: Vec<Load> = loads.into_values().collect();
    loads.sort_by(|a, b| a.practitioner_name.cmp(&b.practitioner_name));
    Ok(loads)
}

/// Hours of the week on the clinic's wall clock, the most wanted first.
fn wanted(asked: &[Asked], zone: &Zone) -> Vec<Wanted> {
    let mut hours: BTreeMap<(u8, u8), i64> = BTreeMap::new();
    for one in asked {
        let at = Timestamp::from_micros(one.quarter * QUARTER);
        let hour = u8::try_from(at.minute_of_day(zone) / 60).unwrap_or_default();
        *hours.entry((weekday(at, zone), hour)).or_default() += one.requests;
    }
    let hours = hours.into_iter().map(|((weekday, hour), requests)| Wanted {
        weekday,
        hour,
        requests,
    });
    let mut wanted: Vec<Wanted> = hours.collect();
    wanted.sort_by_key(|one| std::cmp::Reverse(one.requests));
    wanted
}

/// 0 Monday to 6.
fn weekday(at: Timestamp, zone: &Zone) -> u8 {
    let offset = at.date(zone).weekday().to_monday_zero_offset();
    u8::try_from(offset).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_one_value_or_two() {
        for (count, expected) in [
            (0, (0, 0)),
            (1, (0, 1)),
            (2, (0, 2)),
            (5, (2, 1)),
            (6, (2, 2)),
        ] {
            assert_eq!(middle(count), expected, "{count}");
        }
    }

    #[test]
    fn an_hour_is_the_walls() {
        let at = |text: &str| Timestamp::parse(text).unwrap().micros() / QUARTER;
        let asked = |text: &str, requests| Asked {
            quarter: at(text),
            requests,
        };
        // Kinshasa is an hour ahead: 23:30 on a Sunday is 00:30 on Monday.
        let zone = Zone::named("Africa/Kinshasa").unwrap();
        let given = [
            asked("2027-03-01T07:00:00Z", 2),
            asked("2027-03-08T07:45:00Z", 3),
            asked("2027-03-07T23:30:00Z", 1),
        ];
        let hours: Vec<_> = wanted(&given, &zone)
            .iter()
            .map(|one| (one.weekday, one.hour, one.requests))
            .collect();
        assert_eq!(hours, [(0, 8, 5), (0, 0, 1)]);
    }
}
