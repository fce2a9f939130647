//! The National Early Warning Score 2.
//!
//! Royal College of Physicians. *National Early Warning Score (NEWS) 2:
//! Standardising the assessment of acute-illness severity in the NHS.* London,
//! 2017, chart 1. The score is for people of 16 and older and not for pregnant
//! women. Only SpO₂ scale 1 is used: scale 2 needs a prescribed target of
//! 88–92 %, which the form does not record.

use serde::Serialize;

use crate::facts::Facts;
use crate::inputs;

/// Whether the score is for this patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// 16 or older, not known to be pregnant.
    Yes,
    /// Not applicable: younger than 16.
    Child,
    /// Not applicable: pregnant.
    Pregnant,
    /// Cannot be said: the age is unknown.
    AgeUnknown,
}

/// The clinical risk of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Zero points.
    None,
    /// 1 to 4 points.
    Low,
    /// 1 to 4 points, of which 3 for one measurement: urgent review.
    LowMedium,
    /// 5 or 6 points: urgent response.
    Medium,
    /// 7 points or more: emergency response.
    High,
}

/// The points of one measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Points {
    /// The form's key.
    pub key: &'static str,
    /// 0 to 3.
    pub points: u8,
}

/// The score, of what is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News2 {
    /// Whether the score is for this patient; otherwise all else is empty.
    pub applies: Applies,
    /// The sum of the known measurements, unless none is known.
    pub score: Option<u8>,
    /// Whether all seven measurements are known.
    pub complete: bool,
    /// The points of each known measurement, in the chart's order.
    pub points: Vec<Points>,
    /// The form's keys of the measurements that are unknown.
    pub missing: Vec<&'static str>,
    /// The risk of the score so far.
    pub band: Band,
}

impl News2 {
    /// The most points for one measurement.
    #[must_use]
    pub fn highest(&self) -> u8 {
        self.points
            .iter()
            .map(|part| part.points)
            .max()
            .unwrap_or_default()
    }
}

/// The first age the score is made for, in years.
const FROM_YEARS: u32 = 16;

/// Scores the known measurements.
pub(crate) fn news2(facts: &Facts, pregnant: bool) -> News2 {
    match facts.age() {
        None => not_applicable(Applies::AgeUnknown),
        Some(age) if age.years() < FROM_YEARS => not_applicable(Applies::Child),
        Some(_) if pregnant => not_applicable(Applies::Pregnant),
        Some(_) => score(facts),
    }
}

fn not_applicable(applies: Applies) -> News2 {
    News2 {
        applies,
        score: None,
        complete: false,
        points: Vec::new(),
        missing: Vec::new(),
        band: Band::None,
    }
}

fn score(facts: &Facts) -> News2 {
    let mut points = Vec::new();
    let mut missing = Vec::new();
    for (key, known) in [
        (
            inputs::RESPIRATORY_RATE,
            facts.number(inputs::RESPIRATORY_RATE).map(respiration),
        ),
        (inputs::SPO2, facts.number(inputs::SPO2).map(saturation)),
        (inputs::OXYGEN, facts.bool(inputs::OXYGEN).map(oxygen)),
        (
            inputs::BLOOD_PRESSURE,
            facts.pressures().map(|(systolic, _)| pressure(systolic)),
        ),
        (inputs::PULSE, facts.number(inputs::PULSE).map(pulse)),
        (
            inputs::CONSCIOUSNESS,
            facts.words(inputs::CONSCIOUSNESS).and_then(consciousness),
        ),
        (
            inputs::TEMPERATURE,
            facts.number(inputs::TEMPERATURE).map(temperature),
        ),
    ] {
        match known {
            Some(given) => points.push(Points { key, points: given }),
            None => missing.push(key),
        }
    }
    let total: u8 = points.iter().map(|part| part.points).sum();
    let mut scored = News2 {
        applies: Applies::Yes,
        score: (!points.is_empty()).then_some(total),
        complete: missing.is_empty(),
        points,
        missing,
        band: Band::None,
    };
    scored.band = band(total, scored.highest());
    scored
}

const fn band(total: u8, highest: u8) -> Band {
    match (total, highest) {
        (7.., _) => Band::High,
        (5..=6, _) => Band::Medium,
        (_, 3..) => Band::LowMedium,
        (1..=4, _) => Band::Low,
        (0, _) => Band::None,
    }
}

// The chart speaks of whole numbers, and of tenths of a degree: a value between
// two is rounded first.

fn respiration(per_minute: f64) -> u8 {
    match per_minute.round() {
        ..=8.0 => 3,
        ..=11.0 => 1,
        ..=20.0 => 0,
        ..=24.0 => 2,
        _ => 3,
    }
}

fn saturation(percent: f64) -> u8 {
    match percent.round() {
        ..=91.0 => 3,
        ..=93.0 => 2,
        ..=95.0 => 1,
        _ => 0,
    }
}

const fn oxygen(given: bool) -> u8 {
    if given { 2 } else { 0 }
}

fn pressure(systolic: f64) -> u8 {
    match systolic.round() {
        ..=90.0 => 3,
        ..=100.0 => 2,
        ..=110.0 => 1,
        ..=219.0 => 0,
        _ => 3,
    }
}

fn pulse(per_minute: f64) -> u8 {
    match per_minute.round() {
        ..=40.0 => 3,
        ..=50.0 => 1,
        ..=90.0 => 0,
        ..=110.0 => 1,
        ..=130.0 => 2,
        _ => 3,
    }
}

fn consciousness(word: &str) -> Option<u8> {
    if word == inputs::ALERT {
        return Some(0);
    }
    inputs::NOT_ALERT.contains(&word).then_some(3)
}

fn temperature(celsius: f64) -> u8 {
    match (celsius * 10.0).round() {
        ..=350.0 => 3,
        ..=360.0 => 1,
        ..=380.0 => 0,
        ..=390.0 => 1,
        _ => 2,
    }
}
