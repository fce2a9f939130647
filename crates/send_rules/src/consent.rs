use std::collections::BTreeSet;

use crate::{Category, Channel};

/// What the owner of a number decided about messages; what is not named is meant as a
/// whole: `STOP` names neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The way they come, or every way.
    pub channel: Option<Channel>,
    /// What they are for, or everything.
    pub category: Option<Category>,
    /// Whether he wants them.
    pub wanted: bool,
}

impl Choice {
    /// All messages by every way.
    #[must_use]
    pub const fn of_all(wanted: bool) -> Self {
        Self {
            channel: None,
            category: None,
            wanted,
        }
    }

    fn covers(&self, (channel, category): Cell) -> bool {
        self.channel.is_none_or(|named| named == channel)
            && self.category.is_none_or(|named| named == category)
    }
}

/// One kind of message by one way.
pub type Cell = (Channel, Category);

/// Every kind of message to a phone that people choose about.
pub fn cells() -> impl Iterator<Item = Cell> {
    let chosen = Category::ALL.iter().filter(|it| !it.is_awaited());
    chosen.flat_map(|category| Channel::PHONES.map(|channel| (channel, *category)))
}

/// Whether a message may go: the newest decision that speaks of it counts, and without
/// one it may. Codes and answers to his own questions always go (`spec/messaging.md`,
/// opt-out).
#[must_use]
pub fn is_wanted(newest_first: &[Choice], cell: Cell) -> bool {
    cell.1.is_awaited() || decided(newest_first, cell).is_none_or(|choice| choice.wanted)
}

/// The newest decision that speaks of it. As long as none names notifications of its kind
/// they are meant with the SMS whose place they take: who chose before there were any did
/// not ask for more.
fn decided(newest_first: &[Choice], (channel, category): Cell) -> Option<&Choice> {
    let names_it =
        |choice: &Choice| choice.channel == Some(channel) && choice.covers((channel, category));
    let meant = match newest_first.iter().any(names_it) {
        true => channel,
        false => channel.in_words_of(),
    };
    newest_first
        .iter()
        .find(|choice| choice.covers((meant, category)))
}

/// The decisions that lead from those there are to exactly these kinds of messages, as
/// few as there can be; none when nothing changes.
#[must_use]
pub fn towards(newest_first: &[Choice], wanted: &BTreeSet<Cell>) -> Vec<Choice> {
    let changed = |held: &[Choice]| -> Vec<Cell> {
        let differs = |cell: &Cell| is_wanted(held, *cell) != wanted.contains(cell);
        cells().filter(differs).collect()
    };
    let first = changed(newest_first);
    let all = cells().all(|cell| wanted.contains(&cell));
    let none = cells().all(|cell| !wanted.contains(&cell));
    if first.is_empty() {
        return Vec::new();
    }
    if all || none {
        return vec![Choice::of_all(all)];
    }
    let one = |(channel, category): Cell| Choice {
        channel: Some(channel),
        category: Some(category),
        wanted: wanted.contains(&(channel, category)),
    };
    let mut choices: Vec<Choice> = first.into_iter().map(one).collect();
    // A word about SMS was meant for notifications too, and may not be any more.
    let after = [&choices, newest_first].concat();
    choices.extend(changed(&after).into_iter().map(one));
    choices
}

