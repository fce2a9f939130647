//! The trail on the wire and in words.

use kernel::{Locale, Problem, Role, Zone, text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use webkit::{Texts, i18n::IntoValue};

use super::model::{ActorKind, EntryView, Wanted};

mod lists;

pub use lists::ACTIONS;
pub(super) use lists::OBJECTS;

/// Filters of the trail.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Done by this person or service.
    pub(super) person: Option<Uuid>,
    /// This action, e.g. `patient.read`.
    pub(super) action: Option<String>,
    /// Done to this kind of object, e.g. `patient`.
    pub(super) object_type: Option<String>,
    /// About this patient.
    pub(super) patient: Option<Uuid>,
    /// From this day of the clinic on, `YYYY-MM-DD`.
    pub(super) from: Option<String>,
    /// Up to and with this day of the clinic, `YYYY-MM-DD`.
    pub(super) to: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl Filter {
    /// What is wanted, the days read in the clinic's zone.
    pub(super) fn wanted(&self, zone: &Zone) -> Result<Wanted, Problem> {
        let day = |field: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => kernel::Timestamp::local_day(text, zone)
                .map(Some)
                .map_err(|_| Problem::invalid(field, "not-a-date")),
        };
        Ok(Wanted {
            person: self.person,
            action: self.action.clone(),
            object_type: self.object_type.clone(),
            patient: self.patient,
            from: day("from", &self.from)?.map(|(start, _)| start),
            until: day("to", &self.to)?.map(|(_, end)| end),
        })
    }
}

/// A line of the trail.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryBody {
    /// Its number in the clinic, from 1 without a gap.
    seq: i64,
    /// UUIDv7.
    id: String,
    /// RFC 3339 in the clinic's zone.
    at: String,
    /// `user`, `service` or `program`.
    actor_kind: &'static str,
    /// The person or the service.
    actor_id: Option<String>,
    /// The person's name now.
    actor_name: Option<String>,
    /// The role he had then, or the name of the program.
    actor_role: String,
    /// What was done, e.g. `patient.read`.
    action: String,
    /// To what kind of object.
    object_type: String,
    /// To which.
    object_id: String,
    /// Whose record it belongs to.
    patient_id: Option<String>,
    /// His name now.
    patient_name: Option<String>,
    /// More about it, JSON in a string.
    detail: Option<String>,
    /// The same in a sentence of the caller's language.
    sentence: String,
    /// The line's hash, 64 hexadecimal digits.
    hash: String,
}

impl EntryBody {
    pub(super) fn new(row: &EntryView, zone: &Zone, texts: Texts) -> Self {
        Self {
            seq: row.seq,
            id: row.id.to_string(),
            at: row.at.rfc3339(zone),
            actor_kind: row.actor_kind.as_str(),
            actor_id: row.actor_id.map(|id| id.to_string()),
            actor_name: row.actor(),
            actor_role: row.actor_name.clone(),
            action: row.action.clone(),
            object_type: row.object_type.clone(),
            object_id: row.object_id.to_string(),
            patient_id: row.patient_id.map(|id| id.to_string()),
            patient_name: row.patient(),
            detail: row.detail.clone(),
            sentence: row.sentence(&texts),
            hash: row.hash.clone(),
        }
    }
}

webkit::page_body! {
    /// A page of the trail.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"seq": 1, "id": "01980000-0000-7000-8000-000000000000", "at": "2026-03-01T09:30:00+00:00", "actor_kind": "user", "actor_id": "01980000-0000-7000-8000-000000000000", "actor_name": "Cheikh Mbaye", "actor_role": "medecin", "action": "patient.read", "object_type": "patient", "object_id": "01980000-0000-7000-8000-000000000000", "patient_id": "01980000-0000-7000-8000-000000000000", "patient_name": "Aïssatou Ndiaye", "detail": null, "sentence": "Cheikh Mbaye a ouvert le dossier d’Aïssatou Ndiaye.", "hash": "bb4d06a6a3537cae566b76a522dfd26b3ed7255fb708a2bd9a4d0384c4611ca4"}]}))]
    pub(super) struct EntryPage {
        /// Lines that fit the filters.
        count,
        /// The lines, newest first.
        results: Vec<EntryBody>,
    }
}

