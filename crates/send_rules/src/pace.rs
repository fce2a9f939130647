//! How fast one sender may send, and who waits for whom.

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU32,
    time::Duration,
};

use kernel::Timestamp;

use crate::{Category, Channel};

/// How long after its time a message that waits keeps its place: it may have been
/// cancelled, or another node may have it. No longer than it takes to look for work twice:
/// where more messages wait than are looked at in this time, those that come too late
/// for their places would keep everybody waiting for good.
const KEPT: Duration = Duration::from_secs(1);

const SECOND: i64 = 1_000_000;

/// How many messages a second one number of a clinic hands over, per way. Twilio queues
/// what is faster, in the order in which it came, up to ten hours' worth: a code would
/// stand behind a broadcast there
/// (<https://support.twilio.com/hc/en-us/articles/115002943027>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speeds {
    /// Text messages; unset: what Twilio's page says of the number.
    pub sms: Option<NonZeroU32>,
    /// WhatsApp messages (Twilio: 80, <https://www.twilio.com/docs/whatsapp/api>, message
    /// rate per sender).
    pub whatsapp: NonZeroU32,
    /// Calls that are begun (Twilio: 1 of an account,
    /// <https://support.twilio.com/hc/en-us/articles/223180028>).
    pub calls: NonZeroU32,
}

impl Speeds {
    /// Twilio's: text messages from a number of North America.
    pub const SMS_NORTH_AMERICA: u32 = 1;
    /// Twilio's: text messages from any other number.
    pub const SMS: u32 = 10;

    /// How many a second leave from this number; nothing where nobody limits it.
    #[must_use]
    pub fn of(&self, channel: Channel, from: &str) -> Option<NonZeroU32> {
        let of_number = || match from.starts_with("+1") {
            true => Self::SMS_NORTH_AMERICA,
            false => Self::SMS,
        };
        match channel {
            Channel::Sms => self.sms.or_else(|| NonZeroU32::new(of_number())),
            Channel::Whatsapp => Some(self.whatsapp),
            Channel::Voice => Some(self.calls),
            // Firebase measures a project, and says when it is too much.
            Channel::Push | Channel::Email => None,
        }
    }
}

/// A sender's bucket of tokens, filled evenly up to a second's worth, and the messages
/// that wait for one. The more urgent category goes first, within one who asked first.
#[derive(Debug)]
pub struct Pace {
    /// Between two tokens, in microseconds; 0 without a limit.
    interval: i64,
    /// Tokens that it holds.
    burst: i64,
    /// When it will be full again.
    full_at: Timestamp,
    turns: u64,
    lines: [BTreeSet<(u64, u128)>; Category::ALL.len()],
    waiting: HashMap<u128, Place>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    priority: usize,
    turn: u64,
    back_at: Timestamp,
}

