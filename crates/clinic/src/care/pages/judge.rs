//! What the rules say of a form while it is being filled in, and of a record.

use clinical_form::{Content, Context, Form, Writer};
use kernel::{FieldError, Locale};
use safety_rules::{Assessment, Finding, Kind, Level, Pack};
use serde_json::{Map, Value as Json};
use webkit::Texts;

use super::fields::{Wrong, wrong};
use crate::care::rules;

/// What the panel beside the vital signs shows.
pub(super) struct Judged {
    pub(super) level: LevelView,
    /// NEWS2 with what is missing of it; nothing for whom it is not made.
    pub(super) score: Option<String>,
    pub(super) findings: Vec<FindingView>,
    /// Values that are accepted and unusual.
    pub(super) unusual: Vec<FindingView>,
    /// Values that will be refused.
    pub(super) wrong: Vec<Wrong>,
}

impl Judged {
    /// Whether somebody has to say that he has seen what is red.
    pub(super) fn is_red(&self) -> bool {
        self.level.css == "danger"
    }

    /// Whether this field has something to be looked at.
    pub(super) fn flags(&self, key: &str) -> bool {
        let all = self.findings.iter().chain(&self.unusual);
        all.flat_map(|finding| &finding.fields)
            .any(|field| field == key)
    }
}

/// How urgent: a symbol, a colour, and always a word.
pub(super) struct LevelView {
    pub(super) css: &'static str,
    pub(super) mark: &'static str,
    pub(super) word: String,
}

/// One rule that fired.
pub(super) struct FindingView {
    pub(super) level: LevelView,
    pub(super) text: String,
    pub(super) reasons: Vec<String>,
    pub(super) source: String,
    pub(super) url: Option<String>,
    pub(super) fields: Vec<String>,
}

fn level(level: Level, texts: Texts) -> LevelView {
    let (css, mark, key) = match level {
        Level::Green => ("ok", "✓", "green"),
        Level::Yellow => ("warn", "▲", "yellow"),
        Level::Red => ("danger", "✚", "red"),
    };
    LevelView {
        css,
        mark,
        word: texts.get(&format!("consultation-level-{key}")),
    }
}

fn unmeasured(texts: Texts) -> LevelView {
    LevelView {
        css: "info",
        mark: "○",
        word: texts.get("consultation-level-none"),
    }
}

impl FindingView {
    fn new(finding: &Finding, texts: Texts) -> Self {
        let reasons = finding.reasons.iter();
        let source = &finding.source;
        Self {
            level: level(finding.level, texts),
            text: finding.text.in_locale(texts.locale).to_owned(),
            reasons: reasons
                .map(|text| text.in_locale(texts.locale).to_owned())
                .collect(),
            source: format!("{}, {}, {}", source.title, source.organisation, source.year),
            url: source.url.clone(),
            fields: finding.fields.clone(),
        }
    }
}

/// What the rules say of a content on this day.
pub(super) fn judged(pack: &Pack, content: &Content, today: &str, texts: Texts) -> Judged {
    let assessment = rules::assess(pack, content, today);
    let (unusual, findings): (Vec<&Finding>, Vec<&Finding>) = assessment
        .findings
        .iter()
        .partition(|finding| finding.kind == Kind::Limit);
    let views = |findings: Vec<&Finding>| {
        let findings = findings.into_iter();
        findings.map(|one| FindingView::new(one, texts)).collect()
    };
    // Silence about what nobody measured must not read as good news.
    let silent = assessment.findings.is_empty() && assessment.news2.score.is_none();
    Judged {
        level: match silent {
            true => unmeasured(texts),
            false => level(assessment.level, texts),
        },
        score: score(&assessment, texts),
        findings: views(findings),
        unusual: views(unusual),
        wrong: Vec::new(),
    }
}

fn score(assessment: &Assessment, texts: Texts) -> Option<String> {
    let news2 = &assessment.news2;
    let score = news2.score?;
    let missing = news2.missing.iter();
    let missing: Vec<_> = missing
        .map(|key| super::fields::label(key, texts.locale))
        .collect();
    let text = texts.with("consultation-score", &[("score", &i64::from(score))]);
    Some(match missing.is_empty() {
        true => text,
        false => {
            let missing = missing.join(", ");
            let rest = texts.with("consultation-score-missing", &[("fields", &missing)]);
            format!("{text} {rest}")
        }
    })
}

/// What is typed so far, as far as it can be read, with what is wrong with the rest.
pub(super) fn readable(
    input: &Map<String, Json>,
    current: &Content,
    with: Context<'_>,
) -> (Content, Vec<FieldError>) {
    let form = Form::fiche();
    let errors = match form.apply(current, input, with) {
        Ok(content) => return (content, Vec::new()),
        Err(errors) => errors,
    };
    let mut right = input.clone();
    right.retain(|key, _| !errors.iter().any(|error| error.field == *key));
    let content = form.apply(current, &right, with);
    (content.unwrap_or_else(|_| current.clone()), errors)
}

/// The same of a form that is being filled in.
pub(super) fn judged_while_typing(
    pack: &Pack,
    input: &Map<String, Json>,
    with: Context<'_>,
    texts: Texts,
) -> Judged {
    let blank = Content::blank(Form::fiche());
    let (content, errors) = readable(input, &blank, with);
    Judged {
        wrong: wrong(&errors, texts),
        ..judged(pack, &content, with.today, texts)
    }
}

/// The words for who writes, from what he is.
pub(super) fn writer(role: Option<kernel::Role>) -> Writer {
    rules::writer(role)
}

/// How a value moved since the last time: up, down, or not at all.
pub(super) fn arrow(now: Option<f64>, before: Option<f64>) -> &'static str {
    match (now, before) {
        (Some(now), Some(before)) if now > before => "↑",
        (Some(now), Some(before)) if now < before => "↓",
        (Some(_), Some(_)) => "=",
        _ => "",
    }
}

/// The number behind a vital sign; of a pressure the higher one.
pub(super) fn measured(content: &Content, key: &str) -> Option<f64> {
    content.number(key).or_else(|| {
        let (systolic, _) = content.text(key)?.split_once('/')?;
        systolic.parse().ok()
    })
}

/// A content's value as people read it.
pub(super) fn shown(content: &Content, key: &str, locale: Locale) -> String {
    let field = Form::fiche().field(key);
    let shown = field.and_then(|field| content.shown(field, locale));
    shown.unwrap_or_default()
}
