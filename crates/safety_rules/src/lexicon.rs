//! All phrases of the pack, and where a text holds them.

use std::collections::{BTreeMap, HashMap, HashSet};

use strsim::osa_distance;

use crate::words::{Gap, Word, phrase_words};

/// What a phrase stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Term {
    /// A set of words of the pack, by its place.
    Words(usize),
    /// A medicine or a class of them, by its place.
    Substance(usize),
}

/// A phrase found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) term: Term,
    /// Its first and last word in the text.
    pub(crate) first: usize,
    pub(crate) last: usize,
}

#[derive(Clone, Debug)]
struct Phrase {
    term: Term,
    words: Vec<usize>,
}

/// The phrases of the pack, by their first words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lexicon {
    fillers: HashSet<String>,
    barriers: HashSet<String>,
    exact: HashMap<String, usize>,
    starts: Vec<(String, usize)>,
    /// Long words by their first letter: one wrong letter is forgiven.
    long: BTreeMap<char, Vec<(String, usize)>>,
    phrases: Vec<Phrase>,
    by_first: HashMap<usize, Vec<usize>>,
    words: usize,
}

/// The fewest letters of a word in which one wrong letter is forgiven.
const FORGIVING: usize = 7;

impl Lexicon {
    /// `fillers` are words that no phrase depends on (articles, prepositions);
    /// a phrase never reaches across a `barrier` (a negation, a turn).
    pub(crate) fn new<'a>(
        fillers: impl Iterator<Item = &'a str>,
        barriers: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self {
            fillers: fillers.flat_map(phrase_words).collect(),
            barriers: barriers.flat_map(phrase_words).collect(),
            ..Self::default()
        }
    }

    /// Takes a phrase. False when nothing of it is left without fillers.
    #[must_use]
    pub(crate) fn add(&mut self, phrase: &str, term: Term) -> bool {
        let kept: Vec<String> = phrase_words(phrase)
            .into_iter()
            .filter(|word| !self.fillers.contains(word))
            .collect();
        let words: Vec<usize> = kept.into_iter().map(|word| self.word(word)).collect();
        let Some(first) = words.first() else {
            return false;
        };
        let at = self.phrases.len();
        self.by_first.entry(*first).or_default().push(at);
        self.phrases.push(Phrase { term, words });
        true
    }

    /// The medicine or class that is called exactly so, but for accents, case,
    /// plurals and articles.
    pub(crate) fn substance(&self, name: &str) -> Option<usize> {
        let kept = phrase_words(name).into_iter();
        let kept = kept.filter(|word| !self.fillers.contains(word));
        let words: Option<Vec<usize>> = kept.map(|word| self.exact.get(&word).copied()).collect();
        let words = words?;
        let starting = self.by_first.get(words.first()?)?;
        starting.iter().find_map(|at| match self.phrases[*at].term {
            Term::Substance(found) if self.phrases[*at].words == words => Some(found),
            _ => None,
        })
    }

    fn word(&mut self, word: String) -> usize {
        if let Some(known) = self.exact.get(&word) {
            return *known;
        }
        let id = self.words;
        self.words += 1;
        if let Some(start) = word.strip_suffix('*') {
            self.starts.push((start.to_owned(), id));
        } else if word.chars().count() >= FORGIVING
            && let Some(first) = word.chars().next()
        {
            self.long.entry(first).or_default().push((word.clone(), id));
        }
        self.exact.insert(word, id);
        id
    }

    /// The words of the pack that a word of a text may be.
    fn meanings(&self, word: &str) -> Vec<usize> {
        let exact = self.exact.get(word).copied();
        let starts = self
            .starts
            .iter()
            .filter(|(start, _)| word.starts_with(start.as_str()))
            .map(|(_, id)| *id);
        let mut found: Vec<usize> = exact.into_iter().chain(starts).collect();
        if found.is_empty() {
            found.extend(self.nearly(word));
        }
        found
    }

    fn nearly(&self, word: &str) -> Vec<usize> {
        let length = word.chars().count();
        let first = word.chars().next();
        let Some(known) = first.and_then(|first| self.long.get(&first)) else {
            return Vec::new();
        };
        known
            .iter()
            .filter(|(known, _)| {
                let expected = known.chars().count();
                length >= FORGIVING
                    && expected.abs_diff(length) <= 1
                    && osa_distance(known, word) <= 1
            })
            .map(|(_, id)| *id)
            .collect()
    }

    /// All phrases in a text. A medicine's name inside a longer one is not
    /// found on its own.
    pub(crate) fn find(&self, words: &[Word]) -> Vec<Match> {
        let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
        for word in words {
            known
                .entry(&word.folded)
                .or_insert_with(|| self.meanings(&word.folded));
        }
        let meanings: Vec<&[usize]> = words
            .iter()
            .map(|word| known[word.folded.as_str()].as_slice())
            .collect();
        let mut found = Vec::new();
        for (first, ids) in meanings.iter().enumerate() {
            for at in ids.iter().filter_map(|id| self.by_first.get(id)).flatten() {
                let phrase = &self.phrases[*at];
                if let Some(last) = self.reach(phrase, words, &meanings, first) {
                    found.push(Match {
                        term: phrase.term,
                        first,
                        last,
                    });
                }
            }
        }
        longest(found)
    }

    /// The last word of the phrase that starts at a word. Fillers between its
    /// words are skipped, and one other word in a phrase that is no name.
    fn reach(
        &self,
        phrase: &Phrase,
        words: &[Word],
        meanings: &[&[usize]],
        first: usize,
    ) -> Option<usize> {
        let mut at = first;
        for wanted in &phrase.words[1..] {
            let mut spare = matches!(phrase.term, Term::Words(_));
            loop {
                at += 1;
                let word = words.get(at)?;
                if word.gap != Gap::None {
                    return None;
                }
                if meanings[at].contains(wanted) {
                    break;
                }
                if self.fillers.contains(&word.folded) {
                    continue;
                }
                if !spare || self.barriers.contains(&word.folded) {
                    return None;
                }
                spare = false;
            }
        }
        Some(at)
    }
}

/// Drops names that stand inside longer names.
fn longest(found: Vec<Match>) -> Vec<Match> {
    let is_name = |found: &Match| matches!(found.term, Term::Substance(_));
    let covers = |outer: &Match, inner: &Match| {
        outer.first <= inner.first
            && inner.last <= outer.last
            && outer.last - outer.first > inner.last - inner.first
    };
    let names: Vec<Match> = found.iter().copied().filter(is_name).collect();
    found
        .into_iter()
        .filter(|inner| !(is_name(inner) && names.iter().any(|outer| covers(outer, inner))))
        .collect()
}
