use crate::messaging::DeliveryReport;

/// What a `MessageStatus` (call-back) or `status` (resource) says about a
/// message we sent; `None` for inbound words and ones we do not know
/// (<https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>).
/// `canceled` is a scheduled message taken back: it will not arrive.
#[must_use]
pub fn delivery_report(status: &str) -> Option<DeliveryReport> {
    Some(match status {
        "queued" | "accepted" | "scheduled" | "sending" => DeliveryReport::Accepted,
        "sent" => DeliveryReport::Sent,
        "delivered" => DeliveryReport::Delivered,
        "read" => DeliveryReport::Read,
        "undelivered" | "failed" | "canceled" => DeliveryReport::Failed,
        _ => return None,
    })
}

/// What a `CallStatus` (call-back) or `status` (resource) says about a call we made;
/// `None` for words we do not know
/// (<https://www.twilio.com/docs/voice/api/call-resource#call-status-values>).
/// `completed` means that it was picked up, by whomever or whatever.
#[must_use]
pub fn call_report(status: &str) -> Option<DeliveryReport> {
    Some(match status {
        "queued" | "initiated" | "ringing" => DeliveryReport::Accepted,
        "in-progress" => DeliveryReport::Sent,
        "completed" => DeliveryReport::Delivered,
        "busy" => DeliveryReport::CallBusy,
        "no-answer" => DeliveryReport::CallNoAnswer,
        "canceled" => DeliveryReport::CallCanceled,
        "failed" => DeliveryReport::CallFailed,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_a_call_has_its_place() {
        for (report, words) in [
            (
                Some(DeliveryReport::Accepted),
                vec!["queued", "initiated", "ringing"],
            ),
            (Some(DeliveryReport::Sent), vec!["in-progress"]),
            (Some(DeliveryReport::Delivered), vec!["completed"]),
            (Some(DeliveryReport::CallBusy), vec!["busy"]),
            (Some(DeliveryReport::CallNoAnswer), vec!["no-answer"]),
            (Some(DeliveryReport::CallCanceled), vec!["canceled"]),
            (Some(DeliveryReport::CallFailed), vec!["failed"]),
            (None, vec!["", "answered", "delivered", "Busy"]),
        ] {
            for word in words {
                assert_eq!(call_report(word), report, "{word}");
            }
        }
    }

    #[test]
    fn every_documented_word_has_its_place() {
        for (report, words) in [
            (
                Some(DeliveryReport::Accepted),
                vec!["queued", "accepted", "scheduled", "sending"],
            ),
            (Some(DeliveryReport::Sent), vec!["sent"]),
            (Some(DeliveryReport::Delivered), vec!["delivered"]),
            (Some(DeliveryReport::Read), vec!["read"]),
            (
                Some(DeliveryReport::Failed),
                vec!["undelivered", "failed", "canceled"],
            ),
            (
                None,
                vec!["receiving", "received", "", "Delivered", "new-word"],
            ),
        ] {
            for word in words {
                assert_eq!(delivery_report(word), report, "{word}");
            }
        }
    }
}
