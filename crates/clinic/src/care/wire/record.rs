use clinical_form::{Form, Value};
use kernel::{Locale, Zone};
use safety_rules::Assessment;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;
use webkit::Texts;

use super::{evaluation::CheckedBody, status_text, status_word};
use crate::care::{
    model::{Encounter, Status},
    rules,
};

/// What an answer holds besides the form; none of it is accepted in an input.
pub(super) const READ_ONLY: &[&str] = &[
    "id",
    "numero_dossier",
    "date_consultation",
    "heure_debut",
    "heure_fin",
    "created_at",
    "updated_at",
    "status",
    "status_display",
    "diagnostic_ia",
    "analyse_erreur",
    "assigned_medecin_nom",
    "medecin_validateur",
    "medecin_validateur_nom",
    "date_validation",
    "version",
    "version_signee",
    "evaluation",
    "warnings",
];

/// A consultation record: the form's fields by their keys, null when empty,
/// with what the clinic says about it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(in crate::care) struct RecordBody(Map<String, Json>);

impl RecordBody {
    /// With what the rules say of it.
    pub(in crate::care) fn assessed(mut self, assessment: &Assessment, locale: Locale) -> Self {
        let checked = CheckedBody::new(assessment, locale);
        if let Ok(Json::Object(parts)) = serde_json::to_value(checked) {
            self.0.extend(parts);
        }
        self
    }

    pub(in crate::care) fn new(
        record: &Encounter,
        today: &str,
        zone: &Zone,
        texts: &Texts,
    ) -> Self {
        let mut body = Map::new();
        about(&mut body, record, zone, texts);
        for field in Form::fiche().fields() {
            let value = record.content.get(&field.key).map_or(Json::Null, plain);
            body.insert(field.key.clone(), value);
        }
        let age = rules::age(&record.content, today).map(|(years, _)| years);
        body.insert("age".to_owned(), json!(age));
        Self(body)
    }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
    }
}

fn about(body: &mut Map<String, Json>, record: &Encounter, zone: &Zone, texts: &Texts) {
    let r = record;
    // A signature that another analysis was asked after is in the versions.
    let holds = r.status == Status::Validated;
    let id = |id: Option<kernel::UserId>| json!(id.map(|id| id.to_string()));
    let parts = [
        ("id", json!(r.id.to_string())),
        ("numero_dossier", json!(r.number)),
        ("patient_id", json!(r.patient_id.to_string())),
        ("user", id(r.patient_user)),
        ("date_consultation", json!(r.created_at.day(zone))),
        ("heure_debut", json!(r.created_at.hour_minute(zone))),
        (
            "heure_fin",
            json!(
                r.validated_at
                    .filter(|_| holds)
                    .map(|at| at.hour_minute(zone))
            ),
        ),
        ("created_at", json!(r.created_at.rfc3339(zone))),
        ("updated_at", json!(r.updated_at.rfc3339(zone))),
        ("status", json!(status_word(r.status))),
        ("status_display", json!(status_text(texts, r.status))),
        ("is_patient_distance", json!(r.remote)),
        ("diagnostic_ia", json!(r.analysis)),
        ("analyse_erreur", json!(r.analysis_error)),
        ("assigned_medecin", id(r.assigned_to)),
        ("assigned_medecin_nom", json!(r.assigned_name)),
        ("medecin_validateur", id(r.validated_by.filter(|_| holds))),
        (
            "medecin_validateur_nom",
            json!(r.validated_name.as_ref().filter(|_| holds)),
        ),
        (
            "date_validation",
            json!(r.validated_at.filter(|_| holds).map(|at| at.rfc3339(zone))),
        ),
        ("signature_medecin", json!(r.signature)),
        ("commentaire_rejet", json!(r.rejection)),
        ("version", json!(r.version)),
        ("version_signee", json!(r.signed_version)),
    ];
    body.extend(parts.map(|(key, value)| (key.to_owned(), value)));
}

webkit::page_body! {
    /// A page of records.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::care) struct RecordPage {
        /// Rows in the whole list.
        count,
        /// The records, newest first.
        results: Vec<RecordBody>,
    }
}

/// The words each choice accepts, by field, with their labels.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(in crate::care) struct ChoicesBody(Map<String, Json>);

/// The choices of the form, and the states of a record.
pub(in crate::care) fn choices(locale: Locale, texts: &Texts) -> ChoicesBody {
    let fields = Form::fiche().fields();
    let mut all: Map<String, Json> = fields
        .filter(|field| !field.choices().is_empty())
        .map(|field| {
            let choices = field.choices().iter();
            let choices = choices
                .map(|choice| json!({"value": choice.word, "label": choice.label.text(locale)}));
            (field.key.clone(), choices.collect())
        })
        .collect();
    let states = Status::ALL
        .iter()
        .map(|status| json!({"value": status_word(*status), "label": status_text(texts, *status)}));
    all.insert("status".to_owned(), states.collect());
    ChoicesBody(all)
}
