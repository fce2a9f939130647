//! What a document of a record says, as `templates/care/record.typ` reads it.

use std::fmt::Write as _;

use clinical_form::{Content, Field, Form, Kind, Section};
use kernel::{Locale, Timestamp, Zone};
use safety_rules::{Assessment, Band};
use serde_json::{Map, Value, json};
use webkit::Texts;

use crate::care::{
    model::{Document, LabLine, Reader, Reference, Status, VersionRow},
    rules::age,
};

/// Points of the early warning score from which a measurement is critical.
const CRITICAL: u8 = 3;

/// A day in words, `12 mars 2026`, and the time, `09 h 42`, on the clinic's wall.
pub(in crate::care) fn day_in_words(at: Timestamp, zone: &Zone, texts: &Texts) -> String {
    let day = at.day(zone);
    let mut parts = day.split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().unwrap_or_default();
    let date = parts.next().unwrap_or_default().trim_start_matches('0');
    let month = texts.get(&format!("paper-month-{month}"));
    texts.with(
        "paper-day",
        &[("day", &date), ("month", &month), ("year", &year)],
    )
}

fn time_in_words(at: Timestamp, zone: &Zone, texts: &Texts) -> String {
    let clock = at.hour_minute(zone);
    let (hour, minute) = clock.split_once(':').unwrap_or((&clock, ""));
    texts.with("paper-time", &[("hour", &hour), ("minute", &minute)])
}

fn moment(at: Timestamp, zone: &Zone, texts: &Texts) -> String {
    let (day, time) = (
        day_in_words(at, zone, texts),
        time_in_words(at, zone, texts),
    );
    texts.with("paper-moment", &[("day", &day), ("time", &time)])
}

/// The data of the document, without pictures. A draft never holds the
/// conclusion or a signature; what an analysis proposed is on none; a patient's
/// holds nothing that the doctor did not sign.
pub(in crate::care) fn paper(
    document: &Document,
    assessment: &Assessment,
    (reader, verify): (Reader, Option<&str>),
    texts: &Texts,
) -> Value {
    let d = document;
    let content = &d.record.content;
    let staff = reader == Reader::Staff;
    let mut data = json!({
        "words": words(texts),
        "letterhead": letterhead(d),
        "record": about(d, texts),
        "patient": patient(d, texts),
        "allergy": allergies(content, texts),
        "sections": sections(content, assessment, texts),
        "labs": d.labs.iter().map(|lab| lab_line(lab, texts)).collect::<Vec<_>>(),
        "references": d.references.iter().map(reference).collect::<Vec<_>>(),
        "versions": d.history.iter().map(|version| version_line(version, &d.clinic.zone, texts)).collect::<Vec<_>>(),
    });
    if staff {
        data["red_flags"] = red_flags(assessment, texts.locale);
        data["score"] = score(content, assessment, texts);
    }
    if let Some(signed) = &d.signed {
        data["conclusion"] = conclusion(content, texts.locale);
        data["signature"] = signature(d, signed, verify, texts);
    }
    data
}

/// What is known of allergies, in words.
pub(in crate::care) fn allergies(content: &Content, texts: &Texts) -> Option<String> {
    let what = match content.text("medicament_allergique") {
        Some(named) => named.to_owned(),
        None if content.flag("allergie_medicamenteuse") == Some(true) => {
            texts.get("consultation-allergy-unnamed")
        }
        None => return None,
    };
    Some(texts.with("consultation-allergy", &[("what", &what)]))
}

const WORDS: [&str; 27] = [
    "draft",
    "version",
    "page",
    "source",
    "fingerprint",
    "red_flags",
    "measure",
    "value",
    "unit",
    "range",
    "flag",
    "points",
    "date",
    "test",
    "labs",
    "conclusion",
    "references",
    "versions",
    "when",
    "who",
    "reason",
    "signature",
    "signed_by",
    "sha256",
    "verify",
    "signature_alt",
    "qr_alt",
];

fn words(texts: &Texts) -> Value {
    let word = |key: &str| match key {
        // The template fills these in itself.
        "page" => texts.with("paper-page", &[("page", &"{page}"), ("pages", &"{pages}")]),
        _ => texts.get(&format!("paper-{}", key.replace('_', "-"))),
    };
    let all = WORDS.map(|key| (key.to_owned(), json!(word(key))));
    Value::Object(Map::from_iter(all))
}

