//! Whether a phrase is said of the patient now: negation, other people, fear,
//! the past, and medicines that are stopped. The words for all of it stand in
//! the pack.

use std::collections::HashSet;

use serde::Deserialize;

use crate::words::{Gap, Word, phrase_words};

/// How a phrase stands in its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Said of the patient.
    Said,
    /// Denied: "pas de …", "… : non".
    Denied,
    /// Of somebody else: "sa mère a eu …".
    OfOthers,
    /// Of the past: "ATCD de …".
    Past,
    /// Feared or conditional: "peur de …", "si …".
    Feared,
    /// Stopped or to be avoided, of a medicine: "arrêt de …".
    Stopped,
}

/// The words of the pack, by what they do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanguageWire {
    pub(crate) fillers: Vec<String>,
    pub(crate) negations: Vec<String>,
    pub(crate) loose_negations: Vec<String>,
    pub(crate) holders: Vec<String>,
    pub(crate) links: Vec<String>,
    pub(crate) close_negations: Vec<String>,
    pub(crate) no_negations: Vec<String>,
    pub(crate) negations_after: Vec<String>,
    pub(crate) ticks_after: Vec<String>,
    pub(crate) verb_negations: Vec<String>,
    pub(crate) verb_negations_after: Vec<String>,
    pub(crate) being: Vec<String>,
    pub(crate) going_on: Vec<String>,
    pub(crate) joins: Vec<String>,
    pub(crate) turns: Vec<String>,
    pub(crate) kin: Vec<String>,
    pub(crate) kin_verbs: Vec<String>,
    pub(crate) kin_headings: Vec<String>,
    pub(crate) at_kin: Vec<String>,
    pub(crate) tells: Vec<String>,
    pub(crate) feared: Vec<String>,
    pub(crate) past: Vec<String>,
    pub(crate) stops: Vec<String>,
    pub(crate) stops_after: Vec<String>,
}

/// The same, ready to use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Language {
    negations: HashSet<String>,
    loose_negations: HashSet<String>,
    holders: HashSet<String>,
    links: HashSet<String>,
    close_negations: HashSet<String>,
    no_negations: Vec<Vec<String>>,
    negations_after: HashSet<String>,
    ticks_after: HashSet<String>,
    verb_negations: HashSet<String>,
    verb_negations_after: HashSet<String>,
    being: HashSet<String>,
    going_on: HashSet<String>,
    joins: HashSet<String>,
    turns: HashSet<String>,
    kin: HashSet<String>,
    kin_verbs: HashSet<String>,
    kin_headings: HashSet<String>,
    at_kin: HashSet<String>,
    tells: HashSet<String>,
    feared: HashSet<String>,
    past: HashSet<String>,
    stops: HashSet<String>,
    stops_after: Vec<Vec<String>>,
}

/// How many words before a phrase a cue reaches.
const REACH: usize = 7;
/// How many words may stand between a relative and the verb.
const KIN_TO_VERB: usize = 2;

impl Language {
    pub(crate) fn new(wire: &LanguageWire) -> Self {
        let phrases = |all: &[String]| all.iter().map(|one| phrase_words(one)).collect();
        let set = |words: &[String]| words.iter().flat_map(|word| phrase_words(word)).collect();
        Self {
            negations: set(&wire.negations),
            loose_negations: set(&wire.loose_negations),
            holders: set(&wire.holders),
            links: set(&wire.links),
            close_negations: set(&wire.close_negations),
            no_negations: phrases(&wire.no_negations),
            negations_after: set(&wire.negations_after),
            ticks_after: set(&wire.ticks_after),
            verb_negations: set(&wire.verb_negations),
            verb_negations_after: set(&wire.verb_negations_after),
            being: set(&wire.being),
            going_on: set(&wire.going_on),
            joins: set(&wire.joins),
            turns: set(&wire.turns),
            kin: set(&wire.kin),
            kin_verbs: set(&wire.kin_verbs),
            kin_headings: set(&wire.kin_headings),
            at_kin: set(&wire.at_kin),
            tells: set(&wire.tells),
            feared: set(&wire.feared),
            past: set(&wire.past),
            stops: set(&wire.stops),
            stops_after: phrases(&wire.stops_after),
        }
    }

    /// How the phrase from `first` to `last` stands in its sentence.
    pub(crate) fn status(&self, words: &[Word], first: usize, last: usize) -> Status {
        if self.denied_after(words, last) || self.denied_around(words, first, last) {
            return Status::Denied;
        }
        if self.stopped_after(words, last) {
            return Status::Stopped;
        }
        let before = self.before(words, first);
        if let Some(Status::Denied) = before {
            return Status::Denied;
        }
        if self.of_others(words, first, last) {
            return Status::OfOthers;
        }
        if self.in_past_list(words, first) {
            return Status::Past;
        }
        before.unwrap_or(Status::Said)
    }

    /// The cue that reaches the phrase from before. A denial wins over others.
    fn before(&self, words: &[Word], first: usize) -> Option<Status> {
        let mut found = None;
        for at in self.clause(words, first) {
            let word = &words[at].folded;
            if self.denies(words, at, first) {
                return Some(Status::Denied);
            }
            let cue = if self.stops.contains(word) {
                Status::Stopped
            } else if self.is_past(words, at, first) {
                Status::Past
            } else if self.feared.contains(word) {
                Status::Feared
            } else {
                continue;
            };
            found = found.or(Some(cue));
        }
        found
    }

    fn denies(&self, words: &[Word], at: usize, first: usize) -> bool {
        let word = &words[at].folded;
        let is_any = self.negations.contains(word);
        let is_close = self.close_negations.contains(word) && at + 1 == first;
        let is_loose = self.loose_negations.contains(word) && self.holds_what_follows(words, at);
        (is_any || is_close || is_loose) && !self.is_no_negation(words, at)
    }

