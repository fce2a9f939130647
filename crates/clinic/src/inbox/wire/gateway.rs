//! What a local operator tells of text messages, and what we make of it.

use serde_json::{Map, Value};
use webkit::RawForm;

use crate::inbox::model::{EventType, NewEvent};

/// Characters of an id or a status word that are believed to be one.
const LONGEST: usize = 200;

/// The parameters of a call: of its JSON, of its form, else of its address.
pub(in crate::inbox) fn gateway_parameters(form: &RawForm) -> Option<Value> {
    if form.bytes.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(&form.bytes).ok();
    }
    let query = form
        .path_and_query
        .split_once('?')
        .map_or("", |(_, query)| query);
    let pairs = form
        .pairs
        .iter()
        .map(|(name, value)| (name.as_str().into(), value.as_str().into()));
    let all = pairs.chain(form_urlencoded::parse(query.as_bytes()));
    let mut object = Map::new();
    for (name, value) in all {
        let name = std::borrow::Cow::into_owned(name);
        object
            .entry(name)
            .or_insert_with(|| Value::String(value.into_owned()));
    }
    Some(Value::Object(object))
}

/// The event in such a call: the same word about the same message is the same event.
pub(in crate::inbox) fn gateway_event(
    (id, word): (&str, &str),
    parameters: &Value,
) -> Option<NewEvent> {
    let fits = |text: &str| text.chars().count() <= LONGEST && !text.contains('\0');
    (fits(id) && fits(word)).then(|| NewEvent {
        event_type: EventType::GatewayStatus,
        external_id: id.to_owned(),
        dedupe_key: format!("gateway:{id}:{word}"),
        sender: String::new(),
        recipient: String::new(),
        content: word.to_owned(),
        media: Vec::new(),
        raw_payload: parameters.to_string(),
    })
}
