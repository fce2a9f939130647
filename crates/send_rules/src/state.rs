kernel::words! {
    /// Where a message to a person stands (`spec/messaging.md`, a message's life).
    pub enum MessageState {
        /// Written, waiting for its turn.
        Queued = "queued",
        /// Claimed: the provider may or may not have it already.
        Sending = "sending",
        /// The provider has it and gave it an id.
        Accepted = "accepted",
        /// Handed to the operator or to WhatsApp.
        Sent = "sent",
        /// On the phone.
        Delivered = "delivered",
        /// Opened (WhatsApp only).
        Read = "read",
        /// The provider or the operator gave up, or we did after the last try.
        Failed = "failed",
        /// Lost its use before it was sent.
        Expired = "expired",
        /// The send rules said no.
        Refused = "refused",
        /// Taken back by a person before it was sent.
        Cancelled = "cancelled",
        /// Ended in the simulator; never counted or shown as sent.
        Simulated = "simulated",
    }
}

impl MessageState {
    /// How far along its life a state is; states only move to a higher rank.
    ///
    /// `failed` stands below `delivered`: call-backs come in any order, so one
    /// order of truth is needed, and a receipt from the phone outweighs an
    /// operator's "undelivered". The four ends without a provider share the
    /// highest rank.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Sending => 1,
            Self::Accepted => 2,
            Self::Sent => 3,
            Self::Failed => 4,
            Self::Delivered => 5,
            Self::Read => 6,
            Self::Expired | Self::Refused | Self::Cancelled | Self::Simulated => 7,
        }
    }

    /// Whether a message in state `self` may go to `to`.
    ///
    /// Back to `queued` for another try is not among them: that is a decision
    /// of the work engine, see [`MessageState::can_retry`].
    #[must_use]
    pub const fn can_follow(self, to: Self) -> bool {
        match to {
            Self::Queued => false,
            // Called back only while certainly nothing was handed over, also between two tries.
            Self::Cancelled | Self::Expired | Self::Refused => self.needs_work(),
            Self::Simulated => matches!(self, Self::Sending),
            // A call-back may overtake our own record of the acceptance, and a
            // message taken back from a killed node stands at `queued` again.
            _ => self.rank() < to.rank(),
        }
    }

    /// The state after an event: `to` where that is a step forward, else
    /// unchanged. Late, repeated and unordered call-backs end the same.
    #[must_use]
    pub const fn after(self, to: Self) -> Self {
        if self.can_follow(to) { to } else { self }
    }

    /// Whether nothing can follow any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        self.rank() >= Self::Read.rank()
    }

    /// Whether the outbox still has to do something about it.
    #[must_use]
    pub const fn needs_work(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }

    /// Whether it may be queued again: after an attempt that certainly did not
    /// reach the provider, or whose outcome was looked up there.
    #[must_use]
    pub const fn can_retry(self) -> bool {
        matches!(self, Self::Sending)
    }

    /// Whether it counts as sent in lists, sums and costs.
    #[must_use]
    pub const fn counts_as_sent(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Sent | Self::Delivered | Self::Read
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::MessageState::{self, *};

    /// What a provider reports.
    const CALLBACKS: [MessageState; 5] = [Accepted, Sent, Delivered, Read, Failed];

    fn play(start: MessageState, events: &[MessageState]) -> MessageState {
        events.iter().fold(start, |state, to| state.after(*to))
    }

    #[test]
    fn the_table_is_the_specs() {
        let mut allowed = Vec::new();
        for from in MessageState::ALL {
            for to in MessageState::ALL {
                if from.can_follow(*to) {
                    allowed.push((*from, *to));
                }
            }
        }
        let expected = [
            (
                Queued,
                vec![
                    Sending, Accepted, Sent, Delivered, Read, Failed, Expired, Refused, Cancelled,
                ],
            ),
            (
                Sending,
                vec![
                    Accepted, Sent, Delivered, Read, Failed, Expired, Refused, Cancelled, Simulated,
                ],
            ),
            (Accepted, vec![Sent, Delivered, Read, Failed]),
            (Sent, vec![Delivered, Read, Failed]),
            (Delivered, vec![Read]),
            (Failed, vec![Delivered, Read]),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .flat_map(|(from, tos)| tos.into_iter().map(move |to| (from, to)))
            .collect();
        for pair in &expected {
            assert!(allowed.contains(pair), "{pair:?} should be allowed");
        }
        assert_eq!(allowed.len(), expected.len(), "{allowed:?}");
    }

    #[test]
    fn final_states_lead_nowhere() {
        for from in MessageState::ALL {
            let leads = MessageState::ALL.iter().any(|to| from.can_follow(*to));
            assert_eq!(leads, !from.is_final(), "{from}");
            assert!(!(from.is_final() && from.needs_work()));
        }
        assert!(!Simulated.counts_as_sent() && !Failed.counts_as_sent());
        assert!(Sending.can_retry() && !Accepted.can_retry() && !Failed.can_retry());
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// Every call-back comes at least once, some twice, in any order.
        #[test]
        fn order_and_repetition_of_callbacks_do_not_matter(
            start in prop::sample::select(MessageState::ALL.to_vec()),
            (events, disturbed) in prop::collection::vec(prop::sample::select(CALLBACKS.to_vec()), 0..6)
                .prop_flat_map(|events| {
                    let twice = [events.clone(), events.clone()].concat();
                    let repeated = prop::sample::subsequence(twice, 0..=events.len() * 2);
                    (Just(events), repeated)
                })
                .prop_flat_map(|(events, repeated)| {
                    let all = [events.clone(), repeated].concat();
                    (Just(events), Just(all).prop_shuffle())
                }),
        ) {
            prop_assert_eq!(play(start, &disturbed), play(start, &events));
            let mut state = start;
            for to in &disturbed {
                let next = state.after(*to);
                prop_assert!(next.rank() >= state.rank(), "{state} went back to {next}");
                state = next;
            }
        }
    }
}
