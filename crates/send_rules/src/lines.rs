//! The ways to the providers, as one process sees them: who may make an attempt now.

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use kernel::Timestamp;

use crate::{
    Category, Channel,
    breaker::{Breaker, Standing, Ticket, Told},
    pace::Pace,
};

/// When a silent provider is tried again, each category after this much of the one
/// before it: codes go first, and not everything at once (`spec/messaging.md`, expiry).
const STAGGER: Duration = Duration::from_secs(2);

kernel::words! {
    /// Why a message that may be sent waits all the same. Its sentence is
    /// `reason-<word>` in `i18n/*`.
    pub enum Held {
        /// The provider does not answer.
        Silent = "provider_silent",
        /// The sender has sent as much as it may for now.
        Paced = "paced",
    }
}

/// A number of a clinic and the way it is used for.
pub type Sender = (Channel, String);

/// A message that would be handed over now.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Who would take it.
    pub provider: &'static str,
    /// Whom it would leave from, and how many a second may.
    pub sender: (Sender, Option<NonZeroU32>),
    /// Which message it is.
    pub id: u128,
    /// What it is for.
    pub category: Category,
}

/// The state of each provider and of each sender. It lives in memory: each node sees its
/// own way to the provider, and after a restart the first message tries it.
#[derive(Debug, Default)]
pub struct Lines {
    providers: HashMap<&'static str, Breaker>,
    senders: HashMap<Sender, Pace>,
}

impl Lines {
    /// Gives the right to make an attempt, which the caller tells the outcome of.
    ///
    /// # Errors
    /// When to ask again, and why. `chance` is below 1 and spreads those who wait for a
    /// provider.
    pub fn admit(
        &mut self,
        asking: &Asking,
        now: Timestamp,
        chance: f64,
    ) -> Result<Ticket, (Timestamp, Held)> {
        self.may_try((asking.provider, asking.category), now, chance)?;
        let (sender, rate) = &asking.sender;
        let pace = self.senders.entry(sender.clone());
        let pace = pace.or_insert_with(|| Pace::new(*rate));
        let turn = pace.ask(asking.id, asking.category, now);
        turn.map_err(|at| (at, Held::Paced))?;
        Ok(self.breaker(asking.provider).take())
    }

    /// The same for a question, which costs no sender anything.
    ///
    /// # Errors
    /// As [`Lines::admit`].
    pub fn admit_question(
        &mut self,
        (provider, category): (&'static str, Category),
        now: Timestamp,
        chance: f64,
    ) -> Result<Ticket, (Timestamp, Held)> {
        self.may_try((provider, category), now, chance)?;
        Ok(self.breaker(provider).take())
    }

    /// What came of an attempt.
    pub fn tell(&mut self, provider: &'static str, ticket: Ticket, told: Told, now: Timestamp) {
        self.breaker(provider).tell(ticket, told, now);
    }

    /// The provider asks a sender to wait; the others go on.
    pub fn slow_down(&mut self, sender: &Sender, until: Timestamp) {
        if let Some(pace) = self.senders.get_mut(sender) {
            pace.pause(until);
        }
    }

    /// How a provider stands.
    #[must_use]
    pub fn standing(&self, provider: &str, now: Timestamp) -> Standing {
        let known = self.providers.get(provider).cloned();
        known.unwrap_or_default().standing(now)
    }

    fn may_try(
        &mut self,
        (provider, category): (&'static str, Category),
        now: Timestamp,
        chance: f64,
    ) -> Result<(), (Timestamp, Held)> {
        match self.breaker(provider).closed_until(now) {
            None => Ok(()),
            Some(until) => {
                let place = f64::from(category.priority()) + chance;
                Err((until.plus(STAGGER.mul_f64(place)), Held::Silent))
            }
        }
    }

    fn breaker(&mut self, provider: &'static str) -> &mut Breaker {
        self.providers.entry(provider).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breaker::{Health, Silence, TRIP_AFTER};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn asking(id: u128, category: Category, from: &str) -> Asking {
        Asking {
            provider: "twilio",
            sender: ((Channel::Sms, from.into()), NonZeroU32::new(1)),
            id,
            category,
        }
    }

    fn trip(lines: &mut Lines) {
        for _ in 0..TRIP_AFTER {
            let question = ("twilio", Category::Answer);
            let ticket = lines.admit_question(question, at(0), 0.0).unwrap();
            let silence = Silence {
                class: "transient",
                detail: "no connection".into(),
            };
            lines.tell("twilio", ticket, Told::Silent(silence), at(0));
        }
    }

    #[test]
    fn a_silent_provider_keeps_its_own_messages_only() {
        let mut lines = Lines::default();
        trip(&mut lines);
        let code = asking(1, Category::Security, "+221338210000");
        assert_eq!(lines.admit(&code, at(0), 0.0), Err((at(5), Held::Silent)));
        let mail = ("smtp", Category::Security);
        assert!(lines.admit_question(mail, at(0), 0.0).is_ok());
        assert_eq!(lines.standing("smtp", at(0)).health, Health::Healthy);
        assert_eq!(lines.standing("twilio", at(0)).health, Health::Unhealthy);
        assert_eq!(lines.standing("nobody", at(0)).health, Health::Healthy);
    }

    #[test]
    fn after_silence_the_more_urgent_try_first() {
        let mut lines = Lines::default();
        trip(&mut lines);
        let mut before = at(5);
        for category in Category::ALL {
            for chance in [0.0, 0.5, 0.999] {
                let waits = lines.admit_question(("twilio", *category), at(0), chance);
                let (until, why) = waits.unwrap_err();
                assert!(until >= before && why == Held::Silent, "{category}");
                before = until;
            }
        }
        assert!(before < at(20));
    }

    #[test]
    fn one_sender_is_slowed_down_and_not_the_others() {
        let mut lines = Lines::default();
        let (one, other) = ("+221338210000", "+221338210001");
        let first = asking(1, Category::Answer, one);
        let ticket = lines.admit(&first, at(0), 0.0).unwrap();
        lines.tell("twilio", ticket, Told::Answered, at(0));
        lines.slow_down(&first.sender.0, at(60));
        let next = asking(2, Category::Security, one);
        assert_eq!(lines.admit(&next, at(1), 0.0), Err((at(60), Held::Paced)));
        assert!(
            lines
                .admit(&asking(3, Category::Broadcast, other), at(1), 0.0)
                .is_ok()
        );
    }

    #[test]
    fn who_waits_for_his_turn_takes_no_probe() {
        let mut lines = Lines::default();
        let first = asking(1, Category::Answer, "+221338210000");
        lines.admit(&first, at(4), 0.0).unwrap();
        lines.slow_down(&first.sender.0, at(60));
        trip(&mut lines);
        let slowed = asking(2, Category::Answer, "+221338210000");
        assert_eq!(
            lines.admit(&slowed, at(10), 0.0),
            Err((at(60), Held::Paced))
        );
        let free = asking(3, Category::Answer, "+221338210001");
        assert!(
            lines.admit(&free, at(10), 0.0).is_ok(),
            "the probe is this one"
        );
        let (until, why) = lines
            .admit(&asking(4, Category::Security, "+1"), at(10), 0.0)
            .unwrap_err();
        assert_eq!((until, why), (at(11), Held::Silent));
    }
}
