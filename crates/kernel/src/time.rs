use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{fmt::temporal::DateTimePrinter, tz::TimeZone};
use serde::{Serialize, Serializer};

/// Answers name thousands of times: `strftime` reads its pattern each time.
const PRINTER: DateTimePrinter = DateTimePrinter::new();

/// An instant: microseconds since 1970-01-01T00:00:00Z, as the database keeps it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970 UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970 UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 UTC, as JWT (RFC 7519) wants them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This instant plus a duration.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// This instant minus a duration.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Parses RFC 3339 with an offset.
    ///
    /// # Errors
    /// A sentence of the parser when the text is no such instant.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self(t.as_microsecond()))
            .map_err(|e| e.to_string())
    }

    /// Parses RFC 3339; without an offset it is local time in `zone`.
    ///
    /// # Errors
    /// A sentence of the parser when the text is no such instant.
    pub fn parse_local(text: &str, zone: &Zone) -> Result<Self, String> {
        Self::parse(text).or_else(|_| {
            let local: jiff::civil::DateTime = text.parse().map_err(said)?;
            let zoned = local.to_zoned(zone.0.clone()).map_err(said)?;
            Ok(Self(zoned.timestamp().as_microsecond()))
        })
    }

    /// The beginning of a local day, `YYYY-MM-DD`, and of the day after.
    ///
    /// # Errors
    /// A sentence of the parser when there is no such day.
    pub fn local_day(text: &str, zone: &Zone) -> Result<(Self, Self), String> {
        let day = jiff::civil::Date::strptime("%Y-%m-%d", text).map_err(said)?;
        Self::of_day(day, zone)
    }

    /// The beginning of a local day, and of the day after.
    ///
    /// # Errors
    /// A sentence of the calendar at its end.
    pub fn of_day(day: jiff::civil::Date, zone: &Zone) -> Result<(Self, Self), String> {
        let begin = |day: jiff::civil::Date| -> Result<Self, String> {
            let zoned = day.to_zoned(zone.0.clone()).map_err(said)?;
            Ok(Self(zoned.timestamp().as_microsecond()))
        };
        Ok((begin(day)?, begin(day.tomorrow().map_err(said)?)?))
    }

    /// RFC 3339 with the zone's offset at that instant, to the microsecond.
    #[must_use]
    pub fn rfc3339(self, zone: &Zone) -> String {
        let at = self.zoned(zone);
        PRINTER.timestamp_with_offset_to_string(&at.timestamp(), at.offset())
    }

    /// The local day, `YYYY-MM-DD`.
    #[must_use]
    pub fn day(self, zone: &Zone) -> String {
        self.zoned(zone).strftime("%Y-%m-%d").to_string()
    }

    /// The same to count with.
    #[must_use]
    pub fn date(self, zone: &Zone) -> jiff::civil::Date {
        self.zoned(zone).date()
    }

    /// The local time of day, `HH:MM`.
    #[must_use]
    pub fn hour_minute(self, zone: &Zone) -> String {
        self.zoned(zone).strftime("%H:%M").to_string()
    }

    /// The local day as people of West and Central Africa write it, `31/12/2026`.
    #[must_use]
    pub fn day_month_year(self, zone: &Zone) -> String {
        self.zoned(zone).strftime("%d/%m/%Y").to_string()
    }

    /// Minutes since local midnight.
    #[must_use]
    pub fn minute_of_day(self, zone: &Zone) -> u16 {
        let zoned = self.zoned(zone);
        u16::try_from(i32::from(zoned.hour()) * 60 + i32::from(zoned.minute())).unwrap_or(0)
    }

    fn zoned(self, zone: &Zone) -> jiff::Zoned {
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or_default()
            .to_zoned(zone.0.clone())
    }
}