fn letterhead(d: &Document) -> Value {
    let lines = d.letterhead.address.as_deref().unwrap_or_default().lines();
    let lines: Vec<_> = lines.filter(|line| !line.trim().is_empty()).collect();
    json!({"name": d.clinic.name, "lines": lines, "phone": d.letterhead.phone, "email": d.letterhead.email})
}

fn about(d: &Document, texts: &Texts) -> Value {
    let (at, zone) = (d.record.created_at, &d.clinic.zone);
    let (level, word) = match (&d.signed, d.record.status) {
        (Some(_), _) => ("ok", "paper-status-signed"),
        (None, Status::Rejected) => ("rejected", "paper-status-rejected"),
        (None, _) => ("pending", "paper-status-draft"),
    };
    let version = d.signed.as_ref().map_or(d.record.version, |v| v.version);
    json!({
        "title": texts.get("paper-title"),
        "number": d.record.number,
        "date": day_in_words(at, zone, texts),
        "time": time_in_words(at, zone, texts),
        "version": version,
        "draft": d.signed.is_none(),
        "status": {"word": texts.get(word), "level": level},
    })
}

/// What stands in the patient's box: all of the form's first section but the
/// name, which is its title.
fn patient(d: &Document, texts: &Texts) -> Value {
    let content = &d.record.content;
    let name = ["nom", "postnom", "prenom"];
    let own = Form::fiche().sections.first();
    let fields = own.map_or(&[][..], |section| &section.fields);
    let today = d.record.created_at.day(&d.clinic.zone);
    let mut rows: Vec<Value> = Vec::new();
    for field in fields.iter().filter(|f| !name.contains(&f.key.as_str())) {
        let mut value = content.shown(field, texts.locale);
        if field.key == "date_naissance" {
            let years = age(content, &today).map(|(years, _)| years);
            value = value
                .zip(years)
                .map(|(day, years)| texts.with("paper-born", &[("day", &day), ("years", &years)]));
        }
        let said = !matches!(
            content.get(&field.key),
            Some(clinical_form::Value::Flag(false))
        );
        rows.extend(
            value
                .filter(|_| said)
                .map(|value| row(field, value, texts.locale)),
        );
    }
    let doctor = d.signed.as_ref().and_then(|v| v.signed_name.clone());
    if let Some(doctor) = doctor.or_else(|| d.record.assigned_name.clone()) {
        rows.push(json!({"label": texts.get("paper-doctor"), "value": doctor}));
    }
    if d.record.remote {
        rows.push(json!({"label": texts.get("paper-mode"), "value": texts.get("paper-remote")}));
    }
    let parts = name.map(|key| content.text(key).unwrap_or_default());
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    json!({"name": parts.join(" "), "rows": rows})
}

fn row(field: &Field, value: String, locale: Locale) -> Value {
    json!({"label": field.label.text(locale), "value": value})
}

/// Every other section of the form but the conclusion, in its order.
fn sections(content: &Content, assessment: &Assessment, texts: &Texts) -> Vec<Value> {
    let all = Form::fiche().sections.iter().skip(1);
    let open = all.filter(|section| section.fields.iter().any(|field| !field.doctor));
    open.map(|section| of_section(section, content, assessment, texts))
        .collect()
}

fn of_section(section: &Section, content: &Content, found: &Assessment, texts: &Texts) -> Value {
    let locale = texts.locale;
    let is_vital = section.fields.iter().any(|field| field.vital);
    let (mut rows, mut long) = (Vec::new(), Vec::new());
    for field in section.fields.iter().filter(|field| content.says(field)) {
        let Some(value) = content.shown(field, locale) else {
            continue;
        };
        let is_long = matches!(field.kind, Kind::Text { lines: true, .. });
        if is_vital {
            rows.push(vital(field, &value, found, texts));
        } else if is_long {
            long.push(row(field, value, locale));
        } else {
            rows.push(row(field, value, locale));
        }
    }
    let kind = if is_vital { "vitals" } else { "rows" };
    json!({"title": section.label.text(locale), "kind": kind, "rows": rows, "long": long})
}

fn vital(field: &Field, value: &str, found: &Assessment, texts: &Texts) -> Value {
    let unit = field.unit();
    let bare = value.strip_suffix(unit).unwrap_or(value).trim_end();
    let bare = bare.trim_end_matches('\u{a0}');
    json!({"label": field.label.text(texts.locale), "value": bare, "unit": unit, "flag": flag(&field.key, found, texts)})
}

