use std::time::Duration;

use kernel::Timestamp;

use crate::{Category, Channel};

/// How long after the patient's last WhatsApp message free text may be sent:
/// the customer service window
/// (Twilio's page on what happens after it:
/// <https://www.twilio.com/docs/api/errors/63016>). At 24 h exactly it is closed.
pub const WHATSAPP_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// Quiet hours begin at this minute of the local day, 21:00 (`spec/messaging.md`).
pub const QUIET_FROM: u16 = 21 * 60;

/// Quiet hours end at this minute of the local day, 07:00 (`spec/messaging.md`).
pub const QUIET_UNTIL: u16 = 7 * 60;

const MINUTES_OF_DAY: u16 = 24 * 60;

kernel::words! {
    /// Where a WhatsApp template stands with Meta's review
    /// (`spec/messaging.md`, registry).
    pub enum TemplateState {
        /// Being written.
        Draft = "draft",
        /// Handed in, not yet judged.
        Submitted = "submitted",
        /// May be sent.
        Approved = "approved",
        /// Stopped by Meta for now because of its quality.
        Paused = "paused",
        /// Turned down.
        Rejected = "rejected",
    }
}

kernel::words! {
    /// In which form a message leaves.
    pub enum Form {
        /// A text message.
        Sms = "sms",
        /// A call.
        Voice = "call",
        /// Free text in an open WhatsApp conversation.
        Session = "session",
        /// An approved WhatsApp template, which costs money.
        Template = "template",
        /// A notification of the clinic's app.
        Push = "push",
        /// An e-mail.
        Email = "email",
    }
}

impl Form {
    /// Those that cost something.
    pub const PRICED: [Self; 5] = [
        Self::Sms,
        Self::Voice,
        Self::Session,
        Self::Template,
        Self::Email,
    ];
}

kernel::words! {
    /// Why a message is sent, waits or is refused. Its sentence is
    /// `reason-<word>` in `i18n/*`.
    pub enum Reason {
        /// SMS has no window: the text goes as it is.
        Sms = "sms",
        /// A call has none: it is made now.
        Voice = "voice",
        /// A notification has none.
        Push = "push",
        /// E-mail has no window either.
        Email = "email",
        /// The patient wrote on WhatsApp less than 24 h ago.
        InsideWindow = "inside_window",
        /// The window is closed, an approved template goes instead.
        Template = "template",
        /// It is night where the patient lives.
        QuietHours = "quiet_hours",
        /// It lost its use before it was sent.
        Expired = "expired",
        /// It is night, and by morning it will have lost its use.
        ExpiresOvernight = "expires_overnight",
        /// The patient wants no messages of this kind.
        OptedOut = "opted_out",
        /// WhatsApp's window is closed and there is no approved template.
        WindowClosed = "window_closed",
        /// The server of the e-mail address refused it not long ago.
        BadAddress = "bad_address",
        /// The app is on no device of the number's owner any more, or the number is not his
        /// alone.
        NoDevice = "no_device",
        /// Its text needs something that is not known of it.
        MissingVariable = "missing_variable",
        /// This month's money for messages to many is spent.
        OverBudget = "over_budget",
    }
}

/// All that the decision looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The time now.
    pub now: Timestamp,
    /// The channel it would go by.
    pub channel: Channel,
    /// What it is for.
    pub category: Category,
    /// When the patient last wrote on this channel to this sender.
    pub last_inbound: Option<Timestamp>,
    /// Whether he opted out of this category on this channel.
    pub opted_out: bool,
    /// Minutes since midnight in the patient's zone, at `now`
    /// ([`Timestamp::minute_of_day`]).
    pub minute_of_day: u16,
    /// From when on the message has lost its use.
    pub expires_at: Option<Timestamp>,
    /// The state of the template that could stand in for the text.
    pub template: Option<TemplateState>,
    /// Whether the address was refused for good not long ago.
    pub bad_address: bool,
    /// Whether there is no device that a notification could go to.
    pub no_device: bool,
    /// Whether the same may go another way when this one is closed.
    pub has_other_way: bool,
    /// When to look for money again, if this month's is spent.
    pub money_from: Option<Timestamp>,
}

/// What to do with a message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send it in this form.
    Send(Form),
    /// Decide again at this time.
    WaitUntil(Timestamp, Reason),
    /// Send it the other way that was given; why not this way is kept and shown.
    FallBack(Reason),
    /// Do not send it; the reason is kept and shown.
    Refuse(Reason),
}

