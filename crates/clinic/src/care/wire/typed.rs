//! The form as a page sends it: every field as text, by its key.

use std::collections::BTreeMap;

use clinical_form::{Content, Field, Form, Kind, Value, Writer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::care::{model::Administrative, rules};

/// The age of somebody who does not know the day of his birth.
pub(in crate::care) const AGE: &str = "age";
/// The day of birth.
pub(in crate::care) const BIRTH_DATE: &str = "date_naissance";
/// Whether the person to be called lives where the patient does.
pub(in crate::care) const SAME_ADDRESS: &str = "meme_adresse";
/// Whether the patient is not there in person.
pub(in crate::care) const REMOTE: &str = "a_distance";
const APPROXIMATE: &str = "date_naissance_approx";
const CONTACT_ADDRESS: &str = "contact_adresse";
const HOME: [&str; 3] = ["avenue", "quartier", "commune"];
/// What a ticked box sends.
const TICKED: &str = "on";
const YES: &str = "oui";
const NO: &str = "non";
/// Which of two versions a field is taken from, after a clash.
const TAKE: &str = "prendre-";
const THEIRS: &str = "autre";

/// What an examination says that found nothing: the five answers that every
/// record must have.
const UNREMARKABLE: [(&str, &str); 5] = [
    ("etat", "Conservé"),
    ("capacite_physique", "Top"),
    ("capacite_psychologique", "Top"),
    ("febrile", "Non"),
    ("tegument", "Normal"),
];

/// The same answers as a form sends them.
pub(in crate::care) fn nothing_found() -> String {
    let mut answers = form_urlencoded::Serializer::new(String::new());
    answers.extend_pairs(UNREMARKABLE).finish()
}

/// What stands in the fields of a page. An absent field is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::care) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// A kept draft; nothing of one that cannot be read any more.
    pub(in crate::care) fn of_draft(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The draft to be kept.
    pub(in crate::care) fn draft(&self) -> String {
        json!(self.0).to_string()
    }

    /// A content as a page shows it for writing.
    pub(in crate::care) fn of_content(content: &Content, today: &str) -> Self {
        let mut typed = Self::default();
        for field in Form::fiche().fields() {
            if let Some(value) = content.get(&field.key) {
                typed.set(&field.key, text(field, value));
            }
        }
        if content.flag(APPROXIMATE) == Some(true)
            && let Some((years, _)) = rules::age(content, today)
        {
            typed.set(BIRTH_DATE, String::new());
            typed.set(AGE, years.to_string());
        }
        let same = !typed.home().is_empty() && typed.home() == typed.get(CONTACT_ADDRESS);
        if same {
            typed.set(SAME_ADDRESS, TICKED.to_owned());
        }
        typed
    }

    /// What stands in a field, without the white space around it.
    pub(in crate::care) fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", |text| text.trim())
    }

    /// The same as it was typed.
    pub(in crate::care) fn raw(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    /// Writes into a field.
    pub(in crate::care) fn set(&mut self, key: &str, text: String) {
        match text.is_empty() {
            true => self.0.remove(key),
            false => self.0.insert(key.to_owned(), text),
        };
    }

    /// Takes a field out.
    pub(in crate::care) fn take(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    /// Answers the examination of somebody in whom nothing was found.
    pub(in crate::care) fn examined_without_finding(&mut self) {
        for (key, word) in UNREMARKABLE {
            self.set(key, word.to_owned());
        }
    }

    /// Where the patient lives.
    fn home(&self) -> String {
        let parts = HOME.iter().map(|key| self.get(key));
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// What is said about the record besides the form.
    pub(in crate::care) fn administrative(&self) -> Administrative {
        Administrative {
            remote: Some(!self.get(REMOTE).is_empty()),
            ..Administrative::default()
        }
    }

    /// The form's fields as an operation takes them: all that this person may
    /// write, since a page shows them all.
    pub(in crate::care) fn input(&self, writer: Writer) -> Map<String, Json> {
        let writes = |field: &&Field| !field.doctor || writer == Writer::Doctor;
        let fields = Form::fiche().fields().filter(writes);
        let mut input: Map<String, Json> = fields
            .map(|field| (field.key.clone(), value(field, self.get(&field.key))))
            .collect();
        if !self.get(SAME_ADDRESS).is_empty() {
            input.insert(CONTACT_ADDRESS.to_owned(), json!(self.home()));
        }
        if self.get(BIRTH_DATE).is_empty() && !self.get(AGE).is_empty() {
            input.insert(APPROXIMATE.to_owned(), json!(true));
            input.insert(AGE.to_owned(), number(self.get(AGE)));
        }
        input
    }

    /// The doctor's conclusion alone.
    pub(in crate::care) fn conclusion(&self) -> Map<String, Json> {
        let fields = Form::fiche().fields().filter(|field| field.doctor);
        fields
            .map(|field| (field.key.clone(), value(field, self.get(&field.key))))
            .collect()
    }

    /// Whether somebody has chosen between two versions.
    pub(in crate::care) fn is_settling(&self) -> bool {
        self.0.keys().any(|name| name.starts_with(TAKE))
    }

    /// Settles a clash: what was chosen of the other version comes from there.
    pub(in crate::care) fn settle(&mut self, theirs: &Self) {
        let keys: Vec<String> = self.0.keys().cloned().collect();
        for name in keys {
            let Some(key) = name.strip_prefix(TAKE) else {
                continue;
            };
            if self.take(&name).as_deref() != Some(THEIRS) {
                continue;
            }
            self.set(key, theirs.raw(key).to_owned());
            if key == BIRTH_DATE {
                self.set(AGE, theirs.raw(AGE).to_owned());
            }
            if key == CONTACT_ADDRESS {
                self.take(SAME_ADDRESS);
            }
        }
    }
}

fn text(field: &Field, value: &Value) -> String {
    match (value, &field.kind) {
        (Value::Flag(true), Kind::Flag { unknown: false }) => TICKED.to_owned(),
        (Value::Flag(false), Kind::Flag { unknown: false }) => String::new(),
        (Value::Flag(flag), _) => if *flag { YES } else { NO }.to_owned(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Text(text), _) => text.clone(),
    }
}

fn value(field: &Field, text: &str) -> Json {
    match &field.kind {
        Kind::Flag { unknown: false } => json!(!text.is_empty()),
        Kind::Flag { unknown: true } => match text {
            YES => json!(true),
            NO => json!(false),
            _ => Json::Null,
        },
        _ if text.is_empty() => Json::Null,
        Kind::Number { .. } => number(text),
        _ => json!(text),
    }
}

/// A number as people write it; what is none stays text and is refused by name.
fn number(text: &str) -> Json {
    let point = text.replace(',', ".");
    if let Ok(whole) = point.parse::<i64>() {
        return json!(whole);
    }
    match point.parse::<f64>() {
        Ok(number) if number.is_finite() => json!(number),
        _ => json!(text),
    }
}
