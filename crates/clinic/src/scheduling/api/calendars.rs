//! Calendars as files.

use kernel::{Ctx, Locale, Problem, TenantId, UserId, text};
use sha2::{Digest, Sha256};
use store::ReadTx;
use webkit::Texts;

use super::{hours::doctor, read::appointment};
use crate::{
    App, audit, identity,
    scheduling::{
        model::{AppointmentId, CalendarFile},
        policy,
        rules::{Agenda, Reach, Telling, host, in_file_name, one_visit},
        storage,
        wire::{appointment_file_name, calendar_file_name},
    },
};

/// A doctor's calendar for himself or who runs the clinic: the hours that hold less
/// his absences, and what he agreed to, with the patients' names but of restricted
/// records. The look is on the trail.
///
/// # Errors
/// 403 for another's calendar; 400 naming `medecin`.
pub async fn calendar(
    app: &App,
    ctx: &Ctx,
    named: Option<UserId>,
) -> Result<CalendarFile, Problem> {
    let practitioner = policy::calendar_of(ctx, named)?;
    {
        let mut tx = app.store.read(ctx).await?;
        doctor(&mut tx, ctx, practitioner).await?;
    }
    audit::api::listed(app, ctx, "calendar.download", "appointment_list").await?;
    let mut tx = app.store.read(ctx).await?;
    told(&mut tx, app, (ctx.tenant, practitioner), ctx.locale, true).await
}

/// A doctor's calendar in this language.
///
/// # Errors
/// 404 for who has no account; the database's.
pub(super) async fn told(
    tx: &mut ReadTx,
    app: &App,
    (tenant, practitioner): (TenantId, UserId),
    locale: Locale,
    names: bool,
) -> Result<CalendarFile, Problem> {
    let zone = identity::api::tenant(tx, tenant).await?.zone;
    let reach = Reach::new(zone, app.clock.now(), app.settings.calendar_weeks_ahead);
    let reach = reach.map_err(Problem::internal)?;
    let time = (reach.from, reach.until);
    let owner = storage::owner(tx, tenant, practitioner).await?;
    let agenda = Agenda {
        owner: owner.ok_or_else(Problem::not_found)?,
        hours: storage::weeks(tx, tenant, Some(practitioner)).await?,
        away: storage::away(tx, tenant, Some(practitioner), time).await?,
        visits: storage::visits(tx, tenant, practitioner, time).await?,
    };
    let telling = Telling {
        texts: Texts::new(locale),
        host: host(&app.settings.public_url),
        names,
    };
    let name = in_file_name(&agenda.owner.username);
    let calendar = agenda.calendar(&reach, &telling)?;
    Ok(file(calendar_file_name(&name), calendar.text()))
}

fn file(name: String, text: String) -> CalendarFile {
    CalendarFile {
        name,
        digest: text::hex(&Sha256::digest(&text)),
        text,
    }
}

/// One appointment as a file, called off or not: the patient reads with whom it is,
/// staff whose it is unless his record is restricted.
///
/// # Errors
/// 404.
pub async fn appointment_file(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
) -> Result<CalendarFile, Problem> {
    let one = appointment(app, ctx, id).await?;
    let clinic = {
        let mut tx = app.store.read(ctx).await?;
        identity::api::tenant(&mut tx, ctx.tenant).await?
    };
    let texts = Texts::new(ctx.locale);
    let own = policy::is_patient(ctx);
    let with = match own {
        true => Some(one.practitioner_name.as_ref().unwrap_or(&clinic.name)),
        false => Some(&one.patient_name).filter(|_| !one.restricted),
    };
    let summary = match with {
        Some(with) => texts.with("calendar-visit-with", &[("name", with as _)]),
        None => texts.get("calendar-visit"),
    };
    let telling = Telling {
        texts,
        host: host(&app.settings.public_url),
        names: true,
    };
    let calendar = one_visit(&one, clinic.zone, summary, &telling)?;
    let day = one.starts_at.day(&calendar.zone);
    Ok(file(appointment_file_name(&day), calendar.text()))
}
