//! How an operator reports what became of a message.

use std::collections::BTreeMap;

use kernel::Redacted;
use serde_json::Value;
use subtle::ConstantTimeEq;
use toml::Table;

use super::{answer::find, description::Env, keys::Keys, template::secret};
use crate::{blob::sha256_hex, messaging::DeliveryReport};

/// The shortest secret of a call-back.
const SHORTEST_SECRET: usize = 16;

/// How the operator reports what became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CallBack {
    /// What stands in the address that it calls.
    pub(super) secret: Redacted<String>,
    /// The parameter with its id or ours; a JSON pointer where it begins with `/`.
    pub(super) id: String,
    /// The parameter with the status.
    pub(super) status: String,
    /// What its words mean.
    pub(super) words: BTreeMap<String, DeliveryReport>,
}

impl CallBack {
    /// Whether this is the secret; takes as long for every other one.
    pub(super) fn opens(&self, secret: &str) -> bool {
        let (ours, theirs) = (self.secret.as_bytes(), secret.as_bytes());
        let (ours, theirs) = (sha256_hex(ours), sha256_hex(theirs));
        ours.as_bytes().ct_eq(theirs.as_bytes()).into()
    }

    /// The id and the status word of a call.
    pub(super) fn read(&self, parameters: &Value) -> Option<(String, String)> {
        let get = |name: &str| {
            if name.starts_with('/') {
                return find(parameters, name);
            }
            let name = name.replace('~', "~0").replace('/', "~1");
            find(parameters, &format!("/{name}"))
        };
        Some((get(&self.id)?, get(&self.status)?))
    }
}

/// Reads the table.
pub(super) fn read(table: Table, env: Env<'_>, faults: &mut Vec<String>) -> Option<CallBack> {
    let mut keys = Keys::new(table, "call_back", faults);
    let variable = keys.needed("secret", "\"SMS_CALL_BACK_SECRET\", the name of a variable");
    let secret = variable.and_then(|variable| match secret(&variable, env) {
        Ok(secret) if is_fit(&secret) => Some(secret),
        Ok(_) => {
            keys.fault("secret", format_args!(
                "names {variable}, which holds fewer than {SHORTEST_SECRET} characters or others than letters, digits, - and _"
            ));
            None
        }
        Err(what) => {
            keys.fault("secret", what);
            None
        }
    });
    let (id, status) = (
        keys.needed("id", "\"id\""),
        keys.needed("status", "\"status\""),
    );
    let mut words = BTreeMap::new();
    for (key, good, report) in [
        ("sent", "[\"SENT\"]", DeliveryReport::Sent),
        ("delivered", "[\"DELIVERED\"]", DeliveryReport::Delivered),
        (
            "failed",
            "[\"FAILED\", \"EXPIRED\"]",
            DeliveryReport::Failed,
        ),
    ] {
        for word in keys.words(key, good) {
            if words
                .insert(word.clone(), report)
                .is_some_and(|before| before != report)
            {
                keys.fault(
                    key,
                    format_args!("holds {word:?}, which means something else already"),
                );
            }
        }
    }
    if words.is_empty() {
        keys.fault(
            "delivered",
            "is missing, and so are sent and failed; a good value: [\"DELIVERED\"]",
        );
    }
    keys.end("secret, id, status, sent, delivered, failed");
    Some(CallBack {
        secret: secret?,
        id: id?,
        status: status?,
        words,
    })
}

/// Long enough not to be guessed, and as it stands in an address.
fn is_fit(secret: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    secret.len() >= SHORTEST_SECRET && secret.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_is_read_by_name_or_by_place() {
        let mut call_back = CallBack {
            secret: Redacted("0123456789abcdef".into()),
            id: "id".into(),
            status: "etat".into(),
            words: BTreeMap::new(),
        };
        let call = json!({"id": "A-1", "etat": 2, "deep": {"state": "Done"}});
        let read = call_back.read(&call);
        assert_eq!(read, Some(("A-1".to_owned(), "2".to_owned())));
        call_back.status = "/deep/state".into();
        assert_eq!(call_back.read(&call).unwrap().1, "Done");
        assert_eq!(call_back.read(&json!({"id": "A-1"})), None);
        assert_eq!(call_back.read(&json!([])), None);
        assert!(call_back.opens("0123456789abcdef"));
        for other in ["", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(!call_back.opens(other), "{other}");
        }
    }
}
