//! The other side of the link in a message that tells nothing: whoever knows the
//! patient's PIN reads for a while what the message would have said.

use kernel::{Ctx, Problem, TenantId, Timestamp};
use store::{Scope, WriteTx};

use crate::{
    App,
    audit::{self, api::Event},
    identity::{self, api::fingerprint},
    messaging::{
        model::{Behind, Door, MessageId, Pass, SHOWN_FOR, Shown, TRIES, Tried},
        storage::{self, SealRow},
    },
    patients::{
        self,
        api::{Pin, TriedPin},
    },
};

/// Who opens a link, on the trail.
const WHO: &str = "link";

/// What a pass proves the knowledge of.
fn what(tenant: TenantId, id: MessageId) -> String {
    format!("seal|{tenant}|{id}")
}

/// What the link with this secret shows to who has this pass, if he has one. To look
/// changes nothing: programs look at links as well.
///
/// # Errors
/// 404 alike for a secret that nobody made and a link whose time is over.
pub(in crate::messaging) async fn behind(
    app: &App,
    token: &str,
    pass: Option<&str>,
) -> Result<Behind, Problem> {
    let (tenant, row) = live(app, token).await?;
    let mut tx = app.store.read(tenant).await?;
    let clinic = identity::api::tenant(&mut tx, tenant).await?;
    let pin = patients::api::has_pin(&mut tx, tenant, row.patient_id).await?;
    let until = pass.and_then(|pass| until(app, (tenant, row.id), pass));
    let door = match until {
        _ if row.wrong >= TRIES => Door::Closed,
        Some(until) => Door::Open(Shown {
            body: row.body,
            locale: row.locale,
            until: until.min(row.expires_at),
        }),
        None if pin.is_some_and(|Pin { closed, .. }| closed) => Door::Closed,
        None => Door::Ask(TRIES - row.wrong),
    };
    Ok(Behind {
        clinic: clinic.name,
        zone: clinic.zone,
        door,
    })
}

/// Tries a PIN behind the link. It is counted before it is compared, and the count is
/// committed whatever comes of it: of many at once three are compared at most. That a
/// link was opened, or closed by wrong PINs, is on the trail.
///
/// # Errors
/// As [`behind`]; 400 for what is no PIN, which counts for nothing.
pub(in crate::messaging) async fn open(
    app: &App,
    token: &str,
    pin: &str,
) -> Result<Tried, Problem> {
    let (tenant, row) = live(app, token).await?;
    let pin = patients::api::typed_pin(pin)?;
    let (a, ctx) = (app.clone(), Ctx::system(tenant, WHO));
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let limits = (TRIES, a.clock.now());
                if !storage::try_seal(tx, tenant, row.id, limits).await? {
                    return Ok(Tried::Closed);
                }
                match patients::api::try_pin(tx, &a, tenant, row.patient_id, &pin).await? {
                    TriedPin::Right => opened(tx, &a, &ctx, &row).await,
                    TriedPin::Wrong => missed(tx, &a, &ctx, &row).await,
                    // Nothing was compared.
                    TriedPin::Closed => {
                        storage::untry_seal(tx, tenant, row.id).await?;
                        Ok(Tried::Closed)
                    }
                    TriedPin::None => {
                        storage::untry_seal(tx, tenant, row.id).await?;
                        Ok(Tried::NoPin)
                    }
                }
            })
        })
        .await
}

async fn opened(tx: &mut WriteTx, app: &App, ctx: &Ctx, row: &SealRow) -> Result<Tried, Problem> {
    storage::opened_seal(tx, ctx.tenant, row.id).await?;
    noted(tx, app, ctx, row, "message.open_link");
    let until = app.clock.now().plus(SHOWN_FOR).micros().to_string();
    let proof = identity::api::keyed_code(app, &what(ctx.tenant, row.id), &until)?;
    Ok(Tried::Right(Pass {
        value: format!("{until}.{proof}"),
        lasts: SHOWN_FOR,
    }))
}

async fn missed(tx: &mut WriteTx, app: &App, ctx: &Ctx, row: &SealRow) -> Result<Tried, Problem> {
    // Nobody else tries before the commit.
    let now = storage::sealed(tx, ctx.tenant, row.id).await?;
    let left = TRIES - now.map_or(TRIES, |row| row.wrong);
    if left > 0 {
        return Ok(Tried::Wrong);
    }
    noted(tx, app, ctx, row, "message.close_link");
    Ok(Tried::Closed)
}

fn noted(tx: &mut WriteTx, app: &App, ctx: &Ctx, row: &SealRow, action: &'static str) {
    let event = Event {
        action,
        object_type: "message",
        object_id: row.id.uuid(),
        patient: Some(row.patient_id.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
}

/// Until when a pass of ours for this link opens it; nothing for any other, and when
/// that time is over.
fn until(app: &App, (tenant, id): (TenantId, MessageId), pass: &str) -> Option<Timestamp> {
    let (until, proof) = pass.split_once('.')?;
    let right = identity::api::is_code(app, &what(tenant, id), until, proof);
    let until = right.ok().filter(|right| *right).and(until.parse().ok())?;
    Some(Timestamp::from_micros(until)).filter(|until| *until > app.clock.now())
}

async fn live(app: &App, token: &str) -> Result<(TenantId, SealRow), Problem> {
    let place = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::place_of_seal(&mut tx, &fingerprint(token)).await?
    };
    let place = place.ok_or_else(Problem::not_found)?;
    let mut tx = app.store.read(place.tenant_id).await?;
    let row = storage::sealed(&mut tx, place.tenant_id, place.id).await?;
    let now = app.clock.now();
    let live = row.filter(|row| row.expires_at > now);
    Ok((place.tenant_id, live.ok_or_else(Problem::not_found)?))
}
