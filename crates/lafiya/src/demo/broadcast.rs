//! A broadcast in the demo that somebody may send, and patients who would get it.

use clinic::{
    App,
    outreach::api::{self as outreach, BroadcastPatch, BroadcastsSought, Topic},
    patients::api::{self as patients, PatientPatch, Status},
};
use kernel::{Ctx, Expected, PageRequest, Patch, Problem, TenantId};

/// Of the demo's patients, the newest so many have not yet answered their welcome.
const WAITING: usize = 4;

/// Enters what is missing: nothing in a demo that has a broadcast.
pub async fn make(app: &App, tenant: TenantId) -> Result<(), Problem> {
    let ctx = Ctx::system(tenant, "demo");
    let (all, page) = (
        BroadcastsSought::default(),
        PageRequest { page: 1, size: 100 },
    );
    if outreach::broadcasts(app, &ctx, &all, page).await?.0 > 0 {
        return Ok(());
    }
    let (_, newest) = patients::search(app, &ctx, "", page).await?;
    for patient in newest.iter().skip(WAITING) {
        if patient.status == Status::Active {
            continue;
        }
        let active = PatientPatch {
            status: Patch::Set(Status::Active),
            ..PatientPatch::default()
        };
        patients::update(app, &ctx, patient.id, Expected::Any, active).await?;
    }
    let draft = BroadcastPatch {
        title: Patch::Set("Vaccination de dimanche".to_owned()),
        content: Patch::Set(
            "Dimanche de 9h à 13h, vaccination gratuite contre la rougeole. Apportez le carnet de votre enfant."
                .to_owned(),
        ),
        topic: Patch::Set(Topic::Prevention),
        target_all: Patch::Set(true),
        ..BroadcastPatch::default()
    };
    outreach::create_broadcast(app, &ctx, draft).await.map(drop)
}
