//! The short link of a reminder, or of a place that is offered: whoever has it sees
//! clinic, day and hour, and says whether he comes; of several visits on one day of
//! each for itself.

use agenda::AppointmentState;
use kernel::{Ctx, Problem, TenantId, Timestamp};
use send_rules::Reply;
use store::{ReadTx, Scope};

use super::{
    answers::answered,
    waiting::{answered_by_link, held},
};
use crate::{
    App,
    identity::{self, api::fingerprint},
    scheduling::{
        model::{
            AnswerWay, Appointment, AppointmentId, Question, QuestionPlace, Reminded, RemindedVisit,
        },
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
    let mut visits = Vec::new();
    for question in questions(&mut tx, &place, app.clock.now()).await? {
        let id = question.appointment_id;
        let one = storage::find_appointment(&mut tx, place.tenant_id, id).await?;
        let one = one.filter(|one| shows(one, &question));
        visits.extend(one.as_ref().map(shown));
    }
    if visits.is_empty() {
        return Err(Problem::not_found());
    }
    let clinic = identity::api::tenant(&mut tx, place.tenant_id).await?;
    Ok(Reminded {
        clinic: clinic.name,
        zone: clinic.zone,
        visits,
    })
}

/// Says over the link whether the patient comes, or takes the place; of several
/// visits for the one that is named. The same again is done once.
///
/// # Errors
/// As [`reminded`], also for a visit that the link does not show; 400 when one of
/// several must be named; 409 `offer-over`, `doctor-away`, `slot-full` for a place
/// that cannot be had any more.
pub async fn answer_reminder(
    app: &App,
    token: &str,
    (visit, reply): (Option<AppointmentId>, Reply),
) -> Result<(), Problem> {
    let place = place(app, token).await?;
    let (a, ctx) = (app.clone(), Ctx::system(place.tenant_id, WHO));
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let all = questions(tx, &place, a.clock.now()).await?;
                let question = named(&all, visit)?;
                let held = held(tx, &ctx, question.appointment_id).await?;
                if held.is_offer() {
                    return answered_by_link(tx, &a, &ctx, held, reply).await;
                }
                let said = (reply, AnswerWay::Link);
                let (one, _) = answered(tx, &a, &ctx, question, said).await?;
                match shows(&one, question) {
                    true => Ok(()),
                    false => Err(Problem::not_found()),
                }
            })
        })
        .await
}

/// The visit that an answer is for: nobody answers for several at once.
fn named(all: &[Question], visit: Option<AppointmentId>) -> Result<&Question, Problem> {
    match (visit, all) {
        (None, [only]) => Ok(only),
        (None, _) => Err(Problem::invalid("visit", "required")),
        (Some(id), _) => {
            let found = all.iter().find(|question| question.appointment_id == id);
            found.ok_or_else(Problem::not_found)
        }
    }
}

/// The clinic and the first question of a link whose time is not over.
pub(super) async fn asked_over(app: &App, token: &str) -> Result<(TenantId, Question), Problem> {
    let place = place(app, token).await?;
    let mut tx = app.store.read(place.tenant_id).await?;
    let mut asked = questions(&mut tx, &place, app.clock.now()).await?;
    Ok((place.tenant_id, asked.swap_remove(0)))
}

async fn place(app: &App, token: &str) -> Result<QuestionPlace, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let place = storage::place_of_question(&mut tx, &fingerprint(token)).await?;
    place.ok_or_else(Problem::not_found)
}

/// What the link asks about and has not begun, at least one.
async fn questions(
    tx: &mut ReadTx,
    place: &QuestionPlace,
    now: Timestamp,
) -> Result<Vec<Question>, Problem> {
    let question = storage::question(tx, place.tenant_id, place.id).await?;
    let question = question.ok_or_else(Problem::not_found)?;
    let others = storage::asked_also(tx, place.tenant_id, place.id).await?;
    let others = others.iter().map(|other| Question {
        appointment_id: other.id,
        starts_at: other.starts_at,
        ..question.clone()
    });
    let mut all: Vec<Question> = std::iter::once(question.clone()).chain(others).collect();
    all.retain(|question| question.starts_at > now);
    match all.is_empty() {
        true => Err(Problem::not_found()),
        false => Ok(all),
    }
}

fn shows(one: &Appointment, question: &Question) -> bool {
    let stands = matches!(
        one.status,
        AppointmentState::Confirmed | AppointmentState::Cancelled
    );
    (stands || one.is_offer()) && one.starts_at == question.starts_at
}

fn shown(one: &Appointment) -> RemindedVisit {
    RemindedVisit {
        id: one.id,
        starts_at: one.starts_at,
        is_off: one.status == AppointmentState::Cancelled,
        is_coming: one.patient_coming_at.is_some(),
        offer: one.offer,
        held_until: Some(one.held_until).filter(|_| one.is_offer()),
    }
}
