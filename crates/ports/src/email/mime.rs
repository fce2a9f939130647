//! A mail as it travels: both parts, its id, and nothing that a name could add.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart, header},
};

use super::OutgoingMail;
use crate::messaging::{ErrorClass, SendError};

/// Who mails come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(pub(super) Mailbox);

impl std::str::FromStr for Sender {
    type Err = String;
    /// Reads `name@example.org` or `Name <name@example.org>`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "not an e-mail address, alone or as Name <address>".to_owned();
        let mailbox: Mailbox = text.parse().map_err(|_| wrong())?;
        kernel::EmailAddress::parse(mailbox.email.as_ref()).map_err(|_| wrong())?;
        Ok(Self(mailbox))
    }
}

/// Says that the mail was written by a program, so that no program answers it
/// (RFC 3834, 5).
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

pub(super) fn message(from: &Sender, mail: &OutgoingMail) -> Result<Message, SendError> {
    let to: Address =
        mail.to.as_str().parse().map_err(|_| {
            SendError::new(ErrorClass::BadAddress, "the address cannot be written to")
        })?;
    let micros = u64::try_from(mail.at.micros()).unwrap_or(0);
    let subject: String = mail
        .subject
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Message::builder()
        .from(from.0.clone())
        .to(Mailbox::new(None, to))
        .subject(subject)
        .date(UNIX_EPOCH + Duration::from_micros(micros))
        .message_id(Some(format!("<{}>", mail.message_id)))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            mail.text.0.clone(),
            html_of(&mail.text),
        ))
        .map_err(|_| SendError::new(ErrorClass::MailRefused, "no mail can be made of it"))
}

/// The text as a page: its paragraphs, with addresses that can be followed.
#[must_use]
pub fn html_of(text: &str) -> String {
    let mut html = String::from(
        "<!DOCTYPE html><html><body style=\"font-family:sans-serif;line-height:1.5;max-width:36em\">",
    );
    for paragraph in text.split("\n\n") {
        let lines: Vec<String> = paragraph.lines().map(line).collect();
        html.push_str("<p>");
        html.push_str(&lines.join("<br>"));
        html.push_str("</p>");
    }
    html.push_str("</body></html>");
    html
}

fn line(line: &str) -> String {
    let escaped = escape(line);
    let is_address = line.starts_with("https://") || line.starts_with("http://");
    if is_address && !line.contains(char::is_whitespace) {
        format!("<a href=\"{escaped}\">{escaped}</a>")
    } else {
        escaped
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use kernel::{EmailAddress, Redacted, Timestamp};

    use super::*;

    fn mail(subject: &str, text: &str) -> OutgoingMail {
        OutgoingMail {
            message_id: "01980000@clinic.example".into(),
            reference: String::new(),
            to: EmailAddress::parse("awa@example.org").unwrap(),
            subject: subject.into(),
            text: Redacted(text.into()),
            at: Timestamp::from_micros(1_772_357_400_000_000),
        }
    }

    fn formatted(mail: &OutgoingMail) -> String {
        let from: Sender = "Clinique <noreply@clinic.example>".parse().unwrap();
        String::from_utf8(message(&from, mail).unwrap().formatted()).unwrap()
    }

    fn headers(message: &str) -> Vec<&str> {
        let (head, _) = message.split_once("\r\n\r\n").unwrap();
        head.split("\r\n")
            .filter(|line| !line.starts_with(' '))
            .collect()
    }

    #[test]
    fn a_mail_has_its_id_its_date_and_both_parts() {
        let shown = formatted(&mail(
            "Bonjour",
            "Un.\n\nhttps://clinic.example/reset/ab\n\nDeux.",
        ));
        for part in [
            "Message-ID: <01980000@clinic.example>",
            "Date: Sun, 01 Mar 2026 09:30:00 +0000",
            "Auto-Submitted: auto-generated",
            "Content-Type: multipart/alternative",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            "To: awa@example.org",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn a_name_adds_no_header() {
        for evil in [
            "Clinique\r\nBcc: x@example.org",
            "Clinique\nBcc: x@example.org\n\nAutre texte",
            "Clinique\rBcc: x@example.org",
            "É\r\n\r\n<script>",
        ] {
            let shown = formatted(&mail(evil, "Un."));
            let names: Vec<&str> = headers(&shown)
                .iter()
                .map(|line| line.split(':').next().unwrap())
                .collect();
            assert_eq!(
                names,
                [
                    "From",
                    "To",
                    "Subject",
                    "Date",
                    "Message-ID",
                    "Auto-Submitted",
                    "MIME-Version",
                    "Content-Type"
                ],
                "{shown}"
            );
        }
    }

    #[test]
    fn a_name_adds_nothing_to_the_page_either() {
        let html = html_of(
            "Bonjour <b onclick=\"x\">Awa</b> & 'lui',\n\nhttps://clinic.example/?a=1&b=\"2\"",
        );
        assert!(!html.contains("<b ") && !html.contains("</b>"), "{html}");
        assert!(
            html.contains("&lt;b onclick=&quot;x&quot;&gt;Awa"),
            "{html}"
        );
        assert!(
            html.contains("<a href=\"https://clinic.example/?a=1&amp;b=&quot;2&quot;\">"),
            "{html}"
        );
        assert!(!html_of("javascript:alert(1)").contains("href"));
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in ["a@clinic.example", "Clinique Espoir <a@clinic.example>"] {
            assert!(good.parse::<Sender>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "clinic.example",
            "a@localhost",
            "a@b.example, c@d.example",
        ] {
            assert!(bad.parse::<Sender>().is_err(), "{bad}");
        }
    }
}
