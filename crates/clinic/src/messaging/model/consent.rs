use std::collections::BTreeSet;

use kernel::{Phone, Timestamp, UserId};
use send_rules::{Cell, Choice, is_wanted};
use uuid::Uuid;

use crate::patients::api::{PatientId, Pin, Wording};

kernel::words! {
    /// How we know what somebody wants.
    pub enum ConsentSource {
        /// He wrote a keyword on WhatsApp.
        Whatsapp = "whatsapp",
        /// The same by SMS.
        Sms = "sms",
        /// The provider told us that he left.
        Provider = "provider",
        /// He chose on his page.
        Page = "page",
        /// He chose on the page of a message's link.
        Link = "link",
        /// He told the staff, who wrote it down.
        Desk = "desk",
    }
}

impl ConsentSource {
    /// The version of the words that he chose by; counts up when they change.
    pub(in crate::messaging) const fn wording(self) -> Option<&'static str> {
        match self {
            Self::Whatsapp | Self::Sms | Self::Provider => None,
            Self::Page | Self::Link | Self::Desk => Some("choices-2"),
        }
    }
}

/// A decision that goes into the ledger.
#[derive(Debug)]
pub(in crate::messaging) struct ConsentEvent {
    pub id: Uuid,
    pub phone: Phone,
    pub choice: Choice,
    pub source: ConsentSource,
    pub noted_by: Option<UserId>,
    pub at: Timestamp,
}

/// A decision as the ledger shows it.
#[derive(Debug, Clone)]
pub struct ConsentLine {
    /// What was decided.
    pub choice: Choice,
    /// How we know.
    pub source: ConsentSource,
    /// Who wrote it down, if a person did.
    pub noted_by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What is wanted on one number.
#[derive(Debug, Clone)]
pub struct NumberConsent {
    /// The number.
    pub phone: Phone,
    /// Whether several patients have it: the choice is one for all of them.
    pub shared: bool,
    /// How much messages to the patient may say there; nothing where the number is asked
    /// for and no patient. Each of those who share it chooses his own.
    pub wording: Option<Wording>,
    /// What was decided and holds, the newest first.
    pub choices: Vec<Choice>,
    /// The newest fifty decisions, the newest first.
    pub history: Vec<ConsentLine>,
}

impl NumberConsent {
    /// Its last two digits: who holds it knows it by them, others learn nothing.
    #[must_use]
    pub fn ending(&self) -> &str {
        let number = self.phone.as_e164();
        number
            .get(number.len().saturating_sub(2)..)
            .unwrap_or_default()
    }

    /// Whether messages there tell nothing.
    #[must_use]
    pub fn is_covert(&self) -> bool {
        self.wording == Some(Wording::Covert)
    }

    /// Whether this kind of message may come by this way.
    #[must_use]
    pub fn wants(&self, cell: &Cell) -> bool {
        is_wanted(&self.choices, *cell)
    }
}

/// What somebody wants on one of his numbers.
#[derive(Debug)]
pub(in crate::messaging) struct Wish {
    /// As he typed it.
    pub phone: String,
    /// These kinds and no others.
    pub wanted: BTreeSet<Cell>,
    /// How much messages may say; nothing leaves it as it is.
    pub wording: Option<Wording>,
}

/// What is wanted on each number of a patient.
#[derive(Debug, Clone)]
pub struct PatientConsent {
    /// The patient.
    pub patient: PatientId,
    /// His name.
    pub name: String,
    /// The primary number first.
    pub numbers: Vec<NumberConsent>,
    /// How the PIN stands that opens what covert messages do not tell.
    pub pin: Option<Pin>,
}
