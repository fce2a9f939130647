//! Two records side by side, and the history of merges.

use kernel::{Ctx, Problem};

use super::{access::may_open, merge::kept, read::load};
use crate::{
    App, audit,
    audit::api::Event,
    patients::{
        model::{Choice, MergeRow, PatientId, Record},
        rules::merging::{self, FIELDS},
        storage::merge as merges,
    },
};

/// What went into a record and still is there, the newest first.
///
/// # Errors
/// The database's.
pub async fn merges_into(app: &App, ctx: &Ctx, id: PatientId) -> Result<Vec<MergeRow>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(merges::merges_into(&mut tx, ctx.tenant, id).await?)
}

/// A field of two records side by side.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Its name on the wire.
    pub field: &'static str,
    /// What the kept record says.
    pub kept: Option<String>,
    /// What the other one says.
    pub other: Option<String>,
    /// Whose value is proposed.
    pub proposed: Choice,
    /// Whether both can stand together.
    pub may_keep_both: bool,
}

/// Two records before one goes into the other.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The one that would be kept.
    pub kept: Record,
    /// The one that would go into it.
    pub other: Record,
    /// Field by field.
    pub fields: Vec<Compared>,
}

/// Compares two records field by field; that staff looked at both is on record.
///
/// # Errors
/// 404; 403 `record-restricted` unless the caller may open both.
pub async fn comparison(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    into: PatientId,
) -> Result<Comparison, Problem> {
    let (other, kept) = {
        let mut tx = app.store.read(ctx).await?;
        may_open(&mut tx, app, ctx, id).await?;
        may_open(&mut tx, app, ctx, into).await?;
        let kept_id = kept(&mut tx, ctx.tenant, into).await?;
        let other = load(&mut tx, ctx.tenant, id).await?;
        (other, load(&mut tx, ctx.tenant, kept_id).await?)
    };
    let (other, kept) = (
        other.ok_or_else(Problem::not_found)?,
        kept.ok_or_else(Problem::not_found)?,
    );
    for record in [&other, &kept] {
        let patient = record.patient.id.uuid();
        let event = Event {
            action: "patient.read",
            object_type: "patient",
            object_id: patient,
            patient: Some(patient),
            detail: None,
        };
        audit::api::seen(app, ctx, event).await?;
    }
    let fields = FIELDS.iter().map(|field| Compared {
        field,
        kept: merging::value(&kept.patient, field),
        other: merging::value(&other.patient, field),
        proposed: merging::proposed(&kept.patient, &other.patient, field),
        may_keep_both: merging::may_keep_both(field),
    });
    let fields = fields.collect();
    Ok(Comparison {
        kept,
        other,
        fields,
    })
}
