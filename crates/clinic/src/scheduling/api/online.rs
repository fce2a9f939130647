//! The page on which people without an account ask for appointments: whether a
//! clinic has one, and what it offers.

use std::time::Duration;

use agenda::{Mode, Span};
use kernel::{Ctx, Expected, Locale, Problem, TenantId, Timestamp, UserId};
use store::{ReadTx, Scope, StoreError, WriteTx};

use super::{TOPIC, save::noted, slots::coming_slots};
use crate::{
    App, identity,
    identity::api::TenantInfo,
    scheduling::{
        model::{FreeSlot, OnlineBooking, OnlineChange},
        rules::{CODE_KEPT, hold_minutes, way_between},
        storage,
    },
};

/// The program on the trail, when somebody without an account acts.
const WHO: &str = "booking";

/// How the clinic takes requests.
///
/// # Errors
/// The database's.
pub async fn online_booking(app: &App, ctx: &Ctx) -> Result<OnlineBooking, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(current(&mut tx, ctx.tenant).await?)
}

async fn current(tx: &mut ReadTx, tenant: TenantId) -> Result<OnlineBooking, StoreError> {
    let set = storage::online_booking(tx, tenant).await?;
    Ok(set.unwrap_or(NEVER_SET))
}

/// Clinics have no such page until an administrator opens it.
const NEVER_SET: OnlineBooking = OnlineBooking {
    is_open: false,
    hold_minutes: HOLD_MINUTES,
    version: 0,
};

const HOLD_MINUTES: i64 = (agenda::HOLD.as_secs() / 60).cast_signed();

/// Until when a request that is made now keeps its place.
pub(super) async fn held_until(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
) -> Result<Timestamp, StoreError> {
    let minutes = current(tx, ctx.tenant).await?.hold_minutes;
    let lasts = Duration::from_secs(minutes.unsigned_abs() * 60);
    Ok(app.clock.now().plus(lasts))
}

/// Opens or closes the page, or says for how long requests keep their place. Those
/// that were made stay as they are.
///
/// # Errors
/// 400 `hold-out-of-range`; 412 when `expected` is not the version any more.
pub async fn set_online_booking(
    app: &App,
    ctx: &Ctx,
    expected: Expected,
    change: OnlineChange,
) -> Result<OnlineBooking, Problem> {
    hold_minutes(change.hold_minutes)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = current(tx, ctx.tenant).await?;
                expected.check(current.version)?;
                let next = OnlineBooking {
                    is_open: change.is_open.unwrap_or(current.is_open),
                    hold_minutes: change.hold_minutes.unwrap_or(current.hold_minutes),
                    version: current.version,
                };
                let set = storage::set_online_booking(tx, ctx.tenant, &next, a.clock.now()).await;
                set.map_err(StoreError::stale)?;
                for action in named(change) {
                    noted(tx, &a, &ctx, (action, "tenant", ctx.tenant.uuid()), None);
                }
                tx.emit(TOPIC, ctx.tenant.uuid());
                let version = next.version + 1;
                Ok(OnlineBooking { version, ..next })
            })
        })
        .await
}

/// What a change is called on the trail.
fn named(change: OnlineChange) -> impl Iterator<Item = &'static str> {
    let page = change.is_open.map(|open| match open {
        true => "online_booking.open",
        false => "online_booking.close",
    });
    let hold = change.hold_minutes.map(|_| "online_booking.hold");
    page.into_iter().chain(hold)
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
