//! The waiting list: who waits, and what he answers to an offer.

use agenda::AppointmentState;
use jiff::civil::Date;
use kernel::{Ctx, PageRequest, Problem};
use send_rules::Reply;
use store::{ReadTx, WriteTx};

use super::{
    TOPIC,
    hours::doctor,
    notify, reminders,
    request::whose,
    save::{noted, placed, saved, shown},
};
use crate::{
    App, audit, identity, patients,
    scheduling::{
        model::{
            Appointment, AppointmentId, NewWaiting, OfferState, Step, Waiting, WaitingId,
            WaitingState,
        },
        policy,
        rules::{SEATS, Wish, days},
        storage,
    },
};

/// Puts a patient on the list; the same wish again is the one that is there, and
/// the answer says whether it is new.
///
/// # Errors
/// 400 naming the wrong field; 409 `no-patient-record`, `waiting-full`.
pub async fn wait(app: &App, ctx: &Ctx, wish: NewWaiting) -> Result<(Waiting, bool), Problem> {
    if policy::is_patient(ctx) && wish.patient.is_some() {
        return Err(Problem::invalid("patient", "staff-only"));
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let today = today(tx, &a, &ctx).await?;
                days(&wish, today)?;
                if let Some(named) = wish.practitioner {
                    doctor(tx, &ctx, named).await?;
                }
                let (id, fresh) = seated(tx, &a, &ctx, &wish, today).await?;
                Ok((found(tx, &a, &ctx, id).await?, fresh))
            })
        })
        .await
}

async fn today(tx: &mut ReadTx, app: &App, ctx: &Ctx) -> Result<Date, Problem> {
    let zone = identity::api::tenant(tx, ctx.tenant).await?.zone;
    Ok(app.clock.now().date(&zone))
}

/// Gives the wish a seat, or finds the one it has.
async fn seated(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    wish: &NewWaiting,
    today: Date,
) -> Result<(WaitingId, bool), Problem> {
    let now = app.clock.now();
    let patient = whose(tx, ctx, wish.patient).await?;
    storage::close_over(tx, ctx.tenant, &today.to_string(), now).await?;
    // Two at once want the same seat: who comes second looks again.
    for _ in 0..=SEATS {
        if let Some(same) = storage::same_waiting(tx, ctx.tenant, patient, wish).await? {
            return Ok((same.id, false));
        }
        let taken = storage::seats(tx, ctx.tenant, patient).await?;
        let seat = (1..=SEATS).find(|seat| !taken.contains(seat));
        let room = i64::try_from(taken.len()).is_ok_and(|taken| taken < SEATS);
        let Some(seat) = seat.filter(|_| room) else {
            break;
        };
        let id = WaitingId::new(&app.clock, &app.rng);
        let new = (id, patient, seat);
        let by = (ctx.actor.user(), now);
        if storage::insert_waiting(tx, ctx.tenant, new, wish, by).await? {
            let line = ("waiting.join", "waiting_entry", id.uuid());
            noted(tx, app, ctx, line, Some(patient));
            tx.emit(TOPIC, id.uuid());
            return Ok((id, true));
        }
    }
    Err(Problem::conflict("waiting-full"))
}

/// The wish for a caller who may see it, as far as he may.
async fn found(tx: &mut ReadTx, app: &App, ctx: &Ctx, id: WaitingId) -> Result<Waiting, Problem> {
    let found = storage::find_waiting(tx, ctx.tenant, id).await?;
    let found = found.filter(|found| policy::sees(ctx).shows_waiting(found));
    let mut found = found.ok_or_else(Problem::not_found)?;
    close(tx, app, ctx, &mut found).await?;
    Ok(found)
}

/// Of a restricted patient only those read the name who may open his record.
async fn close(tx: &mut ReadTx, app: &App, ctx: &Ctx, one: &mut Waiting) -> Result<(), Problem> {
    if !one.restricted || policy::is_patient(ctx) {
        return Ok(());
    }
    match patients::api::may_open(tx, app, ctx, one.patient_id).await {
        Ok(()) => {}
        Err(problem) if problem.code == Some("record-restricted") => one.patient_name = None,
        Err(problem) => return Err(problem),
    }
    Ok(())
}

/// Who waits, as far as the caller may see it, the longest waiting first, with the
/// count. That staff looked is on the trail.
///
/// # Errors
/// The database's.
pub async fn waiting(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<Waiting>), Problem> {
    if !policy::is_patient(ctx) {
        audit::api::listed(app, ctx, "waiting.list", "waiting_list").await?;
    }
    let mut tx = app.store.read(ctx).await?;
    let today = today(&mut tx, app, ctx).await?.to_string();
    let sees = policy::sees(ctx);
    let (count, mut rows) = storage::list_waiting(&mut tx, ctx.tenant, sees, &today, page).await?;
    for row in &mut rows {
        close(&mut tx, app, ctx, row).await?;
    }
    Ok((count, rows))
}