fn said(error: jiff::Error) -> String {
    error.to_string()
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339(&Zone::utc()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An IANA time zone, e.g. `Africa/Kinshasa`. The rules are compiled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Looks a zone up by its IANA name.
    ///
    /// # Errors
    /// A sentence when there is no such zone.
    pub fn named(name: &str) -> Result<Self, String> {
        TimeZone::get(name).map(Self).map_err(|e| e.to_string())
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Its rules, for crates that reckon with changes of offset.
    #[must_use]
    pub const fn rules(&self) -> &TimeZone {
        &self.0
    }
}

/// Time as a parameter: the machine's clock, or one that a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands until [`Clock::advance`] is called. Clones share it.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.micros()))))
    }

    /// The time now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp(jiff::Timestamp::now().as_microsecond()),
            Source::Fixed(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Source::Fixed(at) = &self.0 {
            at.fetch_add(micros(by), Ordering::SeqCst);
        }
    }
}

/// A stored day, `YYYY-MM-DD`, as people of West and Central Africa write it,
/// `31/12/2026`; anything else stays as it is.
#[must_use]
pub fn day_month_year(day: &str) -> String {
    day.parse::<jiff::civil::Date>().map_or_else(
        |_| day.to_owned(),
        |day| day.strftime("%d/%m/%Y").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_clinics_local_time() {
        let at = Timestamp::parse("2026-03-01T22:30:00Z").unwrap();
        let kinshasa = Zone::named("Africa/Kinshasa").unwrap();
        let lubumbashi = Zone::named("Africa/Lubumbashi").unwrap();
        assert_eq!(at.rfc3339(&kinshasa), "2026-03-01T23:30:00+01:00");
        let quarter = at.plus(Duration::from_millis(250));
        assert_eq!(quarter.rfc3339(&kinshasa), "2026-03-01T23:30:00.25+01:00");
        let least = at.plus(Duration::from_micros(1));
        assert_eq!(least.to_string(), "2026-03-01T22:30:00.000001+00:00");
        assert_eq!(at.day(&lubumbashi), "2026-03-02");
        assert_eq!(at.hour_minute(&lubumbashi), "00:30");
        assert_eq!(at.minute_of_day(&lubumbashi), 30);
        assert_eq!(at.day_month_year(&lubumbashi), "02/03/2026");
        assert_eq!(day_month_year("2026-03-02"), "02/03/2026");
        assert_eq!(day_month_year("vers 1950"), "vers 1950");
        assert_eq!(kinshasa.name(), "Africa/Kinshasa");
        assert!(Zone::named("Africa/Wakanda").is_err());
    }

    #[test]
    fn reads_local_times_and_days() {
        let kinshasa = Zone::named("Africa/Kinshasa").unwrap();
        let at = |text: &str| Timestamp::parse(text).unwrap();
        for text in [
            "2026-03-01T23:30:00+01:00",
            "2026-03-01T22:30:00Z",
            "2026-03-01T23:30:00",
            "2026-03-01 23:30",
        ] {
            let read = Timestamp::parse_local(text, &kinshasa).unwrap();
            assert_eq!(read, at("2026-03-01T22:30:00Z"), "{text}");
        }
        assert_eq!(
            Timestamp::local_day("2026-03-01", &kinshasa).unwrap(),
            (at("2026-02-28T23:00:00Z"), at("2026-03-01T23:00:00Z"))
        );
        for wrong in ["2026-02-29", "01/03/2026", "2026-03-01T10:00", ""] {
            assert!(Timestamp::local_day(wrong, &kinshasa).is_err(), "{wrong}");
        }
        assert!(Timestamp::parse_local("hier", &kinshasa).is_err());
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(Timestamp::from_micros(5));
        let same = clock.clone();
        clock.advance(Duration::from_secs(1));
        assert_eq!(same.now().micros(), 1_000_005);
        assert_eq!(
            same.now().since(Timestamp::from_micros(5)),
            Duration::from_secs(1)
        );
        assert_eq!(Timestamp::from_micros(5).since(same.now()), Duration::ZERO);
    }
}
