//! A table of interactions that a clinic brings itself.

use csv::{ReaderBuilder, Trim};
use serde::Deserialize;

use crate::finding::{Source, Text};
use crate::lexicon::Term;
use crate::pack::{Interaction, Pack, PackError, Substance};
use crate::wire::Severity;
use crate::words::{phrase_words, words};

/// How the table is called in messages.
const TABLE: &str = "table";
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

pub(crate) fn with_interactions(pack: &Pack, table: &str) -> Result<Pack, PackError> {
    let mut pack = pack.clone();
    let table = table.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .delimiter(delimiter(table))
        .from_reader(table.as_bytes());
    let headers = reader.headers().cloned().map_err(|error| broken(&error))?;
    for row in reader.records() {
        let row = row.map_err(|error| broken(&error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let row: Row = row
            .deserialize(Some(&headers))
            .map_err(|error| broken(&error))?;
        pack.take(row, line)?;
    }
    Ok(pack)
}

/// Spreadsheets in French write semicolons.
fn delimiter(table: &str) -> u8 {
    let first = table.lines().next().unwrap_or_default();
    if first.contains(';') { b';' } else { b',' }
}

fn broken(error: &csv::Error) -> PackError {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            format!("{}; the columns stand in docs/data-sources.md", err.kind())
        }
        _ => error.to_string(),
    };
    wrong(line, problem)
}

fn wrong(line: u64, problem: impl Into<String>) -> PackError {
    PackError {
        file: TABLE.to_owned(),
        place: format!("line {line}"),
        problem: problem.into(),
    }
}

impl Pack {
    fn take(&mut self, row: Row, line: u64) -> Result<(), PackError> {
        for (column, value) in [
            ("effect_fr", &row.effect_fr),
            ("action_fr", &row.action_fr),
            ("source_title", &row.source_title),
            ("source_organisation", &row.source_organisation),
        ] {
            if value.is_empty() {
                return Err(wrong(line, format!("`{column}` is empty; fill it in")));
            }
        }
        let a = self.known_or_new(&row.a, line)?;
        let b = self.known_or_new(&row.b, line)?;
        let english = |text: &Option<String>, french: &str| {
            text.clone()
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| french.to_owned())
        };
        let (effect, action) = (
            english(&row.effect_en, &row.effect_fr),
            english(&row.action_en, &row.action_fr),
        );
        self.interactions.push(Interaction {
            id: format!(
                "{TABLE}.{line}.{}+{}",
                self.substances[a].id, self.substances[b].id
            ),
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
        Ok(())
    }

    /// The medicine or class of this id or name; a name that is new becomes a
    /// medicine of its own.
    fn known_or_new(&mut self, name: &str, line: u64) -> Result<usize, PackError> {
        let by_id = self.substances.iter().position(|known| known.id == name);
        if let Some(at) = by_id.or_else(|| self.by_name(name)) {
            return Ok(at);
        }
        let letters: usize = phrase_words(name).iter().map(String::len).sum();
        if letters < SHORTEST {
            return Err(wrong(
                line,
                format!("`{name}` is too short for a medicine's name; write it out"),
            ));
        }
        let at = self.substances.len();
        if !self.lexicon.add(name, Term::Substance(at)) {
            return Err(wrong(
                line,
                format!("`{name}` names no medicine; write its name"),
            ));
        }
        self.brought.push(name.to_owned());
        self.substances.push(Substance {
            id: name.to_owned(),
            name: Text::new(name, name),
            kinds: vec![at],
            allergy: false,
        });
        Ok(at)
    }

    fn by_name(&self, name: &str) -> Option<usize> {
        let words = words(name);
        self.lexicon
            .find(&words)
            .into_iter()
            .find_map(|found| match found.term {
                Term::Substance(at) if found.last - found.first + 1 == words.len() => Some(at),
                _ => None,
            })
    }
}
