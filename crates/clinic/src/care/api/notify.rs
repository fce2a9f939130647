//! Tells a patient that something waits for him: never what it says.

use kernel::{Ctx, Problem};
use store::WriteTx;

use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{Encounter, EncounterId},
        policy,
    },
    identity,
    messaging::{
        self,
        api::{Channel, Decision, Enqueued, Notice, Values},
    },
    patients::{self, api::Reach},
};

/// What he is told of: nothing of the visit.
const EVENT: &str = "waits-for";

/// Sends the patient of a signed record a message that he can read it. Once per
/// signed version and way; `again` sends another one, at most one a minute.
///
/// # Errors
/// 404, also `not-signed-yet`; 403 `record-restricted`; 409 `patient-no-phone`,
/// `opted_out`, and `window_closed` when WhatsApp's 24 hours are over.
pub async fn notify(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    channel: Channel,
    again: bool,
) -> Result<Enqueued, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let record = policy::hold(tx, &a, &ctx, id).await?;
                let unsigned = || Problem::not_found().code("not-signed-yet");
                let version = record.signed_version.ok_or_else(unsigned)?;
                let reach = reachable(tx, &a, &ctx, &record, channel).await?;
                let mut key = format!("record:{id}:{version}:{channel}");
                if again {
                    let minute = a.clock.now().micros().div_euclid(60_000_000);
                    key = format!("{key}:{minute}");
                }
                let notice = Notice {
                    event: messaging::api::event_of(EVENT)?,
                    locale: reach.locale,
                    values: values(tx, &a, &ctx, &reach).await?,
                    channel,
                    // What WhatsApp could not bring in the end is told by SMS.
                    other_channel: (channel == Channel::Whatsapp).then_some(Channel::Sms),
                    other_values: None,
                    asks: false,
                    recipient: reach.phone,
                    patient: Some(record.patient_id),
                    idempotency_key: key,
                    expires_at: None,
                    created_by: ctx.actor.user(),
                };
                let queued = messaging::api::notify(tx, &a, &ctx, notice).await?.queued;
                if queued.fresh {
                    told(tx, &a, &ctx, &record, channel);
                }
                Ok(queued)
            })
        })
        .await
}

/// How the patient is reached, if a message may go there this way.
async fn reachable(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    record: &Encounter,
    channel: Channel,
) -> Result<Reach, Problem> {
    let reach = patients::api::reach(tx, ctx.tenant, record.patient_id).await?;
    let reach = reach.ok_or_else(|| Problem::conflict("patient-no-phone"))?;
    let event = messaging::api::event_of(EVENT)?.said_in(reach.wording);
    let about = (event, reach.locale);
    match messaging::api::may_go(tx, app, ctx, (&reach.phone, channel), about).await? {
        Decision::Refuse(reason) | Decision::FallBack(reason) => {
            Err(Problem::conflict(reason.as_str()))
        }
        Decision::Send(_) | Decision::WaitUntil(..) => Ok(reach),
    }
}

async fn values(tx: &mut WriteTx, app: &App, ctx: &Ctx, reach: &Reach) -> Result<Values, Problem> {
    let values = [
        ("clinic", identity::api::tenant(tx, ctx.tenant).await?.name),
        ("link", format!("{}/my/records", app.settings.public_url)),
        ("name", reach.first_name.clone()),
    ];
    Ok(messaging::api::values(values))
}

fn told(tx: &mut WriteTx, app: &App, ctx: &Ctx, record: &Encounter, channel: Channel) {
    let event = Event {
        action: "encounter.notify",
        object_type: "encounter",
        object_id: record.id.uuid(),
        patient: Some(record.patient_id.uuid()),
        detail: Some(serde_json::json!({"method": channel}).to_string()),
    };
    audit::api::record_event(tx, app, ctx, event);
}
