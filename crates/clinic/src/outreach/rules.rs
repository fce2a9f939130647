//! When a reminder may go, by which way, and how its text fits an SMS.

pub(super) mod broadcasts;

use std::time::Duration;

use kernel::{FieldError, Timestamp};
use send_rules::{Encoding, gsm7_wording, segments};

use super::model::Method;
use crate::messaging::api::Channel;

/// How long a reminder without an appointment is of use after its time.
const USEFUL: Duration = Duration::from_secs(24 * 60 * 60);
/// How late a reminder may be entered and still mean "now": forms take a while.
const LATE: Duration = Duration::from_secs(5 * 60);
/// What of a name stays in an SMS even where the reason is long, in septets.
const NAME: usize = 20;

/// The way that a method takes.
pub(super) const fn channel(method: Method) -> Channel {
    match method {
        Method::Whatsapp => Channel::Whatsapp,
        Method::Sms => Channel::Sms,
        Method::Call => Channel::Voice,
    }
}

/// The way to try when that one is closed.
pub(super) const fn other_way(channel: Channel) -> Option<Channel> {
    match channel {
        Channel::Whatsapp => Some(Channel::Sms),
        Channel::Sms | Channel::Voice | Channel::Push | Channel::Email => None,
    }
}

/// The times that somebody gives a reminder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) scheduled_at: Timestamp,
    pub(super) appointment_at: Option<Timestamp>,
    /// Nothing when it was left out.
    pub(super) expires_at: Option<Timestamp>,
}

impl Times {
    /// When it has lost its use: as said, else at the appointment, else a day after its
    /// time.
    pub(super) fn expiry(&self) -> Timestamp {
        let given = self.expires_at.or(self.appointment_at);
        given.unwrap_or_else(|| self.scheduled_at.plus(USEFUL))
    }

    /// When it has lost its use, if it may go at all. A time that is over by more than
    /// five minutes is a mistake, such as a wrong year, unless an appointment or
    /// `expires_at` in the future says that it is still of use: then it goes at once.
    ///
    /// # Errors
    /// Each wrong field.
    pub(super) fn check(&self, now: Timestamp) -> Result<Timestamp, Vec<FieldError>> {
        let mut faults = Vec::new();
        let ends = [
            ("appointment_time", self.appointment_at),
            ("expires_at", self.expires_at),
        ];
        for (field, end) in ends {
            match end {
                Some(end) if end <= now => faults.push(FieldError::new(field, "reminder-over")),
                Some(end) if end <= self.scheduled_at => {
                    faults.push(FieldError::new(field, "before-reminder"));
                }
                _ => {}
            }
        }
        let has_end = self.expires_at.is_some() || self.appointment_at.is_some();
        if !has_end && self.scheduled_at.plus(LATE) < now {
            faults.push(FieldError::new("scheduled_time", "reminder-over"));
        }
        match faults.is_empty() {
            true => Ok(self.expiry()),
            false => Err(faults),
        }
    }
}

/// As much of a name and a reason as an SMS holds that `render` writes of them, in one
/// segment of GSM-7 where it leaves room for it: the name is cut first, then the reason,
/// at the end of a word. Letters that the alphabet does not have are left out; of a name
/// nothing may remain.
pub(super) fn one_segment(
    name: &str,
    reason: &str,
    render: impl Fn(&str, &str) -> String,
) -> (String, String) {
    let (name, reason) = (plain(name), plain(reason));
    let text = plain(&render(&name, &reason));
    let room = Encoding::Gsm7.single();
    if septets(&text) <= room {
        return (name, reason);
    }
    let beside = |name: &str| septets(&plain(&render(name, "x"))).saturating_sub(1);
    let fixed = beside(&name).saturating_sub(septets(&name));
    let of_name = room.saturating_sub(fixed + septets(&reason)).max(NAME);
    let name = clipped(&name, of_name);
    // Where nothing of a name is left another word stands for it.
    let reason = clipped(&reason, room.saturating_sub(beside(&name)));
    (name, reason)
}

/// What the alphabet of SMS has of a text.
fn plain(text: &str) -> String {
    let kept = gsm7_wording(text)
        .chars()
        .filter(|c| is_gsm7(*c))
        .collect::<String>();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_gsm7(c: char) -> bool {
    segments(c.encode_utf8(&mut [0; 4])).encoding == Encoding::Gsm7
}

fn septets(text: &str) -> usize {
    segments(text).units
}

/// As many whole words as fit into so many septets; of a first word that is longer, its
/// beginning.
fn clipped(text: &str, room: usize) -> String {
    let mut kept = String::new();
    for word in text.split(' ') {
        let blank = if kept.is_empty() { "" } else { " " };
        let longer = format!("{kept}{blank}{word}");
        if septets(&longer) <= room {
            kept = longer;
        } else if kept.is_empty() {
            return beginning(word, room);
        } else {
            break;
        }
    }
    kept.trim_end_matches([',', ';', ':', '-', '('])
        .trim_end()
        .to_owned()
}

fn beginning(word: &str, room: usize) -> String {
    let mut kept = String::new();
    for c in word.chars() {
        kept.push(c);
        if septets(&kept) > room {
            kept.pop();
            break;
        }
    }
    kept
}
