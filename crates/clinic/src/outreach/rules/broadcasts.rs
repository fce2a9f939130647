//! What a broadcast may say, whom it is for, and how fast it goes.

use std::time::Duration;

use kernel::{FieldError, Patch, Problem, Timestamp};
use send_rules::told;

use crate::outreach::model::{Audience, BroadcastDraft, BroadcastPatch, BroadcastRow};

/// Messages a minute when nobody says how many: ten a second, which Twilio takes of every
/// sender with a name
/// (<https://support.twilio.com/hc/en-us/articles/360057082693>; 80 a second of one for
/// WhatsApp: <https://www.twilio.com/docs/whatsapp/best-practices-and-faqs>).
pub(in crate::outreach) const PACE: i64 = 600;
/// The fastest that may be asked for, in messages a minute: a hundred a second, what
/// Twilio takes of a short code.
const FASTEST: i64 = 6000;
/// How long a broadcast is of use after its hour, or after it was let go on.
pub(in crate::outreach) const USEFUL: Duration = Duration::from_secs(48 * 60 * 60);
/// Half as many messages as the outbox sends at the same time: that many may wait in it, and
/// the other half is for what somebody waits for.
const AT_ONCE: i64 = 32;
/// The longest title, in characters (`spec/medirecord.md`).
pub(in crate::outreach) const TITLE: usize = 200;
/// The longest text, in characters: with the clinic's name around it, it is still no
/// longer than a WhatsApp template may be.
pub(in crate::outreach) const CONTENT: usize = 900;
/// The greatest age that can be asked for, in years.
const OLDEST: i64 = 150;

/// How many messages a turn writes, and how long after it the next one is.
pub(in crate::outreach) fn slice(pace: i64) -> (i64, Duration) {
    let pace = pace.clamp(1, FASTEST);
    let messages = (pace / 60).max(1);
    let micros = messages.unsigned_abs() * 60_000_000 / pace.unsigned_abs();
    (messages, Duration::from_micros(micros))
}

/// How many messages of a broadcast may wait in the outbox at once, so that no reminder
/// waits behind them.
pub(in crate::outreach) fn room(pace: i64) -> i64 {
    slice(pace).0.max(AT_ONCE)
}

/// How long so many messages take, in minutes, rounded up.
pub(in crate::outreach) const fn minutes(messages: i64, pace: i64) -> i64 {
    (messages + pace - 1) / pace
}

/// The day before the first and the last day on which somebody of this audience was born,
/// `YYYY-MM-DD`, on the local day `today`. Who was born on 29 February is a year older on
/// 1 March, as in the patients' records.
pub(in crate::outreach) fn born_between(audience: &Audience, today: &str) -> (String, String) {
    let (year, rest) = today.split_at(today.len().min(4));
    let year: i64 = year.parse().unwrap_or(0);
    // Days are compared as texts, so that a day that a year does not have does no harm.
    let ago = |years: i64| format!("{:04}{rest}", (year - years).max(0));
    let before_first = audience
        .age_max
        .map_or_else(String::new, |max| ago(max + 1));
    let last = audience
        .age_min
        .map_or_else(|| "9999-12-31".to_owned(), ago);
    (before_first, last)
}

/// The country's calling code of a number in E.164, with its plus sign: one digit for
/// North America and Russia, two for those listed, else three (ITU-T E.164, assigned
/// country codes).
pub(in crate::outreach) fn calling_code(number: &str) -> String {
    const TWO: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let digits = number.trim_start_matches('+');
    let first = |count: usize| digits.get(..count).unwrap_or(digits);
    let code = match first(1) {
        "1" | "7" => first(1),
        _ if TWO.contains(&first(2)) => first(2),
        _ => first(3),
    };
    format!("+{code}")
}

/// A text in which somebody else may have written numbers of telephones, without them:
/// instead of seven digits or more, also with single blanks, dots or hyphens between them,
/// stands an ellipsis.
pub(in crate::outreach) fn without_numbers(text: &str) -> String {
    let (mut kept, mut run) = (String::new(), String::new());
    for c in text.chars() {
        let joins = matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '.' | '-')
            && run.ends_with(|last: char| last.is_ascii_digit());
        if c.is_ascii_digit() || joins {
            run.push(c);
        } else {
            end_run(&mut kept, &mut run);
            kept.push(c);
        }
    }
    end_run(&mut kept, &mut run);
    kept
}

