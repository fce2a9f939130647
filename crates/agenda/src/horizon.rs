use jiff::{
    ToSpan,
    civil::{Date, date},
};
use kernel::{Timestamp, Zone};

use crate::{
    Availability, Booking, DAY, Exception, MINUTE, Mode, OpenDay, Span, open::left_of,
    overlaps::Overlaps, wall::Wall,
};

/// The most days anyone may ask slots for (`spec/agent-medical.md`, "Availabilities").
pub const LONGEST_DAYS: u16 = 92;

/// The most days someone who is not signed in may ask slots for (same place).
pub const LONGEST_DAYS_ANONYMOUS: u16 = 28;

/// Why there are no slots to be had for some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HorizonError {
    /// The last day lies before the first.
    #[error("the last day lies before the first")]
    Backwards,
    /// More than were allowed.
    #[error("at most {0} days can be asked for")]
    TooLong(u16),
}

/// The local days for which slots are asked, in the site's zone, and the time
/// at which they are.
#[derive(Debug)]
pub struct Horizon {
    zone: Zone,
    now: Timestamp,
    /// Days since 1970-01-01.
    first: i64,
    days: i64,
    /// 0 Monday … 6 Sunday.
    weekday: usize,
    wall: Wall,
}

/// All that decides over the slots of one doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doctor<'a> {
    /// The hours in use, of every mode, in any order.
    pub availabilities: &'a [Availability],
    /// The exceptions, in any order.
    pub exceptions: &'a [Exception],
    /// The appointments of every mode that touch the horizon, in any order.
    pub bookings: &'a [Booking],
}

/// One time that can be booked, or could if it were not full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When; always as long as the availability's slots are.
    pub span: Span,
    /// From which of the doctor's availabilities, counted from 0.
    pub availability: usize,
    /// How many patients it takes.
    pub capacity: u16,
    /// How many appointments overlap it, which may be more than its capacity.
    pub booked: usize,
}

impl Slot {
    /// How many more patients it takes.
    #[must_use]
    pub fn remaining(&self) -> u16 {
        let taken = u16::try_from(self.booked).unwrap_or(u16::MAX);
        self.capacity.saturating_sub(taken)
    }

    /// Whether it can be booked.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.remaining() > 0
    }
}

/// An availability on one day.
struct Window {
    availability: usize,
    start: i64,
    end: i64,
    /// Length of a slot, microseconds.
    step: i64,
    capacity: u16,
}

impl Window {
    /// Its slots, from its start on; a rest shorter than a slot is left out.
    fn cut(self) -> impl Iterator<Item = Slot> {
        let count = (self.end - self.start) / self.step;
        (0..count).filter_map(move |nth| {
            let start = self.start + nth * self.step;
            Some(Slot {
                span: Span::of_micros(start, start + self.step)?,
                availability: self.availability,
                capacity: self.capacity,
                booked: 0,
            })
        })
    }
}

impl Horizon {
    /// The local days `first` to `last`, both included, at the time `now`.
    ///
    /// # Errors
    /// When the days run backwards or are more than `longest`
    /// ([`LONGEST_DAYS`], [`LONGEST_DAYS_ANONYMOUS`]).
    pub fn new(
        zone: &Zone,
        (first, last): (Date, Date),
        longest: u16,
        now: Timestamp,
    ) -> Result<Self, HorizonError> {
        let day = |of: Date| of.duration_since(date(1970, 1, 1)).as_hours() / 24;
        let days = day(last) - day(first) + 1;
        if days < 1 {
            return Err(HorizonError::Backwards);
        }
        if days > i64::from(longest) {
            return Err(HorizonError::TooLong(longest));
        }
        Ok(Self {
            zone: zone.clone(),
            now,
            first: day(first),
            days,
            weekday: usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or(0),
            wall: Wall::new(zone, day(first) * DAY, (day(last) + 1) * DAY),
        })
    }

