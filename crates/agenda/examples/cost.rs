//! Prints what the free slots of some doctors over some weeks cost: the two
//! figures that are asked for, then one thing at a time doubled or halved, which
//! may at most double or halve the time; last, all bookings on one doctor. Only
//! the rules, no database.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::time::{Duration, Instant};

use agenda::{
    AppointmentState, Availability, Booking, Doctor, Draft, Exception, Horizon, LONGEST_DAYS, Mode,
    Slot, Span,
};
use jiff::{ToSpan, civil::date};
use kernel::{Timestamp, Zone};

/// Doctors, weeks, bookings of all, exceptions of each.
const CASES: [(usize, i64, usize, usize); 7] = [
    (20, 4, 2_000, 4),
    (500, 12, 150_000, 4),
    (1_000, 12, 300_000, 4),
    (500, 6, 75_000, 4),
    (500, 12, 300_000, 4),
    (500, 12, 150_000, 8),
    (1, 12, 150_000, 4),
];
const TRIES: usize = 9;
const HALF_HOUR: Duration = Duration::from_secs(1_800);

/// What one doctor has.
struct Own {
    availabilities: Vec<Availability>,
    exceptions: Vec<Exception>,
    bookings: Vec<Booking>,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("doctors  weeks  bookings  exceptions      slots      free        time  per slot");
    for (doctors, weeks, bookings, exceptions) in CASES {
        let zone = Zone::named("Europe/Paris")?;
        let first = date(2026, 3, 2);
        let now = Timestamp::parse("2026-03-01T12:00:00Z")?;
        let days = (first, first + (weeks * 7 - 1).days());
        let all = (0..doctors)
            .map(|nth| own(nth, bookings / doctors, exceptions, weeks))
            .collect::<Result<Vec<_>, _>>()?;
        let mut best = Duration::MAX;
        let (mut slots, mut free) = (0, 0);
        for _ in 0..TRIES {
            let started = Instant::now();
            let horizon = Horizon::new(&zone, days, LONGEST_DAYS, now)?;
            (slots, free) = count(&horizon, &all);
            best = best.min(started.elapsed());
        }
        let nanos = best.as_nanos() / u128::try_from(slots)?.max(1);
        let millis = best.as_secs_f64() * 1_000.0;
        println!(
            "{doctors:>7}  {weeks:>5}  {bookings:>8}  {exceptions:>10}  {slots:>9}  {free:>8}  {millis:>7.2} ms  {nanos:>5} ns"
        );
    }
    Ok(())
}

/// All slots and the free ones.
fn count(horizon: &Horizon, all: &[Own]) -> (usize, usize) {
    let (mut slots, mut free) = (0, 0);
    for own in all {
        let doctor = Doctor {
            availabilities: &own.availabilities,
            exceptions: &own.exceptions,
            bookings: &own.bookings,
        };
        for slot in horizon.slots(&doctor, None) {
            slots += 1;
            free += usize::from(Slot::is_available(&slot));
        }
    }
    (slots, free)
}

/// Five days a week, 08:00 to 12:30 and 13:30 to 17:00 in half hours; bookings
/// and exceptions strewn over the weeks, every other exception weekly.
fn own(nth: usize, bookings: usize, exceptions: usize, weeks: i64) -> Result<Own, Box<dyn Error>> {
    let mut availabilities = Vec::new();
    for day in 0..5 {
        for (start, end) in [(8 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60)] {
            let draft = Draft {
                day,
                start,
                end,
                mode: Mode::Both,
                slot_minutes: 30,
                capacity: 1,
            };
            availabilities.extend(draft.check());
        }
    }
    let origin = Timestamp::parse("2026-03-02T00:00:00Z")?;
    let half_hours = u64::try_from(weeks * 7 * 48)?;
    // Steps without a common factor strew evenly and the same each time.
    let strewn = |place: usize, step: usize| -> Result<Span, Box<dyn Error>> {
        let half_hour = u64::try_from((place + nth) * step)? % half_hours;
        let start = origin.plus(Duration::from_secs(half_hour * HALF_HOUR.as_secs()));
        Ok(Span::new(start, start.plus(HALF_HOUR))?)
    };
    let booking = |place| {
        Ok::<_, Box<dyn Error>>(Booking {
            span: strewn(place, 1_013)?,
            state: AppointmentState::Confirmed,
            held_until: origin,
        })
    };
    let exception = |place| {
        Ok::<_, Box<dyn Error>>(Exception {
            span: strewn(place, 2_003)?,
            weekly: place % 2 == 0,
        })
    };
    Ok(Own {
        availabilities,
        exceptions: (0..exceptions).map(exception).collect::<Result<_, _>>()?,
        bookings: (0..bookings).map(booking).collect::<Result<_, _>>()?,
    })
}
