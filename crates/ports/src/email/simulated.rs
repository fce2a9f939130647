use super::{MailSender, OutgoingMail};
use crate::messaging::{Accepted, BoxFuture, SendError};

/// Takes every mail and sends none. What the simulator shows is the outbox's
/// own row, so nothing is kept here.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimulatedMail;

impl MailSender for SimulatedMail {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async {
            Ok(Accepted {
                provider_id: mail.message_id.clone(),
                simulated: true,
            })
        })
    }

    /// Reserved, so that it is nobody's (RFC 6761, 6.4).
    fn domain(&self) -> &'static str {
        "lafiya.invalid"
    }

    fn provider(&self) -> &'static str {
        "simulator"
    }

    fn is_simulated(&self) -> bool {
        true
    }
}
