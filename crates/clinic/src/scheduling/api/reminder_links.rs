//! The short link of a reminder, or of a place that is offered: whoever has it sees
//! clinic, day and hour, and says whether he comes.

use agenda::AppointmentState;
use kernel::{Ctx, Problem, TenantId, Timestamp};
use send_rules::Reply;
use store::{ReadTx, Scope};

use super::{
    answers::{answered, hash},
    waiting::{answered_by_link, held},
};
use crate::{
    App, identity,
    scheduling::{
        model::{AnswerWay, Appointment, Question, QuestionPlace, Reminded},
        storage,
    },
};

/// Who answers over a link, on the trail.
pub(super) const WHO: &str = "reminder-link";

/// What the link with this secret shows. To look changes nothing: programs look at
/// links as well.
///
/// # Errors
/// 404 alike for a secret that nobody made, and once the appointment has begun, was
/// moved, or is over.
pub async fn reminded(app: &App, token: &str) -> Result<Reminded, Problem> {
    let place = place(app, token).await?;
    let mut tx = app.store.read(place.tenant_id).await?;
    let question = question(&mut tx, &place, app.clock.now()).await?;
    let one = storage::find_appointment(&mut tx, place.tenant_id, question.appointment_id).await?;
    let one = one.filter(|one| shows(one, &question));
    shown(
        &mut tx,
        place.tenant_id,
        &one.ok_or_else(Problem::not_found)?,
    )
    .await
}

/// Says over the link whether the patient comes, or takes the place. The same again
/// is done once.
///
/// # Errors
/// As [`reminded`]; 409 `offer-over`, `doctor-away`, `slot-full` for a place that
/// cannot be had any more.
pub async fn answer_reminder(app: &App, token: &str, reply: Reply) -> Result<(), Problem> {
    let place = place(app, token).await?;
    let (a, ctx) = (app.clone(), Ctx::system(place.tenant_id, WHO));
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let question = question(tx, &place, a.clock.now()).await?;
                let held = held(tx, &ctx, question.appointment_id).await?;
                if held.is_offer() {
                    return answered_by_link(tx, &a, &ctx, held, reply).await;
                }
                let said = (reply, AnswerWay::Link);
                let (one, _) = answered(tx, &a, &ctx, &question, said).await?;
                match shows(&one, &question) {
                    true => Ok(()),
                    false => Err(Problem::not_found()),
                }
            })
        })
        .await
}

async fn place(app: &App, token: &str) -> Result<QuestionPlace, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let place = storage::place_of_question(&mut tx, &hash(token)).await?;
    place.ok_or_else(Problem::not_found)
}

async fn question(
    tx: &mut ReadTx,
    place: &QuestionPlace,
    now: Timestamp,
) -> Result<Question, Problem> {
    let question = storage::question(tx, place.tenant_id, place.id).await?;
    let open = question.filter(|question| question.starts_at > now);
    open.ok_or_else(Problem::not_found)
}

fn shows(one: &Appointment, question: &Question) -> bool {
    let stands = matches!(
        one.status,
        AppointmentState::Confirmed | AppointmentState::Cancelled
    );
    (stands || one.is_offer()) && one.starts_at == question.starts_at
}

async fn shown(tx: &mut ReadTx, tenant: TenantId, one: &Appointment) -> Result<Reminded, Problem> {
    let clinic = identity::api::tenant(tx, tenant).await?;
    Ok(Reminded {
        clinic: clinic.name,
        zone: clinic.zone,
        starts_at: one.starts_at,
        is_off: one.status == AppointmentState::Cancelled,
        is_coming: one.patient_coming_at.is_some(),
        offer: one.offer,
        held_until: Some(one.held_until).filter(|_| one.is_offer()),
    })
}
