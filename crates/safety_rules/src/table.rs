//! A table of interactions that a clinic brings itself.

use std::collections::{BTreeSet, HashMap};

use csv::{ReaderBuilder, StringRecord, Trim};
use serde::Deserialize;

use crate::finding::{Source, Text};
use crate::lexicon::Term;
use crate::pack::{Interaction, NewNames, Pack, PackError, Substance, Table};
use crate::wire::Severity;
use crate::words::{phrase_words, words};

/// The longest text of a row, characters: people read it while they treat somebody.
const LONGEST_TEXT: usize = 1000;
/// Where it stands which columns there are.
const COLUMNS: &str = "the columns stand in docs/data-sources.md";
/// The columns without which no row can be read.
const NEEDED: [&str; 11] = [
    "a",
    "b",
    "severity",
    "effect_fr",
    "effect_en",
    "action_fr",
    "action_en",
    "source_title",
    "source_organisation",
    "source_year",
    "source_url",
];
/// The fewest letters of a medicine that only the table names: shorter ones
/// are words of the language too often.
const SHORTEST: usize = 4;

#[derive(Deserialize)]
struct Row {
    a: String,
    b: String,
    severity: Severity,
    effect_fr: String,
    effect_en: Option<String>,
    action_fr: String,
    action_en: Option<String>,
    source_title: String,
    source_organisation: String,
    source_year: u16,
    source_url: Option<String>,
}

/// The pack with every row that can be taken, and what is wrong with the others.
pub(crate) fn with_interactions(pack: &Pack, table: &Table<'_>) -> (Pack, Vec<PackError>) {
    let mut taker = Taker {
        pack: pack.clone(),
        table,
        known: HashMap::new(),
        broken: Vec::new(),
    };
    let text = table.text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            let broken = taker.unread(&error);
            return (taker.pack, vec![broken]);
        }
    };
    for column in NEEDED {
        if !headers.iter().any(|header| header == column) {
            let problem = format!("the column `{column}` is missing; {COLUMNS}");
            taker.wrong(1, problem);
        }
    }
    if taker.broken.is_empty() {
        for row in reader.records() {
            taker.read(row, &headers);
        }
    }
    (taker.pack, taker.broken)
}

/// Spreadsheets in French write semicolons.
fn delimiter(table: &str) -> u8 {
    let first = table.lines().next().unwrap_or_default();
    if first.contains(';') { b';' } else { b',' }
}

/// A table being taken, row by row; goes on after a broken one, to name them all.
struct Taker<'a> {
    pack: Pack,
    table: &'a Table<'a>,
    /// The place of each name that was looked up.
    known: HashMap<String, usize>,
    broken: Vec<PackError>,
}

