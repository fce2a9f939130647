//! When a provider is left alone because it does not answer, and who tries it again.

use std::time::Duration;

use kernel::Timestamp;

/// Attempts in a row without an answer after which a provider counts as silent. An
/// outage shows in five requests at once; where one in four goes wrong by chance, five
/// in a row do in one of a thousand.
pub const TRIP_AFTER: u32 = 5;

/// The first pause: a connection that was lost for a moment is back by then, and a
/// sign-in code is still of use.
pub const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause: after an outage of hours messages leave within five minutes of its
/// end.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How soon somebody asks again while one message tries the way.
const NEXT_LOOK: Duration = Duration::from_secs(1);

kernel::words! {
    /// How a provider is.
    pub enum Health {
        /// It answers, or nobody has asked it yet.
        Healthy = "healthy",
        /// It did not answer, and the next message tries it again.
        Degraded = "degraded",
        /// It does not answer and is left alone.
        Unhealthy = "unhealthy",
    }
}

/// What an attempt told about the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It answered, be it with a refusal.
    Answered,
    /// It did not.
    Silent(Silence),
    /// It takes nothing from us, whatever it is: there is another way to be gone.
    Shut(Silence),
    /// The attempt was not made.
    Nothing,
}

/// What an attempt without an answer was like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The class of the error, one word.
    pub class: &'static str,
    /// What was seen, in our own words. No patient data.
    pub detail: String,
}

/// The right to make one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    era: u64,
}

/// The state of one provider as this process sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    state: State,
    /// Grows with each change of state: what an attempt of an earlier one tells is old.
    era: u64,
    since: Option<Timestamp>,
    last: Option<(Timestamp, Silence)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { silent_in_a_row: u32 },
    Open { until: Timestamp, pause: Duration },
    Probing { pause: Duration },
}

/// How a provider stands, for those who show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In one word.
    pub health: Health,
    /// Since when; nothing while it has been well since the process began.
    pub since: Option<Timestamp>,
    /// When it is tried again, while it is left alone.
    pub until: Option<Timestamp>,
    /// The last attempt without an answer.
    pub last: Option<(Timestamp, Silence)>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            state: State::Closed { silent_in_a_row: 0 },
            era: 0,
            since: None,
            last: None,
        }
    }
}

