use kernel::Redacted;
use ports::email::{EventKey, Sender, SmtpUrl};

use super::{
    read::{Fault, Reader},
    settings,
};

/// How e-mails leave: by at least one of the two ways.
#[derive(Debug, Clone)]
pub struct Mail {
    /// SendGrid, which is tried first.
    pub sendgrid: Option<SendGrid>,
    /// The server with its account.
    pub server: Option<SmtpUrl>,
    /// Who mails come from.
    pub from: Sender,
}

/// An account with SendGrid.
#[derive(Debug, Clone)]
pub struct SendGrid {
    /// Its key.
    pub key: Redacted<String>,
    /// Where its API is.
    pub api_url: String,
    /// What its events are signed with.
    pub events: Option<EventKey>,
}

impl Mail {
    /// Why these are no demo's, if so.
    pub(super) fn fault_of_demo(&self) -> Option<Fault> {
        let smtp = self.server.as_ref().filter(|server| !server.is_loopback());
        let sendgrid = self.sendgrid.as_ref().filter(|sendgrid| {
            let uri = sendgrid.api_url.parse();
            uri.is_ok_and(|uri| !settings::is_loopback(&uri))
        });
        if sendgrid.is_some() {
            return Some(Fault(
                "sendgrid_api_key: a demo must not write to real people; unset SENDGRID_API_KEY, or name a \
                 SendGrid on loopback in LAFIYA_SENDGRID_API_URL; a good value: http://127.0.0.1:9001"
                    .into(),
            ));
        }
        smtp.map(|_| {
            Fault(
                "smtp_url: a demo must not write to real people; unset SMTP_URL and MAIL_FROM, or name a \
                 server on loopback; a good value: smtp://127.0.0.1:1025"
                    .into(),
            )
        })
    }
}

/// A way and a sender, or neither.
pub(super) fn ways(reader: &mut Reader) -> Option<Mail> {
    let (smtp, sendgrid, from) = (
        reader.is_given(&settings::SMTP_URL),
        reader.is_given(&settings::SENDGRID_API_KEY),
        reader.is_given(&settings::MAIL_FROM),
    );
    if from && !smtp && !sendgrid {
        let why = "mail_from is there, and e-mails leave with both or with none; sendgrid_api_key will do as well";
        reader.missing(&settings::SMTP_URL, why);
    }
    if (smtp || sendgrid) && !from {
        let way = if smtp { "smtp_url" } else { "sendgrid_api_key" };
        let why = format!("{way} is there, and e-mails leave with both or with none");
        reader.missing(&settings::MAIL_FROM, &why);
    }
    let server = reader.read(&settings::SMTP_URL);
    let events = reader.read(&settings::SENDGRID_WEBHOOK_KEY);
    let (key, api_url) = (
        reader.read(&settings::SENDGRID_API_KEY),
        reader.read(&settings::SENDGRID_API_URL),
    );
    let from = reader.read(&settings::MAIL_FROM);
    let sendgrid = key.zip(api_url);
    let sendgrid = sendgrid.map(|(key, api_url)| SendGrid {
        key,
        api_url,
        events,
    });
    let mail = Mail {
        sendgrid,
        server,
        from: from?,
    };
    (mail.sendgrid.is_some() || mail.server.is_some()).then_some(mail)
}
