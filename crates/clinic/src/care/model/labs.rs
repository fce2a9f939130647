use kernel::{Id, Patch, Timestamp, UserId};

use super::{AttachmentId, EncounterId, read_content};
use crate::{
    care::rules::ranges::{Flag, Interval, Sex, Written},
    patients::api::PatientId,
};

/// Marker of [`ObservationId`].
#[derive(Debug)]
pub struct ObservationMark;
/// One result of a laboratory.
pub type ObservationId = Id<ObservationMark>;

store::row! {
    /// A result as its row has it, with what it is judged by.
    pub(in crate::care) struct ObservationRow {
        pub id: ObservationId,
        pub encounter_id: EncounterId,
        pub patient_id: PatientId,
        pub analysis: String,
        pub value: String,
        pub unit: Option<String>,
        pub normal: Option<String>,
        pub laboratory: Option<String>,
        pub attachment_id: Option<AttachmentId>,
        pub comment: Option<String>,
        pub taken_on: String,
        pub late: bool,
        pub created_by: Option<UserId>,
        pub created_name: Option<String>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub version: i64,
        pub content: String,
        pub gender: Option<String>,
    }
}

/// A result of a laboratory, as its paper has it.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Its id.
    pub id: ObservationId,
    /// Its record.
    pub encounter_id: EncounterId,
    /// Whose record that is.
    pub patient_id: PatientId,
    /// What was measured, as it was written.
    pub analysis: String,
    /// What was found, as it was written.
    pub value: String,
    /// In which unit.
    pub unit: Option<String>,
    /// What is normal, as the laboratory printed it.
    pub normal: Option<String>,
    /// Which one.
    pub laboratory: Option<String>,
    /// The paper it stands on.
    pub attachment_id: Option<AttachmentId>,
    /// What was said about it.
    pub comment: Option<String>,
    /// YYYY-MM-DD: the day of the sample.
    pub taken_on: String,
    /// Whether it came after a doctor had signed the record.
    pub late: bool,
    /// Who entered it; nobody when a program did.
    pub created_by: Option<UserId>,
    /// His name.
    pub created_name: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// The patient's sex, where it is known.
    pub sex: Option<Sex>,
}

impl TryFrom<ObservationRow> for Observation {
    type Error = store::StoreError;

    fn try_from(row: ObservationRow) -> Result<Self, Self::Error> {
        let content = read_content(&row.content)?;
        let word = content.text("sexe").or(row.gender.as_deref());
        Ok(Self {
            sex: word.and_then(Sex::parse),
            id: row.id,
            encounter_id: row.encounter_id,
            patient_id: row.patient_id,
            analysis: row.analysis,
            value: row.value,
            unit: row.unit,
            normal: row.normal,
            laboratory: row.laboratory,
            attachment_id: row.attachment_id,
            comment: row.comment,
            taken_on: row.taken_on,
            late: row.late,
            created_by: row.created_by,
            created_name: row.created_name,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

impl Observation {
    fn written(&self) -> Written<'_> {
        Written {
            value: &self.value,
            unit: self.unit.as_deref(),
            normal: self.normal.as_deref(),
            sex: self.sex,
        }
    }

    /// How it lies to what is normal; `None` when it cannot be judged.
    #[must_use]
    pub fn flag(&self) -> Option<Flag> {
        self.written().flag()
    }

    /// The numbers that are normal.
    #[must_use]
    pub fn band(&self) -> Option<Interval> {
        self.written().band()
    }

    /// Where it stands on a line of numbers.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.written().number()
    }

    /// The unit by which it may be compared with others; empty without one.
    #[must_use]
    pub fn unit_key(&self) -> String {
        self.written().unit_key()
    }
}

/// A result to be entered.
#[derive(Debug, Clone, Default)]
pub struct NewObservation {
    /// What was measured.
    pub analysis: String,
    /// What was found.
    pub value: String,
    /// In which unit.
    pub unit: Option<String>,
    /// What is normal.
    pub normal: Option<String>,
    /// Which laboratory.
    pub laboratory: Option<String>,
    /// The paper it stands on, a file of the same record.
    pub attachment: Option<AttachmentId>,
    /// What is said about it.
    pub comment: Option<String>,
    /// YYYY-MM-DD.
    pub taken_on: String,
}

/// What of a result is to be changed.
#[derive(Debug, Clone, Default)]
pub struct ObservationPatch {
    /// What was measured.
    pub analysis: Patch<String>,
    /// What was found.
    pub value: Patch<String>,
    /// In which unit.
    pub unit: Patch<String>,
    /// What is normal.
    pub normal: Patch<String>,
    /// Which laboratory.
    pub laboratory: Patch<String>,
    /// The paper it stands on.
    pub attachment: Patch<AttachmentId>,
    /// What is said about it.
    pub comment: Patch<String>,
    /// YYYY-MM-DD.
    pub taken_on: Patch<String>,
}

/// Which results a list shows.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Of this record.
    pub encounter: Option<EncounterId>,
    /// Of this patient.
    pub patient: Option<PatientId>,
    /// Of this analysis, however it is written.
    pub analysis: Option<String>,
    /// Taken on this day or later.
    pub from: Option<String>,
    /// Taken on this day or earlier.
    pub until: Option<String>,
}

/// The results of one analysis in one unit, oldest first.
#[derive(Debug, Clone)]
pub struct Series {
    /// What was measured, as it was last written.
    pub analysis: String,
    /// The unit as it was last written.
    pub unit: Option<String>,
    /// The results.
    pub points: Vec<Observation>,
}

impl Series {
    /// What is normal by the newest result that says so.
    #[must_use]
    pub fn band(&self) -> Option<Interval> {
        self.points.iter().rev().find_map(Observation::band)
    }
}
