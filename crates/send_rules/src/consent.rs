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
    let decided = newest_first.iter().find(|choice| choice.covers(cell));
    cell.1.is_awaited() || decided.is_none_or(|choice| choice.wanted)
}

/// The decisions that lead from those there are to exactly these kinds of messages, as
/// few as there can be; none when nothing changes.
#[must_use]
pub fn towards(newest_first: &[Choice], wanted: &BTreeSet<Cell>) -> Vec<Choice> {
    let changed = |cell: &Cell| is_wanted(newest_first, *cell) != wanted.contains(cell);
    let changed: Vec<Cell> = cells().filter(changed).collect();
    let all = cells().all(|cell| wanted.contains(&cell));
    let none = cells().all(|cell| !wanted.contains(&cell));
    if changed.is_empty() {
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
    changed.into_iter().map(one).collect()
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
        assert_eq!(cells().count(), 15);
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
        fn what_is_chosen_holds(before in choices(), ticks in prop::collection::vec(any::<bool>(), 15)) {
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
            for cell in cells() {
                let decided = newer.iter().any(|choice| choice.covers(cell));
                let alone = if decided { &newer } else { &older };
                prop_assert_eq!(is_wanted(&all, cell), is_wanted(alone, cell));
            }
        }
    }
}