impl Decision {
    /// The reason to store and to show in the patient's timeline.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Send(Form::Sms) => Reason::Sms,
            Self::Send(Form::Voice) => Reason::Voice,
            Self::Send(Form::Email) => Reason::Email,
            Self::Send(Form::Push) => Reason::Push,
            Self::Send(Form::Session) => Reason::InsideWindow,
            Self::Send(Form::Template) => Reason::Template,
            Self::WaitUntil(_, reason) | Self::FallBack(reason) | Self::Refuse(reason) => reason,
        }
    }
}

impl Reason {
    /// Whether it speaks of the way and not of the message, which may go another one.
    const fn is_of_the_way(self) -> bool {
        matches!(self, Self::OptedOut | Self::WindowClosed | Self::NoDevice)
    }
}

/// Decides whether, when and in which form a message is sent. The rules in
/// order: expiry, opt-out, a refused address, a missing device, WhatsApp's window, money,
/// quiet hours; what this way alone refuses goes the other one, where the same rules are
/// asked again.
#[must_use]
pub fn decide(facts: &Facts) -> Decision {
    match by_this_way(facts) {
        Decision::Refuse(reason) if facts.has_other_way && reason.is_of_the_way() => {
            Decision::FallBack(reason)
        }
        decision => decision,
    }
}

fn by_this_way(facts: &Facts) -> Decision {
    if facts.expires_at.is_some_and(|end| end <= facts.now) {
        return Decision::Refuse(Reason::Expired);
    }
    if facts.opted_out && !facts.category.is_awaited() {
        return Decision::Refuse(Reason::OptedOut);
    }
    if facts.bad_address {
        return Decision::Refuse(Reason::BadAddress);
    }
    if facts.no_device {
        return Decision::Refuse(Reason::NoDevice);
    }
    let Some(form) = form(facts) else {
        return Decision::Refuse(Reason::WindowClosed);
    };
    if let Some(then) = facts
        .money_from
        .filter(|_| facts.category.waits_for_money())
    {
        // Also past its use: somebody may raise the limit before.
        return Decision::WaitUntil(then, Reason::OverBudget);
    }
    if may_wake(facts) || !is_quiet(facts.minute_of_day) {
        return Decision::Send(form);
    }
    let morning = morning(facts.now, facts.minute_of_day);
    if facts.expires_at.is_some_and(|end| end <= morning) {
        Decision::Refuse(Reason::ExpiresOvernight)
    } else {
        Decision::WaitUntil(morning, Reason::QuietHours)
    }
}

/// Whether it goes at night. A telephone that rings is worse than one that lights
/// up: only what guards an account calls then.
fn may_wake(facts: &Facts) -> bool {
    match facts.channel {
        Channel::Voice => facts.category == Category::Security,
        Channel::Whatsapp | Channel::Sms | Channel::Push | Channel::Email => {
            facts.category.is_awaited()
        }
    }
}

/// The form the channel allows now: inside the window never a template, it
/// would cost money for nothing.
fn form(facts: &Facts) -> Option<Form> {
    match facts.channel {
        Channel::Sms => Some(Form::Sms),
        Channel::Voice => Some(Form::Voice),
        Channel::Push => Some(Form::Push),
        Channel::Email => Some(Form::Email),
        Channel::Whatsapp if window_is_open(facts) => Some(Form::Session),
        Channel::Whatsapp => {
            (facts.template == Some(TemplateState::Approved)).then_some(Form::Template)
        }
    }
}

/// A last message from the future is a clock that was set back: still open.
fn window_is_open(facts: &Facts) -> bool {
    facts
        .last_inbound
        .is_some_and(|last| facts.now.since(last) < WHATSAPP_WINDOW)
}

const fn is_quiet(minute_of_day: u16) -> bool {
    let minute = minute_of_day % MINUTES_OF_DAY;
    minute >= QUIET_FROM || minute < QUIET_UNTIL
}

/// The next 07:00 of the local day, to the second: zones lie whole minutes
/// apart, so the seconds of `now` are the local ones too. Where clocks change
/// that night it is an hour off and the decision is made again then.
fn morning(now: Timestamp, minute_of_day: u16) -> Timestamp {
    const MINUTE: i64 = 60_000_000;
    let minute = minute_of_day % MINUTES_OF_DAY;
    let wait = (QUIET_UNTIL + MINUTES_OF_DAY - minute) % MINUTES_OF_DAY;
    let this_minute = now.minus(Duration::from_micros(
        now.micros().rem_euclid(MINUTE).unsigned_abs(),
    ));
    this_minute.plus(Duration::from_secs(u64::from(wait) * 60))
}
