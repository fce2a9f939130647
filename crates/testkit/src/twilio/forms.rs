//! Webhooks' form bodies as Twilio documents them:
//! <https://www.twilio.com/docs/messaging/guides/webhook-request> and
//! <https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks>.

use serde::Serialize;

type Params = Vec<(String, String)>;

/// A message from a patient. Addresses are E.164; the channel's prefix is added.
#[derive(Debug, Clone, Default)]
pub struct Inbound {
    /// `AC…`.
    pub account_sid: String,
    /// `SM…`, or `MM…` with media.
    pub sid: String,
    /// The patient's number.
    pub from: String,
    /// The clinic's number.
    pub to: String,
    /// The text; empty with media alone.
    pub body: String,
    /// What he calls himself on WhatsApp.
    pub profile_name: String,
    /// Address and type of each file.
    pub media: Vec<(String, String)>,
}

impl Inbound {
    /// A text without media.
    #[must_use]
    pub fn text(account_sid: &str, sid: &str, from: &str, to: &str, body: &str) -> Self {
        Self {
            account_sid: account_sid.into(),
            sid: sid.into(),
            from: from.into(),
            to: to.into(),
            body: body.into(),
            profile_name: "Awa".into(),
            media: Vec::new(),
        }
    }

    /// The same with one more file.
    #[must_use]
    pub fn with_media(mut self, url: &str, content_type: &str) -> Self {
        self.media.push((url.into(), content_type.into()));
        self
    }

    /// The form of a WhatsApp message.
    #[must_use]
    pub fn whatsapp(&self) -> Params {
        let wa_id = self.from.trim_start_matches('+');
        let context = serde_json::json!({
            "type": "whatsapp",
            "data": { "context": { "ProfileName": self.profile_name, "WaId": wa_id } },
        });
        let mut params = self.common("whatsapp:");
        params.extend(pairs(&[
            ("ProfileName", &self.profile_name),
            ("WaId", wa_id),
            ("MessageType", self.message_type()),
            ("ReferralNumMedia", "0"),
            ("ChannelMetadata", &context.to_string()),
        ]));
        params
    }

    /// The form of an SMS. Outside North America the places are empty but the countries.
    #[must_use]
    pub fn sms(&self) -> Params {
        let mut params = self.common("");
        params.extend(pairs(&[
            ("FromCity", ""),
            ("FromState", ""),
            ("FromZip", ""),
            ("FromCountry", "SN"),
            ("ToCity", ""),
            ("ToState", ""),
            ("ToZip", ""),
            ("ToCountry", "SN"),
        ]));
        params
    }

    fn common(&self, prefix: &str) -> Params {
        let mut params = pairs(&[
            ("SmsMessageSid", &self.sid),
            ("SmsSid", &self.sid),
            ("MessageSid", &self.sid),
            ("AccountSid", &self.account_sid),
            ("From", &format!("{prefix}{}", self.from)),
            ("To", &format!("{prefix}{}", self.to)),
            ("Body", &self.body),
            ("NumMedia", &self.media.len().to_string()),
            ("NumSegments", "1"),
            ("SmsStatus", "received"),
            ("ApiVersion", "2010-04-01"),
        ]);
        for (at, (url, content_type)) in self.media.iter().enumerate() {
            params.push((format!("MediaUrl{at}"), url.clone()));
            params.push((format!("MediaContentType{at}"), content_type.clone()));
        }
        params
    }

    fn message_type(&self) -> &str {
        self.media.first().map_or("text", |(_, content_type)| {
            match content_type.split('/').next() {
                Some(kind @ ("image" | "audio" | "video")) => kind,
                _ => "document",
            }
        })
    }
}

/// What became of a message we sent. Addresses are as they were sent,
/// `whatsapp:` included; it decides which form is made.
#[derive(Debug, Clone, Default)]
pub struct StatusCallback {
    /// `AC…`.
    pub account_sid: String,
    /// `SM…`.
    pub sid: String,
    /// The clinic's address.
    pub from: String,
    /// The patient's address.
    pub to: String,
    /// E.g. `delivered`.
    pub status: String,
    /// With `failed` and `undelivered`.
    pub error_code: Option<i64>,
    /// The operator's time, `YYMMDDhhmm`, on final SMS states.
    pub done_date: Option<String>,
}

impl StatusCallback {
    /// The form.
    #[must_use]
    pub fn params(&self) -> Params {
        let mut params = pairs(&[
            ("SmsSid", &self.sid),
            ("SmsStatus", &self.status),
            ("MessageStatus", &self.status),
            ("To", &self.to),
            ("MessageSid", &self.sid),
            ("AccountSid", &self.account_sid),
            ("From", &self.from),
            ("ApiVersion", "2010-04-01"),
        ]);
        match self.to.strip_prefix("whatsapp:") {
            Some(number) => params.extend(self.channel_params(number)),
            None => params.extend(self.operator_params()),
        }
        if let Some(code) = self.error_code {
            params.push(("ErrorCode".into(), code.to_string()));
        }
        params
    }

    /// Channels add where it came from; the number's end is hidden.
    fn channel_params(&self, number: &str) -> Params {
        let shown = number
            .get(..number.len().saturating_sub(4))
            .unwrap_or_default();
        let mut params = pairs(&[
            ("ChannelPrefix", "whatsapp"),
            ("ChannelInstallSid", "XE0123456789abcdef0123456789abcdef"),
            ("ChannelToAddress", &format!("{shown}XXXX")),
        ]);
        match self.status.as_str() {
            "sent" => params.push(("StructuredMessage".into(), "false".into())),
            "delivered" | "read" | "undelivered" | "failed" => {
                params.push(("EventType".into(), self.status.to_uppercase()));
            }
            _ => {}
        }
        params
    }

    fn operator_params(&self) -> Params {
        let last = matches!(self.status.as_str(), "delivered" | "undelivered");
        let date = self.done_date.as_deref().unwrap_or("2603011200");
        if last {
            pairs(&[("RawDlrDoneDate", date)])
        } else {
            Vec::new()
        }
    }
}

fn pairs(list: &[(&str, &str)]) -> Params {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// `application/x-www-form-urlencoded`. Names and values are strings, so
/// encoding cannot fail.
#[must_use]
pub fn form_body(params: &(impl Serialize + ?Sized)) -> String {
    serde_urlencoded::to_string(params).unwrap_or_default()
}
