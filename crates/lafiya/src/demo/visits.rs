//! The doctor's week in the demo, and a few appointments of its patients.

use clinic::{
    App,
    identity::api as identity,
    patients::api as patients,
    scheduling::api::{
        self as scheduling, Agreed, NewAppointment, NewHours, SoughtAppointments, SoughtSlots,
    },
};
use kernel::{Actor, Ctx, Expected, Locale, PageRequest, Patch, Problem, Role, TenantId, UserId};

/// How far the demo's appointments lie ahead at most: fourteen days.
const AHEAD: std::time::Duration = std::time::Duration::from_secs(14 * 24 * 3600);
/// Whose, which of the free slots counted from the first, whether it is agreed to, and
/// what was written.
const VISITS: &[(&str, usize, bool, &str)] = &[
    ("Awa Ndiaye", 2, true, "Contrôle de ma toux"),
    ("Ibrahima Fall", 4, true, "Tension"),
    (
        "Khady Gueye",
        7,
        false,
        "Douleur au genou depuis une semaine",
    ),
    ("Ousmane Sow", 11, true, "Résultats de laboratoire"),
    ("Awa Ndiaye", 20, false, "Vaccin de mon fils"),
];

/// Enters what is missing: nothing in a demo whose doctor has hours.
pub async fn make(app: &App, tenant: TenantId) -> Result<(), Problem> {
    let staff = {
        let mut tx = app.store.read(tenant).await?;
        identity::staff(&mut tx, tenant).await?
    };
    let mut staff = staff.into_iter();
    let Some(doctor) = staff.find(|member| member.role == Role::Practitioner) else {
        return Ok(());
    };
    let ctx = Ctx {
        tenant,
        actor: Actor::User(doctor.id, Role::Practitioner),
        locale: Locale::Fr,
    };
    week(app, &ctx).await?;
    let page = PageRequest::default();
    let system = Ctx::system(tenant, "demo");
    let all = SoughtAppointments::default();
    let (there, _) = scheduling::appointments(app, &system, &all, page).await?;
    if there > 0 {
        return Ok(());
    }
    visits(app, &system, doctor.id).await
}

/// Mornings from Monday to Saturday, and three afternoons.
async fn week(app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let own = ctx.actor.user();
    let (there, _) = scheduling::hours(app, ctx, own, PageRequest::default()).await?;
    if there > 0 {
        return Ok(());
    }
    let mornings = (0..6).map(|day| (day, 8 * 60, 12 * 60));
    let afternoons = [0, 2, 4].map(|day| (day, 15 * 60, 17 * 60 + 30));
    for (day, start, end) in mornings.chain(afternoons) {
        let hours = NewHours {
            weekday: Some(day),
            start_minute: Some(start),
            end_minute: Some(end),
            location: Patch::Set("Cabinet 2".to_owned()),
            ..NewHours::default()
        };
        scheduling::add_hours(app, ctx, hours).await?;
    }
    Ok(())
}

/// Entered by the program itself: the demo tells no number of it.
async fn visits(app: &App, ctx: &Ctx, doctor: UserId) -> Result<(), Problem> {
    let zone = {
        let mut tx = app.store.read(ctx).await?;
        identity::tenant(&mut tx, ctx.tenant).await?.zone
    };
    let now = app.clock.now();
    let sought = SoughtSlots {
        first: now.date(&zone),
        last: now.plus(AHEAD).date(&zone),
        practitioner: Some(doctor),
        mode: None,
    };
    let slots = scheduling::free_slots(app, ctx, &sought).await?;
    for (name, place, agreed, message) in VISITS {
        let found = patients::search(app, ctx, name, PageRequest::default()).await?;
        let patient = found.1.iter().find(|found| found.full_name() == *name);
        let (Some(patient), Some(slot)) = (patient, slots.get(*place)) else {
            continue;
        };
        let new = NewAppointment {
            patient: Some(patient.id),
            practitioner: Some(slot.hours.practitioner_id),
            encounter: None,
            mode: scheduling::Mode::InPerson,
            start: slot.span.start(),
            end: slot.span.end(),
            location_note: None,
            patient_message: Some((*message).to_owned()),
            practitioner_message: None,
            overbook: None,
            series: None,
        };
        let made = scheduling::request(app, ctx, new).await?;
        if *agreed {
            scheduling::confirm(app, ctx, made.id, Expected::Any, Agreed::default()).await?;
        }
    }
    Ok(())
}
