//! Somebody without an account shows that a number is his.
//!
//! Nothing depends on whether the clinic knows the number until its owner has
//! proved it; until then nothing is held in the calendar either.

use kernel::{Ctx, Locale, Phone, Problem, Redacted};
use store::WriteTx;
use webkit::Texts;

use super::online::{closed, offered, stranger};
use crate::{
    App, SecurityMessage, identity,
    identity::api::TenantInfo,
    patients::{self, api::NewPatient},
    scheduling::{
        model::{BookingCodeId, CodeFor, CodeRow, CodesMade, OnlineWish},
        rules::{CODE_LASTS, DAY, HOUR, TRIES, one_more_code},
        storage,
    },
};

/// Sends a code to the number of somebody who asks for a visit.
///
/// # Errors
/// 400 naming every wrong field; 404 `booking-closed`; 409 `slot-not-offered`;
/// 429 `too-many-codes`, `clinic-codes-spent`.
pub async fn ask_online(
    app: &App,
    clinic: &TenantInfo,
    locale: Locale,
    wish: OnlineWish,
) -> Result<BookingCodeId, Problem> {
    let phone = patients::api::number_of(app, clinic, person(&wish, locale))?;
    let slot = (wish.practitioner, wish.span);
    let mode = offered(app, clinic, slot, wish.mode).await?;
    let row = CodeRow {
        practitioner_id: Some(wish.practitioner),
        starts_at: Some(wish.span.start()),
        ends_at: Some(wish.span.end()),
        mode: Some(mode),
        first_name: Some(wish.first_name.trim().to_owned()),
        last_name: Some(wish.last_name.trim().to_owned()),
        ..fresh(app, CodeFor::Visit, phone, locale)
    };
    send(app, clinic, row).await
}

fn person(wish: &OnlineWish, locale: Locale) -> NewPatient {
    NewPatient {
        first_name: wish.first_name.clone(),
        last_name: wish.last_name.clone(),
        phone: wish.phone.clone(),
        locale: Some(locale),
        ..NewPatient::default()
    }
}

/// Sends a code to a number whose owner wants to see what he asked for; to a number
/// that asked for nothing none is sent, and the answer is the same.
///
/// # Errors
/// 400 naming `phone`; 404 `booking-closed`; 429 as in [`ask_online`].
pub async fn look_online(
    app: &App,
    clinic: &TenantInfo,
    locale: Locale,
    phone: &str,
) -> Result<BookingCodeId, Problem> {
    let phone = Phone::parse(phone, clinic.country);
    let phone = phone.map_err(|_| Problem::invalid("phone", "not-a-phone"))?;
    send(app, clinic, fresh(app, CodeFor::Look, phone, locale)).await
}

fn fresh(app: &App, purpose: CodeFor, phone: Phone, locale: Locale) -> CodeRow {
    let now = app.clock.now();
    CodeRow {
        id: BookingCodeId::new(&app.clock, &app.rng),
        purpose,
        phone,
        locale,
        code_hash: String::new(),
        created_at: now,
        expires_at: now.plus(CODE_LASTS),
        used_at: None,
        practitioner_id: None,
        starts_at: None,
        ends_at: None,
        mode: None,
        first_name: None,
        last_name: None,
        appointment_id: None,
    }
}

fn what(row: &CodeRow) -> String {
    format!("booking|{}|{}", row.id, row.phone.as_e164())
}

async fn send(app: &App, clinic: &TenantInfo, mut row: CodeRow) -> Result<BookingCodeId, Problem> {
    let code = Redacted(identity::api::fresh_code(app));
    row.code_hash = identity::api::keyed_code(app, &what(&row), &code)?;
    let (a, ctx, name) = (
        app.clone(),
        stranger(clinic, row.locale),
        clinic.name.clone(),
    );
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if !storage::hold_online_booking(tx, ctx.tenant).await? {
                    return Err(closed());
                }
                one_more_code(made(tx, &a, &ctx, &row.phone).await?)?;
                storage::insert_code(tx, ctx.tenant, &row).await?;
                if is_wanted(tx, &ctx, &row).await? {
                    let message = message(&row, &name, &code);
                    a.security_post.enqueue(tx, &a, &ctx, message).await?;
                }
                Ok(row.id)
            })
        })
        .await
}

async fn made(tx: &mut WriteTx, app: &App, ctx: &Ctx, phone: &Phone) -> Result<CodesMade, Problem> {
    let now = app.clock.now();
    let (hour, day, tenant) = (now.minus(HOUR), now.minus(DAY), ctx.tenant);
    Ok(CodesMade {
        number_hour: storage::codes_made(tx, tenant, Some(phone), hour).await?,
        number_day: storage::codes_made(tx, tenant, Some(phone), day).await?,
        clinic_hour: storage::codes_made(tx, tenant, None, hour).await?,
    })
}

/// Who asked for nothing gets no message about it.
async fn is_wanted(tx: &mut WriteTx, ctx: &Ctx, row: &CodeRow) -> Result<bool, Problem> {
    if row.purpose == CodeFor::Visit {
        return Ok(true);
    }
    let now = row.created_at;
    let open = storage::open_online_requests(tx, ctx.tenant, &row.phone, now).await?;
    Ok(!open.is_empty())
}

fn message(row: &CodeRow, clinic: &str, code: &Redacted<String>) -> SecurityMessage {
    let arguments = [("clinic", &clinic as _), ("code", &code.0 as _)];
    SecurityMessage {
        phone: row.phone.clone(),
        body: Redacted(Texts::new(row.locale).with("notice-booking-code", &arguments)),
        key: format!("booking-code|{}", row.id),
        expires_at: row.expires_at,
    }
}

/// Tries a code; nothing when it is not the right one, or dead. The try counts
/// either way, so the transaction must commit.
pub(super) async fn tried(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (id, purpose): (BookingCodeId, CodeFor),
    code: &str,
) -> Result<Option<CodeRow>, Problem> {
    let limits = (TRIES, app.clock.now());
    if !storage::try_booking_code(tx, ctx.tenant, id, limits).await? {
        return Ok(None);
    }
    let row = storage::booking_code(tx, ctx.tenant, id).await?;
    let Some(row) = row.filter(|row| row.purpose == purpose) else {
        return Ok(None);
    };
    let right = identity::api::is_code(app, &what(&row), code, &row.code_hash)?;
    Ok(right.then_some(row))
}

pub(super) fn wrong_code() -> Problem {
    Problem::invalid("code", "wrong-code")
}

/// What was asked for under this id, and whether its code was right already.
///
/// # Errors
/// The database's.
pub(in crate::scheduling) async fn asked_online(
    app: &App,
    clinic: &TenantInfo,
    id: BookingCodeId,
) -> Result<Option<CodeRow>, Problem> {
    let mut tx = app.store.read(clinic.id).await?;
    Ok(storage::booking_code(&mut tx, clinic.id, id).await?)
}
