//! Whether a result lies in the range that its laboratory printed beside it. A
//! flag is given only when every way to read both texts gives the same one.

use super::notation::{Case, Cases, Reader, Separators, Who};

kernel::words! {
    /// How a result lies to its range.
    pub enum Flag {
        /// Below.
        Low = "L",
        /// Inside.
        Normal = "N",
        /// Above.
        High = "H",
    }
}

kernel::words! {
    /// Whose range it is, where it differs.
    pub enum Sex {
        /// Men's.
        Male = "M",
        /// Women's.
        Female = "F",
    }
}

/// One end of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// Where.
    pub at: f64,
    /// Whether it belongs to the interval.
    pub included: bool,
}

/// Numbers between two bounds; an end without one is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: Option<Bound>,
    /// The upper end.
    pub high: Option<Bound>,
}

/// What a test that gives no number found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Absent,
    /// Hardly anything.
    Traces,
    /// Something, however much.
    Present,
}

/// What a text allows or says: numbers, or findings from one to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// Numbers.
    Numbers(Interval),
    /// Findings, both included.
    Levels(Level, Level),
}

impl Interval {
    /// Nothing but this number.
    #[must_use]
    pub const fn exactly(at: f64) -> Self {
        let bound = Bound { at, included: true };
        Self {
            low: Some(bound),
            high: Some(bound),
        }
    }

    /// From one bound to the other; `None` when nothing lies between them.
    #[must_use]
    pub fn between(low: Option<Bound>, high: Option<Bound>) -> Option<Self> {
        if let (Some(low), Some(high)) = (low, high) {
            let point = low.included && high.included;
            if low.at > high.at || (low.at >= high.at && !point) {
                return None;
            }
        }
        Some(Self { low, high })
    }

    /// What lies in both.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        let low = tighter(self.low, other.low, |a, b| a > b);
        let high = tighter(self.high, other.high, |a, b| a < b);
        Self::between(low, high)
    }

    /// The one number that it is, or the only bound that is known of it.
    fn point(&self) -> Option<f64> {
        match (self.low, self.high) {
            (Some(low), Some(high)) if low.at >= high.at => Some(low.at),
            (Some(only), None) | (None, Some(only)) => Some(only.at),
            _ => None,
        }
    }
}

fn tighter(a: Option<Bound>, b: Option<Bound>, is: fn(f64, f64) -> bool) -> Option<Bound> {
    match (a, b) {
        (Some(a), Some(b)) if is(b.at, a.at) => Some(b),
        (Some(a), Some(b)) if is(a.at, b.at) => Some(a),
        (Some(a), Some(b)) => Some(Bound {
            included: a.included && b.included,
            ..a
        }),
        (a, b) => a.or(b),
    }
}

impl std::fmt::Display for Interval {
    /// As people write it: `0.7 – 1.1`, `< 5`, `≥ 40`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.low, self.high) {
            (None, None) => Ok(()),
            (Some(low), Some(high)) if low.included && high.included => match low.at < high.at {
                true => write!(f, "{} – {}", low.at, high.at),
                false => write!(f, "{}", low.at),
            },
            (Some(low), Some(high)) => {
                let open = if low.included { '[' } else { ']' };
                let close = if high.included { ']' } else { '[' };
                write!(f, "{open}{} ; {}{close}", low.at, high.at)
            }
            (Some(low), None) if low.included => write!(f, "≥ {}", low.at),
            (Some(low), None) => write!(f, "> {}", low.at),
            (None, Some(high)) if high.included => write!(f, "≤ {}", high.at),
            (None, Some(high)) => write!(f, "< {}", high.at),
        }
    }
}

/// How what was found lies to what is normal; `None` when it may lie either way.
fn judge(found: Extent, normal: Extent) -> Option<Flag> {
    match (found, normal) {
        (Extent::Numbers(found), Extent::Numbers(normal)) => numbers(found, normal),
        (Extent::Levels(from, to), Extent::Levels(least, most)) => {
            if least <= from && to <= most {
                Some(Flag::Normal)
            } else if to < least {
                Some(Flag::Low)
            } else {
                (from > most).then_some(Flag::High)
            }
        }
        _ => None,
    }
}

fn numbers(mut found: Interval, normal: Interval) -> Option<Flag> {
    let never_negative = normal.low.is_none_or(|low| low.at >= 0.0);
    if found.low.is_none() && never_negative && found.high.is_some_and(|high| high.at > 0.0) {
        // "< 0.01" of what cannot be negative is something from zero on.
        found.low = Some(Bound {
            at: 0.0,
            included: true,
        });
    }
    let fits_low = normal
        .low
        .is_none_or(|bound| found.low.is_some_and(|low| is_within(low, bound, 1.0)));
    let fits_high = normal
        .high
        .is_none_or(|bound| found.high.is_some_and(|high| is_within(high, bound, -1.0)));
    let below = normal
        .low
        .zip(found.high)
        .is_some_and(|(bound, high)| is_beyond(high, bound, 1.0));
    let above = normal
        .high
        .zip(found.low)
        .is_some_and(|(bound, low)| is_beyond(low, bound, -1.0));
    match (fits_low && fits_high, below, above) {
        (true, _, _) => Some(Flag::Normal),
        (_, true, false) => Some(Flag::Low),
        (_, false, true) => Some(Flag::High),
        _ => None,
    }
}

