//! The hours of a week in which doctors receive.

use agenda::{AvailabilityError, Mode, clash};
use kernel::{Ctx, Expected, FieldError, PageRequest, Patch, Problem, UserId};
use store::{ReadTx, StoreError, WriteTx};

use super::{TOPIC, save::noted};
use crate::{
    App, identity,
    scheduling::{
        model::{AvailabilityId, Hours},
        policy,
        rules::{LONGEST_PLACE, LONGEST_TEXT, words},
        storage,
    },
};

/// Hours to be entered, or what is to be changed in them.
#[derive(Debug, Clone, Default)]
pub struct NewHours {
    /// Whose; a doctor's own when nothing is said. It cannot be changed.
    pub practitioner: Option<UserId>,
    /// 0 Monday to 6.
    pub weekday: Option<i64>,
    /// Minutes after midnight.
    pub start_minute: Option<i64>,
    /// The same; up to 1440.
    pub end_minute: Option<i64>,
    /// How patients come; either way when nothing is said.
    pub mode: Option<Mode>,
    /// How long a slot takes, minutes; 30 when nothing is said.
    pub slot_minutes: Option<i64>,
    /// How many patients a slot takes; one when nothing is said.
    pub capacity: Option<i64>,
    /// Where.
    pub location: Patch<String>,
    /// For the staff only.
    pub notes: Patch<String>,
    /// Whether they hold now.
    pub active: Option<bool>,
}

/// One page of hours, by doctor, day and time. Patients see those that hold,
/// without the staff's notes.
///
/// # Errors
/// The database's.
pub async fn hours(
    app: &App,
    ctx: &Ctx,
    practitioner: Option<UserId>,
    page: PageRequest,
) -> Result<(i64, Vec<Hours>), Problem> {
    let patient = policy::is_patient(ctx);
    let mut tx = app.store.read(ctx).await?;
    let (count, mut rows) =
        storage::list_hours(&mut tx, ctx.tenant, practitioner, !patient, page).await?;
    if patient {
        rows.iter_mut().for_each(|row| row.notes = None);
    }
    Ok((count, rows))
}

/// One of them.
///
/// # Errors
/// 404.
pub async fn hours_of(app: &App, ctx: &Ctx, id: AvailabilityId) -> Result<Hours, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let mut found = find(&mut tx, ctx, id).await?;
    if policy::is_patient(ctx) {
        if !found.active {
            return Err(Problem::not_found());
        }
        found.notes = None;
    }
    Ok(found)
}

pub(super) async fn find(tx: &mut ReadTx, ctx: &Ctx, id: AvailabilityId) -> Result<Hours, Problem> {
    let found = storage::find_hours(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Enters hours.
///
/// # Errors
/// 403 for another's calendar; 400 naming every wrong field; 409 `hours-overlap`.
pub async fn add_hours(app: &App, ctx: &Ctx, new: NewHours) -> Result<Hours, Problem> {
    let practitioner = policy::calendar_of(ctx, new.practitioner)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let hours = patched(blank(&a, practitioner), new)?;
                doctor(tx, &ctx, practitioner).await?;
                storage::hold_calendar(tx, ctx.tenant, practitioner).await?;
                apart(tx, &ctx, &hours).await?;
                storage::insert_hours(tx, ctx.tenant, &hours).await?;
                told(tx, &a, &ctx, &hours, "availability.create");
                find(tx, &ctx, hours.id).await
            })
        })
        .await
}

pub(super) fn blank(app: &App, practitioner: UserId) -> Hours {
    let now = app.clock.now();
    Hours {
        id: AvailabilityId::new(&app.clock, &app.rng),
        practitioner_id: practitioner,
        practitioner_name: String::new(),
        weekday: 0,
        start_minute: 0,
        end_minute: 0,
        mode: Mode::Both,
        slot_minutes: 30,
        capacity: 1,
        location: None,
        notes: None,
        active: true,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

pub(super) fn patched(current: Hours, new: NewHours) -> Result<Hours, Problem> {
    let mut faults = Vec::new();
    let mut text = |patch: Patch<String>, old, field, most| {
        words(patch.apply(old), field, most).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        })
    };
    let next = Hours {
        location: text(new.location, current.location, "location", LONGEST_PLACE),
        notes: text(new.notes, current.notes, "notes", LONGEST_TEXT),
        weekday: new.weekday.unwrap_or(current.weekday),
        start_minute: new.start_minute.unwrap_or(current.start_minute),
        end_minute: new.end_minute.unwrap_or(current.end_minute),
        mode: new.mode.unwrap_or(current.mode),
        slot_minutes: new.slot_minutes.unwrap_or(current.slot_minutes),
        capacity: new.capacity.unwrap_or(current.capacity),
        active: new.active.unwrap_or(current.active),
        ..current
    };
    if let Err(broken) = next.draft().check() {
        faults.extend(broken.into_iter().map(fault));
    } else if next.capacity > MOST_PATIENTS {
        faults.push(fault(AvailabilityError::Capacity));
    }
    match faults.is_empty() {
        true => Ok(next),
        false => Err(Problem::fields(faults)),
    }
}

