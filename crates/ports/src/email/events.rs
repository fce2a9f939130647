//! SendGrid's signed Event Webhook: the signature, and what its words mean
//! (<https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>,
//! <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>).

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};

/// The header with the signature, base64 of its DER form.
pub const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
/// The header with the time that is signed with the body.
pub const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

/// The verification key of an account's Event Webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct EventKey(VerifyingKey);

impl FromStr for EventKey {
    type Err = String;
    /// Reads it as SendGrid's settings show it: base64 of its DER form.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "not a verification key as SendGrid shows it, base64 on one line".to_owned();
        let der = STANDARD.decode(text.trim()).map_err(|_| wrong())?;
        let key = VerifyingKey::from_public_key_der(&der).map_err(|_| wrong())?;
        Ok(Self(key))
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventKey")
    }
}

impl EventKey {
    /// Whether SendGrid signed this body at this time: ECDSA with P-256 and SHA-256 over
    /// the time and the bytes as they came. An event that is posted again does nothing, so
    /// old times are not refused: SendGrid tries for 24 hours.
    #[must_use]
    pub fn verify(&self, timestamp: &str, body: &[u8], signature: &str) -> bool {
        let Ok(der) = STANDARD.decode(signature.trim()) else {
            return false;
        };
        let Ok(signature) = Signature::from_der(&der) else {
            return false;
        };
        let signed = [timestamp.as_bytes(), body].concat();
        self.0.verify(&signed, &signature).is_ok()
    }
}

kernel::words! {
    /// What became of a mail that was taken.
    pub enum MailReport {
        /// The server of the address has it.
        Delivered = "delivered",
        /// That server refused it for good: nobody is there.
        Bounced = "bounced",
        /// That server refused it this time.
        Blocked = "blocked",
        /// It was not tried, because the address bounced or complained before.
        Dropped = "dropped",
        /// Its reader called it unwanted.
        Complained = "complained",
        /// Its reader wants no more.
        Unsubscribed = "unsubscribed",
    }
}

impl MailReport {
    /// What an event of SendGrid's tells; nothing for one that changes nothing: it was
    /// taken, put off, opened. `kind` is the `type` of a bounce: only what is called
    /// `blocked` there may go through another time.
    #[must_use]
    pub fn of_sendgrid(event: &str, kind: Option<&str>) -> Option<Self> {
        match (event, kind) {
            ("delivered", _) => Some(Self::Delivered),
            ("bounce", Some("blocked")) => Some(Self::Blocked),
            ("bounce", _) => Some(Self::Bounced),
            ("dropped", _) => Some(Self::Dropped),
            ("spamreport", _) => Some(Self::Complained),
            ("unsubscribe" | "group_unsubscribe", _) => Some(Self::Unsubscribed),
            _ => None,
        }
    }

    /// Whether the address gets no more mails until somebody lifts that.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(
            self,
            Self::Bounced | Self::Dropped | Self::Complained | Self::Unsubscribed
        )
    }

    /// Whether the mail will not arrive.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Bounced | Self::Blocked | Self::Dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call as SendGrid made it in September 2020, with the key of that account: the
    /// example that it publishes.
    const SIGNED: &str = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
    const AT: &str = "1600112502";
    const BODY: &str = concat!(
        r#"[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","#,
        r#""sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","#,
        r#""sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","#,
        r#""smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]"#,
        "\r\n"
    );
    const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

    #[test]
    fn a_real_call_is_believed_and_no_other() {
        assert!(KEY.parse::<EventKey>().is_ok());
        for bad in ["", "abc", "MFkwEwYH", "-----BEGIN PUBLIC KEY-----"] {
            assert!(bad.parse::<EventKey>().is_err(), "{bad}");
        }
        let key: EventKey = KEY.parse().unwrap();
        assert!(key.verify(AT, BODY.as_bytes(), SIGNED));
        assert!(!key.verify("1600112503", BODY.as_bytes(), SIGNED));
        assert!(!key.verify(AT, BODY.trim_end().as_bytes(), SIGNED));
        for signature in ["", "x", "MEUCIQ==", "AAAA"] {
            assert!(!key.verify("1600112502", b"[]", signature), "{signature}");
        }
    }

    #[test]
    fn words_have_their_meaning() {
        for (event, kind, report) in [
            ("delivered", None, Some(MailReport::Delivered)),
            ("bounce", Some("bounce"), Some(MailReport::Bounced)),
            ("bounce", None, Some(MailReport::Bounced)),
            ("bounce", Some("blocked"), Some(MailReport::Blocked)),
            ("dropped", None, Some(MailReport::Dropped)),
            ("spamreport", None, Some(MailReport::Complained)),
            ("group_unsubscribe", None, Some(MailReport::Unsubscribed)),
            ("processed", None, None),
            ("deferred", None, None),
            ("open", None, None),
            ("something_new", None, None),
        ] {
            assert_eq!(MailReport::of_sendgrid(event, kind), report, "{event}");
        }
        assert!(!MailReport::Blocked.stops() && MailReport::Blocked.is_failure());
        assert!(MailReport::Complained.stops() && !MailReport::Complained.is_failure());
    }
}
