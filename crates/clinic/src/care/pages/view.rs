//! What pages show of a record beside its form.

use clinical_form::{Content, Form};
use kernel::{Locale, Zone};
use webkit::Texts;

use super::judge::{arrow, measured};
use crate::care::{
    model::{Encounter, Status},
    rules,
};

/// The colour of a state; the word stands beside it.
pub(super) const fn status_css(status: Status) -> &'static str {
    match status {
        Status::InAnalysis => "info",
        Status::Analysed => "warn",
        Status::AnalysisFailed | Status::Rejected => "danger",
        Status::Validated => "ok",
    }
}

/// One vital sign, and how it moved since the last time.
pub(super) struct Vital {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) before: String,
    pub(super) arrow: &'static str,
}

/// The vital signs that were taken.
pub(super) fn vitals(content: &Content, before: Option<&Content>, locale: Locale) -> Vec<Vital> {
    let fields = Form::fiche().fields().filter(|field| field.vital);
    let vital = |field: &clinical_form::Field| {
        let value = content.shown(field, locale)?;
        let old = before.and_then(|before| before.shown(field, locale));
        let moved = before.and_then(|before| measured(before, &field.key));
        Some(Vital {
            key: field.key.clone(),
            label: field.label.text(locale).to_owned(),
            value,
            before: old.unwrap_or_default(),
            arrow: arrow(measured(content, &field.key), moved),
        })
    };
    fields.filter_map(vital).collect()
}

/// What is filled in of some fields, each with its name.
fn lines<'f>(
    fields: impl Iterator<Item = &'f clinical_form::Field>,
    content: &Content,
    locale: Locale,
) -> Vec<(String, String)> {
    fields
        .filter_map(|field| {
            let label = field.label.text(locale).to_owned();
            Some((label, content.shown(field, locale)?))
        })
        .collect()
}

/// What the patient told that a doctor reads first.
pub(super) fn told(content: &Content, locale: Locale) -> Vec<(String, String)> {
    let keys = [
        "motif_consultation",
        "histoire_maladie",
        "medicaments_en_cours",
    ];
    let fields = keys.iter().filter_map(|key| Form::fiche().field(key));
    lines(fields, content, locale)
}

/// What a doctor concluded.
pub(super) fn concluded(content: &Content, locale: Locale) -> Vec<(String, String)> {
    let doctors = Form::fiche().fields().filter(|field| field.doctor);
    lines(doctors, content, locale)
}

/// A title with what stands under it.
pub(super) struct Block {
    pub(super) title: String,
    pub(super) lines: Vec<(String, String)>,
}

/// Everything that is filled in, by section, but what stands elsewhere on the page.
pub(super) fn blocks(content: &Content, locale: Locale) -> Vec<Block> {
    let mut blocks = Vec::new();
    for section in &Form::fiche().sections {
        let said =
            |field: &&clinical_form::Field| content.says(field) && !(field.doctor || field.vital);
        let lines = lines(section.fields.iter().filter(said), content, locale);
        if !lines.is_empty() {
            blocks.push(Block {
                title: section.label.text(locale).to_owned(),
                lines,
            });
        }
    }
    blocks
}

/// The facts of the consultation before this one.
pub(super) struct Last {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) day: String,
    pub(super) motive: String,
    pub(super) diagnosis: String,
    pub(super) treatment: String,
    pub(super) vitals: Vec<Vital>,
}

impl Last {
    pub(super) fn new(record: &Encounter, zone: &Zone, locale: Locale) -> Self {
        let text = |key| record.content.text(key).unwrap_or_default().to_owned();
        Self {
            id: record.id.to_string(),
            number: record.number.clone(),
            day: record.created_at.day_month_year(zone),
            motive: text("motif_consultation"),
            diagnosis: text("diagnostic"),
            treatment: text("traitement"),
            vitals: vitals(&record.content, None, locale),
        }
    }
}

/// Age in words: years, below two years months.
pub(super) fn age(content: &Content, today: &str, texts: Texts) -> Option<String> {
    let (years, days) = rules::age(content, today)?;
    Some(match years {
        ..2 => texts.with("consultation-age-months", &[("months", &(days / 30))]),
        _ => texts.with("consultation-age-years", &[("years", &years)]),
    })
}
