//! A line of results, drawn on the server: its shapes are told in a table as well.

use askama::Template;
use kernel::day_month_year;
use webkit::Shell;

use crate::care::{
    model::{Observation, Series},
    rules::ranges::{Flag, Interval},
};

/// The picture's units; on a phone one of them is a pixel.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 28.0;
/// Half of a symbol.
const SIZE: f64 = 5.0;

struct Dot {
    /// The symbol's outline: its shape says the flag, its colour only repeats it.
    shape: String,
    css: &'static str,
    says: String,
}

struct Tick {
    y: f64,
    label: String,
}

/// What is shaded: from the top, so high.
struct Band {
    y: f64,
    height: f64,
}

/// One analysis in one unit as a picture.
#[derive(Template)]
#[template(path = "care/chart.html")]
pub(super) struct Chart {
    id: usize,
    title: String,
    describes: String,
    line: String,
    dots: Vec<Dot>,
    band: Option<Band>,
    ticks: Vec<Tick>,
    first: String,
    last: String,
}

impl Chart {
    /// The picture, when at least one result is a number. `id` tells the
    /// pictures of one page apart.
    pub(super) fn of(series: &Series, shell: &Shell, id: usize) -> Option<Self> {
        let numbered: Vec<(&Observation, f64)> = series
            .points
            .iter()
            .filter_map(|point| Some((point, point.number()?)))
            .collect();
        let band = series.band();
        let frame = Frame::around(&numbered, band)?;
        let places: Vec<(f64, f64)> = numbered
            .iter()
            .map(|(point, number)| (frame.x(&point.taken_on), frame.y(*number)))
            .collect();
        let line: Vec<String> = places
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let dots = numbered.iter().zip(&places);
        let dots = dots.map(|((point, _), place)| dot(point, *place, shell));
        let (first, last) = (numbered.first()?.0, numbered.last()?.0);
        let (first_day, last_day) = (
            day_month_year(&first.taken_on),
            day_month_year(&last.taken_on),
        );
        let name = with_unit(&series.analysis, series.unit.as_deref());
        Some(Self {
            id,
            title: shell.t1("labs-trend-of", "name", &name),
            describes: describes(shell, &numbered, band, (&first_day, &last_day)),
            line: line.join(" "),
            dots: dots.collect(),
            band: frame.band(band),
            ticks: frame.ticks(band),
            first: first_day,
            last: last_day,
        })
    }
}

/// `Glycémie (g/L)`.
pub(super) fn with_unit(name: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if !unit.is_empty() => format!("{name} ({unit})"),
        _ => name.to_owned(),
    }
}

fn describes(
    shell: &Shell,
    points: &[(&Observation, f64)],
    band: Option<Interval>,
    (first, last): (&str, &str),
) -> String {
    let count = i64::try_from(points.len()).unwrap_or(i64::MAX);
    let values: [(&str, &dyn webkit::i18n::IntoValue); 3] =
        [("count", &count), ("first", &first), ("last", &last)];
    let mut text = shell.texts.with("labs-trend-desc", &values);
    if let Some((latest, _)) = points.last() {
        text = format!(
            "{text} {}",
            shell.t1("labs-trend-latest", "value", &latest.value)
        );
    }
    match band {
        Some(band) => format!(
            "{text} {}",
            shell.t1("labs-trend-band", "band", band.to_string())
        ),
        None => text,
    }
}

fn dot(point: &Observation, (x, y): (f64, f64), shell: &Shell) -> Dot {
    let s = SIZE;
    let flag = point.flag();
    let (shape, css) = match flag {
        Some(Flag::Low) => (
            format!(
                "M{:.1} {:.1}h{:.1}l{:.1} {:.1}z",
                x - s,
                y - s,
                2.0 * s,
                -s,
                2.0 * s
            ),
            "low",
        ),
        Some(Flag::High) => (
            format!(
                "M{:.1} {:.1}h{:.1}l{:.1} {:.1}z",
                x - s,
                y + s,
                2.0 * s,
                -s,
                -2.0 * s
            ),
            "high",
        ),
        Some(Flag::Normal) => (
            format!(
                "M{:.1} {y:.1}a{s} {s} 0 1 0 {:.1} 0a{s} {s} 0 1 0 {:.1} 0z",
                x - s,
                2.0 * s,
                -2.0 * s
            ),
            "normal",
        ),
        None => (
            format!("M{x:.1} {:.1}l{s} {s}l-{s} {s}l-{s} -{s}z", y - s),
            "unknown",
        ),
    };
    let day = day_month_year(&point.taken_on);
    let says = format!("{day} : {} ({})", point.value, flag_text(shell, flag));
    Dot { shape, css, says }
}

/// The flag in words.
pub(super) fn flag_text(shell: &Shell, flag: Option<Flag>) -> String {
    match flag {
        Some(flag) => shell.t(&format!("labs-flag-{}", flag.as_str().to_lowercase())),
        None => shell.t("labs-flag-none"),
    }
}

/// From days and numbers to places.
struct Frame {
    first: jiff::civil::Date,
    days: f64,
    low: f64,
    high: f64,
}

impl Frame {
    fn around(points: &[(&Observation, f64)], band: Option<Interval>) -> Option<Self> {
        let day = |point: &Observation| point.taken_on.parse::<jiff::civil::Date>().ok();
        let first = day(points.first()?.0)?;
        let last = day(points.last()?.0)?;
        let bounds = band.iter().flat_map(|band| [band.low, band.high]).flatten();
        let numbers = points.iter().map(|(_, number)| *number);
        let all: Vec<f64> = numbers.chain(bounds.map(|bound| bound.at)).collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let room = match high > low {
            true => (high - low) * 0.1,
            false => high.abs().max(1.0) * 0.1,
        };
        Some(Self {
            days: f64::from(first.until(last).ok()?.get_days()),
            first,
            low: low - room,
            high: high + room,
        })
    }

    /// One result stands in the middle.
    fn x(&self, day: &str) -> f64 {
        let day = day.parse().unwrap_or(self.first);
        let since = self.first.until(day).map_or(0, |span| span.get_days());
        let share = match self.days > 0.0 {
            true => f64::from(since) / self.days,
            false => 0.5,
        };
        LEFT + SIZE + share * (WIDTH - LEFT - RIGHT - 2.0 * SIZE)
    }

    fn y(&self, number: f64) -> f64 {
        let share = (number - self.low) / (self.high - self.low);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    /// An open end is shaded to the edge.
    fn band(&self, band: Option<Interval>) -> Option<Band> {
        let band = band?;
        let top = band.high.map_or(TOP, |bound| self.y(bound.at));
        let bottom = band.low.map_or(HEIGHT - BOTTOM, |bound| self.y(bound.at));
        Some(Band {
            y: top,
            height: (bottom - top).max(0.0),
        })
    }

    /// The bounds of what is normal; without them, the edges.
    fn ticks(&self, band: Option<Interval>) -> Vec<Tick> {
        let bounds = band.iter().flat_map(|band| [band.low, band.high]).flatten();
        let mut at: Vec<f64> = bounds.map(|bound| bound.at).collect();
        if at.is_empty() {
            at = vec![self.low, self.high];
        }
        at.iter()
            .map(|number| Tick {
                y: self.y(*number),
                label: short(*number),
            })
            .collect()
    }
}

/// Four digits are enough beside a line.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}
