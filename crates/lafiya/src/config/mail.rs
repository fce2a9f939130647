use ports::email::{Sender, SmtpUrl};

use super::{
    read::{Fault, Reader},
    settings,
};

/// A mail server and who writes through it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The server with its account.
    pub server: SmtpUrl,
    /// Who mails come from.
    pub from: Sender,
}

impl Mail {
    /// Why this is no demo's server, if so.
    pub(super) fn fault_of_demo(&self) -> Option<Fault> {
        let outside = !self.server.is_loopback();
        outside.then(|| {
            Fault(
                "smtp_url: a demo must not write to real people; unset SMTP_URL and MAIL_FROM, or name a \
                 server on loopback; a good value: smtp://127.0.0.1:1025"
                    .into(),
            )
        })
    }
}

/// Both settings or none.
pub(super) fn server(reader: &mut Reader) -> Option<Mail> {
    let (to, from) = (
        reader.is_given(&settings::SMTP_URL),
        reader.is_given(&settings::MAIL_FROM),
    );
    if from && !to {
        let why = "mail_from is there, and e-mails leave with both or with none";
        reader.missing(&settings::SMTP_URL, why);
    }
    if to && !from {
        let why = "smtp_url is there, and e-mails leave with both or with none";
        reader.missing(&settings::MAIL_FROM, why);
    }
    let server = reader.read(&settings::SMTP_URL);
    let from = reader.read(&settings::MAIL_FROM);
    Some(Mail {
        server: server?,
        from: from?,
    })
}
