use clinical_form::Form;
use kernel::{FieldError, Id, Problem};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::record::READ_ONLY;
use crate::care::{
    model::Administrative,
    rules::{LONGEST_REASON, LONGEST_SIGNATURE},
};

/// A record to be entered or changed: the form's fields and what the clinic
/// says about the record.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(in crate::care) struct RecordInput(pub(in crate::care) Map<String, Json>);

impl RecordInput {
    /// What is said about the record, and the form's fields.
    ///
    /// # Errors
    /// 400 naming every wrong field.
    pub(in crate::care) fn split(self) -> Result<(Administrative, Map<String, Json>), Problem> {
        let (mut admin, mut form, mut errors) = (Administrative::default(), Map::new(), Vec::new());
        for (key, value) in self.0 {
            if Form::fiche().field(&key).is_some() || key == "age" {
                form.insert(key, value);
            } else if let Err(error) = administer(&mut admin, &key, &value) {
                errors.push(error);
            }
        }
        match errors.is_empty() {
            true => Ok((admin, form)),
            false => Err(Problem::fields(errors)),
        }
    }
}

fn administer(admin: &mut Administrative, key: &str, value: &Json) -> Result<(), FieldError> {
    match key {
        "patient_id" => admin.patient = id(key, value)?,
        "user" => admin.user = id(key, value)?,
        "assigned_medecin" => admin.assigned_to = Some(id(key, value)?),
        "signature_medecin" => admin.signature = Some(text(key, value, LONGEST_SIGNATURE)?),
        "commentaire_rejet" => admin.rejection = Some(text(key, value, LONGEST_REASON)?),
        "is_patient_distance" => {
            let error = || FieldError::new(key, "wrong-type").with("expected", "boolean");
            admin.remote = Some(value.as_bool().ok_or_else(error)?);
        }
        key if READ_ONLY.contains(&key) => return Err(FieldError::new(key, "read-only")),
        key => return Err(FieldError::new(key, "unknown-field")),
    }
    Ok(())
}

fn id<K>(key: &str, value: &Json) -> Result<Option<Id<K>>, FieldError> {
    if value.is_null() {
        return Ok(None);
    }
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    let uuid: uuid::Uuid = parsed.ok_or_else(|| FieldError::new(key, "malformed"))?;
    Ok(Some(Id::from_uuid(uuid)))
}

fn text(key: &str, value: &Json, max: usize) -> Result<Option<String>, FieldError> {
    if value.is_null() {
        return Ok(None);
    }
    let error = || FieldError::new(key, "wrong-type").with("expected", "text");
    let text = value.as_str().ok_or_else(error)?.trim();
    if text.chars().count() > max {
        return Err(FieldError::new(key, "too-long").with("max", max));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// The doctor's conclusion, at least one of its fields; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"diagnostic": "Paludisme simple"}))]
#[expect(dead_code, reason = "describes the four keys; read as a map below")]
struct ConcludeKeys {
    /// The diagnosis.
    diagnostic: Option<String>,
    /// The treatment.
    traitement: Option<String>,
    /// Tests to be made.
    examen_complementaire: Option<String>,
    /// Advice.
    recommandations: Option<String>,
}

/// The doctor's conclusion.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::care) struct ConcludeInput(Map<String, Json>);

impl utoipa::PartialSchema for ConcludeInput {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        ConcludeKeys::schema()
    }
}

impl ToSchema for ConcludeInput {}

impl ConcludeInput {
    /// The fields.
    ///
    /// # Errors
    /// 400 naming what is none of the conclusion.
    pub(in crate::care) fn fields(self) -> Result<Map<String, Json>, Problem> {
        let doctors = |key: &str| Form::fiche().field(key).is_some_and(|field| field.doctor);
        let strange = self.0.keys().filter(|key| !doctors(key));
        let strange: Vec<_> = strange
            .map(|key| FieldError::new(key, "unknown-field"))
            .collect();
        match strange.is_empty() {
            true => Ok(self.0),
            false => Err(Problem::fields(strange)),
        }
    }
}

/// Another version of a signed record: why, and any field of the form.
#[derive(Debug, Deserialize)]
pub(in crate::care) struct AmendInput {
    /// At most 2 000 characters.
    pub(in crate::care) reason: String,
    #[serde(flatten)]
    pub(in crate::care) fields: Map<String, Json>,
}