    /// Whether "pas" speaks of what follows ("pas de toux", "n'est pas confus",
    /// "pas confus") and not of the verb before it ("ne mange pas convulse").
    fn holds_what_follows(&self, words: &[Word], at: usize) -> bool {
        let is_linked = words
            .get(at + 1)
            .is_some_and(|next| self.links.contains(&next.folded));
        let starts = at == 0 || words[at].gap != Gap::None || words[at].after_colon;
        is_linked || starts || self.holders.contains(&words[at - 1].folded)
    }

    /// "ATCD d'AVC", but not "ATCD HTA, AVC ce matin".
    fn is_past(&self, words: &[Word], at: usize, first: usize) -> bool {
        self.past.contains(&words[at].folded)
            && (at + 1 == first || self.links.contains(&words[at + 1].folded))
    }

    /// "ATCD : HTA, AVC": all of the sentence is past.
    fn in_past_list(&self, words: &[Word], first: usize) -> bool {
        sentence(words, first)
            .any(|at| self.past.contains(&words[at].folded) && words[at + 1].after_colon)
    }

    /// "sans doute", "pas calmé": a word of negation that denies nothing here.
    fn is_no_negation(&self, words: &[Word], at: usize) -> bool {
        starts_with_any(&words[at..], &self.no_negations)
    }

    /// "Bactrim arrêté", "Bactrim est à éviter".
    fn stopped_after(&self, words: &[Word], last: usize) -> bool {
        let after = &words[last + 1..];
        let is_being = after
            .first()
            .is_some_and(|word| self.being.contains(&word.folded));
        let after = if is_being { &after[1..] } else { after };
        after.first().is_some_and(|word| word.gap == Gap::None)
            && starts_with_any(after, &self.stops_after)
    }

    /// "ne saigne pas".
    fn denied_around(&self, words: &[Word], first: usize, last: usize) -> bool {
        let before = first.checked_sub(1).and_then(|at| words.get(at));
        before.is_some_and(|word| self.verb_negations.contains(&word.folded))
            && words.get(last + 1).is_some_and(|word| {
                word.gap == Gap::None && self.verb_negations_after.contains(&word.folded)
            })
    }

    /// The words before a phrase that speak of it, from near to far: up to the
    /// start of its piece of the sentence, unless the piece goes on a list
    /// ("pas de fièvre, ni de toux").
    fn clause<'a>(&'a self, words: &'a [Word], first: usize) -> impl Iterator<Item = usize> + 'a {
        (0..first).rev().take(REACH).take_while(move |at| {
            let (word, next) = (&words[*at], &words[at + 1]);
            let goes_on = self.going_on.contains(&next.folded);
            match next.gap {
                Gap::Sentence => false,
                Gap::Piece => goes_on,
                Gap::None if self.turns.contains(&word.folded) => false,
                Gap::None => goes_on || !self.joins.contains(&word.folded),
            }
        })
    }

    /// "raideur : non", "toux absente", "fièvre (-)".
    fn denied_after(&self, words: &[Word], last: usize) -> bool {
        if words[last].ticked_off {
            return true;
        }
        let follows = |at: usize| words.get(at).filter(|word| word.gap == Gap::None);
        let mut at = last + 1;
        if follows(at).is_some_and(|word| self.being.contains(&word.folded)) {
            at += 1;
        }
        let Some(word) = follows(at) else {
            return false;
        };
        let ends = words
            .get(at + 1)
            .is_none_or(|next| next.gap != Gap::None || self.joins.contains(&next.folded));
        self.negations_after.contains(&word.folded)
            || (ends && self.ticks_after.contains(&word.folded))
    }

    fn of_others(&self, words: &[Word], first: usize, last: usize) -> bool {
        self.in_family_list(words, first)
            || self.had_by_kin(words, first)
            || self.at_kin_after(words, last)
    }

    /// "ATCD familiaux : HTA, AVC": all of the sentence.
    fn in_family_list(&self, words: &[Word], first: usize) -> bool {
        sentence(words, first).any(|at| self.kin_headings.contains(&words[at].folded))
    }

    /// "sa mère a eu un AVC", "père asthmatique", but not "sa mère dit qu'il convulse".
    fn had_by_kin(&self, words: &[Word], first: usize) -> bool {
        for at in self.clause(words, first) {
            let word = &words[at].folded;
            if self.tells.contains(word) {
                return false;
            }
            if self.kin.contains(word) {
                let between = &words[at + 1..first];
                return (between.is_empty() && !words[first].after_colon)
                    || between
                        .iter()
                        .take(KIN_TO_VERB)
                        .any(|next| self.kin_verbs.contains(&next.folded));
            }
        }
        false
    }

    /// "AVC chez le père".
    fn at_kin_after(&self, words: &[Word], last: usize) -> bool {
        let mut after = words[last + 1..]
            .iter()
            .take_while(|word| word.gap == Gap::None)
            .take(4);
        after
            .next()
            .is_some_and(|word| self.at_kin.contains(&word.folded))
            && after.any(|word| self.kin.contains(&word.folded))
    }
}

/// The words of the sentence before a phrase, from near to far.
fn sentence(words: &[Word], first: usize) -> impl Iterator<Item = usize> + '_ {
    (0..first)
        .rev()
        .take_while(|at| words[at + 1].gap != Gap::Sentence)
}

fn starts_with_any(words: &[Word], phrases: &[Vec<String>]) -> bool {
    phrases.iter().any(|phrase| {
        words.len() >= phrase.len()
            && phrase
                .iter()
                .zip(words)
                .all(|(wanted, word)| *wanted == word.folded)
    })
}
