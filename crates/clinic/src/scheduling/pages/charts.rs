//! Figures as shapes: each is told in words or in a table as well.

use agenda::AppointmentState;
use kernel::Locale;
use webkit::{Texts, i18n::IntoValue};

use super::words;
use crate::scheduling::{
    model::{Indicators, Load, Wanted},
    wire::status_text,
};

/// Microseconds.
const DAY: i64 = 86_400_000_000;
/// Hours that are named in words beside the map.
const NAMED: usize = 3;
/// Steps of the map's shades.
const SHADES: i64 = 3;

/// Where the map's first column begins, how wide one is, where the first row
/// begins, how high one is. On a phone one unit is about a pixel.
const LEFT: i64 = 36;
const COLUMN: i64 = 32;
const TOP: i64 = 18;
const ROW: i64 = 22;

/// A bar of so many hundredths, and what stands beside it.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: String,
    /// 0 to 100.
    pub(super) width: i64,
}

/// How busy a doctor is.
pub(super) struct Busy {
    pub(super) bar: Bar,
    /// More was agreed to than is offered.
    pub(super) over: bool,
    pub(super) booked: String,
    pub(super) offered: String,
}

/// One hour of the week on the map.
pub(super) struct Cell {
    pub(super) x: i64,
    pub(super) y: i64,
    /// 1 to [`SHADES`].
    pub(super) shade: i64,
    pub(super) requests: i64,
}

/// Which hours of the week were asked for.
pub(super) struct Map {
    pub(super) width: i64,
    pub(super) height: i64,
    /// Each with its middle.
    pub(super) days: Vec<(i64, String)>,
    /// Each with its base line.
    pub(super) hours: Vec<(i64, String)>,
    pub(super) cells: Vec<Cell>,
    /// The most wanted ones.
    pub(super) says: String,
    /// All of them: day, hour, requests.
    pub(super) rows: Vec<(String, String, i64)>,
}

impl Cell {
    /// The middle of its width.
    pub(super) const fn middle(&self) -> i64 {
        self.x + COLUMN / 2 - 1
    }

    /// Where its number stands.
    pub(super) const fn base(&self) -> i64 {
        self.y + ROW - 7
    }
}

/// Figures as a page shows them.
pub(super) struct Charts {
    pub(super) total: i64,
    /// The share of those who did not come, and how many of how many.
    pub(super) missed: Option<(String, String)>,
    pub(super) lead: Option<String>,
    pub(super) busy: Vec<Busy>,
    pub(super) map: Option<Map>,
    /// At the clinic, and from afar.
    pub(super) ways: Option<[Bar; 2]>,
    pub(super) states: Vec<Bar>,
}

/// So many of so many, in hundredths; nothing of nothing.
fn share(part: i64, whole: i64) -> Option<i64> {
    (part.saturating_mul(100) + whole / 2).checked_div(whole)
}

fn percent(texts: Texts, hundredths: i64) -> String {
    texts.with("figures-percent", &[("share", &hundredths)])
}

/// `5 h` or `5 h 30`.
fn hours(minutes: i64) -> String {
    match minutes % 60 {
        0 => format!("{}\u{a0}h", minutes / 60),
        rest => format!("{}\u{a0}h\u{a0}{rest:02}", minutes / 60),
    }
}

impl Charts {
    pub(super) fn of(found: &Indicators, texts: Texts) -> Self {
        let total = found.by_status.iter().map(|(_, count)| *count).sum();
        let missed = found.standing(AppointmentState::NoShow);
        let judged = missed + found.standing(AppointmentState::Completed);
        let rate = share(missed, judged).map(|rate| {
            let of: [(&str, &dyn IntoValue); 2] = [("missed", &missed), ("judged", &judged)];
            (percent(texts, rate), texts.with("figures-missed-of", &of))
        });
        Self {
            total,
            missed: rate,
            lead: found.median_lead.map(|lead| days(texts, lead)),
            busy: found.doctors.iter().map(|load| busy(texts, load)).collect(),
            map: map(texts, &found.wanted),
            ways: ways(texts, found),
            states: states(texts, found, total),
        }
    }
}

/// `3,5 jours`, or that it was on the same day.
fn days(texts: Texts, micros: i64) -> String {
    let tenths = (micros.saturating_mul(10) + DAY / 2) / DAY;
    if tenths == 0 {
        return texts.get("figures-lead-same-day");
    }
    let point = match texts.locale {
        Locale::Fr => ',',
        Locale::En => '.',
    };
    let shown = match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}{point}{rest}", tenths / 10),
    };
    let count = i32::try_from(tenths).map_or(f64::MAX, |tenths| f64::from(tenths) / 10.0);
    texts.with("figures-lead-days", &[("days", &shown), ("count", &count)])
}