/// Whether an end lies on the inner side of a bound; `side` is 1 for a lower one.
fn is_within(end: Bound, bound: Bound, side: f64) -> bool {
    let (end_at, at) = (end.at * side, bound.at * side);
    end_at > at || (end_at >= at && (bound.included || !end.included))
}

/// Whether all up to this end lies outside of a bound.
fn is_beyond(end: Bound, bound: Bound, side: f64) -> bool {
    let (end_at, at) = (end.at * side, bound.at * side);
    end_at < at || (end_at <= at && !(bound.included && end.included))
}

/// A result as it was written, with what it is to be read by.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The result: `0,95`, `< 0.01`, `négatif`.
    pub value: &'a str,
    /// Its unit, when it stands apart.
    pub unit: Option<&'a str>,
    /// What is normal: `0.70 - 1.10`, `< 5`, `H: 13-17 F: 12-16`.
    pub normal: Option<&'a str>,
    /// The patient's sex.
    pub sex: Option<Sex>,
}

impl Written<'_> {
    /// The flag; `None` when it cannot be judged.
    #[must_use]
    pub fn flag(&self) -> Option<Flag> {
        let readings = self.readings();
        let flags = readings
            .iter()
            .map(|(found, normal)| judge(*found, *normal));
        agreed(flags)
    }

    /// The numbers that are normal for him, when they are numbers.
    #[must_use]
    pub fn band(&self) -> Option<Interval> {
        let readings = self.readings();
        let bands = readings.iter().map(|(_, normal)| match normal {
            Extent::Numbers(interval) => Some(*interval),
            Extent::Levels(..) => None,
        });
        agreed(bands)
    }

    /// Where it stands on a line of numbers; a bound that was written stands for what it bounds.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let numbers = self.ways().into_iter().map(|ways| {
            let found = Reader::new(self.value, ways).reading()?;
            match found.extent {
                Extent::Numbers(interval) => interval.point(),
                Extent::Levels(..) => None,
            }
        });
        agreed(numbers)
    }

    /// See [`unit_key`]; the one that stands apart, else the one behind the number.
    #[must_use]
    pub fn unit_key(&self) -> String {
        let apart = self.unit.map(unit_key).filter(|unit| !unit.is_empty());
        let behind = || {
            let ways = self.ways();
            let found = Reader::new(self.value, *ways.first()?).reading()?;
            found.unit
        };
        apart.or_else(behind).unwrap_or_default()
    }

    /// Result and range by every way to read both; empty when one way cannot read one.
    fn readings(&self) -> Vec<(Extent, Extent)> {
        let read = self.ways().into_iter().map(|ways| self.pairs(ways));
        let all: Option<Vec<_>> = read.collect();
        all.unwrap_or_default().into_iter().flatten().collect()
    }

    fn pairs(&self, ways: Separators) -> Option<Vec<(Extent, Extent)>> {
        let found = Reader::new(self.value, ways).reading()?;
        let mut cases: Cases = Reader::new(self.normal?, ways).cases()?;
        cases.retain(|case| match (case.who, self.sex) {
            (Who::One(sex), Some(his)) => sex == his,
            _ => true,
        });
        let apart = self.unit.map(unit_key).filter(|unit| !unit.is_empty());
        let unit = match (apart, found.unit) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other),
        };
        let same = |case: &Case| case.unit.is_some() && case.unit == unit;
        if cases.iter().any(same) {
            // "0.70 - 1.10 g/L soit 3.9 - 6.1 mmol/L"
            cases.retain(same);
        }
        let strange = |case: &Case| unit.is_some() && case.unit.is_some() && !same(case);
        if cases.iter().any(strange) {
            return None;
        }
        Some(
            cases
                .iter()
                .map(|case| (found.extent, case.extent))
                .collect(),
        )
    }

    fn ways(&self) -> Vec<Separators> {
        Separators::of([self.value, self.normal.unwrap_or_default()])
    }
}

/// What all say, if they say the same.
fn agreed<T: PartialEq>(mut answers: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = answers.next()??;
    let all = answers.all(|answer| answer.is_some_and(|answer| answer == first));
    all.then_some(first)
}

/// Digits of powers, in their order.
pub(super) const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/// A unit by which two results may be compared: `µg/L`, `ug/l` and `mcg / L` are one.
#[must_use]
pub fn unit_key(unit: &str) -> String {
    let (mut key, mut power) = (String::new(), false);
    for c in unit.trim().chars() {
        let digit = RAISED.chars().position(|raised| raised == c);
        let base = key.ends_with(|last: char| last.is_ascii_digit());
        if digit.is_some() && base && !power {
            key.push('^');
        }
        power = digit.is_some();
        match (digit, c) {
            (Some(digit), _) => key.push_str(&digit.to_string()),
            (_, 'µ' | 'μ') => key.push('u'),
            (_, '*') => key.push('^'),
            (_, c) if c.is_whitespace() || "()[]".contains(c) => {}
            (_, c) => key.extend(c.to_lowercase()),
        }
    }
    let key = key.trim_start_matches(['x', '×']).replace("^^", "^");
    let key = match key.strip_prefix("10e") {
        Some(rest) => format!("10^{rest}"),
        None => key,
    };
    let key = key
        .strip_prefix("mcg")
        .map_or(key.clone(), |rest| format!("ug{rest}"));
    key.strip_prefix("iu")
        .map_or(key.clone(), |rest| format!("ui{rest}"))
}
