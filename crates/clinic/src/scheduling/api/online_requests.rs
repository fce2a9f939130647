//! Somebody without an account asks for a visit, and sees or calls off what he asked
//! for, once he has proved his number.

use agenda::{Mode, Span};
use kernel::{Ctx, Expected, Problem, UserId};
use store::WriteTx;

use super::{
    NewAppointment, cancel,
    online::{closed, offered, stranger},
    online_codes::{asked_online, tried, wrong_code},
    request::one,
    save::{entered, placed},
};
use crate::{
    App,
    identity::api::TenantInfo,
    patients::{self, api::NewPatient},
    scheduling::{
        model::{Appointment, AppointmentId, BookingCodeId, CodeFor, CodeRow, Step},
        rules::{LOOK_LASTS, NUMBER_OPEN, Wish, visit},
        storage,
    },
};

/// Makes the request of whoever has the code: from now on it keeps its place for
/// fifteen minutes and waits for the clinic. `instead` is another slot when the
/// first was taken meanwhile. The same again changes nothing.
///
/// # Errors
/// 400 `wrong-code`, also for a code that is over; 404 `booking-closed`; 409
/// `slot-full`, `slot-not-offered`, `doctor-away`, `too-many-open-requests`; the
/// code still serves then.
pub async fn confirm_online(
    app: &App,
    clinic: &TenantInfo,
    id: BookingCodeId,
    code: &str,
    instead: Option<(UserId, Span)>,
) -> Result<(), Problem> {
    let row = asked_online(app, clinic, id).await?;
    let row = row.filter(|row| row.purpose == CodeFor::Visit);
    let mut row = row.ok_or_else(wrong_code)?;
    if row.used_at.is_some() {
        return Ok(());
    }
    if let Some((practitioner, span)) = instead {
        row.practitioner_id = Some(practitioner);
        (row.starts_at, row.ends_at) = (Some(span.start()), Some(span.end()));
    }
    let slot = row.slot().ok_or_else(wrong_code)?;
    let mode = match offered(app, clinic, slot, row.mode.unwrap_or(Mode::Both)).await {
        Ok(mode) => mode,
        // A second tap may find the place taken by the first.
        Err(_) if is_made(app, clinic, id).await? => return Ok(()),
        Err(problem) => return Err(problem),
    };
    let wanted = Wanted {
        id,
        slot,
        mode,
        code: code.to_owned(),
    };
    let (a, c, ctx) = (app.clone(), clinic.clone(), stranger(clinic, row.locale));
    let made: Result<Result<(), Problem>, Problem> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move { confirmed(tx, &a, &ctx, &c, wanted).await })
        })
        .await;
    made?
}

async fn is_made(app: &App, clinic: &TenantInfo, id: BookingCodeId) -> Result<bool, Problem> {
    let row = asked_online(app, clinic, id).await?;
    Ok(row.is_some_and(|row| row.used_at.is_some()))
}

/// What came of a request: when and with whom, no name of a patient.
///
/// # Errors
/// 404 for an id under which nothing was made.
pub async fn made_online(
    app: &App,
    clinic: &TenantInfo,
    id: BookingCodeId,
) -> Result<Appointment, Problem> {
    let row = asked_online(app, clinic, id).await?;
    let made = row.and_then(|row| row.appointment_id);
    let made = made.ok_or_else(Problem::not_found)?;
    let mut tx = app.store.read(clinic.id).await?;
    let found = storage::find_appointment(&mut tx, clinic.id, made).await?;
    let mut found = found.ok_or_else(Problem::not_found)?;
    found.close();
    Ok(found)
}

/// What somebody wants for his code.
struct Wanted {
    id: BookingCodeId,
    slot: (UserId, Span),
    mode: Mode,
    code: String,
}

/// The inner problem is for who waits; what was counted stays all the same.
async fn confirmed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    wanted: Wanted,
) -> Result<Result<(), Problem>, Problem> {
    if !storage::hold_online_booking(tx, ctx.tenant).await? {
        return Err(closed());
    }
    let before = storage::booking_code(tx, ctx.tenant, wanted.id).await?;
    if before.is_some_and(|row| row.used_at.is_some()) {
        return Ok(Ok(()));
    }
    let named = (wanted.id, CodeFor::Visit);
    let Some(row) = tried(tx, app, ctx, named, &wanted.code).await? else {
        return Ok(Err(wrong_code()));
    };
    if let Err(problem) = fits(tx, app, ctx, (&row, &wanted)).await {
        return Ok(Err(problem));
    }
    let now = app.clock.now();
    let new = NewPatient {
        first_name: row.first_name.clone().unwrap_or_default(),
        last_name: row.last_name.clone().unwrap_or_default(),
        phone: row.phone.as_e164().to_owned(),
        locale: Some(row.locale),
        ..NewPatient::default()
    };
    let patient = patients::api::enter_by_number(tx, app, ctx, clinic, new).await?;
    let new = appointment(&wanted);
    let made = one(tx, app, ctx, &new, (patient, wanted.slot.1, None)).await?;
    entered(tx, app, ctx, &made, (Step::Requested, None)).await?;
    storage::insert_online_request(tx, ctx.tenant, made.id, &row.phone, now).await?;
    storage::use_booking_code(tx, ctx.tenant, row.id, (now, Some(made.id))).await?;
    Ok(Ok(()))
}

