use kernel::Rng;

use crate::messaging::{Accepted, BoxFuture, Found, Lookup, MessageSender, Outgoing, SendError};

/// Takes every message and sends none: the default when a channel has no
/// credentials. What the simulated phone shows is the outbox's own row, so
/// nothing is kept here.
#[derive(Debug, Clone)]
pub struct Simulated {
    rng: Rng,
}

impl Simulated {
    /// A sender whose ids come from `rng`.
    #[must_use]
    pub const fn new(rng: Rng) -> Self {
        Self { rng }
    }
}

impl MessageSender for Simulated {
    fn send<'a>(&'a self, _message: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async {
            Ok(Accepted {
                provider_id: format!("SIM{}", self.rng.secret(16)),
                simulated: true,
            })
        })
    }

    /// Nothing is ever found: doing it again harms nobody here.
    fn find<'a>(&'a self, _lookup: &'a Lookup) -> BoxFuture<'a, Result<Vec<Found>, SendError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn is_simulated(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use kernel::Redacted;

    use super::*;

    #[tokio::test]
    async fn takes_everything_and_says_that_it_is_not_real() {
        let sender: Box<dyn MessageSender> = Box::new(Simulated::new(Rng::seeded(1)));
        let message = Outgoing {
            from: "+221000".into(),
            to: "+221001".into(),
            body: Redacted("Bonjour".into()),
            content: None,
            status_callback: None,
            call: None,
        };
        let first = sender.send(&message).await.unwrap();
        let second = sender.send(&message).await.unwrap();
        assert!(first.simulated && sender.is_simulated());
        assert!(first.provider_id.starts_with("SIM") && first.provider_id.len() == 35);
        assert_ne!(first.provider_id, second.provider_id);
    }
}
