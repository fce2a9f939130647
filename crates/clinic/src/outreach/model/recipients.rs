use kernel::{Locale, Phone, Timestamp};
use send_rules::{Amount, Channel, Currency, Segments};

use super::BroadcastId;
use crate::{messaging::api::MessageId, patients::api::PatientId};

kernel::words! {
    /// Why somebody whom a broadcast is for does not get it.
    pub enum Exclusion {
        /// His record is not active.
        Inactive = "inactive",
        /// A gender is asked for, and his is not known.
        NoGender = "no_gender",
        /// An age is asked for, and his is not known.
        NoBirthDate = "no_birth_date",
        /// No number of his is known.
        NoNumber = "no_number",
        /// His number wants no broadcasts, by no way.
        OptedOut = "opted_out",
        /// Somebody else with the same number gets it.
        SameNumber = "same_number",
    }
}

kernel::words! {
    /// How a broadcast stands with one recipient.
    pub enum DeliveryState {
        /// His turn has not come, or his message waits for its own.
        Pending = "pending",
        /// The provider may have it.
        Sending = "sending",
        /// The provider has accepted it.
        Sent = "sent",
        /// It is on the phone.
        Delivered = "delivered",
        /// It was tried in vain.
        Failed = "failed",
        /// It lost its use before it left.
        Expired = "expired",
        /// It was taken back before it left.
        Cancelled = "cancelled",
        /// It may not be sent.
        Refused = "refused",
        /// It went to the simulator and to nobody.
        Simulated = "simulated",
        /// He gets none, see [`Exclusion`].
        Excluded = "excluded",
    }
}

/// How many recipients stand how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By state; those who get none are not among them.
    pub states: Vec<(DeliveryState, i64)>,
    /// Those who get none, by reason.
    pub excluded: Vec<(Exclusion, i64)>,
}

impl Tally {
    /// How many stand so.
    #[must_use]
    pub fn of(&self, state: DeliveryState) -> i64 {
        let same = self.states.iter().filter(|(one, _)| *one == state);
        same.map(|(_, people)| people).sum()
    }

    fn any_of(&self, states: &[DeliveryState]) -> i64 {
        states.iter().map(|state| self.of(*state)).sum()
    }

    /// Everybody who gets it, or was to.
    #[must_use]
    pub fn addressed(&self) -> i64 {
        self.states.iter().map(|(_, people)| people).sum()
    }

    /// Those who get none.
    #[must_use]
    pub fn left_out(&self) -> i64 {
        self.excluded.iter().map(|(_, people)| people).sum()
    }

    /// Accepted by the provider; never by the simulator.
    #[must_use]
    pub fn sent(&self) -> i64 {
        self.any_of(&[DeliveryState::Sent, DeliveryState::Delivered])
    }

    /// Not sent, and never will be.
    #[must_use]
    pub fn failed(&self) -> i64 {
        use DeliveryState::{Cancelled, Expired, Failed, Refused};
        self.any_of(&[Failed, Expired, Cancelled, Refused])
    }

    /// Still to be sent.
    #[must_use]
    pub fn waiting(&self) -> i64 {
        self.any_of(&[DeliveryState::Pending, DeliveryState::Sending])
    }

    /// Handed to the provider, whatever became of it.
    #[must_use]
    pub fn attempted(&self) -> i64 {
        self.sent() + self.of(DeliveryState::Failed)
    }

    /// Adds what another broadcast counts.
    pub fn add(&mut self, other: &Self) {
        self.states.extend(&other.states);
        self.excluded.extend(&other.excluded);
    }
}

store::row! {
    /// What was written down of somebody whose turn it is.
    pub(in crate::outreach) struct NextRecipient {
        pub patient_id: PatientId,
        pub phone: Phone,
        pub channel: Channel,
        pub language: Locale,
    }
}

