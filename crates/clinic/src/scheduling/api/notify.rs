//! Tells the patient what became of his appointment.

use kernel::{Ctx, Problem};
use store::{ReadTx, StoreError, WriteTx};

use crate::{
    App, identity,
    identity::api::TenantInfo,
    messaging::{
        self,
        api::{Event, Notice, Route, Values, event_of, notify, way_to},
    },
    patients::{self, api::Reach},
    scheduling::{
        model::{Appointment, OfferState, Step},
        policy,
        wire::short_page,
    },
};

/// Writes the message of a step, to his first number; a patient without a number
/// hears of it when he signs in. Once per step, of no use after the visit.
///
/// # Errors
/// The database's.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &Appointment,
    step: Step,
) -> Result<(), Problem> {
    match is_told(ctx, one, step) {
        true => write(tx, app, ctx, one, (&word(step), 1)).await,
        false => Ok(()),
    }
}

/// Writes one message for all that was agreed to at once, in order of time.
///
/// # Errors
/// The database's.
pub(super) async fn tell_booked(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    all: &[Appointment],
) -> Result<(), Problem> {
    match all {
        [] => Ok(()),
        [one] => tell(tx, app, ctx, one, Step::Confirmed).await,
        [first, ..] => write(tx, app, ctx, first, ("series", all.len())).await,
    }
}

/// `key` is the end of the text's name, `count` how many appointments it is about.
pub(super) async fn write(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &Appointment,
    (key, count): (&str, usize),
) -> Result<(), Problem> {
    let reach = patients::api::reach(tx, ctx.tenant, one.patient_id).await?;
    let Some(reach) = reach else {
        return Ok(());
    };
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let event = event_of(&format!("appointment-{key}"))?;
    let route = way_to_patient(tx, app, ctx, (event, &reach)).await?;
    let notice = Notice {
        event,
        locale: reach.locale,
        values: values(app, &clinic, (one, count), link(app, &clinic, one)),
        channel: route.channel,
        other_channel: Some(route.other),
        other_values: None,
        asks: false,
        recipient: reach.phone,
        patient: Some(one.patient_id),
        idempotency_key: format!("appointment:{}:{}", one.id, one.version),
        expires_at: Some(one.ends_at),
        created_by: ctx.actor.user(),
    };
    notify(tx, app, ctx, notice).await?;
    Ok(())
}

fn is_told(ctx: &Ctx, one: &Appointment, step: Step) -> bool {
    match step {
        // Who says no to an offer never had the place.
        Step::Cancelled if one.offer == Some(OfferState::Open) => !policy::is_patient(ctx),
        Step::Completed | Step::Coming => false,
        Step::Changed => !policy::is_patient(ctx),
        _ => true,
    }
}

/// The way to a patient on which he is told of this.
///
/// # Errors
/// The database's.
pub(super) async fn way_to_patient(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    (event, reach): (&'static Event, &Reach),
) -> Result<Route, StoreError> {
    let said = event.said_in(reach.wording);
    way_to(tx, app, ctx, &reach.phone, (said, reach.locale)).await
}

/// What the texts about an appointment, or the first of `count`, are filled with.
pub(super) fn values(
    app: &App,
    clinic: &TenantInfo,
    (one, count): (&Appointment, usize),
    link: String,
) -> Values {
    let zone = &clinic.zone;
    let mut values = messaging::api::values([
        ("clinic", clinic.name.clone()),
        ("link", link),
        ("day", one.starts_at.day_month_year(zone)),
        ("time", one.starts_at.hour_minute(zone)),
        ("until", one.held_until.hour_minute(zone)),
        ("count", count.to_string()),
    ]);
    if let Some(page) = page(app, clinic, one) {
        values.insert(messaging::api::OWN_PAGE.to_owned(), page);
    }
    values
}

/// Where the patient sees his appointment: who has no account, where he asked for it.
pub(super) fn link(app: &App, clinic: &TenantInfo, one: &Appointment) -> String {
    let mine = || format!("{}/my/appointments", app.settings.public_url);
    page(app, clinic, one).unwrap_or_else(mine)
}

/// The clinic's public page, for who asked there and has no account.
fn page(app: &App, clinic: &TenantInfo, one: &Appointment) -> Option<String> {
    let page = || format!("{}{}", app.settings.public_url, short_page(clinic));
    (one.online && one.patient_user.is_none()).then(page)
}

fn word(step: Step) -> String {
    step.as_str().replace('_', "-")
}
