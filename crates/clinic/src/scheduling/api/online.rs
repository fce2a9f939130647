//! The page on which people without an account ask for appointments: whether a
//! clinic has one, and what it offers.

use agenda::{Mode, Span};
use kernel::{Ctx, Expected, Locale, Problem, UserId};
use store::{Scope, StoreError};

use super::{TOPIC, save::noted, slots::coming_slots};
use crate::{
    App, identity,
    identity::api::TenantInfo,
    scheduling::{
        model::{FreeSlot, OnlineBooking},
        rules::{CODE_KEPT, way_between},
        storage,
    },
};

/// The program on the trail, when somebody without an account acts.
const WHO: &str = "booking";

/// Whether the clinic has the page.
///
/// # Errors
/// The database's.
pub async fn online_booking(app: &App, ctx: &Ctx) -> Result<OnlineBooking, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::online_booking(&mut tx, ctx.tenant)
        .await?
        .unwrap_or(NEVER_OPENED))
}

/// Clinics have no such page until an administrator opens it.
const NEVER_OPENED: OnlineBooking = OnlineBooking {
    is_open: false,
    version: 0,
};

/// Opens or closes the page. Requests that were made there stay.
///
/// # Errors
/// 412 when `expected` is not the version any more.
pub async fn set_online_booking(
    app: &App,
    ctx: &Ctx,
    expected: Expected,
    open: Option<bool>,
) -> Result<OnlineBooking, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = storage::online_booking(tx, ctx.tenant).await?;
                let current = current.unwrap_or(NEVER_OPENED);
                expected.check(current.version)?;
                let next = OnlineBooking {
                    is_open: open.unwrap_or(current.is_open),
                    version: current.version,
                };
                let set = storage::set_online_booking(tx, ctx.tenant, &next, a.clock.now()).await;
                set.map_err(StoreError::stale)?;
                let action = match next.is_open {
                    true => "online_booking.open",
                    false => "online_booking.close",
                };
                noted(tx, &a, &ctx, (action, "tenant", ctx.tenant.uuid()), None);
                tx.emit(TOPIC, ctx.tenant.uuid());
                let version = next.version + 1;
                Ok(OnlineBooking { version, ..next })
            })
        })
        .await
}

/// The clinic with this name in addresses, as long as its page is open. A clinic
/// that is not there and one without the page answer alike.
///
/// # Errors
/// 404 `booking-closed`.
pub async fn open_clinic(app: &App, slug: &str) -> Result<TenantInfo, Problem> {
    let found = {
        let mut tx = app.store.read(Scope::System).await?;
        identity::api::tenant_by_slug(&mut tx, slug).await?
    };
    let clinic = found.ok_or_else(closed)?;
    let mut tx = app.store.read(clinic.id).await?;
    let booking = storage::online_booking(&mut tx, clinic.id).await?;
    match booking.is_some_and(|booking| booking.is_open) {
        true => Ok(clinic),
        false => Err(closed()),
    }
}

pub(super) const fn closed() -> Problem {
    Problem::not_found().code("booking-closed")
}

/// Who acts when nobody is signed in.
pub(super) fn stranger(clinic: &TenantInfo, locale: Locale) -> Ctx {
    Ctx {
        locale,
        ..Ctx::system(clinic.id, WHO)
    }
}

/// What is free in the next 28 days, of one doctor or of all: times and doctors'
/// names.
///
/// # Errors
/// The database's.
pub async fn open_slots(
    app: &App,
    clinic: &TenantInfo,
    practitioner: Option<UserId>,
) -> Result<Vec<FreeSlot>, Problem> {
    coming_slots(app, &stranger(clinic, clinic.locale), practitioner).await
}

/// How somebody comes to a slot, if it is offered and serves his way to come.
///
/// # Errors
/// 409 `slot-not-offered`.
pub(super) async fn offered(
    app: &App,
    clinic: &TenantInfo,
    (practitioner, span): (UserId, Span),
    wanted: Mode,
) -> Result<Mode, Problem> {
    let free = open_slots(app, clinic, Some(practitioner)).await?;
    let found = free.iter().find(|slot| slot.span == span);
    let found = found.ok_or_else(|| Problem::conflict("slot-not-offered"))?;
    Ok(way_between(found.hours.mode, wanted))
}

/// Forgets codes of the days before yesterday, with what was typed for them;
/// answers how many.
///
/// # Errors
/// The database's.
pub async fn sweep_codes(app: &App) -> Result<u64, Problem> {
    let before = app.clock.now().minus(CODE_KEPT);
    identity::api::in_each_clinic(app, move |tx, tenant| {
        Box::pin(storage::drop_codes(tx, tenant, before))
    })
    .await
}