/// As the schema has it.
const MOST_PATIENTS: i64 = 1000;

fn fault(error: AvailabilityError) -> FieldError {
    let (field, code) = match error {
        AvailabilityError::Day => ("day_of_week", "not-a-weekday"),
        AvailabilityError::Hours => ("end_time", "end-before-start"),
        AvailabilityError::SlotMinutes => ("duration_minutes", "slot-minutes"),
        AvailabilityError::Capacity => ("max_consultations", "slot-capacity"),
    };
    FieldError::new(field, code)
}

/// Refuses an account that is no active doctor of this clinic.
///
/// # Errors
/// 400 naming `medecin`.
pub(super) async fn doctor(tx: &mut ReadTx, ctx: &Ctx, user: UserId) -> Result<(), Problem> {
    match identity::api::is_doctor(tx, ctx.tenant, user).await? {
        true => Ok(()),
        false => Err(Problem::invalid("medecin", "no-such-doctor")),
    }
}

/// Two hours of one doctor share no time while both hold; under his calendar's hold.
pub(super) async fn apart(tx: &mut ReadTx, ctx: &Ctx, hours: &Hours) -> Result<(), Problem> {
    if !hours.active {
        return Ok(());
    }
    let others = storage::weeks(tx, ctx.tenant, Some(hours.practitioner_id)).await?;
    let others = others.iter().filter(|other| other.id != hours.id);
    let others: Vec<_> = others
        .filter_map(|other| other.draft().check().ok())
        .collect();
    let clashes = hours
        .draft()
        .check()
        .is_ok_and(|new| clash(&new, &others).is_some());
    match clashes {
        true => Err(Problem::conflict("hours-overlap")),
        false => Ok(()),
    }
}

fn told(tx: &mut WriteTx, app: &App, ctx: &Ctx, hours: &Hours, action: &'static str) {
    noted(
        tx,
        app,
        ctx,
        (action, "availability", hours.id.uuid()),
        None,
    );
    tx.emit(TOPIC, hours.practitioner_id.uuid());
}

/// Changes hours. Appointments that were made in them stay.
///
/// # Errors
/// 404; 403 for another's calendar; 400 naming every wrong field; 409
/// `hours-overlap`; 412 when `expected` is not the version any more.
pub async fn change_hours(
    app: &App,
    ctx: &Ctx,
    id: AvailabilityId,
    expected: Expected,
    new: NewHours,
) -> Result<Hours, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = held(tx, &ctx, id, expected).await?;
                let mut next = patched(current, new)?;
                next.updated_at = a.clock.now();
                apart(tx, &ctx, &next).await?;
                let updated = storage::update_hours(tx, ctx.tenant, &next).await;
                updated.map_err(StoreError::stale)?;
                told(tx, &a, &ctx, &next, "availability.update");
                find(tx, &ctx, id).await
            })
        })
        .await
}

/// The hours with their doctor's calendar held, for a caller who writes it.
async fn held(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: AvailabilityId,
    expected: Expected,
) -> Result<Hours, Problem> {
    let whose = find(tx, ctx, id).await?.practitioner_id;
    policy::calendar_of(ctx, Some(whose))?;
    storage::hold_calendar(tx, ctx.tenant, whose).await?;
    let current = find(tx, ctx, id).await?;
    expected.check(current.version)?;
    Ok(current)
}

/// Takes hours away. Appointments that were made in them stay.
///
/// # Errors
/// 404; 403 for another's calendar; 412 when `expected` is not the version any more.
pub async fn drop_hours(
    app: &App,
    ctx: &Ctx,
    id: AvailabilityId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = held(tx, &ctx, id, expected).await?;
                let deleted = storage::delete_hours(tx, ctx.tenant, &current).await;
                deleted.map_err(StoreError::stale)?;
                told(tx, &a, &ctx, &current, "availability.delete");
                Ok(())
            })
        })
        .await
}
