//! What the web layer and the schedule may ask.

use kernel::{Actor, Problem};
use store::StoreError;
use webkit::{BoxFuture, KeptAnswer, KeyedCall};

use super::{
    model::{CallRow, KEPT_FOR},
    rules::{self, Verdict},
    storage::{self, Claim},
};
use crate::{App, identity};

/// Keeps first answers in the database, so that they hold over restarts and on every node.
#[derive(Debug, Clone)]
pub struct FirstAnswers(pub App);

impl webkit::FirstAnswers for FirstAnswers {
    fn answer<'a>(
        &'a self,
        call: KeyedCall,
        handle: BoxFuture<'static, KeptAnswer>,
    ) -> BoxFuture<'a, Result<KeptAnswer, Problem>> {
        Box::pin(answer(&self.0, call, handle))
    }
}

/// What a claim found.
enum Begun {
    /// Nobody has the call: it is ours.
    Ours,
    /// It is answered.
    Answered(Box<CallRow>),
    /// It may not be made now.
    Refused(Problem),
}

async fn answer(
    app: &App,
    call: KeyedCall,
    handle: BoxFuture<'static, KeptAnswer>,
) -> Result<KeptAnswer, Problem> {
    let claim = claim_for(app, &call);
    match begin(app, &claim, call.content).await? {
        Begun::Ours => {}
        Begun::Answered(row) => return repeated(*row),
        Begun::Refused(problem) => return Err(problem),
    }
    let answer = store::fenced(storage::fence(&claim), handle).await;
    if let Err(error) = end(app, claim, answer.clone()).await {
        // The caller still gets his answer; the same key will find that it is lost.
        tracing::error!(%error, "the answer to an Idempotency-Key was not kept");
    }
    Ok(answer)
}

fn claim_for(app: &App, call: &KeyedCall) -> Claim {
    let caller = match call.ctx.actor {
        Actor::User(user, _) => user.to_string(),
        Actor::Service(service) => service.to_string(),
        Actor::System(what) => what.to_owned(),
    };
    Claim {
        tenant: call.ctx.tenant,
        call_hash: rules::call_hash(&caller, &call.route, &call.key),
        claim: kernel::Id::<Claim>::new(&app.clock, &app.rng).uuid(),
    }
}

async fn begin(app: &App, claim: &Claim, content: String) -> Result<Begun, StoreError> {
    let (claim, now) = (claim.clone(), app.clock.now());
    let begun = app.store.write(claim.tenant, move |tx| {
        Box::pin(async move {
            if storage::claim(tx, &claim, &content, now).await? {
                return Ok(Begun::Ours);
            }
            let Some(row) = storage::call(tx, &claim).await? else {
                // Swept at this moment: whoever tries again finds the key free.
                return Ok(Begun::Refused(rules::in_progress()));
            };
            Ok(match rules::judge(&row, &content, now) {
                Verdict::Repeat => Begun::Answered(Box::new(row)),
                Verdict::Reused => Begun::Refused(rules::reused()),
                Verdict::Unknown => Begun::Refused(rules::unknown()),
                Verdict::TakeOver
                    if storage::take_over(tx, &claim, &content, now, row.claim).await? =>
                {
                    Begun::Ours
                }
                Verdict::InProgress | Verdict::TakeOver => Begun::Refused(rules::in_progress()),
            })
        })
    });
    begun.await
}

async fn end(app: &App, claim: Claim, answer: KeptAnswer) -> Result<(), StoreError> {
    let ended = app.store.write(claim.tenant, move |tx| {
        Box::pin(async move {
            if rules::is_kept(answer.status) && !answer.secret {
                storage::keep(tx, &claim, &answer).await
            } else {
                storage::give_back(tx, &claim).await
            }
        })
    });
    ended.await
}

fn repeated(row: CallRow) -> Result<KeptAnswer, Problem> {
    let damaged = || Problem::internal("a kept answer is not whole");
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    let headers = row.headers.ok_or_else(damaged)?;
    Ok(KeptAnswer {
        status: status.ok_or_else(damaged)?,
        headers: serde_json::from_str(&headers).map_err(Problem::internal)?,
        body: row.body.ok_or_else(damaged)?.into(),
        secret: false,
    })
}

/// Removes what is older than 24 hours, in every clinic; answers how many.
///
/// # Errors
/// The database's.
pub async fn sweep(app: &App) -> Result<u64, Problem> {
    let until = app.clock.now().minus(KEPT_FOR);
    identity::api::in_each_clinic(app, move |tx, tenant| {
        Box::pin(storage::sweep(tx, tenant, until))
    })
    .await
}
