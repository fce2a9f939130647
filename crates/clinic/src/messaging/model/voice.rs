use kernel::Locale;

use super::{MessageId, NewMessage};
use crate::patients::api::PatientId;

kernel::words! {
    /// A key that answers the question of a call (`spec/messaging.md`, confirm 1/2).
    pub enum Key {
        /// Yes: it is confirmed.
        Confirm = "1",
        /// No: it is called off.
        Cancel = "2",
    }
}

/// A call that some part of the product wants made.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// What is said and to whom. Its text is spoken as it is, so it says nothing of keys:
    /// what they mean is said after it. Its channel does not matter.
    pub message: NewMessage,
    /// In which everything is spoken.
    pub language: Locale,
    /// Whether keys answer it: 1 confirms, 2 cancels, 9 says it again.
    pub asks: bool,
}

store::row! {
    /// A message that was called about.
    pub struct Called {
        /// Its id.
        pub id: MessageId,
        /// Whose it is.
        pub patient_id: Option<PatientId>,
        /// The text.
        pub body: String,
        /// In which its maker wanted it spoken.
        pub spoken_in: Option<Locale>,
        /// Whether keys answer it.
        pub asks: Option<bool>,
    }
}
