//! Places that became free, and to whom they are offered.

use agenda::{AppointmentState, HOLD, Span};
use kernel::{Actor, Ctx, Problem, Timestamp, Zone};
use store::WriteTx;
use uuid::Uuid;

use super::{
    answers::{Asking, asked, reply_link},
    notify::{values, way_to_patient},
    reminder_links,
    save::{entered, no_room, noted},
    slots::around,
    waiting::give_back,
};
use crate::{
    App, identity,
    messaging::{
        self,
        api::{Category, Decision, Notice, Route, event_of, notify},
    },
    patients::{
        self,
        api::{PatientId, Reach},
    },
    scheduling::{
        model::{Appointment, AppointmentId, FreeSlot, Freed, NextInLine, OfferState, Step},
        policy,
        rules::{NOTICE, night_until, way_between},
        storage::{self, Place},
    },
};

/// The event of which who is offered a place is told.
const OFFER: &str = "waiting-offer";

/// What a step of an appointment means for those who wait: an offer ends with it,
/// and a place that it gave back is looked at.
///
/// # Errors
/// The database's.
pub(super) async fn settle(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    before: &Appointment,
    after: &Appointment,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let stays = stays(before, after);
    let agreed = after.status == AppointmentState::Confirmed;
    let offer = before.offer == Some(OfferState::Open);
    if offer && (agreed || !stays) {
        let state = if agreed {
            OfferState::Accepted
        } else {
            ended_by(ctx)
        };
        storage::end_offer(tx, ctx.tenant, before.id, state, now).await?;
    }
    if stays {
        return Ok(());
    }
    match (offer, before.practitioner_id) {
        (true, _) => storage::look_now(tx, ctx.tenant, before.id, now).await?,
        (false, Some(practitioner)) if is_worth_offering(before, now) => {
            let id = AppointmentId::new(&app.clock, &app.rng).uuid();
            storage::insert_freed(tx, ctx.tenant, id, (before, practitioner), now).await?;
        }
        (false, _) => return Ok(()),
    }
    jobs::wake(tx, &storage::FREED_WORK);
    Ok(())
}

/// Whether it keeps the place it had.
fn stays(before: &Appointment, after: &Appointment) -> bool {
    let place = |one: &Appointment| (one.practitioner_id, one.starts_at, one.ends_at);
    !after.status.is_final() && place(before) == place(after)
}

/// Whether it held a place that somebody can still come to.
fn is_worth_offering(before: &Appointment, now: Timestamp) -> bool {
    let held = match before.status {
        AppointmentState::Confirmed => true,
        AppointmentState::Pending => now < before.held_until,
        _ => false,
    };
    held && before.ends_at > now.plus(NOTICE)
}

/// What an offer is that ends without a visit.
fn ended_by(ctx: &Ctx) -> OfferState {
    match ctx.actor {
        Actor::System(reminder_links::WHO) => OfferState::Declined,
        Actor::System(_) => OfferState::Lapsed,
        _ if policy::is_patient(ctx) => OfferState::Declined,
        _ => OfferState::Withdrawn,
    }
}

/// Looks at a place that became free: ends offers whose time ran out, and offers
/// what is left to the next in line. Answers when to look again, if at all.
///
/// # Errors
/// The database's.
pub(in crate::scheduling) async fn offer_freed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: Uuid,
) -> Result<Option<Timestamp>, Problem> {
    let Some(freed) = storage::freed(tx, ctx.tenant, id).await? else {
        return Ok(None);
    };
    let now = app.clock.now();
    lapse(tx, app, ctx, &freed, now).await?;
    let zone = identity::api::tenant(tx, ctx.tenant).await?.zone;
    let night = night_until(now, &zone)?;
    if night.is_none() {
        offer_slots(tx, app, ctx, &freed, &zone).await?;
    }
    let open = storage::open_offers(tx, ctx.tenant, id).await?;
    let next = open.iter().map(|offer| offer.held_until).min();
    Ok(next.or(night.filter(|morning| freed.ends_at > morning.plus(NOTICE))))
}

/// Ends what nobody answered in time.
async fn lapse(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    freed: &Freed,
    now: Timestamp,
) -> Result<(), Problem> {
    for offer in storage::open_offers(tx, ctx.tenant, freed.id).await? {
        if now < offer.held_until {
            continue;
        }
        let id = offer.appointment_id;
        storage::hold_appointment(tx, ctx.tenant, id).await?;
        if let Some(one) = storage::find_appointment(tx, ctx.tenant, id).await? {
            give_back(tx, app, ctx, one).await?;
        }
    }
    Ok(())
}

/// Offers each slot of the place that has room and no open offer.
async fn offer_slots(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    freed: &Freed,
    zone: &Zone,
) -> Result<(), Problem> {
    let practitioner = freed.practitioner_id;
    if !identity::api::is_doctor(tx, ctx.tenant, practitioner).await? {
        return Ok(());
    }
    storage::hold_calendar(tx, ctx.tenant, practitioner).await?;
    let open = storage::open_offers(tx, ctx.tenant, freed.id).await?;
    for slot in free_within(tx, app, ctx, freed, zone).await? {
        if open
            .iter()
            .all(|offer| offer.starts_at != slot.span.start())
        {
            offer_slot(tx, app, ctx, (freed, zone), &slot).await?;
        }
    }
    Ok(())
}