    /// The doctor's slots in order of time: full ones too, but none that has
    /// begun and none that an exception overlaps. `wanted` leaves those that
    /// serve it ([`Mode::serves`]); bookings of any mode count all the same.
    ///
    /// Costs the sorting of what the doctor has, then a step per slot.
    pub fn slots(&self, doctor: &Doctor<'_>, wanted: Option<Mode>) -> impl Iterator<Item = Slot> {
        let mut away = Overlaps::new(&self.away(doctor.exceptions));
        let mut booked = Overlaps::new(&self.booked(doctor.bookings));
        let now = self.now;
        self.windows(doctor.availabilities, wanted)
            .into_iter()
            .flat_map(Window::cut)
            .filter(move |slot| slot.span.start() >= now && away.count(slot.span) == 0)
            .map(move |slot| Slot {
                booked: booked.count(slot.span),
                ..slot
            })
    }

    /// Whether an exception takes a part of this time, which lies within the days.
    #[must_use]
    pub fn is_away(&self, exceptions: &[Exception], span: Span) -> bool {
        self.away(exceptions).iter().any(|away| away.overlaps(span))
    }

    /// The days of an availability, in order, less the exceptions: hours that
    /// have passed and hours that are booked are among them, and a rest shorter
    /// than a slot is.
    #[must_use]
    pub fn open(&self, availability: &Availability, exceptions: &[Exception]) -> Vec<OpenDay> {
        let mut away = self.away(exceptions);
        away.sort_unstable();
        let weekdays = (0..7).cycle().skip(self.weekday);
        (self.first..self.first + self.days)
            .zip(weekdays)
            .filter(|(_, weekday)| *weekday == usize::from(availability.terms().day))
            .map(|(day, _)| {
                let window = self.window(day, 0, availability);
                OpenDay {
                    date: date(1970, 1, 1).saturating_add(day.days()),
                    spans: left_of(window.start, window.end, &away),
                }
            })
            .collect()
    }

    /// The availabilities on each day, in order of time.
    fn windows(&self, availabilities: &[Availability], wanted: Option<Mode>) -> Vec<Window> {
        let mut week: [Vec<(usize, &Availability)>; 7] = Default::default();
        for (nth, availability) in availabilities.iter().enumerate() {
            let terms = availability.terms();
            if wanted.is_none_or(|mode| terms.mode.serves(mode)) {
                week[usize::from(terms.day)].push((nth, availability));
            }
        }
        for day in &mut week {
            day.sort_unstable_by_key(|(nth, availability)| (availability.terms().start, *nth));
        }
        let weekdays = (0..7).cycle().skip(self.weekday);
        (self.first..self.first + self.days)
            .zip(weekdays)
            .flat_map(|(day, weekday)| week[weekday].iter().map(move |hours| (day, hours)))
            .map(|(day, (nth, availability))| self.window(day, *nth, availability))
            .collect()
    }

    /// An availability on a day, counted from 1970-01-01.
    fn window(&self, day: i64, nth: usize, availability: &Availability) -> Window {
        let terms = availability.terms();
        let at = |minute: u16| self.wall.reaches(day * DAY + i64::from(minute) * MINUTE);
        Window {
            availability: nth,
            start: at(terms.start),
            end: at(terms.end),
            step: i64::from(terms.slot_minutes) * MINUTE,
            capacity: terms.capacity,
        }
    }

    /// When the doctor does not receive.
    fn away(&self, exceptions: &[Exception]) -> Vec<Span> {
        let around = (self.first * DAY, (self.first + self.days) * DAY);
        let mut found = Vec::with_capacity(exceptions.len());
        for exception in exceptions {
            exception.times(&self.zone, &self.wall, around, &mut found);
        }
        found
    }

    /// When the doctor's time is taken.
    fn booked(&self, bookings: &[Booking]) -> Vec<Span> {
        let taken = bookings.iter().filter(|booking| booking.occupies(self.now));
        taken.map(|booking| booking.span).collect()
    }
}
