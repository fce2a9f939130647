//! Tells the patient what became of his appointment.

use kernel::{Ctx, Phone, Problem};
use store::WriteTx;
use webkit::Texts;

use crate::{
    App, identity,
    identity::api::TenantInfo,
    messaging::{
        self,
        api::{Category, Channel, Decision, NewMessage},
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
    let text = (format!("appointment-{key}"), link(app, &clinic, one));
    let new = NewMessage {
        channel: channel(tx, app, ctx, &reach.phone).await?,
        category: Category::Notification,
        body: wording(&clinic, &reach, one, (&text.0, count), &text.1),
        recipient: reach.phone,
        patient: Some(one.patient_id),
        idempotency_key: format!("appointment:{}:{}", one.id, one.version),
        expires_at: Some(one.ends_at),
        created_by: ctx.actor.user(),
    };
    messaging::api::enqueue(tx, app, ctx, &new).await?;
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

/// WhatsApp where the patient wrote there today, else SMS.
pub(super) async fn channel(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    phone: &Phone,
) -> Result<Channel, Problem> {
    let way = (Channel::Whatsapp, Category::Notification);
    let decision = messaging::api::decision(tx, app, ctx.tenant, phone, way).await?;
    Ok(match decision {
        Decision::Send(_) => Channel::Whatsapp,
        Decision::Refuse(_) | Decision::WaitUntil(..) => Channel::Sms,
    })
}

/// The text `notice-{key}` about an appointment, or the first of `count`. On a phone
/// that several people share, that something waits and no more.
pub(super) fn wording(
    clinic: &TenantInfo,
    reach: &Reach,
    one: &Appointment,
    (key, count): (&str, usize),
    link: &str,
) -> String {
    let zone = &clinic.zone;
    let arguments = [
        ("clinic", &clinic.name as _),
        ("link", &link as _),
        ("day", &one.starts_at.day_month_year(zone) as _),
        ("time", &one.starts_at.hour_minute(zone) as _),
        ("until", &one.held_until.hour_minute(zone) as _),
        ("count", &count as _),
    ];
    let texts = Texts::new(reach.locale);
    match reach.alone {
        true => texts.with(&format!("notice-{key}"), &arguments),
        false => texts.with("notice-appointment-shared", &arguments[..2]),
    }
}

/// Where the patient sees his appointment: who has no account, where he asked for it.
pub(super) fn link(app: &App, clinic: &TenantInfo, one: &Appointment) -> String {
    let base = &app.settings.public_url;
    match one.online && one.patient_user.is_none() {
        true => format!("{base}{}", short_page(clinic)),
        false => format!("{base}/my/appointments"),
    }
}

fn word(step: Step) -> String {
    step.as_str().replace('_', "-")
}