store::row! {
    /// How many of an audience would be dealt with alike.
    pub(in crate::outreach) struct AlikeRow {
        pub excluded: Option<Exclusion>,
        pub channel: Option<Channel>,
        pub language: Locale,
        /// One of their numbers; all begin with the same three digits.
        pub phone: Option<Phone>,
        pub people: i64,
    }
}

store::row! {
    /// How many of a broadcast stand alike.
    pub(in crate::outreach) struct TallyRow {
        pub broadcast_id: BroadcastId,
        pub excluded: Option<Exclusion>,
        pub state: DeliveryState,
        pub people: i64,
    }
}

store::row! {
    /// How a broadcast stands with one of those whom it is for.
    pub struct Delivery {
        /// Who.
        pub patient_id: PatientId,
        /// His name.
        pub patient_name: String,
        /// Whether only named staff may open his record.
        pub restricted: bool,
        /// Where it goes.
        pub phone: Option<Phone>,
        /// The way it goes, or went in the end.
        pub channel: Option<Channel>,
        /// Why he gets none.
        pub excluded: Option<Exclusion>,
        /// How it stands.
        pub state: DeliveryState,
        /// Why it is where it is; an i18n key follows from it.
        pub reason: Option<String>,
        /// For what it waits, in the outbox's words.
        pub waits: Option<String>,
        /// The provider's error code.
        pub error_code: Option<i64>,
        /// The provider's id.
        pub provider_id: Option<String>,
        /// The newest message that was written for it.
        pub message_id: Option<MessageId>,
        /// When its state last changed.
        pub updated_at: Option<Timestamp>,
    }
}

/// People who would get the same text by the same way in the same country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayCount {
    /// By which way.
    pub channel: Channel,
    /// In which language the clinic's frame around the text is.
    pub language: Locale,
    /// The country's calling code with its plus sign, `+221`.
    pub calling_code: String,
    /// How many.
    pub people: i64,
    /// SMS each of them takes; 0 by WhatsApp.
    pub segments: usize,
}

/// What a broadcast would do if it began now.
#[derive(Debug, Clone)]
pub struct BroadcastPreview {
    /// Messages it makes.
    pub count: i64,
    /// Those who get none, by reason.
    pub excluded: Vec<(Exclusion, i64)>,
    /// The messages by way, country and language.
    pub ways: Vec<WayCount>,
    /// The text as a phone shows it, by each way and in each language that somebody gets.
    pub texts: Vec<ShownText>,
    /// How long it takes at its pace, in minutes, rounded up.
    pub minutes: i64,
    /// What it costs at most; nothing where a price is not known.
    pub estimated_cost: Option<(Amount, Currency)>,
}

impl BroadcastPreview {
    /// SMS in all.
    #[must_use]
    pub fn segments(&self) -> i64 {
        let of = |way: &WayCount| i64::try_from(way.segments).unwrap_or(i64::MAX) * way.people;
        self.ways.iter().map(of).sum()
    }

    /// The longest of the texts that go by SMS.
    #[must_use]
    pub fn longest(&self) -> Option<&ShownText> {
        let sms = self.texts.iter().filter(|it| it.channel == Channel::Sms);
        sms.max_by_key(|it| it.size.segments)
    }
}

/// A text as a phone shows it.
#[derive(Debug, Clone)]
pub struct ShownText {
    /// By which way.
    pub channel: Channel,
    /// In which language the clinic's frame is.
    pub language: Locale,
    /// The text.
    pub text: String,
    /// What it costs as an SMS.
    pub size: Segments,
    /// What it would cost without our plainer letters.
    pub as_written: Segments,
}

/// What a program reports of a message that it believes to have sent itself.
#[derive(Debug, Clone, Default)]
pub struct CallBack {
    /// What it says happened, in its own words, without numbers of telephones.
    pub status: String,
    /// What it says went wrong, the same.
    pub error: Option<String>,
    /// The provider's id that it names.
    pub sid: Option<String>,
    /// Whose message.
    pub patient: Option<PatientId>,
    /// Where it was to go.
    pub phone: Option<Phone>,
}