/// Who did something with one's own record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccessBody {
    /// RFC 3339 in the clinic's zone.
    at: String,
    /// The person's name.
    name: Option<String>,
    /// The role he had then.
    role: String,
    /// What the role is called in the caller's language.
    role_text: String,
    /// What was done, e.g. `patient.read`.
    action: String,
    /// The same in simple words of the caller's language.
    action_text: String,
}

impl AccessBody {
    pub(super) fn new(row: &EntryView, zone: &Zone, texts: Texts) -> Self {
        Self {
            at: row.at.rfc3339(zone),
            name: row.actor(),
            role: row.actor_name.clone(),
            role_text: row.role(&texts),
            action: row.action.clone(),
            action_text: row.to_the_patient(&texts),
        }
    }
}

webkit::page_body! {
    /// A page of them.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"at": "2026-03-01T09:30:00+00:00", "name": "Cheikh Mbaye", "role": "medecin", "role_text": "Médecin", "action": "patient.read", "action_text": "A ouvert votre dossier"}]}))]
    pub(super) struct AccessPage {
        /// All there are.
        count,
        /// Newest first.
        results: Vec<AccessBody>,
    }
}

/// `patient.add_contact` as the end of a text's key.
fn key(action: &str) -> String {
    action.replace(['.', '_'], "-")
}

fn name(first: Option<&String>, last: Option<&String>) -> Option<String> {
    Some(format!("{} {}", first?, last?))
}

/// "de Moussa", "d’Awa": French drops a vowel before a vowel.
fn of(texts: &Texts, name: &str) -> String {
    let starts = text::fold(name).starts_with(['a', 'e', 'i', 'o', 'u']);
    let vowel = if starts && texts.locale == Locale::Fr {
        "yes"
    } else {
        "no"
    };
    texts.with("audit-of", &[("vowel", &vowel), ("name", &name)])
}

impl EntryView {
    /// The person's name, if it was a person who is still known.
    #[must_use]
    pub fn actor(&self) -> Option<String> {
        name(self.actor_first.as_ref(), self.actor_last.as_ref())
    }

    /// The patient's name, if it is about one.
    #[must_use]
    pub fn patient(&self) -> Option<String> {
        name(self.patient_first.as_ref(), self.patient_last.as_ref())
    }

    /// What the role then is called.
    pub(super) fn role(&self, texts: &Texts) -> String {
        match (self.actor_kind, Role::parse(&self.actor_name)) {
            (ActorKind::User, Some(role)) => texts.get(&format!("role-{role}")),
            (ActorKind::Program, _) => {
                let key = format!("audit-program-{}", self.actor_name);
                let known = texts.try_with(&key, &[]);
                known.unwrap_or_else(|| self.actor_name.clone())
            }
            _ => self.actor_name.clone(),
        }
    }

    fn subject(&self, texts: &Texts) -> String {
        match (self.actor_kind, self.actor()) {
            (_, Some(name)) => name,
            (ActorKind::User, None) => texts.get("audit-somebody"),
            (ActorKind::Service, None) => texts.get("audit-service"),
            (ActorKind::Program, None) => texts.get("audit-program"),
        }
    }

    /// Who did what, in one sentence.
    pub(super) fn sentence(&self, texts: &Texts) -> String {
        let actor = self.subject(texts);
        let patient = self
            .patient()
            .unwrap_or_else(|| texts.get("audit-unknown-patient"));
        let person = name(self.object_first.as_ref(), self.object_last.as_ref())
            .unwrap_or_else(|| texts.get("audit-somebody"));
        let key = format!("audit-does-{}", key(&self.action));
        let (of_patient, of_person) = (of(texts, &patient), of(texts, &person));
        let values: [(&str, &dyn IntoValue); 6] = [
            ("actor", &actor),
            ("action", &self.action),
            ("patient", &patient),
            ("of_patient", &of_patient),
            ("person", &person),
            ("of_person", &of_person),
        ];
        let known = texts.try_with(&key, &values);
        known.unwrap_or_else(|| texts.with("audit-does-other", &values))
    }

    /// What was done, in words for the patient whose record it is.
    pub(super) fn to_the_patient(&self, texts: &Texts) -> String {
        let key = format!("audit-my-{}", key(&self.action));
        if texts.has(&key) {
            return texts.get(&key);
        }
        texts.get("audit-my-other")
    }

    /// Why the glass was broken.
    pub(super) fn reason(&self) -> Option<String> {
        let detail: serde_json::Value = serde_json::from_str(self.detail.as_deref()?).ok()?;
        Some(detail.get("reason")?.as_str()?.to_owned())
    }
}