/// How a measurement stands: by its points in the early warning score, else by
/// whether the rules found it unusual for the age.
fn flag(key: &str, found: &Assessment, texts: &Texts) -> Value {
    let points = found.news2.points.iter();
    let points = points
        .filter(|part| part.key == key)
        .map(|part| part.points)
        .max();
    let unusual = found.findings.iter().any(|finding| {
        finding.kind == safety_rules::Kind::Limit && finding.fields.iter().any(|field| field == key)
    });
    let (word, level) = match points {
        Some(points) if points >= CRITICAL => ("paper-flag-critical", "critical"),
        Some(points) if points > 0 => ("paper-flag-notice", "notice"),
        _ if unusual => ("paper-flag-unusual", "notice"),
        Some(_) => ("paper-flag-normal", "normal"),
        None => return Value::Null,
    };
    json!({"word": texts.get(word), "level": level})
}

fn red_flags(found: &Assessment, locale: Locale) -> Value {
    let red = found.findings.iter();
    let red = red.filter(|finding| finding.level == safety_rules::Level::Red);
    red.map(|finding| json!({"text": finding.text.in_locale(locale), "source": source(&finding.source)}))
        .collect()
}

fn source(source: &safety_rules::Source) -> String {
    format!("{}, {}, {}", source.organisation, source.title, source.year)
}

/// The early warning score with what it is made of, when it is for this patient
/// and something was measured.
fn score(content: &Content, found: &Assessment, texts: &Texts) -> Value {
    let news = &found.news2;
    let Some(total) = news.score else {
        return Value::Null;
    };
    let level = match news.band {
        Band::None => "normal",
        Band::Low => "notice",
        Band::LowMedium | Band::Medium => "high",
        Band::High => "critical",
    };
    let rows: Vec<Value> = news.points.iter().filter_map(|part| {
        let field = Form::fiche().field(part.key)?;
        let value = content.shown(field, texts.locale)?;
        Some(json!({"label": field.label.text(texts.locale), "value": value, "points": part.points}))
    }).collect();
    let mut total = total.to_string();
    if !news.complete {
        // Something was not measured: the score is at least this.
        let _ = write!(total, "+");
    }
    json!({
        "title": texts.get("paper-score"),
        "total": total,
        "risk": texts.get(&format!("paper-risk-{level}")),
        "level": level,
        "rows": rows,
        "source": "Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017",
    })
}

fn conclusion(content: &Content, locale: Locale) -> Value {
    let doctors = Form::fiche().fields().filter(|field| field.doctor);
    doctors
        .filter_map(|field| {
            let text = content.text(&field.key)?;
            Some(json!({"title": field.label.text(locale), "text": text}))
        })
        .collect()
}

fn lab_line(lab: &LabLine, texts: &Texts) -> Value {
    let flag = match lab.flag.as_deref() {
        Some("L") => json!({"word": texts.get("paper-flag-low"), "level": "low"}),
        Some("H") => json!({"word": texts.get("paper-flag-high"), "level": "high"}),
        Some("N") => json!({"word": texts.get("paper-flag-normal"), "level": "normal"}),
        _ => Value::Null,
    };
    let date = kernel::day_month_year(&lab.taken_on);
    json!({"test": lab.test, "value": lab.value, "unit": lab.unit, "range": lab.range, "flag": flag, "date": date})
}

fn reference(reference: &Reference) -> Value {
    let r = reference;
    json!({"title": r.title, "authors": r.authors, "journal": r.journal, "year": r.year, "source": r.source, "url": r.url})
}

fn version_line(version: &VersionRow, zone: &Zone, texts: &Texts) -> Value {
    let first = || texts.get("paper-first-signature");
    json!({
        "number": version.version,
        "when": moment(version.at, zone, texts),
        "who": version.signed_name,
        "reason": version.reason.clone().unwrap_or_else(first),
    })
}

fn signature(d: &Document, signed: &VersionRow, verify: Option<&str>, texts: &Texts) -> Value {
    let time = moment(signed.at, &d.clinic.zone, texts);
    let zone = d.clinic.zone.name();
    let time = texts.with("paper-signed-at", &[("moment", &time), ("zone", &zone)]);
    // What was typed belongs to the record as it stands, not to an older version.
    let typed = d.record.signature.clone();
    let typed = typed.filter(|_| d.record.status == Status::Validated);
    json!({
        "doctor": signed.signed_name,
        "role": typed,
        "time": time,
        "sha256": signed.signed_hash,
        "url": verify,
    })
}