impl Breaker {
    /// Until when no attempt may be made; nothing when one may.
    #[must_use]
    pub fn closed_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { until, .. } => (until > now).then_some(until),
            State::Probing { .. } => Some(now.plus(NEXT_LOOK)),
        }
    }

    /// Takes the right to make an attempt that [`closed_until`](Self::closed_until) allows.
    /// After a pause only one has it, until it has told what came of it.
    pub fn take(&mut self) -> Ticket {
        if let State::Open { pause, .. } = self.state {
            self.go(State::Probing { pause });
        }
        Ticket { era: self.era }
    }

    /// What came of an attempt.
    pub fn tell(&mut self, ticket: Ticket, told: Told, now: Timestamp) {
        if ticket.era != self.era {
            return;
        }
        match (self.state, told) {
            (State::Closed { .. }, Told::Answered) => {
                self.state = State::Closed { silent_in_a_row: 0 };
            }
            (State::Closed { silent_in_a_row }, Told::Silent(silence)) => {
                self.last = Some((now, silence));
                let silent_in_a_row = silent_in_a_row + 1;
                self.state = State::Closed { silent_in_a_row };
                if silent_in_a_row >= TRIP_AFTER {
                    self.since = Some(now);
                    self.open(FIRST_PAUSE, now);
                }
            }
            (State::Closed { .. }, Told::Shut(silence)) => {
                self.last = Some((now, silence));
                self.since = Some(now);
                self.open(FIRST_PAUSE, now);
            }
            (State::Probing { .. }, Told::Answered) => {
                self.since = Some(now);
                self.go(State::Closed { silent_in_a_row: 0 });
            }
            (State::Probing { pause }, Told::Silent(silence) | Told::Shut(silence)) => {
                self.last = Some((now, silence));
                self.open(pause.saturating_mul(2).min(LONGEST_PAUSE), now);
            }
            // The next one may try.
            (State::Probing { pause }, Told::Nothing) => self.go(State::Open { until: now, pause }),
            (State::Closed { .. }, Told::Nothing) | (State::Open { .. }, _) => {}
        }
    }

    /// How the provider stands.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let until = match self.state {
            State::Open { until, .. } => Some(until).filter(|until| *until > now),
            State::Closed { .. } | State::Probing { .. } => None,
        };
        let health = match self.state {
            State::Closed { .. } => Health::Healthy,
            State::Open { .. } if until.is_some() => Health::Unhealthy,
            State::Open { .. } | State::Probing { .. } => Health::Degraded,
        };
        Standing {
            health,
            since: self.since,
            until,
            last: self.last.clone(),
        }
    }

    fn open(&mut self, pause: Duration, now: Timestamp) {
        let until = now.plus(pause);
        self.go(State::Open { until, pause });
    }

    const fn go(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn silent() -> Told {
        Told::Silent(Silence {
            class: "unknown",
            detail: "HTTP 503".into(),
        })
    }

    /// A provider that has just been found silent, at second 0.
    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..TRIP_AFTER {
            let ticket = breaker.take();
            breaker.tell(ticket, silent(), at(0));
        }
        breaker
    }

    #[test]
    fn silence_in_a_row_trips_and_any_answer_begins_anew() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            for _ in 1..TRIP_AFTER {
                let ticket = breaker.take();
                breaker.tell(ticket, silent(), at(0));
            }
            let ticket = breaker.take();
            breaker.tell(ticket, Told::Answered, at(0));
        }
        assert_eq!(breaker.closed_until(at(0)), None);
        assert_eq!(breaker.standing(at(0)).health, Health::Healthy);
        let breaker = open();
        assert_eq!(breaker.closed_until(at(0)), Some(at(5)));
        let standing = breaker.standing(at(1));
        assert_eq!(standing.health, Health::Unhealthy);
        assert_eq!((standing.since, standing.until), (Some(at(0)), Some(at(5))));
        assert_eq!(standing.last.unwrap().1.class, "unknown");
    }

    #[test]
    fn one_tries_and_the_others_wait_for_it() {
        let mut breaker = open();
        assert_eq!(breaker.closed_until(at(5)), None);
        assert_eq!(breaker.standing(at(5)).health, Health::Degraded);
        let probe = breaker.take();
        assert_eq!(breaker.closed_until(at(5)), Some(at(6)));
        assert_eq!(breaker.standing(at(5)).health, Health::Degraded);
        breaker.tell(probe, Told::Answered, at(7));
        let standing = breaker.standing(at(7));
        assert_eq!(standing.health, Health::Healthy);
        assert_eq!(standing.since, Some(at(7)));
        assert_eq!(breaker.closed_until(at(7)), None);
    }

    #[test]
    fn the_pause_doubles_up_to_five_minutes() {
        let (mut breaker, mut now) = (open(), at(0));
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let until = breaker.closed_until(now).unwrap();
            pauses.push(until.since(now).as_secs());
            now = until;
            let probe = breaker.take();
            breaker.tell(probe, silent(), now);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(breaker.standing(now).since, Some(at(0)), "one outage");
    }

    #[test]
    fn a_probe_that_was_not_made_leaves_it_to_the_next() {
        let mut breaker = open();
        let probe = breaker.take();
        breaker.tell(probe, Told::Nothing, at(5));
        assert_eq!(breaker.closed_until(at(5)), None);
        let probe = breaker.take();
        breaker.tell(probe, silent(), at(5));
        assert_eq!(breaker.closed_until(at(5)), Some(at(15)));
    }

    #[test]
    fn a_door_that_is_shut_is_left_at_once() {
        let mut breaker = Breaker::default();
        let ticket = breaker.take();
        let Told::Silent(why) = silent() else {
            return;
        };
        breaker.tell(ticket, Told::Shut(why.clone()), at(0));
        assert_eq!(breaker.closed_until(at(0)), Some(at(5)));
        let probe = breaker.take();
        breaker.tell(probe, Told::Shut(why), at(5));
        assert_eq!(breaker.closed_until(at(5)), Some(at(15)));
    }

    #[test]
    fn what_began_before_tells_nothing_any_more() {
        let mut breaker = Breaker::default();
        let early = breaker.take();
        for _ in 0..TRIP_AFTER {
            breaker.tell(early, silent(), at(0));
        }
        let opened = breaker.clone();
        breaker.tell(early, silent(), at(1));
        breaker.tell(early, Told::Answered, at(1));
        assert_eq!(breaker, opened, "thirty at once are one outage");
        let probe = breaker.take();
        breaker.tell(early, Told::Answered, at(6));
        assert!(breaker.closed_until(at(6)).is_some());
        breaker.tell(probe, Told::Answered, at(6));
        breaker.tell(probe, silent(), at(6));
        assert_eq!(breaker.standing(at(6)).health, Health::Healthy);
    }
}
