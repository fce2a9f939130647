use crate::messaging::ErrorClass::{
    self, Account, BadNumber, Blocked, ContentRefused, OptedOut, OutOfWindow, RateLimited,
    Transient,
};

/// What Twilio's error codes mean for a message or a call: code, class, Twilio's title.
///
/// Source of each row: its page under <https://www.twilio.com/docs/api/errors>,
/// see [`doc_url`]; for WhatsApp also
/// <https://www.twilio.com/docs/whatsapp/api/error-code-mapping>. In order of
/// code.
const TABLE: &[(i64, ErrorClass, &str)] = &[
    (10001, Account, "account is not active"),
    (
        10002,
        Account,
        "trial account does not support this feature",
    ),
    (10004, RateLimited, "too many calls at once"),
    (10005, Account, "calling is disabled for this account"),
    (12100, ContentRefused, "TwiML cannot be parsed"),
    (12200, ContentRefused, "TwiML does not follow its schema"),
    (13223, BadNumber, "invalid phone number format"),
    (13224, BadNumber, "number is invalid or cannot be called"),
    (13225, Blocked, "call blocked by Twilio"),
    (13227, Account, "no permission to call this region"),
    (13520, ContentRefused, "text cannot be spoken"),
    (20003, Account, "authentication failed"),
    (20005, Account, "account is not active"),
    (20404, Account, "no such resource"),
    (20429, RateLimited, "too many requests"),
    (21200, ContentRefused, "request for a call is not accepted"),
    (21201, BadNumber, "no To number for a call"),
    (21202, BadNumber, "To number is a premium number"),
    (21203, Account, "calls abroad are not enabled"),
    (21205, ContentRefused, "invalid URL of a call"),
    (21210, Account, "From number is not verified"),
    (21211, BadNumber, "invalid To number"),
    (21212, Account, "invalid From number"),
    (21213, Account, "From number is required for a call"),
    // Of calls, and seen on messages of old accounts.
    (21214, BadNumber, "To number cannot be reached"),
    (21215, Account, "no permission to call this region"),
    (21216, Account, "account may not call this number"),
    (21217, BadNumber, "number does not appear to be valid"),
    // Trial accounts reach verified numbers only: the account's limit, not the number's fault.
    (21219, Account, "To number is not verified"),
    (
        21408,
        Account,
        "no permission for the region of the To number",
    ),
    (21602, ContentRefused, "message body is required"),
    (21603, Account, "From number is required"),
    (21604, BadNumber, "To number is required"),
    (21605, ContentRefused, "body is too long"),
    (21606, Account, "From number cannot send messages here"),
    (
        21608,
        Account,
        "To number is not verified for this trial account",
    ),
    (21610, OptedOut, "recipient has unsubscribed"),
    (
        21611,
        RateLimited,
        "From number has too many queued messages",
    ),
    (21612, BadNumber, "no route between this From and To"),
    (21614, BadNumber, "To number is not a mobile number"),
    (21617, ContentRefused, "body exceeds 1600 characters"),
    (21619, ContentRefused, "a body or media is required"),
    (21620, ContentRefused, "invalid media URL"),
    (21635, BadNumber, "To number is a landline"),
    (21655, ContentRefused, "invalid content id"),
    (21656, ContentRefused, "invalid content variables"),
    (21703, Account, "the messaging service has no sender"),
    (21705, Account, "invalid messaging service"),
    (30001, RateLimited, "queue overflow"),
    (30002, Account, "account suspended"),
    // The phone is off or away: later it may be on.
    (30003, Transient, "unreachable destination handset"),
    (30004, Blocked, "message blocked"),
    (30005, BadNumber, "unknown destination handset"),
    (30006, BadNumber, "landline or unreachable carrier"),
    (30007, ContentRefused, "message filtered"),
    (30008, Transient, "unknown error of the carrier"),
    (30034, Account, "sender is not registered"),
    (30036, Transient, "validity period expired"),
    (30410, Transient, "carrier timed out"),
    (63001, Account, "channel could not authenticate the request"),
    (63002, Account, "channel could not find the From address"),
    (63003, BadNumber, "channel could not find the To address"),
    (63005, ContentRefused, "channel did not accept the content"),
    (
        63006,
        ContentRefused,
        "content could not be formatted for the channel",
    ),
    (63007, Account, "no channel with this From address"),
    (63008, Account, "channel is misconfigured"),
    (63009, Transient, "channel provider returned an error"),
    (63010, Transient, "channel's internal error"),
    (63012, Transient, "channel provider's internal error"),
    (
        63013,
        ContentRefused,
        "violates the channel provider's policy",
    ),
    (63014, Blocked, "blocked by an action of the recipient"),
    (63015, Account, "recipient has not joined the sandbox"),
    (63016, OutOfWindow, "outside the messaging window"),
    (63017, RateLimited, "rate limit exceeded"),
    (63018, RateLimited, "rate limit of the channel exceeded"),
    (63019, ContentRefused, "media could not be downloaded"),
    (63020, Account, "business manager account error"),
    (63021, ContentRefused, "invalid content for the channel"),
    (63022, Account, "invalid certificate of the sender's name"),
    (63023, Transient, "generic error of the channel"),
    (63024, BadNumber, "invalid message recipient"),
    (63027, ContentRefused, "no such template in this language"),
    (63028, ContentRefused, "wrong number of template parameters"),
    (
        63030,
        ContentRefused,
        "unsupported parameter for the channel",
    ),
    (63031, BadNumber, "From and To are the same"),
    (63032, Blocked, "WhatsApp does not deliver to this user"),
    (63033, Blocked, "recipient is blocked"),
    (63038, RateLimited, "daily limit of messages exceeded"),
];

fn row(code: i64) -> Option<&'static (i64, ErrorClass, &'static str)> {
    let at = TABLE.binary_search_by_key(&code, |row| row.0).ok()?;
    TABLE.get(at)
}

/// The class of an error code, from an answer or a status call-back; `None`
/// for a code we do not know.
#[must_use]
pub fn class_of(code: i64) -> Option<ErrorClass> {
    row(code).map(|row| row.1)
}

/// What a code says, in English, for the log. Never holds patient data.
#[must_use]
pub fn title_of(code: i64) -> Option<&'static str> {
    row(code).map(|row| row.2)
}

/// Twilio's page about a code, for staff who want to know more.
#[must_use]
pub fn doc_url(code: i64) -> String {
    format!("https://www.twilio.com/docs/api/errors/{code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn what_can_never_help_is_never_tried_again() {
        for code in [
            21211, 21610, 21614, 30004, 30006, 30007, 63016, 63024, 21408, 13224, 13225, 13520,
            21210, 21215, 21217,
        ] {
            assert!(!class_of(code).unwrap().can_retry(), "{code}");
        }
        for code in [10004, 20429, 30001, 30003, 30008, 63018] {
            assert!(class_of(code).unwrap().can_retry(), "{code}");
        }
        assert_eq!(class_of(63016), Some(OutOfWindow));
        assert_eq!(class_of(21610), Some(OptedOut));
        assert_eq!(class_of(1), None);
        assert!(doc_url(63016).ends_with("/63016"));
        // No code of Twilio's tells that a message may have been accepted.
        assert!(TABLE.iter().all(|row| row.1 != ErrorClass::Unknown));
    }
}
