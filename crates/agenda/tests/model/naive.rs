//! The agenda once more, minute by minute, in whole minutes since 1970 UTC and
//! without a line of the crate: what a person would do with a clock on the wall
//! and a pencil.

use std::collections::BTreeMap;

const DAY: i64 = 1440;

/// Minutes to add to UTC, at a minute.
pub type Offset<'a> = &'a dyn Fn(i64) -> i64;

#[derive(Debug, Clone, Copy)]
pub struct Hours {
    pub day: i64,
    pub start: i64,
    pub end: i64,
    pub step: usize,
    pub capacity: usize,
    pub at_site: bool,
    pub remote: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Away {
    pub start: i64,
    pub end: i64,
    pub weekly: bool,
}

/// `(start, end)` of what takes the doctor's time.
pub type Taken = (i64, i64);

/// `(start, end, which hours, remaining)`.
pub type Found = (i64, i64, usize, usize);

#[derive(Debug)]
pub struct Question {
    pub first_day: i64,
    pub days: i64,
    pub now: i64,
}

/// A minute, the latest time the clock has shown by then and the earliest it
/// will show from then on: they differ where it is set back.
struct Tick {
    minute: i64,
    latest: i64,
    earliest: i64,
}

fn ticks(offset: Offset, from: i64, to: i64) -> Vec<Tick> {
    let mut latest = i64::MIN;
    let mut ticks: Vec<Tick> = (from..to)
        .map(|minute| {
            let shown = minute + offset(minute);
            latest = latest.max(shown);
            Tick {
                minute,
                latest,
                earliest: shown,
            }
        })
        .collect();
    let mut earliest = i64::MAX;
    for tick in ticks.iter_mut().rev() {
        earliest = earliest.min(tick.earliest);
        tick.earliest = earliest;
    }
    ticks
}

/// Every slot, by time and then by which hours it is of.
pub fn slots(
    offset: Offset,
    asked: &Question,
    hours: &[Hours],
    away: &[Away],
    taken: &[Taken],
) -> Vec<Found> {
    let (from, to) = (
        (asked.first_day - 3) * DAY,
        (asked.first_day + asked.days + 3) * DAY,
    );
    let ticks = ticks(offset, from, to);
    let gone: Vec<bool> = {
        let mut gone = vec![false; ticks.len()];
        for exception in away {
            mark(offset, &ticks, exception, &mut gone);
        }
        gone
    };
    let mut minutes: BTreeMap<(i64, usize), Vec<i64>> = BTreeMap::new();
    for tick in &ticks {
        let (day, time) = (tick.latest.div_euclid(DAY), tick.latest.rem_euclid(DAY));
        let asked_for = day >= asked.first_day && day < asked.first_day + asked.days;
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        for (nth, hours) in hours.iter().enumerate() {
            if asked_for && hours.day == weekday && hours.start <= time && time < hours.end {
                minutes.entry((day, nth)).or_default().push(tick.minute);
            }
        }
    }
    let mut found = Vec::new();
    for ((_, nth), minutes) in minutes {
        for slot in minutes.chunks_exact(hours[nth].step) {
            let is_gone = |minute: &i64| gone[usize::try_from(minute - from).unwrap()];
            if slot[0] < asked.now || slot.iter().any(is_gone) {
                continue;
            }
            let meets = |span: &&Taken| {
                slot.iter()
                    .any(|minute| span.0 <= *minute && *minute < span.1)
            };
            let booked = taken.iter().filter(meets).count();
            let left = hours[nth].capacity.saturating_sub(booked);
            found.push((slot[0], slot[slot.len() - 1] + 1, nth, left));
        }
    }
    found.sort_unstable();
    found
}

fn mark(offset: Offset, ticks: &[Tick], away: &Away, gone: &mut [bool]) {
    for (tick, gone) in ticks.iter().zip(&mut *gone) {
        *gone |= away.start <= tick.minute && tick.minute < away.end;
    }
    if !away.weekly {
        return;
    }
    let (first, last) = (
        ticks[0].minute - 2 * DAY,
        ticks[ticks.len() - 1].minute + 2 * DAY,
    );
    let mut start = away.start + offset(away.start) + 7 * DAY;
    let mut end = away.end + offset(away.end) + 7 * DAY;
    while start < last {
        // The clock must have a time between the two.
        if first < end && start < end {
            for (tick, gone) in ticks.iter().zip(&mut *gone) {
                *gone |= tick.latest >= start && tick.earliest < end;
            }
        }
        start += 7 * DAY;
        end += 7 * DAY;
    }
}

/// How many of `taken` are present at the fullest minute of `span`.
pub fn fullest(span: Taken, taken: &[Taken]) -> usize {
    (span.0..span.1)
        .map(|minute| {
            taken
                .iter()
                .filter(|t| t.0 <= minute && minute < t.1)
                .count()
        })
        .max()
        .unwrap()
}

/// When the clock first shows `time`; where it never does, the minute that
/// would have, had it not been set ahead.
pub fn shows(offset: Offset, time: i64) -> i64 {
    let mut minute = time - 2 * DAY;
    loop {
        let shown = minute + offset(minute);
        if shown == time {
            return minute;
        }
        if shown > time {
            return time - offset(minute - 1);
        }
        minute += 1;
    }
}

/// Offsets of the sites' zones from the law, not from a table: the four of
/// Africa never change, Paris changes at 01:00 UTC on the last Sundays of March
/// and October (Directive 2000/84/EC).
pub fn lawful(zone: &str, minute: i64) -> i64 {
    match zone {
        "Africa/Dakar" => 0,
        "Africa/Douala" | "Africa/Kinshasa" => 60,
        "Africa/Lubumbashi" => 120,
        "Europe/Paris" => {
            let year = year_of(minute.div_euclid(DAY));
            let (march, october) = changes(year);
            if march <= minute && minute < october {
                120
            } else {
                60
            }
        }
        other => panic!("no law for {other}"),
    }
}

/// When Paris changes in a year.
pub fn changes(year: i64) -> (i64, i64) {
    let next_year = new_year(year + 1);
    // The last days of March and October are the 276th and 62nd before the end.
    let last_sunday = |day: i64| day - (day + 4).rem_euclid(7);
    let at = |day: i64| last_sunday(day) * DAY + 60;
    (at(next_year - 276), at(next_year - 62))
}

/// The day on which a year begins, by counting.
pub fn new_year(year: i64) -> i64 {
    (1970..year)
        .map(|year| if leap(year) { 366 } else { 365 })
        .sum()
}

fn year_of(day: i64) -> i64 {
    let mut year = 1970 + day / 366;
    while new_year(year + 1) <= day {
        year += 1;
    }
    year
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}
