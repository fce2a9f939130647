use std::num::NonZeroU32;

use send_rules::{Channel, MessageState, Standing};

use super::{MessageView, Recipient};

/// A provider that messages are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The word for it, as in the database: `twilio`, `gateway`, `firebase`, `sendgrid`,
    /// `smtp`, `simulator`.
    pub name: &'static str,
    /// How it is.
    pub standing: Standing,
}

store::row! {
    /// How many messages by one way stand so.
    pub(in crate::messaging) struct StateCount {
        pub channel: Channel,
        pub state: MessageState,
        pub messages: i64,
    }
}

/// What became of the messages of one way that were written in the last 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastDay {
    /// Taken by a provider.
    pub sent: i64,
    /// Given up, or without use before they could leave.
    pub failed: i64,
    /// Still to leave.
    pub waiting: i64,
    /// Gone to the simulator and to nobody.
    pub simulated: i64,
}

impl LastDay {
    /// The messages of this way among these.
    pub(in crate::messaging) fn of(channel: Channel, counts: &[StateCount]) -> Self {
        let mut day = Self::default();
        for one in counts.iter().filter(|one| one.channel == channel) {
            let place = match one.state {
                state if state.counts_as_sent() => &mut day.sent,
                state if state.needs_work() => &mut day.waiting,
                MessageState::Failed | MessageState::Expired => &mut day.failed,
                MessageState::Simulated => &mut day.simulated,
                // The rules or a person kept it: that says nothing of the way.
                _ => continue,
            };
            *place += one.messages;
        }
        day
    }
}

/// A way that messages leave by, as the clinic has it.
#[derive(Debug, Clone)]
pub struct Way {
    /// The way.
    pub channel: Channel,
    /// Who carries it, the first to be tried at the beginning; nobody where nothing leaves.
    pub providers: Vec<Provider>,
    /// The number that the clinic writes from; of e-mails the domain.
    pub sender: Option<String>,
    /// How many a second leave from this number; nothing where nobody limits it.
    pub per_second: Option<NonZeroU32>,
    /// What left lately.
    pub day: LastDay,
    /// Where a test for who looks would go: his own, and he showed that it is.
    pub own: Option<Recipient>,
    /// The newest test of who looks.
    pub test: Option<MessageView>,
}

impl Way {
    /// Whether the credentials of somebody who carries it are set.
    #[must_use]
    pub fn has_credentials(&self) -> bool {
        self.providers.iter().any(|it| it.name != "simulator")
    }

    /// Whether what goes by it reaches nobody.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        !self.providers.is_empty() && !self.has_credentials()
    }
}