fn busy(texts: Texts, load: &Load) -> Busy {
    let taken = share(load.booked, load.offered);
    Busy {
        over: load.booked > load.offered,
        bar: Bar {
            label: texts.with("agenda-doctor", &[("name", &load.practitioner_name)]),
            value: taken.map_or_else(|| "–".to_owned(), |taken| percent(texts, taken)),
            width: taken.unwrap_or(100 * i64::from(load.booked > 0)).min(100),
        },
        booked: hours(load.booked),
        offered: hours(load.offered),
    }
}

fn ways(texts: Texts, found: &Indicators) -> Option<[Bar; 2]> {
    let all = found.in_person + found.remote;
    let remote = share(found.remote, all)?;
    let bar = |key: &str, count: i64, width: i64| {
        let part = percent(texts, width);
        Bar {
            label: texts.get(key),
            value: texts.with("figures-part", &[("count", &count), ("share", &part)]),
            width,
        }
    };
    Some([
        bar("appointment-mode-presentiel", found.in_person, 100 - remote),
        bar("appointment-mode-distanciel", found.remote, remote),
    ])
}

fn states(texts: Texts, found: &Indicators, total: i64) -> Vec<Bar> {
    let some = found.by_status.iter().filter(|(_, count)| *count > 0);
    let bar = |(state, count): &(AppointmentState, i64)| Bar {
        label: status_text(texts, *state),
        value: count.to_string(),
        width: share(*count, total).unwrap_or_default(),
    };
    some.map(bar).collect()
}

fn map(texts: Texts, wanted: &[Wanted]) -> Option<Map> {
    let most = wanted.iter().map(|one| one.requests).max()?;
    let first = wanted.iter().map(|one| one.hour).min()?;
    let last = wanted.iter().map(|one| one.hour).max()?;
    let y = |hour: u8| TOP + ROW * i64::from(hour - first);
    let clock = |hour: u8| format!("{hour:02}:00");
    let weekday = |day: u8| words::weekday(texts, i64::from(day));
    let cells = wanted.iter().map(|one| Cell {
        x: LEFT + COLUMN * i64::from(one.weekday),
        y: y(one.hour),
        // At least the lightest, and the darkest for the most wanted.
        shade: (one.requests * SHADES + most - 1) / most.max(1),
        requests: one.requests,
    });
    let short = |day: u8| weekday(day).chars().take(3).collect();
    let named = |one: &Wanted| {
        let (day, hour) = (weekday(one.weekday), clock(one.hour));
        texts.with("agenda-moment", &[("day", &day), ("time", &hour)])
    };
    let named: Vec<String> = wanted.iter().take(NAMED).map(named).collect();
    Some(Map {
        width: LEFT + 7 * COLUMN,
        height: y(last) + ROW,
        days: (0..7_u8)
            .map(|day| (LEFT + COLUMN * i64::from(day) + COLUMN / 2, short(day)))
            .collect(),
        hours: (first..=last)
            .map(|hour| (y(hour) + ROW - 7, clock(hour)))
            .collect(),
        cells: cells.collect(),
        says: texts.with("figures-wanted-says", &[("hours", &named.join(", "))]),
        rows: wanted
            .iter()
            .map(|one| (weekday(one.weekday), clock(one.hour), one.requests))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_and_nothing_of_nothing() {
        assert_eq!(share(1, 3), Some(33));
        assert_eq!(share(2, 3), Some(67));
        assert_eq!(share(5, 4), Some(125));
        assert_eq!(share(0, 0), None);
    }

    #[test]
    fn a_wait_is_told_as_people_count_it() {
        let told = |locale, lead| days(Texts::new(locale), lead);
        assert_eq!(told(Locale::Fr, DAY * 7 / 2), "3,5 jours");
        assert_eq!(told(Locale::En, DAY * 7 / 2), "3.5 days");
        assert_eq!(told(Locale::Fr, DAY * 3 / 2), "1,5 jour");
        assert_eq!(told(Locale::En, DAY), "1 day");
        assert_eq!(told(Locale::Fr, DAY / 48), "le jour même");
    }

    #[test]
    fn the_most_wanted_hour_is_the_darkest_and_each_has_its_place() {
        let wanted = |weekday, hour, requests| Wanted {
            weekday,
            hour,
            requests,
        };
        let given = [wanted(0, 9, 9), wanted(6, 8, 4), wanted(2, 11, 1)];
        let map = map(Texts::new(Locale::Fr), &given).unwrap();
        let cells: Vec<_> = map.cells.iter().map(|c| (c.x, c.y, c.shade)).collect();
        assert_eq!(
            cells,
            [
                (LEFT, TOP + ROW, 3),
                (LEFT + 6 * COLUMN, TOP, 2),
                (LEFT + 2 * COLUMN, TOP + 3 * ROW, 1)
            ]
        );
        assert_eq!(map.hours.len(), 4, "from 8 to 11");
        assert!(map.says.contains("lundi à 09:00, dimanche à 08:00"));
    }
}
