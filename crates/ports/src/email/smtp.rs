//! Sends by SMTP, step by step: only so is it known what a lost connection
//! means. Until the last line of the mail has left, nothing was accepted.

use std::time::Duration;

use lettre::{
    Message,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};

use super::{MailSender, OutgoingMail, Sender, SmtpUrl, mime::message, settings::Tls};
use crate::{
    Unavailable,
    http::{CONNECT_TIMEOUT, install_tls},
    messaging::{Accepted, BoxFuture, ErrorClass, SendError},
};

/// For everything up to the server's readiness for the text.
const GREETING_TIMEOUT: Duration = Duration::from_secs(12);
/// For the text and the server's word that it has it. Together with the above
/// less than the outbox waits for one attempt.
const CONTENT_TIMEOUT: Duration = Duration::from_secs(15);

/// Sends through one mail server, with a connection for each mail.
#[derive(Clone)]
pub struct SmtpSender {
    url: SmtpUrl,
    from: Sender,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl std::fmt::Debug for SmtpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSender")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// How far an attempt had come when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Connecting, encrypting, signing in, naming the sender: nothing of it is
    /// the recipient's fault.
    Opening,
    /// Naming the recipient.
    Recipient,
    /// Asking to send the text.
    Asking,
    /// Sending the text: from here on silence may mean that the server has it.
    Content,
}

/// What was seen when a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The server's answer, 400 to 599.
    Answer(u16),
    /// The server lacks what we insist on.
    Unfit,
    /// No connection, a lost one, or no answer in time.
    Silence,
}

impl SmtpSender {
    /// A sender that writes as `from`.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn new(url: SmtpUrl, from: Sender) -> Result<Self, Unavailable> {
        let tls = match url.tls {
            Tls::None => None,
            Tls::Upgraded | Tls::Wrapped => {
                install_tls();
                let made = TlsParameters::new_rustls(url.host.clone());
                Some(made.map_err(|error| Unavailable::new("the mail server", error))?)
            }
        };
        let hello = ClientId::Domain(from.0.email.domain().to_owned());
        Ok(Self {
            url,
            from,
            tls,
            hello,
        })
    }

    /// Connects and signs in without sending anything.
    ///
    /// # Errors
    /// As a mail would fail.
    pub async fn try_connection(&self) -> Result<(), SendError> {
        let opened = tokio::time::timeout(GREETING_TIMEOUT, self.open()).await;
        let mut connection = opened.unwrap_or_else(|_| Err(silence(Stage::Opening)))?;
        connection.abort().await;
        Ok(())
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let failed = |error| failed(Stage::Opening, &error);
        let address = (self.url.host.as_str(), self.url.port);
        let wrapped = self.tls.clone().filter(|_| self.url.tls == Tls::Wrapped);
        let patience = Some(CONNECT_TIMEOUT);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, patience, &self.hello, wrapped, None);
        let mut connection = connecting.await.map_err(failed)?;
        if let (Tls::Upgraded, Some(tls)) = (self.url.tls, &self.tls) {
            let started = connection.starttls(tls.clone(), &self.hello).await;
            started.map_err(failed)?;
        }
        if let Some((user, password)) = &self.url.account {
            let account = Credentials::new(user.clone(), password.clone());
            let ways = [Mechanism::Plain, Mechanism::Login];
            let signed_in = connection.auth(&ways, &account).await;
            signed_in.map_err(failed)?;
        }
        Ok(connection)
    }

    /// Everything up to the point where the text may follow.
    async fn begin(&self, message: &Message) -> Result<AsyncSmtpConnection, SendError> {
        let mut connection = self.open().await?;
        let envelope = message.envelope();
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        let named = connection.command(from).await;
        named.map_err(|error| failed(Stage::Opening, &error))?;
        for to in envelope.to() {
            let named = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
            named.map_err(|error| failed(Stage::Recipient, &error))?;
        }
        let asked = connection.command(Data).await;
        asked.map_err(|error| failed(Stage::Asking, &error))?;
        Ok(connection)
    }

    async fn deliver(&self, mail: &OutgoingMail) -> Result<Accepted, SendError> {
        let message = message(&self.from, mail)?;
        let beginning = tokio::time::timeout(GREETING_TIMEOUT, self.begin(&message)).await;
        let mut connection = beginning.unwrap_or_else(|_| Err(silence(Stage::Opening)))?;
        let content = message.formatted();
        let sending = tokio::time::timeout(CONTENT_TIMEOUT, connection.message(&content)).await;
        let sent = sending.map_err(|_| silence(Stage::Content))?;
        sent.map_err(|error| failed(Stage::Content, &error))?;
        // The mail is with the server, whatever becomes of the farewell.
        let _ = tokio::time::timeout(Duration::from_secs(1), connection.quit()).await;
        Ok(Accepted {
            provider_id: mail.message_id.clone(),
            simulated: false,
        })
    }
}

