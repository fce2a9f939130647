//! What patients see of their own records, and whom they show it to.

use clinical_form::{Field, Form, Kind};
use webkit::{Routes, Shell};

use super::{link, my_records, verify};
use crate::{
    App,
    care::{model::Document, rules::day_in_words},
};

pub(in crate::care) fn routes() -> Routes<App> {
    my_records::routes()
        .merge(link::routes())
        .merge(verify::routes())
}

/// One part of what the doctor concluded.
pub(super) struct Part {
    pub(super) title: String,
    pub(super) text: String,
}

/// A signed record in simple words.
pub(super) struct Signed {
    /// Whose, and of which day.
    pub(super) of: String,
    pub(super) clinic: String,
    pub(super) number: String,
    /// By whom, and when.
    pub(super) by: String,
    pub(super) reason: Option<String>,
    pub(super) conclusion: Vec<Part>,
    pub(super) vitals: Vec<String>,
}

impl Signed {
    /// Nothing as long as no doctor signed.
    pub(super) fn of(document: &Document, shell: &Shell) -> Option<Self> {
        let version = document.signed.as_ref()?;
        let (content, zone) = (&document.record.content, &document.clinic.zone);
        let conclusion = Form::fiche().fields().filter(|field| field.doctor);
        let conclusion = conclusion.filter_map(|field| {
            Some(Part {
                title: shell.t(&format!("mine-part-{}", field.key.replace('_', "-"))),
                text: content.text(&field.key)?.to_owned(),
            })
        });
        let vitals = Form::fiche().fields().filter(|field| field.vital);
        let texts = &shell.texts;
        let doctor = version.signed_name.clone().unwrap_or_default();
        let (name, day) = (
            document.record.patient_name(),
            day_in_words(document.record.created_at, zone, texts),
        );
        let signed_on = day_in_words(version.at, zone, texts);
        Some(Self {
            of: shell.t2("shared-of", ("name", name), ("day", day)),
            clinic: document.clinic.name.clone(),
            number: document.record.number.clone(),
            by: shell.t2("mine-signed", ("doctor", doctor), ("day", signed_on)),
            reason: content.text("motif_consultation").map(str::to_owned),
            conclusion: conclusion.collect(),
            vitals: vitals
                .filter_map(|field| vital(field, document, shell))
                .collect(),
        })
    }
}

/// What was measured, in a sentence; what has none is the doctor's to explain.
fn vital(field: &Field, document: &Document, shell: &Shell) -> Option<String> {
    let content = &document.record.content;
    let shown = content.shown(field, shell.texts.locale)?;
    let value = match &field.kind {
        Kind::Number { unit, .. } => shown.trim_end_matches(unit.as_str()).trim_end().to_owned(),
        _ => shown,
    };
    let key = format!("mine-vital-{}", field.key.replace('_', "-"));
    shell.texts.try_with(&key, &[("value", &value)])
}
