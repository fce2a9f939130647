//! What a broadcast says: the clinic's words in a frame of the patient's language.

use kernel::{Locale, Problem};
use webkit::Texts;

use crate::messaging::{
    self,
    api::{Event, Values, event_of},
};

/// The event of a broadcast's messages.
pub(super) fn event() -> Result<&'static Event, Problem> {
    event_of("broadcast")
}

/// What the frame is filled with. How to get no more of them is said where an answer can
/// arrive.
pub(super) fn values(clinic: &str, content: &str, language: Locale, two_way: bool) -> Values {
    let stop = match two_way {
        true => format!(" {}", Texts::new(language).get("broadcast-stop")),
        false => String::new(),
    };
    messaging::api::values([
        ("clinic", clinic.to_owned()),
        ("text", content.trim().to_owned()),
        ("stop", stop),
    ])
}
