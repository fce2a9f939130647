//! What hours would offer, and what absences stand in the way of.

use agenda::{Horizon, LONGEST_DAYS, Mode, Span};
use jiff::{ToSpan, civil::Date};
use kernel::{Ctx, PageRequest, Problem, Timestamp, UserId};

use super::{
    NewHours,
    hours::{apart, blank, find, patched},
    read::appointments,
    slots::diary,
};
use crate::{
    App, identity,
    scheduling::{
        model::{Appointment, AvailabilityId, Away, FreeSlot, SoughtAppointments},
        policy,
    },
};

/// Days that are shown of hours nobody has saved.
const DAYS: i64 = 14;
/// Appointments looked at, the next that many, a hundred at a time.
const CALLS: i64 = 10;

fn days_from(today: Date, count: i64) -> (Date, Date) {
    let last = today.checked_add((count - 1).days());
    (today, last.unwrap_or(today))
}

/// The slots of the next two weeks as they would be with these hours, in the place
/// of those with the id. Nothing is saved.
///
/// # Errors
/// As [`super::add_hours`] and [`super::change_hours`].
pub async fn preview_hours(
    app: &App,
    ctx: &Ctx,
    practitioner: UserId,
    (id, new): (Option<AvailabilityId>, NewHours),
) -> Result<Vec<FreeSlot>, Problem> {
    policy::calendar_of(ctx, Some(practitioner))?;
    let now = app.clock.now();
    let mut tx = app.store.read(ctx).await?;
    let current = match id {
        Some(id) => find(&mut tx, ctx, id).await?,
        None => blank(app, practitioner),
    };
    if current.practitioner_id != practitioner {
        return Err(Problem::not_found());
    }
    let next = patched(current, new)?;
    apart(&mut tx, ctx, &next).await?;
    let zone = identity::api::tenant(&mut tx, ctx.tenant).await?.zone;
    let days = days_from(now.date(&zone), DAYS);
    let horizon = Horizon::new(&zone, days, LONGEST_DAYS, now).map_err(Problem::internal)?;
    let mut diary = diary(
        &mut tx,
        ctx.tenant,
        Some(practitioner),
        (days, &zone),
        (now, None),
    )
    .await?;
    diary.hours.retain(|hours| hours.id != next.id);
    if next.active {
        diary.hours.push(std::sync::Arc::new(next));
    }
    Ok(diary.slots(&horizon, None::<Mode>)?)
}

/// The coming appointments of a doctor that lie in each of these absences of his:
/// weekly ones as far as the next three months.
///
/// # Errors
/// 403 for patients.
pub async fn displaced(
    app: &App,
    ctx: &Ctx,
    practitioner: UserId,
    away: &[Away],
) -> Result<Vec<Vec<Appointment>>, Problem> {
    policy::staff_only(ctx)?;
    let now = app.clock.now();
    let coming = coming(app, ctx, practitioner, now).await?;
    let zone = {
        let mut tx = app.store.read(ctx).await?;
        identity::api::tenant(&mut tx, ctx.tenant).await?.zone
    };
    let days = days_from(now.date(&zone), i64::from(LONGEST_DAYS));
    let horizon = Horizon::new(&zone, days, LONGEST_DAYS, now).map_err(Problem::internal)?;
    let mut found = Vec::with_capacity(away.len());
    for one in away {
        let exception = one.exception()?;
        let lies = |visit: &&Appointment| match Span::new(visit.starts_at, visit.ends_at) {
            Ok(span) if one.weekly => horizon.is_away(&[exception], span),
            Ok(span) => exception.span.overlaps(span),
            Err(_) => false,
        };
        found.push(coming.iter().filter(lies).cloned().collect());
    }
    Ok(found)
}

async fn coming(
    app: &App,
    ctx: &Ctx,
    practitioner: UserId,
    now: Timestamp,
) -> Result<Vec<Appointment>, Problem> {
    use agenda::AppointmentState::{Confirmed, Pending};
    let sought = SoughtAppointments {
        status: vec![Pending, Confirmed],
        practitioner: Some(practitioner),
        from: Some(now),
        ..SoughtAppointments::default()
    };
    let mut all = Vec::new();
    for number in 1..=CALLS {
        let page = PageRequest::new(Some(number), Some(100))?;
        let (count, rows) = appointments(app, ctx, &sought, page).await?;
        all.extend(rows);
        if number * 100 >= count {
            break;
        }
    }
    Ok(all)
}
