//! How the ranges and findings of a text are put together from its tokens.

use super::{
    lab_words::{ABSENT, PHRASES, PRESENT, TO, TRACES},
    notation::Reader,
    ranges::{Bound, Extent, Interval, Level},
    tokens::Token,
};

impl Reader {
    pub(super) fn extent(&mut self) -> Option<(Extent, Option<String>)> {
        if let Some(levels) = self.levels() {
            return Some((levels, None));
        }
        let (mut interval, unit) = self.interval()?;
        if self.eat_word(&["et", "and"]) {
            let (other, more) = self.interval()?;
            interval = interval.and(other)?;
            let unit = unit.or(more);
            return Some((Extent::Numbers(interval), unit));
        }
        Some((Extent::Numbers(interval), unit))
    }

    fn interval(&mut self) -> Option<(Interval, Option<String>)> {
        if let Some((less, included)) = self.comparison() {
            let at = self.number()?;
            let bound = Some(Bound { at, included });
            let (low, high) = if less { (None, bound) } else { (bound, None) };
            let unit = self.unit();
            return Some((Interval { low, high }, unit));
        }
        let open = self.bracket();
        let both = self.eat_word(&["entre", "between"]);
        if !both {
            self.eat_word(&["de", "from", "du"]);
        }
        let low = self.number();
        if let Some(Token::PlusMinus) = self.tokens.get(self.at) {
            return self.around(low.unwrap_or_default());
        }
        let low = low?;
        let mut unit = self.unit();
        let joined = match both {
            true => self.eat_word(&["et", "and"]),
            false => {
                self.eat(&Token::Dash)
                    || self.eat_word(TO)
                    || (matches!(open, Some('[' | ']')) && self.eat(&Token::Semi))
            }
        };
        if !joined {
            return None;
        }
        let high = self.number()?;
        unit = match (unit, self.unit()) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other),
        };
        let included = self.closing(open)?;
        let bound = |at, included| Some(Bound { at, included });
        let interval = Interval::between(bound(low, open != Some(']')), bound(high, included))?;
        if unit.is_none() {
            unit = self.unit();
        }
        Some((interval, unit))
    }

    /// `5 ± 1`.
    fn around(&mut self, middle: f64) -> Option<(Interval, Option<String>)> {
        self.at += 1;
        let by = self.number()?.abs();
        let unit = self.unit();
        let bound = |at| Some(Bound { at, included: true });
        Some((
            Interval::between(bound(middle - by), bound(middle + by))?,
            unit,
        ))
    }

    fn bracket(&mut self) -> Option<char> {
        let (Some(Token::Open(open)) | Some(Token::Close(open @ ']'))) = self.tokens.get(self.at)
        else {
            return None;
        };
        let open = *open;
        self.at += 1;
        Some(open)
    }

    /// Whether the upper end is included.
    fn closing(&mut self, open: Option<char>) -> Option<bool> {
        let Some(open) = open else {
            return Some(true);
        };
        let token = self.tokens.get(self.at)?;
        let included = match (open, token) {
            ('(', Token::Close(')')) | ('[' | ']', Token::Close(']')) => true,
            ('[' | ']', Token::Open('[')) => false,
            _ => return None,
        };
        self.at += 1;
        Some(included)
    }

    /// Whether it says "less", and whether the number itself is meant too.
    fn comparison(&mut self) -> Option<(bool, bool)> {
        if let Some(Token::Compare { less, included }) = self.tokens.get(self.at) {
            let found = (*less, *included);
            self.at += 1;
            return Some(found);
        }
        let says = |phrase: &[&str]| {
            let mut words = phrase.iter().enumerate();
            words.all(|(n, word)| self.word_at(n).is_some_and(|found| found == *word))
        };
        let (phrase, less, included) = PHRASES.iter().find(|(phrase, _, _)| says(phrase))?;
        self.at += phrase.len();
        let or = self.eat_word(&["ou", "or"]) && self.eat_word(&["egal", "egale", "equal"]);
        self.eat_word(&["a", "to"]);
        while self.eat(&Token::Colon) {}
        Some((*less, *included || or))
    }

    /// Findings in words or crosses, joined by "or".
    fn levels(&mut self) -> Option<Extent> {
        let first = self.level()?;
        let (mut from, mut to) = (first, first);
        while self.eat_word(&["ou", "or"]) || self.eat_word(TO) || self.eat(&Token::Dash) {
            let next = self.level()?;
            (from, to) = (from.min(next), to.max(next));
        }
        Some(Extent::Levels(from, to))
    }

    fn level(&mut self) -> Option<Level> {
        if let (Some(Token::Number(count)), Some(Token::Crosses)) =
            (self.tokens.get(self.at), self.tokens.get(self.at + 1))
        {
            // "2+": two crosses.
            let crosses = (1.0..=6.0).contains(count);
            self.at += if crosses { 2 } else { 0 };
            return crosses.then_some(Level::Present);
        }
        if self.crosses() {
            return Some(Level::Present);
        }
        let start = self.at;
        let denied = self.eat_word(&["non", "not", "pas"]);
        if denied {
            self.eat(&Token::Dash);
        }
        let shade = self.eat_word(&["faiblement", "fortement", "weakly", "strongly"]);
        let word = self.word().unwrap_or_default();
        let is = |list: &[&str]| list.contains(&word.as_str());
        let level = match (denied, is(ABSENT), is(PRESENT), is(TRACES)) {
            (false, true, _, _) if !shade => Level::Absent,
            (true, _, true, _) if !shade => Level::Absent,
            (false, _, true, _) => Level::Present,
            (false, _, _, true) => Level::Traces,
            _ => {
                self.at = start;
                return None;
            }
        };
        self.at += 1;
        self.of_what();
        if level == Level::Present {
            self.crosses();
        }
        Some(level)
    }

    /// `++`, `(+)`.
    fn crosses(&mut self) -> bool {
        let start = self.at;
        let open = self.eat(&Token::Open('('));
        let found = self.eat(&Token::Crosses) && (!open || self.eat(&Token::Close(')')));
        if !found {
            self.at = start;
        }
        found
    }

    /// `absence de germes`: what was looked for says nothing of how much there is.
    fn of_what(&mut self) {
        let begins = |word: &str| ["de", "d", "of"].contains(&word) || word.starts_with("d ");
        if self.word().is_some_and(|word| begins(&word)) {
            while self
                .word()
                .is_some_and(|word| !["ou", "or"].contains(&word.as_str()))
            {
                self.at += 1;
            }
        }
    }
}
