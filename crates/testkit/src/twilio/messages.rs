//! Messages as Twilio keeps, filters, pages and shows them
//! (<https://www.twilio.com/docs/messaging/api/message-resource>).

use kernel::{Timestamp, Zone};
use serde_json::{Value, json};

/// A message in the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeMessage {
    /// `SM…`.
    pub sid: String,
    /// As it was given, `whatsapp:` included.
    pub to: String,
    /// As it was given; none yet when a messaging service is to choose.
    pub from: Option<String>,
    /// `MG…`, when sent through one.
    pub messaging_service_sid: Option<String>,
    /// The text.
    pub body: String,
    /// Where call-backs go.
    pub status_callback: Option<String>,
    /// `outbound-api` or `inbound`.
    pub direction: String,
    /// `queued` at first.
    pub status: String,
    /// With `failed` and `undelivered`.
    pub error_code: Option<i64>,
    /// When it was taken.
    pub date_created: Timestamp,
    /// None while it is queued.
    pub date_sent: Option<Timestamp>,
}

/// What lists are made of.
pub(super) trait Listed {
    /// What the collection is called in addresses, and in the page.
    const NAME: [&'static str; 2];
    /// `SM…` or `CA…`.
    fn sid(&self) -> &str;
    /// The resource's JSON.
    fn json(&self, account_sid: &str) -> Value;
    /// Filters combine; an unknown name filters nothing.
    fn passes(&self, name: &str, value: &str) -> bool;
}

impl Listed for FakeMessage {
    const NAME: [&'static str; 2] = ["Messages", "messages"];

    fn sid(&self) -> &str {
        &self.sid
    }

    fn json(&self, account_sid: &str) -> Value {
        let uri = format!("/2010-04-01/Accounts/{account_sid}/Messages/{}", self.sid);
        json!({
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": rfc2822(self.date_created),
            "date_sent": self.date_sent.map(rfc2822),
            "date_updated": rfc2822(self.date_sent.unwrap_or(self.date_created)),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": null,
            "from": self.from,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": "0",
            "num_segments": "1",
            "price": null,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": { "media": format!("{uri}/Media.json") },
            "to": self.to,
            "uri": format!("{uri}.json"),
        })
    }

    /// A message without a sending date passes no filter of dates.
    fn passes(&self, name: &str, value: &str) -> bool {
        let day = || self.date_sent.map(|at| at.day(&Zone::utc()));
        match name {
            "To" => self.to == value,
            "From" => self.from.as_deref() == Some(value),
            "DateSent" => day().is_some_and(|day| day == value),
            "DateSent>" => day().is_some_and(|day| day.as_str() >= value),
            "DateSent<" => day().is_some_and(|day| day.as_str() <= value),
            _ => true,
        }
    }
}

/// A page of the list, newest first, with the address of the next one.
pub(super) fn page<T: Listed>(
    all: &[T],
    query: &[(String, String)],
    account_sid: &str,
    max_page_size: usize,
) -> Value {
    let value = |wanted: &str| {
        query
            .iter()
            .find_map(|(name, value)| (name == wanted).then_some(value.as_str()))
    };
    let size = value("PageSize")
        .and_then(|size| size.parse().ok())
        .unwrap_or(50)
        .clamp(1, max_page_size);
    let number: usize = value("Page").and_then(|n| n.parse().ok()).unwrap_or(0);

    let mut matching: Vec<&T> = all
        .iter()
        .rev()
        .filter(|message| {
            query
                .iter()
                .all(|(name, value)| message.passes(name, value))
        })
        .collect();
    // The token names the last message of the page before: what came in
    // between moves nothing.
    if let Some(last) = value("PageToken").and_then(|token| token.strip_prefix("PA")) {
        let seen = matching.iter().position(|message| message.sid() == last);
        matching.drain(..seen.map_or(0, |at| at + 1));
    }
    let more = matching.len() > size;
    matching.truncate(size);

    let [folder, rows] = T::NAME;
    let uri = format!("/2010-04-01/Accounts/{account_sid}/{folder}.json");
    let next = matching.last().filter(|_| more).map(|last| {
        let mut query: Vec<(&str, String)> = query
            .iter()
            .filter(|(name, _)| !["Page", "PageToken", "PageSize"].contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        query.push(("PageSize", size.to_string()));
        query.push(("Page", (number + 1).to_string()));
        query.push(("PageToken", format!("PA{}", last.sid())));
        format!("{uri}?{}", super::form_body(&query))
    });
    json!({
        "uri": uri,
        "first_page_uri": format!("{uri}?PageSize={size}&Page=0"),
        "previous_page_uri": null,
        "next_page_uri": next,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": (number * size + matching.len()).saturating_sub(1),
        rows: matching.iter().map(|m| m.json(account_sid)).collect::<Vec<_>>(),
    })
}

/// `Thu, 24 Aug 2023 05:01:45 +0000`, Twilio's dates.
pub(super) fn rfc2822(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    // 1970-01-01 was a Thursday.
    let weekday = usize::try_from(at.seconds().div_euclid(86_400).rem_euclid(7)).unwrap_or(0);
    let text = at.rfc3339(&Zone::utc());
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month: usize = part(5, 7).parse().unwrap_or(1);
    format!(
        "{}, {} {} {} {} +0000",
        DAYS[weekday],
        part(8, 10),
        MONTHS[month.saturating_sub(1).min(11)],
        part(0, 4),
        part(11, 19),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates_as_twilio_does() {
        for (iso, expected) in [
            ("2023-08-24T05:01:45Z", "Thu, 24 Aug 2023 05:01:45 +0000"),
            ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 +0000"),
            ("2026-12-31T23:59:59Z", "Thu, 31 Dec 2026 23:59:59 +0000"),
            ("2026-03-01T12:00:00Z", "Sun, 01 Mar 2026 12:00:00 +0000"),
        ] {
            assert_eq!(rfc2822(Timestamp::parse(iso).unwrap()), expected);
        }
    }
}
