//! The one list of scopes (`spec/smartqueue.md`, Endpoints; `spec/medirecord.md`, head).

use kernel::FieldError;

/// Every scope there is, in the order people read them. The text `scope-<name>`,
/// with `-` for the colon, says what it lets a program do.
pub const SCOPES: &[&str] = &[
    "read:customer",
    "write:customer",
    "read:record",
    "write:record",
    "read:appointment",
    "write:appointment",
    "send:notification",
    "read:queue",
    "write:queue",
    "manage:queue",
    "read:ticket",
    "write:ticket",
    "manage:ticket",
    "read:agent",
    "manage:agent",
    "read:reports",
    "read:feedback",
    "manage:settings",
    "manage:tenant",
    "patients:check",
    "patients:confirm",
    "rag:query",
    "conversations:log",
    "deliveries:update",
];

/// The scopes of a request, each once, in the list's order.
pub(in crate::identity) fn chosen<S: AsRef<str>>(wanted: &[S]) -> Result<Vec<String>, FieldError> {
    let wanted: Vec<&str> = wanted.iter().map(AsRef::as_ref).collect();
    if let Some(strange) = wanted.iter().find(|scope| !SCOPES.contains(scope)) {
        let shown: String = strange.chars().take(60).collect();
        return Err(FieldError::new("scopes", "unknown-scope").with("scope", shown));
    }
    if wanted.is_empty() {
        return Err(FieldError::new("scopes", "required"));
    }
    let listed = SCOPES.iter().filter(|scope| wanted.contains(scope));
    Ok(listed.map(|scope| (*scope).to_owned()).collect())
}

/// What is asked for of what is allowed; everything allowed when nothing is
/// named (RFC 6749, 3.3). `None` when more is asked for.
pub(in crate::identity) fn within(wanted: Option<&str>, allowed: &[&str]) -> Option<Vec<String>> {
    let Some(wanted) = wanted else {
        return Some(allowed.iter().map(|scope| (*scope).to_owned()).collect());
    };
    let wanted: Vec<&str> = wanted.split_ascii_whitespace().collect();
    if wanted.is_empty() || wanted.iter().any(|scope| !allowed.contains(scope)) {
        return None;
    }
    let kept = allowed.iter().filter(|scope| wanted.contains(scope));
    Some(kept.map(|scope| (*scope).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_it_asked_for_and_never_more_than_allowed() {
        let allowed = ["read:customer", "send:notification"];
        assert_eq!(within(None, &allowed).unwrap(), allowed);
        assert_eq!(
            within(Some("send:notification"), &allowed).unwrap(),
            ["send:notification"]
        );
        for wanted in ["manage:tenant", "read:customer manage:tenant", "", "read"] {
            assert_eq!(within(Some(wanted), &allowed), None, "{wanted}");
        }
    }

    #[test]
    fn only_listed_scopes_are_chosen() {
        let both = chosen(&["send:notification", "read:customer", "read:customer"]);
        assert_eq!(both.unwrap(), ["read:customer", "send:notification"]);
        assert_eq!(chosen(&["root"]).unwrap_err().code, "unknown-scope");
        assert_eq!(chosen::<&str>(&[]).unwrap_err().code, "required");
    }
}
