//! All rules against one patient.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::condition::{Reason, Truth};
use crate::context::Context;
use crate::facts::Facts;
use crate::finding::{Finding, Kind, Level, Source, Text};
use crate::news2::News2;
use crate::pack::{Pack, Rule, Usual, number};

/// What the rules say of one patient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    /// The highest level of all findings.
    pub level: Level,
    /// The early warning score.
    pub news2: News2,
    /// What fired, the most urgent first.
    pub findings: Vec<Finding>,
    /// The form's keys that could change this answer and are unknown.
    pub missing: Vec<String>,
}

/// Asks all rules of a pack.
#[must_use]
pub fn assess(pack: &Pack, facts: &Facts) -> Assessment {
    let context = Context::new(pack, facts);
    let mut missing: BTreeSet<String> = context
        .news2
        .missing
        .iter()
        .map(|&key| key.to_owned())
        .collect();
    let mut findings = Vec::new();
    for rule in &pack.rules {
        match rule.when.check(&context) {
            Truth::Yes(reasons) => findings.push(fired(rule, reasons)),
            Truth::Unknown(keys) => {
                missing.extend(keys.into_iter().filter(|key| pack.asked.contains(key)));
            }
            Truth::No => {}
        }
    }
    findings.extend(crate::allergy::check(&context));
    findings.extend(crate::interactions::check(&context));
    findings.extend(unusual_values(&context));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    Assessment {
        level: findings
            .iter()
            .map(|finding| finding.level)
            .max()
            .unwrap_or_default(),
        news2: context.news2,
        findings,
        missing: missing.into_iter().collect(),
    }
}

/// Values that may be right but are unusual for the age: accepted, with these
/// warnings. They never raise the level.
#[must_use]
pub fn unusual(pack: &Pack, facts: &Facts) -> Vec<Finding> {
    unusual_values(&Context::new(pack, facts))
}

fn fired(rule: &Rule, reasons: Vec<Reason>) -> Finding {
    finding(
        (&rule.id, rule.level, rule.kind),
        rule.text.clone(),
        reasons,
        &rule.source,
    )
}

/// A finding whose fields are those of its reasons, each named once.
pub(crate) fn finding(
    (rule, level, kind): (&str, Level, Kind),
    text: Text,
    reasons: Vec<Reason>,
    source: &Source,
) -> Finding {
    let mut texts = Vec::new();
    let mut fields = Vec::new();
    for reason in reasons {
        if !texts.contains(&reason.text) {
            texts.push(reason.text);
        }
        for field in reason.fields {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
    Finding {
        rule: rule.to_owned(),
        level,
        kind,
        text,
        reasons: texts,
        source: source.clone(),
        fields,
    }
}

fn unusual_values(context: &Context<'_>) -> Vec<Finding> {
    let Some(age) = context.facts.age() else {
        return Vec::new();
    };
    let mut found: Vec<Finding> = Vec::new();
    let mut usual_at: BTreeSet<&str> = BTreeSet::new();
    for row in &context.pack.usual {
        let at_age = row.from.reached_by(age) && row.below.is_none_or(|limit| limit.is_above(age));
        let Some(value) = context.number(&row.key).filter(|_| at_age) else {
            continue;
        };
        if (row.low..=row.high).contains(&value) {
            usual_at.insert(&row.key);
        } else if found.iter().all(|known| !known.fields.contains(&row.key)) {
            found.push(unusual_value(context, row, value));
        }
    }
    found
}

fn unusual_value(context: &Context<'_>, row: &Usual, value: f64) -> Finding {
    let reason = context.measured(&row.key, value);
    let (low, high) = (number(row.low), number(row.high));
    let text = Text::new(
        context
            .pack
            .unusual
            .fr
            .replace("{value}", &reason.text.fr)
            .replace("{low}", &low.replace('.', ","))
            .replace("{high}", &high.replace('.', ",")),
        context
            .pack
            .unusual
            .en
            .replace("{value}", &reason.text.en)
            .replace("{low}", &low)
            .replace("{high}", &high),
    );
    finding(
        (&row.id, Level::Green, Kind::Limit),
        text,
        vec![reason],
        &row.source,
    )
}