/// The slots that the place touches and that somebody can still come to.
async fn free_within(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    freed: &Freed,
    zone: &Zone,
) -> Result<Vec<FreeSlot>, Problem> {
    let now = app.clock.now();
    let span = Span::new(freed.starts_at, freed.ends_at).map_err(Problem::internal)?;
    let at = (zone, now, None);
    let (horizon, diary) = around(tx, ctx.tenant, freed.practitioner_id, span, at).await?;
    let mut slots = diary.slots(&horizon, None)?;
    slots.retain(|slot| {
        slot.remaining > 0 && slot.span.overlaps(span) && slot.span.start() >= now.plus(NOTICE)
    });
    Ok(slots)
}

/// Offers a slot to whoever has waited longest for it and can be told.
async fn offer_slot(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (freed, zone): (&Freed, &Zone),
    slot: &FreeSlot,
) -> Result<(), Problem> {
    let place = Place {
        practitioner: freed.practitioner_id,
        span: slot.span,
        day: slot.span.start().day(zone),
        mode: slot.hours.mode,
        giver: freed.patient_id,
    };
    let mut passed: Option<NextInLine> = None;
    while let Some(next) = storage::next_in_line(tx, ctx.tenant, &place, passed.as_ref()).await? {
        storage::hold_waiting(tx, ctx.tenant, next.patient_id).await?;
        let still = storage::next_in_line(tx, ctx.tenant, &place, passed.as_ref()).await?;
        if still.is_none_or(|still| still.id != next.id) {
            // Another place was offered to him meanwhile, or he left.
            continue;
        }
        match reached(tx, app, ctx, next.patient_id).await? {
            Some(way) => return offer(tx, app, ctx, freed, (slot, next, way)).await,
            None => passed = Some(next),
        }
    }
    Ok(())
}

/// How he is told at once; nothing for who has no number, or wants no messages.
async fn reached(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    patient: PatientId,
) -> Result<Option<(Reach, Route)>, Problem> {
    let Some(reach) = patients::api::reach(tx, ctx.tenant, patient).await? else {
        return Ok(None);
    };
    let about = (event_of(OFFER)?, &reach);
    let route = way_to_patient(tx, app, ctx, about).await?;
    let way = (route.channel, Category::Notification);
    let decision = messaging::api::decision(tx, app, ctx.tenant, &reach.phone, way).await?;
    Ok(matches!(decision, Decision::Send(_)).then_some((reach, route)))
}

/// Holds the slot for him, a quarter of an hour wherever it is, and tells him.
async fn offer(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    freed: &Freed,
    (slot, next, (reach, route)): (&FreeSlot, NextInLine, (Reach, Route)),
) -> Result<(), Problem> {
    let (id, now) = (AppointmentId::new(&app.clock, &app.rng), app.clock.now());
    let way = (slot.span, way_between(slot.hours.mode, next.mode));
    let made = Appointment {
        practitioner_id: Some(freed.practitioner_id),
        capacity: i64::from(slot.capacity),
        location_note: slot.hours.location.clone(),
        offer: Some(OfferState::Open),
        ..Appointment::wished(id, next.patient_id, way, (now, now.plus(HOLD)))
    };
    let inserted = storage::insert_appointment(tx, ctx.tenant, &made).await;
    inserted.map_err(no_room)?;
    let of = (&made, freed.practitioner_id);
    storage::insert_offer(tx, ctx.tenant, of, (next.id, freed.id)).await?;
    entered(tx, app, ctx, &made, (Step::Requested, None)).await?;
    let line = ("waiting.offer", "waiting_entry", next.id.uuid());
    noted(tx, app, ctx, line, Some(made.patient_id));
    tell(tx, app, ctx, &made, (&reach, route)).await
}

/// One message per offer, of no use when its time is over.
async fn tell(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    made: &Appointment,
    (reach, route): (&Reach, Route),
) -> Result<(), Problem> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    // Who has no account answers over a link of his own.
    let token = app.rng.short_secret();
    let link = reply_link(app, &token);
    let notice = Notice {
        event: event_of(OFFER)?,
        locale: reach.locale,
        values: values(app, &clinic, (made, 1), link),
        channel: route.channel,
        other_channel: Some(route.other),
        other_values: None,
        asks: false,
        recipient: reach.phone.clone(),
        patient: Some(made.patient_id),
        idempotency_key: format!("waiting:{}", made.id),
        expires_at: Some(made.held_until),
        created_by: None,
    };
    let queued = notify(tx, app, ctx, notice).await?.queued;
    let by = (made, &reach.phone, queued);
    asked(tx, app, ctx, by, Asking::Link(token)).await?;
    Ok(())
}
