//! Calls as Twilio keeps, filters and shows them
//! (<https://www.twilio.com/docs/voice/api/call-resource>), and what it posts about them
//! (<https://www.twilio.com/docs/voice/twiml#request-parameters>).

use kernel::{Timestamp, Zone};
use serde_json::{Value, json};

use super::{
    messages::{Listed, rfc2822},
    state::State,
};

/// The longest `Twiml`, in characters.
const MAX_TWIML: usize = 4000;

/// A call in the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeCall {
    /// `CA…`.
    pub sid: String,
    /// E.164.
    pub to: String,
    /// E.164.
    pub from: String,
    /// What is to be said.
    pub twiml: String,
    /// Where call-backs go.
    pub status_callback: Option<String>,
    /// Which steps are called back.
    pub events: Vec<String>,
    /// `queued` at first.
    pub status: String,
    /// When it was taken.
    pub date_created: Timestamp,
    /// When it was dialled; none while it is queued.
    pub start_time: Option<Timestamp>,
}

impl FakeCall {
    fn common(&self, account_sid: &str) -> Vec<(String, String)> {
        [
            ("CallSid", self.sid.as_str()),
            ("AccountSid", account_sid),
            ("From", &self.from),
            ("To", &self.to),
            ("Caller", &self.from),
            ("Called", &self.to),
            ("Direction", "outbound-api"),
            ("ApiVersion", "2010-04-01"),
            ("FromCountry", "SN"),
            ("ToCountry", "SN"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub(super) fn status_params(&self, account_sid: &str) -> Vec<(String, String)> {
        let mut params = self.common(account_sid);
        params.push(("CallStatus".into(), self.status.clone()));
        params.push(("CallbackSource".into(), "call-progress-events".into()));
        params.push(("SequenceNumber".into(), "0".into()));
        if self.status == "completed" {
            params.push(("CallDuration".into(), "21".into()));
        }
        params
    }

    pub(super) fn key_params(&self, account_sid: &str, digits: &str) -> Vec<(String, String)> {
        let mut params = self.common(account_sid);
        params.push(("CallStatus".into(), "in-progress".into()));
        params.push(("Digits".into(), digits.to_owned()));
        params.push(("FinishedOnKey".into(), String::new()));
        params.push(("msg".into(), "Gather End".into()));
        params
    }
}

impl Listed for FakeCall {
    const NAME: [&'static str; 2] = ["Calls", "calls"];

    fn sid(&self) -> &str {
        &self.sid
    }

    /// A call that was not dialled yet passes no filter of times.
    fn passes(&self, name: &str, value: &str) -> bool {
        let day = || self.start_time.map(|at| at.day(&Zone::utc()));
        match name {
            "To" => self.to == value,
            "From" => self.from == value,
            "Status" => self.status == value,
            "StartTime" => day().is_some_and(|day| day == value),
            "StartTime>" => day().is_some_and(|day| day.as_str() >= value),
            "StartTime<" => day().is_some_and(|day| day.as_str() <= value),
            _ => true,
        }
    }

    fn json(&self, account_sid: &str) -> Value {
        let uri = format!("/2010-04-01/Accounts/{account_sid}/Calls/{}", self.sid);
        json!({
            "account_sid": account_sid,
            "answered_by": null,
            "api_version": "2010-04-01",
            "caller_name": null,
            "date_created": rfc2822(self.date_created),
            "date_updated": rfc2822(self.start_time.unwrap_or(self.date_created)),
            "direction": "outbound-api",
            "duration": null,
            "end_time": null,
            "from": self.from,
            "parent_call_sid": null,
            "price": null,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": self.sid,
            "start_time": self.start_time.map(rfc2822),
            "status": self.status,
            "to": self.to,
            "uri": format!("{uri}.json"),
        })
    }
}

/// Twilio's checks of a new call, with its codes.
pub(super) fn read(state: &State, form: &[(String, String)]) -> Result<FakeCall, i64> {
    let values = |wanted: &str| -> Vec<String> {
        let named = form
            .iter()
            .filter(|(name, value)| name == wanted && !value.is_empty());
        named.map(|(_, value)| value.clone()).collect()
    };
    let value = |wanted: &str| values(wanted).into_iter().next();
    let twiml = value("Twiml").ok_or(21205)?;
    if twiml.chars().count() > MAX_TWIML {
        return Err(21200);
    }
    Ok(FakeCall {
        sid: state.sid("CA"),
        to: value("To").ok_or(21201)?,
        from: value("From").ok_or(21213)?,
        twiml,
        status_callback: value("StatusCallback"),
        events: values("StatusCallbackEvent"),
        status: "queued".into(),
        date_created: state.config.clock.now(),
        start_time: None,
    })
}