/// What a number gets again whose owner returns after `STOP`: what stood before the newest
/// one that ended anything, and everything when nothing did (`spec/messaging.md`, opt-out:
/// "to return, per category where the patient chose one"). What was decided after that
/// `STOP` stays. The whole ledger is needed: an older word counts again.
///
/// ```
/// use send_rules::{Category, Channel, Choice, is_wanted, returned};
/// let no_advice = Choice { channel: None, category: Some(Category::Advice), wanted: false };
/// let again = returned(&[Choice::of_all(false), no_advice]);
/// assert!(again.contains(&(Channel::Sms, Category::Reminder)));
/// assert!(!again.contains(&(Channel::Sms, Category::Advice)));
/// ```
#[must_use]
pub fn returned(newest_first: &[Choice]) -> BTreeSet<Cell> {
    let wanted = |held: &[Choice]| -> BTreeSet<Cell> {
        cells().filter(|cell| is_wanted(held, *cell)).collect()
    };
    let is_stop = |choice: &Choice| *choice == Choice::of_all(false);
    // Who says it twice, or to us and to the provider, still has what the first one ended.
    let ended = |(at, choice): (usize, &Choice)| {
        let before = newest_first.get(at + 1..).unwrap_or_default();
        is_stop(choice) && !wanted(before).is_empty()
    };
    let stop = newest_first.iter().enumerate().position(ended);
    let (newer, older) = newest_first.split_at(stop.map_or(0, |at| at + 1));
    let mut held: Vec<Choice> = newer.to_vec();
    held.retain(|choice| !is_stop(choice));
    held.extend(older);
    let again = wanted(&held);
    match again.is_empty() {
        true => cells().collect(),
        false => again,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REMINDERS: Choice = Choice {
        channel: Some(Channel::Sms),
        category: Some(Category::Reminder),
        wanted: true,
    };

    #[test]
    fn stop_ends_all_but_what_is_awaited() {
        let stopped = [Choice::of_all(false)];
        for cell in cells() {
            assert!(
                is_wanted(&[], cell) && !is_wanted(&stopped, cell),
                "{cell:?}"
            );
        }
        for category in [Category::Security, Category::Answer] {
            assert!(is_wanted(&stopped, (Channel::Sms, category)));
        }
        assert_eq!(cells().count(), 20);
    }

    #[test]
    fn the_newest_word_counts_for_what_it_names() {
        let sms = |category| (Channel::Sms, category);
        let back = [REMINDERS, Choice::of_all(false)];
        assert!(is_wanted(&back, sms(Category::Reminder)));
        assert!(!is_wanted(&back, sms(Category::Broadcast)));
        assert!(!is_wanted(&back, (Channel::Whatsapp, Category::Reminder)));
        let gone = [Choice::of_all(false), REMINDERS];
        assert!(!is_wanted(&gone, sms(Category::Reminder)));
    }

    #[test]
    fn notifications_are_meant_with_the_sms_until_somebody_names_them() {
        let of = |channel, wanted| Choice {
            channel: Some(channel),
            category: Some(Category::Result),
            wanted,
        };
        let push = |choices: &[Choice]| is_wanted(choices, (Channel::Push, Category::Result));
        let no_sms = of(Channel::Sms, false);
        assert!(push(&[]) && !push(&[no_sms]) && push(&[of(Channel::Whatsapp, false)]));
        assert!(push(&[no_sms, of(Channel::Push, true)]), "they were named");
        assert!(push(&[of(Channel::Push, true), no_sms]));
        assert!(!push(&[Choice::of_all(false), of(Channel::Push, true)]));
        let all: BTreeSet<Cell> = cells().collect();
        let mut wanted = all.clone();
        wanted.remove(&(Channel::Sms, Category::Result));
        let choices = towards(&[], &wanted);
        assert_eq!(choices, [no_sms, of(Channel::Push, true)]);
    }

    fn all() -> BTreeSet<Cell> {
        cells().collect()
    }

    const STOP: Choice = Choice::of_all(false);

    #[test]
    fn who_returns_has_what_he_had_before_he_stopped() {
        let one = BTreeSet::from([(Channel::Sms, Category::Reminder)]);
        let chosen = towards(&[], &one);
        let after = |newer: &[Choice]| [newer, &chosen].concat();
        assert_eq!((returned(&[]), returned(&[STOP])), (all(), all()));
        assert_eq!(
            returned(&chosen),
            one,
            "who never stopped keeps what he chose"
        );
        assert_eq!(returned(&after(&[STOP])), one);
        assert_eq!(returned(&after(&[STOP, STOP])), one, "said twice");
        let back = towards(&after(&[STOP]), &one);
        let again = [back, after(&[STOP])].concat();
        assert_eq!(returned(&again), one, "returned twice");
        assert_eq!(returned(&[[STOP].as_slice(), &again].concat()), one);
        let none_then_one = [REMINDERS, STOP];
        let stopped = [STOP, REMINDERS, STOP];
        // What holds for text messages holds for notifications until these are named.
        let both = BTreeSet::from([
            (Channel::Sms, Category::Reminder),
            (Channel::Push, Category::Reminder),
        ]);
        assert_eq!(
            (returned(&none_then_one), returned(&stopped)),
            (all(), both)
        );
        let nothing: Vec<Choice> = cells()
            .map(|(channel, category)| Choice {
                channel: Some(channel),
                category: Some(category),
                wanted: false,
            })
            .collect();
        let silent = [[STOP].as_slice(), &nothing].concat();
        assert_eq!(returned(&silent), all(), "nobody returns to nothing");
    }

    fn choices() -> impl Strategy<Value = Vec<Choice>> {
        let channel = prop::option::of(prop::sample::select(Channel::ALL));
        let category = prop::option::of(prop::sample::select(Category::ALL));
        let choice = (channel, category, any::<bool>());
        let choice = choice.prop_map(|(channel, category, wanted)| Choice {
            channel,
            category,
            wanted,
        });
        prop::collection::vec(choice, 0..6)
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// Whatever was decided before, what he asks for is what holds afterwards.
        #[test]
        fn what_is_chosen_holds(before in choices(), ticks in prop::collection::vec(any::<bool>(), 20)) {
            let wanted: BTreeSet<Cell> = cells().zip(&ticks).filter(|(_, on)| **on).map(|(cell, _)| cell).collect();
            let mut after = towards(&before, &wanted);
            after.extend(before);
            for cell in cells() {
                prop_assert_eq!(is_wanted(&after, cell), wanted.contains(&cell), "{:?}", cell);
            }
            prop_assert!(towards(&after, &wanted).is_empty(), "to say it again changes nothing");
        }

        /// Whatever was decided before: `STOP` once or often, then the return, is as if
        /// nothing had been said, and so is to return again.
        #[test]
        fn stop_and_return_change_nothing(before in choices(), stops in 1..4_usize) {
            let held: BTreeSet<Cell> = cells().filter(|cell| is_wanted(&before, *cell)).collect();
            if held.is_empty() {
                return Ok(());
            }
            let mut ledger = [vec![STOP; stops], before].concat();
            prop_assert_eq!(&returned(&ledger), &held);
            ledger = [towards(&ledger, &held), ledger].concat();
            prop_assert_eq!(&returned(&ledger), &held);
            prop_assert!(towards(&ledger, &returned(&ledger)).is_empty());
        }

        /// Who returns always gets something, and no less than he has.
        #[test]
        fn nobody_returns_to_less(ledger in choices()) {
            let again = returned(&ledger);
            prop_assert!(!again.is_empty());
            let held = cells().filter(|cell| is_wanted(&ledger, *cell));
            for cell in held {
                prop_assert!(again.contains(&cell), "{:?}", cell);
            }
        }

        /// Of two words nobody hears the older one where the newer one speaks.
        #[test]
        fn an_older_word_never_wins(older in choices(), newer in choices()) {
            let mut all = newer.clone();
            all.extend(older.clone());
            for cell in cells().filter(|cell| cell.0 != Channel::Push) {
                let decided = newer.iter().any(|choice| choice.covers(cell));
                let alone = if decided { &newer } else { &older };
                prop_assert_eq!(is_wanted(&all, cell), is_wanted(alone, cell));
            }
        }
    }
}
