use axum::{Json, extract::State};
use webkit::{Caller, Fault, IfMatch, JsonBody, PathId, Texts};

use crate::{
    App,
    patients::{
        api,
        model::{Duplicate, Patient},
        wire::{
            PatientInput,
            merge::{DuplicateBody, DuplicatesBody, MergeInput, MergedBody},
        },
    },
};

/// How much of a duplicate the caller is told.
pub(super) struct Shown {
    texts: Texts,
    may_read: bool,
}

impl Shown {
    /// A program that may only write learns that there is one, and its id: what it
    /// sends must not tell it what the record says.
    pub(super) fn to(caller: &Caller) -> Self {
        Self {
            texts: Texts::new(caller.ctx.locale),
            may_read: caller.may_read("customer"),
        }
    }

    pub(super) fn body(&self, duplicate: Duplicate) -> DuplicateBody {
        match self.may_read {
            true => DuplicateBody::new(duplicate, &self.texts),
            false => DuplicateBody::there_is(&duplicate),
        }
    }
}

/// Who may be the person that is about to be entered.
///
/// Compares names by sound and spelling, the birth date, the sex and the number.
/// Nothing is entered. A program without `read:customer` is told of each that it is
/// there, and its id.
#[utoipa::path(
    post, path = "/api/v1/patients/duplicates/", tag = "patients", request_body = PatientInput,
    responses((status = 200, description = "Probable and possible ones", body = DuplicatesBody))
)]
pub(super) async fn find_duplicates(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<PatientInput>,
) -> Result<Json<DuplicatesBody>, Fault> {
    let shown = Shown::to(&caller);
    let found = api::duplicates(&app, &caller.ctx, input.into()).await?;
    let bodies = found.into_iter().map(|duplicate| shown.body(duplicate));
    Ok(Json(DuplicatesBody {
        results: bodies.collect(),
    }))
}

/// Puts a record into another of the same person.
///
/// Nothing is lost and it can be undone. Again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/patients/{id}/merge/", tag = "patients", request_body = MergeInput,
    params(
        ("id" = String, Path, description = "The record that goes into the other", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the caller has seen", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "Which record stands for the patient", body = MergedBody),
        (status = 403, description = "One of the records is restricted"),
        (status = 409, description = "One is in another record already, or both have an account"),
        (status = 412, description = "Somebody changed one of them meanwhile")
    )
)]
pub(super) async fn merge_patient(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<MergeInput>,
) -> Result<Json<MergedBody>, Fault> {
    let kept = api::merge(&app, &caller.ctx, id, expected, input.into()).await?;
    Ok(Json(MergedBody {
        patient_id: id.to_string(),
        merged_into: Some(kept.to_string()),
    }))
}

/// Takes a record out of the one that it went into.
///
/// Each has again what it had, except what somebody changed since. Again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/patients/{id}/unmerge/", tag = "patients",
    params(
        ("id" = String, Path, description = "The record that went into the other", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the caller has seen", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The record stands for itself", body = MergedBody),
        (status = 409, description = "It is in no other record, or the other one went into a third")
    )
)]
pub(super) async fn unmerge_patient(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    IfMatch(expected): IfMatch,
) -> Result<Json<MergedBody>, Fault> {
    api::unmerge(&app, &caller.ctx, id, expected).await?;
    Ok(Json(MergedBody {
        patient_id: id.to_string(),
        merged_into: None,
    }))
}
