use kernel::{Id, Patch, Problem, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::care::model::{
    AttachmentId, AttachmentMark, EncounterMark, NewObservation, Observation, ObservationPatch,
    Results, Series,
};

/// Filters of the list of results.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct LabFilter {
    /// Of this record.
    fiche: Option<String>,
    /// Of this patient.
    patient: Option<String>,
    /// Of this analysis, however it is written.
    #[param(example = "Glycémie")]
    type_analyse: Option<String>,
    /// Taken on this day, `YYYY-MM-DD`.
    date: Option<String>,
    /// Taken on this day or later.
    date_from: Option<String>,
    /// Taken on this day or earlier.
    date_to: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    /// The language of a page.
    #[serde(rename = "lang")]
    #[param(ignore)]
    _lang: Option<String>,
}

fn day(given: Option<&str>, field: &'static str) -> Result<Option<String>, Problem> {
    let given = given.filter(|text| !text.is_empty());
    let day = given.map(str::parse::<jiff::civil::Date>).transpose();
    let day = day.map_err(|_| Problem::invalid(field, "not-a-date"))?;
    Ok(day.map(|day| day.to_string()))
}

impl LabFilter {
    /// What is asked for.
    ///
    /// # Errors
    /// 400 for an id or a day that is none.
    pub(in crate::care) fn wanted(&self) -> Result<Results, Problem> {
        let on = day(self.date.as_deref(), "date")?;
        let from = day(self.date_from.as_deref(), "date_from")?;
        let until = day(self.date_to.as_deref(), "date_to")?;
        let analysis = self.type_analyse.clone();
        Ok(Results {
            encounter: Id::asked(self.fiche.as_deref(), "fiche")?,
            patient: Id::asked(self.patient.as_deref(), "patient")?,
            analysis: analysis.filter(|text| !text.trim().is_empty()),
            from: on.clone().or(from),
            until: on.or(until),
        })
    }
}

/// Of whom and of what a trend is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct TrendFilter {
    /// The patient; staff must name one.
    patient: Option<String>,
    /// The analysis, however it is written.
    #[param(example = "Glycémie")]
    pub(in crate::care) type_analyse: String,
}

impl TrendFilter {
    /// The patient.
    ///
    /// # Errors
    /// 400 for what is no id.
    pub(in crate::care) fn patient<K>(&self) -> Result<Option<Id<K>>, Problem> {
        Id::asked(self.patient.as_deref(), "patient")
    }
}

/// A result to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fiche": "01980000-0000-7000-8000-000000000000", "type_analyse": "Glycémie à jeun", "valeur": "1,32", "unite": "g/L", "valeurs_normales": "0.70 - 1.10", "date_prelevement": "2026-02-27"}))]
pub(in crate::care) struct LabInput {
    /// The record.
    #[schema(value_type = String)]
    pub(in crate::care) fiche: Id<EncounterMark>,
    /// What was measured, at most 200 characters.
    type_analyse: String,
    /// What was found, as it was printed: `1,32`, `< 0.01`, `négatif`.
    valeur: String,
    /// The day of the sample, `YYYY-MM-DD`.
    date_prelevement: String,
    /// The unit, at most 50 characters.
    #[serde(default)]
    unite: Option<String>,
    /// What is normal, as it was printed: `0.70 - 1.10`, `< 5`, `H: 13-17 F: 12-16`.
    #[serde(default)]
    valeurs_normales: Option<String>,
    /// Which laboratory.
    #[serde(default)]
    laboratoire: Option<String>,
    /// The paper it stands on: an attachment of the same record.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    fichier: Option<Id<AttachmentMark>>,
    /// At most 2 000 characters.
    #[serde(default)]
    commentaire: Option<String>,
}

impl From<LabInput> for NewObservation {
    fn from(input: LabInput) -> Self {
        Self {
            analysis: input.type_analyse,
            value: input.valeur,
            unit: input.unite,
            normal: input.valeurs_normales,
            laboratory: input.laboratoire,
            attachment: input.fichier,
            comment: input.commentaire,
            taken_on: input.date_prelevement,
        }
    }
}

/// What of a result is to be changed; `null` clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"valeur": "1,23"}))]
pub(in crate::care) struct LabPatchInput {
    /// What was measured.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    type_analyse: Patch<String>,
    /// What was found.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valeur: Patch<String>,
    /// The day of the sample.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    date_prelevement: Patch<String>,
    /// The unit.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    unite: Patch<String>,
    /// What is normal.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    valeurs_normales: Patch<String>,
    /// Which laboratory.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    laboratoire: Patch<String>,
    /// The paper it stands on.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    fichier: Patch<Id<AttachmentMark>>,
    /// What is said about it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    commentaire: Patch<String>,
}

