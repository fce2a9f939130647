use std::collections::BTreeSet;

use agenda::{Availability, Exception, Horizon, OpenDay, Span};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime},
};
use kernel::Zone;

/// Weekly hours over the days of a horizon, less their exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    hours: Availability,
    days: Vec<OpenDay>,
}

/// The days whose hours are whole, as one rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// 0 Monday … 6 Sunday.
    pub(crate) day: u8,
    /// The first time, on the clock on the wall.
    pub(crate) start: DateTime,
    pub(crate) end: DateTime,
    /// When the first time starts, and the last one.
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// The starts that are left out.
    pub(crate) except: Vec<DateTime>,
}

impl Weekly {
    /// What `exceptions` leave of `hours` on the days of `horizon`, which is to
    /// be of the calendar's zone.
    #[must_use]
    pub fn new(horizon: &Horizon, hours: &Availability, exceptions: &[Exception]) -> Self {
        Self {
            hours: *hours,
            days: horizon.open(hours, exceptions),
        }
    }

    /// A rule, if a day is whole, and the parts that stand for themselves. The
    /// rule starts and ends with a day of its own: readers do not agree on one
    /// that leaves its own first day out.
    pub(crate) fn split(&self, zone: &Zone) -> (Option<Rule>, Vec<Span>) {
        let (whole, other): (Vec<_>, Vec<_>) = self.days.iter().partition(|day| {
            self.plain(zone, day.date)
                .is_some_and(|span| day.spans == [span])
        });
        let parts = other.into_iter().flat_map(|day| day.spans.clone());
        (self.rule(&whole), parts.collect())
    }

    fn rule(&self, whole: &[&OpenDay]) -> Option<Rule> {
        let (first, last) = (whole.first()?, whole.last()?);
        let dates: BTreeSet<Date> = whole.iter().map(|day| day.date).collect();
        let except = first
            .date
            .series(1.week())
            .take_while(|date| *date < last.date)
            .filter(|date| !dates.contains(date))
            .map(|date| self.face(date).0);
        let (start, end) = self.face(first.date);
        Some(Rule {
            day: self.hours.terms().day,
            start,
            end,
            from: instant(first.spans.first()?.start()),
            until: instant(last.spans.first()?.start()),
            except: except.collect(),
        })
    }

    /// The start and the end on the clock on the wall.
    fn face(&self, date: Date) -> (DateTime, DateTime) {
        let terms = self.hours.terms();
        let at = |minutes: u16| {
            let after_midnight = SignedDuration::from_mins(minutes.into());
            date.at(0, 0, 0, 0).saturating_add(after_midnight)
        };
        (at(terms.start), at(terms.end))
    }

    /// The hours as any reader reckons them from a rule, `None` on a day on which
    /// readers differ: because the clock shows a time twice or never, or because
    /// the hours last longer or shorter than on the other days.
    fn plain(&self, zone: &Zone, date: Date) -> Option<Span> {
        let (start, end) = self.face(date);
        let from = sole(zone, start)?;
        let to = sole(zone, end)?;
        if from.duration_until(to) != start.duration_until(end) {
            return None;
        }
        let at = |at: Timestamp| kernel::Timestamp::from_micros(at.as_microsecond());
        Span::new(at(from), at(to)).ok()
    }
}

/// The only instant at which the clock shows `face`.
fn sole(zone: &Zone, face: DateTime) -> Option<Timestamp> {
    let rules = zone.rules();
    rules.to_ambiguous_timestamp(face).unambiguous().ok()
}

/// An instant as jiff has it; those past its end as its end.
pub(crate) fn instant(at: kernel::Timestamp) -> Timestamp {
    let limit = if at.micros() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_microsecond(at.micros()).unwrap_or(limit)
}