/// The fewest digits of a number in E.164 with its calling code, about.
const DIGITS: usize = 7;

fn end_run(kept: &mut String, run: &mut String) {
    let number = run.trim_end_matches(|c: char| !c.is_ascii_digit());
    if number.chars().filter(char::is_ascii_digit).count() >= DIGITS {
        kept.push('…');
        kept.push_str(&run[number.len()..]);
    } else {
        kept.push_str(run);
    }
    run.clear();
}

/// What is to be stored: what was there, with what is written about it.
///
/// # Errors
/// 400 with every wrong field.
pub(in crate::outreach) fn drafted(
    current: Option<&BroadcastRow>,
    patch: BroadcastPatch,
    now: Timestamp,
) -> Result<BroadcastDraft, Problem> {
    let mut faults = Vec::new();
    let text = |of: fn(&BroadcastRow) -> &String| current.map(|one| of(one).clone());
    let audience = audience(current, &patch, &mut faults);
    let title = patch.title.apply(text(|one| &one.title));
    let content = patch.content.apply(text(|one| &one.content));
    let topic = patch.topic.apply(current.map(|one| one.topic));
    let pace = patch.pace.apply(current.map(|one| one.pace));
    let pace = pace.unwrap_or(PACE);
    let scheduled_at = match patch.scheduled_at {
        Patch::Set(at) if at <= now => {
            faults.push(FieldError::new("scheduled_at", "in-the-past"));
            None
        }
        given => given.apply(current.and_then(|one| one.scheduled_at)),
    };
    let mut wrong = |field, code| faults.push(FieldError::new(field, code));
    if !(1..=FASTEST).contains(&pace) {
        wrong("pace", "out-of-range");
    }
    for (field, is_there) in [
        ("title", title.is_some()),
        ("content", content.is_some()),
        ("category", topic.is_some()),
    ] {
        if !is_there {
            wrong(field, "required");
        }
    }
    if content
        .as_ref()
        .is_some_and(|text| text.contains(['{', '}']))
    {
        wrong("content", "same-text-for-all");
    }
    // What everybody reads says nothing of one who reads it.
    let to_some = content.as_deref().filter(|_| !audience.is_all());
    if let Some(word) = to_some.and_then(|text| told(text, &[])) {
        let fault = FieldError::new("content", "tells-health-of-some");
        faults.push(fault.with("word", word));
    }
    match (title, content, topic, faults.is_empty()) {
        (Some(title), Some(content), Some(topic), true) => Ok(BroadcastDraft {
            title,
            content,
            topic,
            audience,
            pace,
            scheduled_at,
        }),
        _ => Err(Problem::fields(faults)),
    }
}

/// Whom it is for. Everybody is meant only where somebody said so.
fn audience(
    current: Option<&BroadcastRow>,
    patch: &BroadcastPatch,
    faults: &mut Vec<FieldError>,
) -> Audience {
    let before = current.map(BroadcastRow::audience);
    let now = before.unwrap_or_default();
    let named = [
        ("target_gender", matches!(patch.gender, Patch::Set(_))),
        ("target_age_min", matches!(patch.age_min, Patch::Set(_))),
        ("target_age_max", matches!(patch.age_max, Patch::Set(_))),
    ];
    if patch.target_all == Patch::Set(true) {
        let narrower = named.into_iter().filter(|(_, is_set)| *is_set);
        faults.extend(narrower.map(|(field, _)| FieldError::new(field, "not-with-all")));
        return Audience::default();
    }
    let wanted = Audience {
        gender: patch.gender.apply(now.gender),
        age_min: patch.age_min.apply(now.age_min),
        age_max: patch.age_max.apply(now.age_max),
    };
    let stays_all = before.is_some_and(|it| it.is_all()) && patch.target_all == Patch::Keep;
    if wanted.is_all() && !stays_all {
        faults.push(FieldError::new("target_all_patients", "audience-needed"));
    }
    let ages = [
        ("target_age_min", wanted.age_min),
        ("target_age_max", wanted.age_max),
    ];
    for (field, age) in ages {
        if age.is_some_and(|age| !(0..=OLDEST).contains(&age)) {
            faults.push(FieldError::new(field, "out-of-range"));
        }
    }
    if let (Some(min), Some(max)) = (wanted.age_min, wanted.age_max)
        && min > max
    {
        faults.push(FieldError::new("target_age_max", "below-min"));
    }
    wanted
}