impl From<LabPatchInput> for ObservationPatch {
    fn from(input: LabPatchInput) -> Self {
        Self {
            analysis: input.type_analyse,
            value: input.valeur,
            unit: input.unite,
            normal: input.valeurs_normales,
            laboratory: input.laboratoire,
            attachment: input.fichier,
            comment: input.commentaire,
            taken_on: input.date_prelevement,
        }
    }
}

/// A result of a laboratory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "fiche": "01980000-0000-7000-8000-000000000001", "patient_id": "01980000-0000-7000-8000-000000000002", "type_analyse": "Glycémie à jeun", "valeur": "1,32", "unite": "g/L", "valeurs_normales": "0.70 - 1.10", "flag": "H", "laboratoire": "Labo Espoir", "fichier": null, "file_url": null, "commentaire": null, "date_prelevement": "2026-02-27", "added_after_signature": false, "created_by": "01980000-0000-7000-8000-000000000003", "created_by_name": "Awa Diop", "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:00+00:00", "version": 1}))]
pub(in crate::care) struct LabBody {
    /// UUIDv7.
    id: String,
    /// The record.
    fiche: String,
    /// Whose record that is.
    patient_id: String,
    /// What was measured.
    type_analyse: String,
    /// What was found.
    valeur: String,
    /// The unit.
    unite: Option<String>,
    /// What is normal.
    valeurs_normales: Option<String>,
    /// `L` below, `N` inside, `H` above what is normal; null when it cannot be judged.
    flag: Option<String>,
    /// Which laboratory.
    laboratoire: Option<String>,
    /// The paper it stands on.
    fichier: Option<String>,
    /// Where the paper is given.
    file_url: Option<String>,
    /// What was said about it.
    commentaire: Option<String>,
    /// The day of the sample.
    date_prelevement: String,
    /// Whether it came after a doctor had signed the record.
    added_after_signature: bool,
    /// Who entered it.
    created_by: Option<String>,
    /// His name.
    created_by_name: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Grows with every change.
    version: i64,
}

/// Where a file is given.
pub(in crate::care) fn file_url(id: AttachmentId) -> String {
    format!("/api/v1/attachments/{id}/download/")
}

impl LabBody {
    pub(in crate::care) fn new(o: &Observation, zone: &Zone) -> Self {
        Self {
            id: o.id.to_string(),
            fiche: o.encounter_id.to_string(),
            patient_id: o.patient_id.to_string(),
            type_analyse: o.analysis.clone(),
            valeur: o.value.clone(),
            unite: o.unit.clone(),
            valeurs_normales: o.normal.clone(),
            flag: o.flag().map(|flag| flag.to_string()),
            laboratoire: o.laboratory.clone(),
            fichier: o.attachment_id.map(|id| id.to_string()),
            file_url: o.attachment_id.map(file_url),
            commentaire: o.comment.clone(),
            date_prelevement: o.taken_on.clone(),
            added_after_signature: o.late,
            created_by: o.created_by.map(|id| id.to_string()),
            created_by_name: o.created_name.clone(),
            created_at: o.created_at.rfc3339(zone),
            updated_at: o.updated_at.rfc3339(zone),
            version: o.version,
        }
    }
}

webkit::page_body! {
    /// A page of results.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::care) struct LabPage {
        /// Rows in the whole list.
        count,
        /// The results, the newest samples first.
        results: Vec<LabBody>,
    }
}

/// A result on a line.
#[derive(Debug, Serialize, ToSchema)]
struct PointBody {
    /// The result.
    id: String,
    /// The day of the sample.
    date: String,
    /// What was found, as it was printed.
    valeur: String,
    /// The same as a number; null when it is none.
    nombre: Option<f64>,
    /// See the result.
    flag: Option<String>,
}

/// The results of one analysis in one unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"type_analyse": "Glycémie", "unite": "g/L", "normal_min": 0.7, "normal_max": 1.1, "points": [{"id": "01980000-0000-7000-8000-000000000000", "date": "2026-02-27", "valeur": "1,32", "nombre": 1.32, "flag": "H"}]}))]
pub(in crate::care) struct TrendBody {
    /// What was measured, as it was last written.
    type_analyse: String,
    /// The unit; results in another unit are another element.
    unite: Option<String>,
    /// The lower bound of what is normal, by the newest result that says so.
    normal_min: Option<f64>,
    /// The upper bound.
    normal_max: Option<f64>,
    /// The results, oldest first.
    points: Vec<PointBody>,
}

impl TrendBody {
    pub(in crate::care) fn new(series: &Series) -> Self {
        let band = series.band();
        let points = series.points.iter().map(|o| PointBody {
            id: o.id.to_string(),
            date: o.taken_on.clone(),
            valeur: o.value.clone(),
            nombre: o.number(),
            flag: o.flag().map(|flag| flag.to_string()),
        });
        Self {
            type_analyse: series.analysis.clone(),
            unite: series.unit.clone(),
            normal_min: band.and_then(|band| band.low).map(|bound| bound.at),
            normal_max: band.and_then(|band| band.high).map(|bound| bound.at),
            points: points.collect(),
        }
    }
}
