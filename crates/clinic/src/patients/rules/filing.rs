//! Under what a patient is filed, so that whoever may be the same person is found
//! by an index instead of comparing everybody with everybody.

use std::collections::BTreeSet;

use super::{resemblance::Traits, sound::skeleton};

/// How many pieces of a query are asked for at once.
pub(in crate::patients) const ASKED: usize = 48;

/// The bones of each word, initials left out.
fn bones(traits: &Traits) -> Vec<BTreeSet<String>> {
    let whole = traits.words.iter().filter(|word| !word.is_initial());
    whole
        .map(|word| word.sounds.iter().map(|sound| skeleton(sound)).collect())
        .collect()
}

/// Every two words of the name, in either order.
fn pairs(words: &[BTreeSet<String>]) -> impl Iterator<Item = String> {
    let places = (0..words.len()).flat_map(move |a| (0..a).map(move |b| (a, b)));
    let both = places.flat_map(move |(a, b)| {
        words[a]
            .iter()
            .flat_map(move |one| words[b].iter().map(move |other| (one, other)))
    });
    both.map(|(one, other)| format!("{} {}", one.min(other), one.max(other)))
}

/// Under what a patient is filed: two words of the name, and one with the year of birth.
pub(in crate::patients) fn filed_under(traits: &Traits) -> BTreeSet<String> {
    pieces(traits, &[0]).into_iter().collect()
}

/// Where whoever resembles this patient is looked for; a year of birth may be one off.
pub(in crate::patients) fn sought_under(traits: &Traits) -> Vec<String> {
    let mut pieces = pieces(traits, &[0, -1, 1]);
    pieces.truncate(ASKED);
    pieces
}

fn pieces(traits: &Traits, years: &[i16]) -> Vec<String> {
    let words = bones(traits);
    let mut pieces: Vec<String> = pairs(&words).collect();
    for off in years {
        let Some(birth) = traits.birth else { break };
        let year = birth.year() + off;
        let singles = words.iter().flatten().map(|word| format!("{year} {word}"));
        pieces.extend(singles);
    }
    let mut seen = BTreeSet::new();
    pieces.retain(|piece| seen.insert(piece.clone()));
    pieces
}