impl Pace {
    /// A full bucket.
    #[must_use]
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        let rate = per_second.map(|rate| i64::from(rate.get()).min(SECOND));
        Self {
            interval: rate.map_or(0, |rate| SECOND / rate),
            burst: rate.unwrap_or(1),
            full_at: Timestamp::from_micros(i64::MIN),
            turns: 0,
            lines: Default::default(),
            waiting: HashMap::new(),
        }
    }

    /// Takes a token for a message, or says when to ask again.
    ///
    /// # Errors
    /// When its turn will have come, as far as can be seen now.
    pub fn ask(&mut self, id: u128, category: Category, now: Timestamp) -> Result<(), Timestamp> {
        self.forget_the_late(now);
        let known = self.waiting.get(&id).copied();
        let place = known.unwrap_or_else(|| {
            self.turns += 1;
            Place {
                priority: usize::from(category.priority()),
                turn: self.turns,
                back_at: now,
            }
        });
        let at = self.token(self.ahead(id, place, known.is_some()), now);
        if at <= now {
            self.leave(id, place);
            self.full_at = Timestamp::from_micros(
                self.full_at.max(now).micros().saturating_add(self.interval),
            );
            return Ok(());
        }
        self.lines[place.priority].insert((place.turn, id));
        let place = Place {
            back_at: at,
            ..place
        };
        self.waiting.insert(id, place);
        Err(at)
    }

    /// Gives nothing out before this time: the provider asked for it.
    pub fn pause(&mut self, until: Timestamp) {
        let others = self.interval.saturating_mul(self.burst - 1);
        let full_at = until.micros().saturating_add(others);
        self.full_at = self.full_at.max(Timestamp::from_micros(full_at));
    }

    /// How many stand before a message.
    fn ahead(&self, id: u128, place: Place, waits: bool) -> usize {
        let more_urgent: usize = self.lines[..place.priority].iter().map(BTreeSet::len).sum();
        let line = &self.lines[place.priority];
        let before = match waits {
            // Who comes back stands near the front.
            true => line.range(..(place.turn, id)).count(),
            false => line.len(),
        };
        more_urgent + before
    }

    /// When there will be one token more than this many.
    fn token(&self, ahead: usize, now: Timestamp) -> Timestamp {
        let tokens = i64::try_from(ahead).map_or(i64::MAX, |ahead| ahead.saturating_add(1));
        let lacking = tokens.saturating_sub(self.burst);
        let wait = lacking.saturating_mul(self.interval);
        Timestamp::from_micros(self.full_at.max(now).micros().saturating_add(wait))
    }

    fn leave(&mut self, id: u128, place: Place) {
        self.waiting.remove(&id);
        self.lines[place.priority].remove(&(place.turn, id));
    }

    fn forget_the_late(&mut self, now: Timestamp) {
        for priority in 0..self.lines.len() {
            while let Some(&(turn, id)) = self.lines[priority].first() {
                let place = self.waiting.get(&id);
                if place.is_some_and(|place| now.since(place.back_at) <= KEPT) {
                    break;
                }
                self.lines[priority].remove(&(turn, id));
                self.waiting.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Category::{Answer, Broadcast, Reminder, Security};

    fn ms(millis: i64) -> Timestamp {
        Timestamp::from_micros(millis * 1000)
    }

    fn pace(per_second: u32) -> Pace {
        Pace::new(NonZeroU32::new(per_second))
    }

    #[test]
    fn a_seconds_worth_goes_at_once_and_then_evenly() {
        let mut pace = pace(10);
        for id in 0..10 {
            assert_eq!(pace.ask(id, Answer, ms(0)), Ok(()));
        }
        for id in 10..15 {
            let turn = i64::try_from(id).unwrap() - 9;
            assert_eq!(pace.ask(id, Answer, ms(0)), Err(ms(turn * 100)));
        }
        for id in 10..15 {
            let turn = i64::try_from(id).unwrap() - 9;
            assert_eq!(pace.ask(id, Answer, ms(turn * 100)), Ok(()));
        }
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let mut pace = Pace::new(None);
        assert!((0..10_000).all(|id| pace.ask(id, Broadcast, ms(0)).is_ok()));
    }

    #[test]
    fn a_code_passes_a_broadcast() {
        let mut pace = pace(1);
        let wait: Vec<_> = (0..5).map(|id| pace.ask(id, Broadcast, ms(0))).collect();
        let seconds = |n: i64| Err(ms(n * 1000));
        assert_eq!(
            wait,
            [Ok(()), seconds(1), seconds(2), seconds(3), seconds(4)]
        );
        assert_eq!(pace.ask(9, Security, ms(500)), Err(ms(1000)));
        assert_eq!(pace.ask(8, Reminder, ms(500)), Err(ms(2000)));
        // Who came first asks first, and waits for those.
        assert_eq!(pace.ask(1, Broadcast, ms(1000)), Err(ms(3000)));
        assert_eq!(pace.ask(9, Security, ms(1000)), Ok(()));
        assert_eq!(pace.ask(2, Broadcast, ms(2000)), Err(ms(4000)));
        assert_eq!(pace.ask(8, Reminder, ms(2000)), Ok(()));
        assert_eq!(pace.ask(1, Broadcast, ms(3000)), Ok(()));
        assert_eq!(pace.ask(3, Broadcast, ms(3000)), seconds(5));
        assert_eq!(pace.ask(2, Broadcast, ms(4000)), Ok(()));
        assert_eq!(pace.ask(4, Broadcast, ms(4000)), seconds(6));
        assert_eq!(pace.ask(3, Broadcast, ms(5000)), Ok(()));
        assert_eq!(pace.ask(4, Broadcast, ms(6000)), Ok(()));
    }

    #[test]
    fn who_does_not_come_back_keeps_nobody_waiting() {
        let mut pace = pace(1);
        assert_eq!(pace.ask(0, Answer, ms(0)), Ok(()));
        assert_eq!(pace.ask(1, Security, ms(0)), Err(ms(1000)));
        assert_eq!(pace.ask(2, Answer, ms(0)), Err(ms(2000)));
        assert_eq!(pace.ask(2, Answer, ms(2000)), Err(ms(3000)));
        assert_eq!(pace.ask(2, Answer, ms(3000)), Ok(()));
        assert_eq!(pace.ask(3, Answer, ms(20_000)), Ok(()));
        assert!(pace.waiting.is_empty() && pace.lines.iter().all(BTreeSet::is_empty));
    }

    /// Eight thousand wait, four hundred a second are looked at, and the provider asks for
    /// a pause at each sixteenth.
    #[test]
    fn who_comes_late_for_want_of_speed_keeps_nobody_waiting() {
        let mut pace = pace(1000);
        let mut due: BTreeSet<(Timestamp, u128)> = (0..8000).map(|id| (ms(0), id)).collect();
        let (mut now, mut sent) = (ms(0), 0);
        while now < ms(60_000) {
            let (at, id) = due.pop_first().unwrap();
            now = now.max(at).plus(Duration::from_micros(2500));
            if let Err(later) = pace.ask(id, Answer, now) {
                due.insert((later, id));
                continue;
            }
            sent += 1;
            if sent % 16 == 0 {
                pace.pause(now.plus(Duration::from_secs(1)));
            }
        }
        assert!(sent > 400, "{sent} left in a minute");
    }

    #[test]
    fn a_pause_is_kept_by_everybody() {
        for per_second in [None, NonZeroU32::new(10)] {
            let mut pace = Pace::new(per_second);
            assert_eq!(pace.ask(0, Answer, ms(0)), Ok(()));
            pace.pause(ms(30_000));
            assert_eq!(pace.ask(1, Security, ms(1)), Err(ms(30_000)));
            assert_eq!(pace.ask(1, Security, ms(30_000)), Ok(()));
            pace.pause(ms(20_000));
            assert!(
                pace.ask(2, Answer, ms(30_100)).is_ok(),
                "it was longer before"
            );
        }
    }

    #[test]
    fn a_number_has_its_speed() {
        let speeds = Speeds {
            sms: None,
            whatsapp: NonZeroU32::new(80).unwrap(),
            calls: NonZeroU32::new(1).unwrap(),
        };
        let of = |speeds: Speeds, channel, from| speeds.of(channel, from).map(NonZeroU32::get);
        assert_eq!(of(speeds, Channel::Sms, "+221338210000"), Some(10));
        assert_eq!(of(speeds, Channel::Sms, "+14155550100"), Some(1));
        assert_eq!(of(speeds, Channel::Whatsapp, "+14155550100"), Some(80));
        assert_eq!(of(speeds, Channel::Voice, "+221338210000"), Some(1));
        assert_eq!(of(speeds, Channel::Email, ""), None);
        assert_eq!(of(speeds, Channel::Push, ""), None);
        let raised = Speeds {
            sms: NonZeroU32::new(100),
            ..speeds
        };
        assert_eq!(of(raised, Channel::Sms, "+14155550100"), Some(100));
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// Everybody who comes back when he is told goes in the end, never more than a
        /// second's worth beyond the rate, the more urgent never after those who asked later.
        #[test]
        fn all_go_and_never_faster(
            rate in 1_u32..20,
            asks in proptest::collection::vec((0_u8..7, 0_i64..3_000), 1..60),
        ) {
            let mut pace = pace(rate);
            let mut due: BTreeSet<(Timestamp, u128)> = asks.iter().enumerate()
                .map(|(id, (_, at))| (ms(*at), id as u128)).collect();
            let mut gone = Vec::new();
            let mut steps = 0;
            while let Some((now, id)) = due.pop_first() {
                steps += 1;
                prop_assert!(steps < 20_000, "somebody waits for ever");
                let category = Category::ALL[usize::from(asks[usize::try_from(id).unwrap()].0)];
                match pace.ask(id, category, now) {
                    Ok(()) => gone.push(now),
                    Err(at) => {
                        prop_assert!(at > now);
                        due.insert((at, id));
                    }
                }
            }
            prop_assert_eq!(gone.len(), asks.len());
            let rate = usize::try_from(rate).unwrap();
            for pair in gone.windows(2 * rate + 1) {
                let took = pair[2 * rate].since(pair[0]);
                prop_assert!(took >= Duration::from_millis(990), "{took:?}");
            }
        }
    }
}