impl Taker<'_> {
    fn read(&mut self, row: Result<StringRecord, csv::Error>, headers: &StringRecord) {
        let read = row.and_then(|row| {
            let line = row.position().map_or(0, csv::Position::line);
            let broken = row.iter().any(|value| value.contains(['\n', '\r']));
            Ok((row.deserialize::<Row>(Some(headers))?, line, broken))
        });
        match read {
            // An open quote would swallow rows, in silence.
            Ok((_, line, true)) => {
                let problem =
                    "a value goes on in the next line; close its quote, and write it on one line";
                self.wrong(line, problem.to_owned());
            }
            Ok((row, line, false)) => self.take(row, line),
            Err(error) => {
                let broken = self.unread(&error);
                self.broken.push(broken);
            }
        }
    }

    fn unread(&self, error: &csv::Error) -> PackError {
        let line = error.position().map_or(1, csv::Position::line);
        let problem = match error.kind() {
            csv::ErrorKind::Deserialize { err, .. } => {
                let column = err.field().and_then(|at| usize::try_from(at).ok());
                let column = column.map_or(String::new(), |at| format!("column {}: ", at + 1));
                format!("{column}{}; {COLUMNS}", err.kind())
            }
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => format!(
                "{len} values for {expected_len} columns; give each column its value, and put one that holds the \
                 separator in quotes"
            ),
            csv::ErrorKind::Utf8 { .. } => "not UTF-8; save the table as UTF-8".to_owned(),
            _ => error.to_string(),
        };
        self.error(line, problem)
    }

    fn error(&self, line: u64, problem: String) -> PackError {
        PackError {
            file: self.table.name.to_owned(),
            place: format!("line {line}"),
            problem,
        }
    }

    fn wrong(&mut self, line: u64, problem: String) {
        let broken = self.error(line, problem);
        self.broken.push(broken);
    }

    fn take(&mut self, row: Row, line: u64) {
        let before = self.broken.len();
        self.check_texts(&row, line);
        let (a, b) = (self.medicine(&row.a, line), self.medicine(&row.b, line));
        let (Some(a), Some(b)) = (a, b) else { return };
        if !self.pack.can_meet(a, b) {
            let problem = format!(
                "`{}` and `{}` are one medicine, which this row would never warn of; name the other one",
                row.a, row.b
            );
            self.wrong(line, problem);
        }
        if self.broken.len() == before {
            self.add(row, (a, b), line);
        }
    }

    fn check_texts(&mut self, row: &Row, line: u64) {
        let none = String::new();
        for (column, needed, text) in [
            ("effect_fr", true, &row.effect_fr),
            ("action_fr", true, &row.action_fr),
            ("source_title", true, &row.source_title),
            ("source_organisation", true, &row.source_organisation),
            ("effect_en", false, row.effect_en.as_ref().unwrap_or(&none)),
            ("action_en", false, row.action_en.as_ref().unwrap_or(&none)),
        ] {
            if needed && text.is_empty() {
                self.wrong(line, format!("`{column}` is empty; fill it in"));
            }
            if text.chars().count() > LONGEST_TEXT {
                let problem =
                    format!("`{column}` is longer than {LONGEST_TEXT} characters; shorten it");
                self.wrong(line, problem);
            }
        }
        // Pages make a link of it.
        let url = row.source_url.as_deref().unwrap_or_default();
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            let problem =
                "`source_url` is no address of a page; write https://… or nothing".to_owned();
            self.wrong(line, problem);
        }
    }

    fn add(&mut self, row: Row, (a, b): (usize, usize), line: u64) {
        let english = |text: &Option<String>, french: &str| {
            text.clone()
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| french.to_owned())
        };
        let (effect, action) = (
            english(&row.effect_en, &row.effect_fr),
            english(&row.action_en, &row.action_fr),
        );
        let substances = &self.pack.substances;
        let id = format!(
            "{}.{line}.{}+{}",
            self.table.name, substances[a].id, substances[b].id
        );
        self.pack.interactions.push(Interaction {
            id,
            a,
            b,
            severity: row.severity,
            source: Source {
                title: row.source_title,
                organisation: row.source_organisation,
                year: row.source_year,
                url: row.source_url.filter(|url| !url.is_empty()),
            },
            text: Text::new(
                format!("{} {}", row.effect_fr, row.action_fr),
                format!("{effect} {action}"),
            ),
        });
    }

    /// The medicine or class of this id or exact name; nothing of a name that
    /// cannot be one, which is reported where it stands first.
    fn medicine(&mut self, name: &str, line: u64) -> Option<usize> {
        if let Some(at) = self.known.get(name) {
            return Some(*at);
        }
        let substances = &self.pack.substances;
        let by_id = substances.iter().position(|known| known.id == name);
        let at = match by_id.or_else(|| self.pack.lexicon.substance(name)) {
            Some(at) => at,
            None => self.new_medicine(name, line)?,
        };
        self.known.insert(name.to_owned(), at);
        Some(at)
    }

    fn new_medicine(&mut self, name: &str, line: u64) -> Option<usize> {
        let letters: usize = phrase_words(name).iter().map(String::len).sum();
        if letters < SHORTEST || name.contains('*') {
            let problem = format!("`{name}` is no medicine's name; write it out");
            self.wrong(line, problem);
            return None;
        }
        if self.table.new_names == NewNames::Refused {
            let nearly = self.nearly(name);
            self.wrong(
                line,
                format!("no medicine is called `{name}`{nearly}: correct it, or allow new names"),
            );
        }
        let at = self.pack.substances.len();
        let kinds = self.held_by(name).chain([at]).collect();
        if !self.pack.lexicon.add(name, Term::Substance(at)) {
            self.wrong(line, format!("`{name}` names no medicine; write its name"));
            return None;
        }
        self.pack.brought.push(name.to_owned());
        self.pack.substances.push(Substance {
            id: name.to_owned(),
            name: Text::new(name, name),
            kinds,
            allergy: false,
        });
        Some(at)
    }

    /// What the name may have been meant to be.
    fn nearly(&self, name: &str) -> String {
        let known = self.mentioned(name).next();
        known.map_or(String::new(), |at| {
            format!(", but `{}` is known", self.pack.substances[at].name.fr)
        })
    }

    /// What a new medicine is besides itself. Its name hides those inside it, and
    /// their rules must go on.
    fn held_by(&self, name: &str) -> impl Iterator<Item = usize> {
        let mentioned = self.mentioned(name);
        let kinds: BTreeSet<usize> = mentioned
            .flat_map(|at| self.pack.substances[at].kinds.iter().copied())
            .collect();
        kinds.into_iter()
    }

    /// The medicines that the rules would see in a name.
    fn mentioned(&self, name: &str) -> impl Iterator<Item = usize> {
        let found = self.pack.lexicon.find(&words(name)).into_iter();
        found.filter_map(|found| match found.term {
            Term::Substance(at) => Some(at),
            Term::Words(_) => None,
        })
    }
}

impl Pack {
    /// Whether two different medicines can be one and the other.
    fn can_meet(&self, a: usize, b: usize) -> bool {
        if !self.is_a(a, b) && !self.is_a(b, a) {
            return true;
        }
        let of = |kind| (0..self.substances.len()).filter(move |at| self.is_a(*at, kind));
        of(a).any(|a| of(b).any(|b| !self.is_a(a, b) && !self.is_a(b, a)))
    }
}
