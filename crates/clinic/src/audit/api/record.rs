use std::time::Duration;

use kernel::{Actor, Ctx, Id, Problem, ProblemKind};
use store::{StoreError, WriteTx};
use uuid::Uuid;

use super::TOPIC;
use crate::{
    App,
    audit::{
        model::{ActorKind, Event, Line},
        storage,
    },
};

/// How long one line stands for all looks of one person at one record.
const ONE_LOOK: Duration = Duration::from_secs(15 * 60);

fn line(app: &App, ctx: &Ctx, event: Event) -> Line {
    let (actor_kind, actor_id, actor_name) = match ctx.actor {
        Actor::User(user, role) => (ActorKind::User, Some(user.uuid()), role.as_str()),
        Actor::Service(id) => (ActorKind::Service, Some(id), "service"),
        Actor::System(what) => (ActorKind::Program, None, what),
    };
    Line {
        id: Id::<()>::new(&app.clock, &app.rng).uuid(),
        at: app.clock.now(),
        actor_kind,
        actor_id,
        actor_name: actor_name.to_owned(),
        action: event.action.to_owned(),
        object_type: event.object_type.to_owned(),
        object_id: event.object_id,
        patient_id: event.patient,
        detail: event.detail,
    }
}

/// Adds a line in the change's transaction, as the last thing before its
/// commit. `detail` is JSON without patient data.
///
/// # Errors
/// The database's; most show when the change is committed.
pub async fn record(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    action: &'static str,
    object_type: &'static str,
    object_id: Uuid,
    detail: Option<String>,
) -> Result<(), StoreError> {
    let event = Event {
        action,
        object_type,
        object_id,
        patient: (object_type == "patient").then_some(object_id),
        detail,
    };
    record_event(tx, app, ctx, event);
    Ok(())
}

/// The same for something that belongs to a patient's record.
pub fn record_event(tx: &mut WriteTx, app: &App, ctx: &Ctx, event: Event) {
    let (tenant, line) = (ctx.tenant, line(app, ctx, event));
    tx.before_commit(move |tx| {
        Box::pin(async move {
            let head = storage::hold(tx, tenant).await?;
            storage::append(tx, tenant, head, line).await.map(drop)
        })
    });
}

/// The same for something that the clinic's administrators must hear of now.
pub fn alert(tx: &mut WriteTx, app: &App, ctx: &Ctx, event: Event) {
    tx.emit(TOPIC, event.object_id);
    record_event(tx, app, ctx, event);
}

/// Notes that a member of staff or a service is about to be shown something:
/// answers when the line is on disk. One line stands for all looks of the same
/// person at the same record within fifteen minutes, so most looks write nothing.
///
/// # Errors
/// The database's: nothing may be shown then.
pub async fn seen(app: &App, ctx: &Ctx, event: Event) -> Result<(), Problem> {
    let by_staff = match ctx.actor {
        Actor::User(_, role) => role.is_staff(),
        Actor::Service(_) => true,
        Actor::System(_) => false,
    };
    if !by_staff {
        return Ok(());
    }
    let tenant = ctx.tenant;
    let line = line(app, ctx, event);
    let since = line.at.minus(ONE_LOOK);
    {
        let mut tx = app.store.read(ctx).await?;
        if storage::seen_since(&mut tx, tenant, &line, since).await? {
            return Ok(());
        }
    }
    let written: Result<(), StoreError> = app
        .store
        .write(ctx, move |tx| {
            Box::pin(async move {
                // Held first: of two looks at once the second finds the first's line.
                let head = storage::hold(tx, tenant).await?;
                if storage::seen_since(tx, tenant, &line, since).await? {
                    return Ok(());
                }
                storage::append(tx, tenant, head, line).await.map(drop)
            })
        })
        .await;
    Ok(written?)
}

/// Notes that a list or a search is about to be shown, without what is in it.
/// Unlike a record, a list is shown even while nothing can be written (a full
/// disk): without it nobody could find whom to treat.
///
/// # Errors
/// The database's, but for its being unable to write now.
pub async fn listed(
    app: &App,
    ctx: &Ctx,
    action: &'static str,
    object_type: &'static str,
) -> Result<(), Problem> {
    let event = Event {
        action,
        object_type,
        object_id: ctx.tenant.uuid(),
        patient: None,
        detail: None,
    };
    match seen(app, ctx, event).await {
        Err(problem) if problem.kind == ProblemKind::Unavailable => {
            tracing::warn!(action, "a look at a list could not be recorded");
            Ok(())
        }
        other => other,
    }
}