impl MailSender for SmtpSender {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.deliver(mail))
    }

    fn domain(&self) -> &str {
        self.from.0.email.domain()
    }

    fn provider(&self) -> &'static str {
        "smtp"
    }
}

fn silence(stage: Stage) -> SendError {
    outcome(stage, Fault::Silence)
}

fn failed(stage: Stage, error: &lettre::transport::smtp::Error) -> SendError {
    let fault = match error.status() {
        Some(code) => Fault::Answer(code.into()),
        None if error.is_client() => Fault::Unfit,
        None => Fault::Silence,
    };
    outcome(stage, fault)
}

/// What follows from a failed step (RFC 5321, 4.2.1 and 4.3.2; RFC 4954, 6).
fn outcome(stage: Stage, fault: Fault) -> SendError {
    let (class, detail) = match (stage, fault) {
        (_, Fault::Answer(530 | 534 | 535 | 538)) => (
            ErrorClass::Account,
            "the mail server does not accept the account",
        ),
        (_, Fault::Answer(400..500)) => (
            ErrorClass::Transient,
            "the mail server asks to try again later",
        ),
        (Stage::Opening, Fault::Answer(_)) => {
            (ErrorClass::Account, "the mail server does not let us send")
        }
        (Stage::Recipient, Fault::Answer(_)) => (
            ErrorClass::BadAddress,
            "the mail server does not know the address",
        ),
        (Stage::Asking | Stage::Content, Fault::Answer(_)) => {
            (ErrorClass::MailRefused, "the mail server refuses the mail")
        }
        (_, Fault::Unfit) => (
            ErrorClass::Account,
            "the mail server offers no encryption or no way to sign in",
        ),
        (Stage::Content, Fault::Silence) => (
            ErrorClass::Unknown,
            "the connection was lost after the mail had left",
        ),
        (_, Fault::Silence) => (ErrorClass::Transient, "the mail server cannot be reached"),
    };
    let code = match fault {
        Fault::Answer(code) => Some(i64::from(code)),
        Fault::Unfit | Fault::Silence => None,
    };
    SendError {
        code,
        silent: matches!(fault, Fault::Silence),
        ..SendError::new(class, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_decides_what_happens_next() {
        use ErrorClass::{Account, BadAddress, MailRefused, Transient, Unknown};
        use Fault::{Answer, Silence, Unfit};
        use Stage::{Asking, Content, Opening, Recipient};
        for (stage, fault, class) in [
            (Opening, Silence, Transient),
            (Opening, Answer(421), Transient),
            (Opening, Answer(554), Account),
            (Opening, Unfit, Account),
            (Opening, Answer(535), Account),
            (Recipient, Answer(450), Transient),
            (Recipient, Answer(550), BadAddress),
            (Recipient, Answer(530), Account),
            (Recipient, Silence, Transient),
            (Asking, Answer(452), Transient),
            (Asking, Answer(554), MailRefused),
            (Asking, Silence, Transient),
            (Content, Answer(451), Transient),
            (Content, Answer(550), MailRefused),
            (Content, Silence, Unknown),
        ] {
            let error = outcome(stage, fault);
            assert_eq!(error.class, class, "{stage:?} {fault:?}");
            let code = match fault {
                Answer(code) => Some(i64::from(code)),
                _ => None,
            };
            assert_eq!(error.code, code);
            assert_eq!(error.silent, matches!(fault, Silence));
            assert!(!error.detail.contains('@'));
        }
    }
}