/// Whether there is room in the calendar, and among the requests of the number.
async fn fits(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (row, wanted): (&CodeRow, &Wanted),
) -> Result<(), Problem> {
    let now = app.clock.now();
    let open = storage::open_online_requests(tx, ctx.tenant, &row.phone, now).await?;
    if open.len() >= NUMBER_OPEN {
        return Err(Problem::conflict("too-many-open-requests"));
    }
    let (practitioner, span) = wanted.slot;
    let wish = Wish {
        practitioner,
        span: visit((span.start(), span.end()), ("slot", "slot"), now)?,
        mode: wanted.mode,
        except: None,
        offered_only: true,
    };
    placed(tx, app, ctx, &wish).await.map(drop)
}

fn appointment(wanted: &Wanted) -> NewAppointment {
    let (practitioner, span) = wanted.slot;
    NewAppointment {
        patient: None,
        practitioner: Some(practitioner),
        encounter: None,
        mode: wanted.mode,
        start: span.start(),
        end: span.end(),
        location_note: None,
        patient_message: None,
        practitioner_message: None,
        overbook: None,
        series: None,
    }
}

/// Believes that who has the code may see what his number asked for, for ten
/// minutes.
///
/// # Errors
/// 400 `wrong-code`; 404 `booking-closed`.
pub async fn open_look(
    app: &App,
    clinic: &TenantInfo,
    id: BookingCodeId,
    code: &str,
) -> Result<(), Problem> {
    let (a, code) = (app.clone(), code.to_owned());
    let ctx = stranger(clinic, clinic.locale);
    let opened: Result<bool, Problem> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if !storage::hold_online_booking(tx, ctx.tenant).await? {
                    return Err(closed());
                }
                let named = (id, CodeFor::Look);
                let Some(row) = tried(tx, &a, &ctx, named, &code).await? else {
                    return Ok(false);
                };
                let used = (a.clock.now(), None);
                storage::use_booking_code(tx, ctx.tenant, row.id, used).await?;
                Ok(true)
            })
        })
        .await;
    match opened? {
        true => Ok(()),
        false => Err(wrong_code()),
    }
}

/// What the number of somebody who proved it asked for and is still to come: when
/// and with whom, no name of a patient.
///
/// # Errors
/// 404 when he did not prove it, or more than ten minutes ago.
pub async fn online_requests(
    app: &App,
    clinic: &TenantInfo,
    id: BookingCodeId,
) -> Result<Vec<Appointment>, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.read(clinic.id).await?;
    let row = storage::booking_code(&mut tx, clinic.id, id).await?;
    let row = row.filter(|row| {
        let used = row.used_at.is_some_and(|used| used.plus(LOOK_LASTS) > now);
        used && row.purpose == CodeFor::Look
    });
    let row = row.ok_or_else(Problem::not_found)?;
    let open = storage::open_online_requests(&mut tx, clinic.id, &row.phone, now).await?;
    let mut found = Vec::new();
    for id in open {
        let one = storage::find_appointment(&mut tx, clinic.id, id).await?;
        found.extend(one.map(|mut one| {
            one.close();
            one
        }));
    }
    Ok(found)
}

/// Calls one of them off; its place is free at once.
///
/// # Errors
/// 404 as [`online_requests`], and for what this number did not ask for.
pub async fn cancel_online(
    app: &App,
    clinic: &TenantInfo,
    id: BookingCodeId,
    appointment: AppointmentId,
) -> Result<(), Problem> {
    let open = online_requests(app, clinic, id).await?;
    if !open.iter().any(|one| one.id == appointment) {
        return Err(Problem::not_found());
    }
    let ctx = stranger(clinic, clinic.locale);
    cancel(app, &ctx, appointment, Expected::Any, None)
        .await
        .map(drop)
}
