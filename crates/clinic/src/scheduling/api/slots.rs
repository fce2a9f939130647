use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use agenda::{Horizon, HorizonError, LONGEST_DAYS, LONGEST_DAYS_ANONYMOUS, Span};
use kernel::{Ctx, FieldError, Problem, Role, TenantId, Timestamp, UserId, Zone};
use store::{ReadTx, StoreError};

use crate::{
    App, identity,
    scheduling::{
        model::{AppointmentId, FreeSlot, Hours, SoughtSlots},
        rules::Diary,
        storage,
    },
};

/// The slots of these days in order of time, full ones too, past ones not. Doctors
/// who left have none.
///
/// # Errors
/// 400 naming `date_end` when the days run backwards or are more than 92.
pub async fn free_slots(
    app: &App,
    ctx: &Ctx,
    sought: &SoughtSlots,
) -> Result<Vec<FreeSlot>, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.read(ctx).await?;
    let zone = identity::api::tenant(&mut tx, ctx.tenant).await?.zone;
    let days = (sought.first, sought.last);
    let horizon = Horizon::new(&zone, days, LONGEST_DAYS, now).map_err(not_so_long)?;
    let at = (now, None);
    let mut diary = diary(&mut tx, ctx.tenant, sought.practitioner, (days, &zone), at).await?;
    let doctors = doctors(&mut tx, ctx.tenant).await?;
    diary
        .hours
        .retain(|hours| doctors.contains(&hours.practitioner_id));
    Ok(diary.slots(&horizon, sought.mode)?)
}

/// Those of the next 28 days with a place left, of one doctor or of all.
///
/// # Errors
/// The database's.
pub async fn coming_slots(
    app: &App,
    ctx: &Ctx,
    practitioner: Option<UserId>,
) -> Result<Vec<FreeSlot>, Problem> {
    let zone = {
        let mut tx = app.store.read(ctx).await?;
        identity::api::tenant(&mut tx, ctx.tenant).await?.zone
    };
    let first = app.clock.now().date(&zone);
    let days = i64::from(LONGEST_DAYS_ANONYMOUS) - 1;
    let sought = SoughtSlots {
        first,
        last: first.saturating_add(jiff::Span::new().days(days)),
        practitioner,
        mode: None,
    };
    let mut slots = free_slots(app, ctx, &sought).await?;
    slots.retain(|slot| slot.remaining > 0);
    Ok(slots)
}

/// When the next slot with a place left begins, by doctor; within 28 days.
///
/// # Errors
/// The database's.
pub async fn next_free(
    app: &App,
    ctx: &Ctx,
    practitioner: Option<UserId>,
) -> Result<BTreeMap<UserId, Timestamp>, Problem> {
    let mut next = BTreeMap::new();
    for slot in coming_slots(app, ctx, practitioner).await? {
        next.entry(slot.hours.practitioner_id)
            .or_insert(slot.span.start());
    }
    Ok(next)
}

pub(super) fn not_so_long(error: HorizonError) -> Problem {
    match error {
        HorizonError::Backwards => Problem::invalid("date_end", "end-before-start"),
        HorizonError::TooLong(days) => Problem::fields(vec![
            FieldError::new("date_end", "too-many-days").with("max", days),
        ]),
    }
}

async fn doctors(tx: &mut ReadTx, tenant: TenantId) -> Result<BTreeSet<UserId>, StoreError> {
    let staff = identity::api::staff(tx, tenant).await?.into_iter();
    let doctors = staff.filter(|member| member.role == Role::Practitioner);
    Ok(doctors.map(|doctor| doctor.id).collect())
}

/// What is known of one doctor's time, or of all doctors', around these local days.
pub(super) async fn diary(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
    ((first, last), zone): ((jiff::civil::Date, jiff::civil::Date), &Zone),
    at: (Timestamp, Option<AppointmentId>),
) -> Result<Diary, Problem> {
    let (from, _) = Timestamp::of_day(first, zone).map_err(Problem::internal)?;
    let (_, until) = Timestamp::of_day(last, zone).map_err(Problem::internal)?;
    Ok(Diary {
        hours: hours_of(tx, tenant, practitioner).await?,
        away: storage::away(tx, tenant, practitioner, (from, until)).await?,
        taken: storage::taken(tx, tenant, practitioner, (from, until), at).await?,
    })
}

/// The hours of one doctor, or of all: many slots are cut from each.
pub(super) async fn hours_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: Option<UserId>,
) -> Result<Vec<Arc<Hours>>, StoreError> {
    let hours = storage::weeks(tx, tenant, practitioner).await?;
    Ok(hours.into_iter().map(Arc::new).collect())
}

/// What is known of a doctor's time around a visit, but for the place of one that is
/// moved or agreed to.
pub(super) async fn around(
    tx: &mut ReadTx,
    tenant: TenantId,
    practitioner: UserId,
    span: Span,
    (zone, now, except): (&Zone, Timestamp, Option<AppointmentId>),
) -> Result<(Horizon, Diary), Problem> {
    let days = (span.start().date(zone), span.end().date(zone));
    // Two days at most: a visit lasts eight hours.
    let horizon = Horizon::new(zone, days, 2, now).map_err(Problem::internal)?;
    let diary = diary(tx, tenant, Some(practitioner), (days, zone), (now, except)).await?;
    Ok((horizon, diary))
}
