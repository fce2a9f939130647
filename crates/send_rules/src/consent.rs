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