/// Takes a wish from the list, and the place that is held for it with it. Again
/// changes nothing.
///
/// # Errors
/// 404.
pub async fn stop_waiting(app: &App, ctx: &Ctx, id: WaitingId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let one = found(tx, &a, &ctx, id).await?;
                if one.state != WaitingState::Open {
                    return Ok(());
                }
                if let Some(offer) = one.offer_id {
                    let held = held(tx, &ctx, offer).await?;
                    give_back(tx, &a, &ctx, held).await?;
                }
                let left = WaitingState::Left;
                storage::end_waiting(tx, ctx.tenant, id, left, a.clock.now()).await?;
                let line = ("waiting.leave", "waiting_entry", id.uuid());
                noted(tx, &a, &ctx, line, Some(one.patient_id));
                tx.emit(TOPIC, id.uuid());
                Ok(())
            })
        })
        .await
}

/// The appointment of an offer; whoever else answers waits.
pub(super) async fn held(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: AppointmentId,
) -> Result<Appointment, Problem> {
    storage::hold_appointment(tx, ctx.tenant, id).await?;
    let found = storage::find_appointment(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Calls an offer off, unless it was answered meanwhile.
pub(super) async fn give_back(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    mut one: Appointment,
) -> Result<(), Problem> {
    if !one.is_offer() {
        return Ok(());
    }
    one.status = AppointmentState::Cancelled;
    saved(tx, app, ctx, one, (Step::Cancelled, None))
        .await
        .map(drop)
}

/// The appointment of the last offer that was made for a wish of the caller's.
async fn offered(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: WaitingId,
) -> Result<Appointment, Problem> {
    found(tx, app, ctx, id).await?;
    let last = storage::last_offer(tx, ctx.tenant, id).await?;
    let last = last.ok_or_else(|| Problem::conflict("offer-over"))?;
    held(tx, ctx, last.appointment_id).await
}

/// Takes the place that is offered: it is agreed to at once. Again answers the
/// same; staff do it for a patient who says so.
///
/// # Errors
/// 404; 409 `offer-over`, `doctor-away`, `slot-full`.
pub async fn accept_offer(app: &App, ctx: &Ctx, id: WaitingId) -> Result<Appointment, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let one = offered(tx, &a, &ctx, id).await?;
                let accepted = one.offer == Some(OfferState::Accepted);
                if accepted && !one.status.is_final() {
                    return shown(tx, &a, &ctx, one.id).await;
                }
                taken(tx, &a, &ctx, (id, one)).await
            })
        })
        .await
}

pub(super) async fn taken(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (entry, mut one): (WaitingId, Appointment),
) -> Result<Appointment, Problem> {
    let now = app.clock.now();
    let live = one.is_offer() && now < one.held_until;
    let (true, Some(practitioner)) = (live, one.practitioner_id) else {
        return Err(Problem::conflict("offer-over"));
    };
    let span = agenda::Span::new(one.starts_at, one.ends_at).map_err(Problem::internal)?;
    let wish = Wish {
        practitioner,
        span,
        mode: one.mode,
        except: Some(one.id),
        offered_only: false,
    };
    one.capacity = placed(tx, app, ctx, &wish).await?;
    one.status = AppointmentState::Confirmed;
    one.confirmed_at = Some(now);
    let line = ("waiting.accept", "waiting_entry", entry.uuid());
    noted(tx, app, ctx, line, Some(one.patient_id));
    saved(tx, app, ctx, one, (Step::Confirmed, None)).await
}

/// Answers an offer over its link, for whoever has that: a yes is told and reminded
/// of as any other confirmation.
///
/// # Errors
/// 409 `offer-over`, `doctor-away`, `slot-full`.
pub(super) async fn answered_by_link(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: Appointment,
    reply: Reply,
) -> Result<(), Problem> {
    let entry = storage::wish_of(tx, ctx.tenant, one.id).await?;
    match reply {
        Reply::Coming => {
            let taken = taken(tx, app, ctx, (entry, one)).await?;
            reminders::plan(tx, app, ctx, &taken).await?;
            notify::tell(tx, app, ctx, &taken, Step::Confirmed).await
        }
        Reply::NotComing => {
            let line = ("waiting.decline", "waiting_entry", entry.uuid());
            noted(tx, app, ctx, line, Some(one.patient_id));
            give_back(tx, app, ctx, one).await
        }
    }
}

/// Does not take the place that is offered; the wish waits on. Again changes
/// nothing.
///
/// # Errors
/// 404; 409 `offer-over` when it was taken or its time ran out.
pub async fn refuse_offer(app: &App, ctx: &Ctx, id: WaitingId) -> Result<Waiting, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let one = offered(tx, &a, &ctx, id).await?;
                match one.offer {
                    Some(OfferState::Declined) => {}
                    Some(OfferState::Open) if a.clock.now() < one.held_until => {
                        let line = ("waiting.decline", "waiting_entry", id.uuid());
                        noted(tx, &a, &ctx, line, Some(one.patient_id));
                        give_back(tx, &a, &ctx, one).await?;
                    }
                    _ => return Err(Problem::conflict("offer-over")),
                }
                found(tx, &a, &ctx, id).await
            })
        })
        .await
}
