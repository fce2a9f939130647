//! Everything that is due is sent now.

use std::time::Duration;

use kernel::{Ctx, Id, Problem, Timestamp};
use send_rules::MessageState;
use store::{Change, StoreError};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

use super::tell;
use crate::{
    App, audit,
    messaging::{self, api::MessageId},
    outreach::{model::Triggered, storage},
};

/// Reminders that one call takes up.
const MOST: i64 = 1000;
/// How long the answer waits for messages to leave.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes up the reminders of the clinic whose time has come, at most a thousand, and
/// says what became of them within five seconds. Of several calls at once, and of the
/// engine, one takes up each. A reminder that cannot be written holds up no other: it
/// is not counted and stays for the engine, which tries it again.
///
/// # Errors
/// The database's.
pub async fn trigger(app: &App, ctx: &Ctx) -> Result<Triggered, Problem> {
    // Heard from here on: no message leaves unnoticed.
    let changes = app.store.changes();
    noted(app, ctx).await?;
    let now = app.clock.now();
    let due = {
        let mut tx = app.store.read(ctx).await?;
        storage::due(&mut tx, ctx.tenant, now, MOST).await?
    };
    let mut outcome = Triggered::default();
    let mut written = Vec::new();
    for id in due {
        match taken(app, ctx, id, now).await {
            Ok(Taken::Elsewhere) => {}
            Ok(Taken::Over) => {
                outcome.triggered += 1;
                outcome.failed += 1;
            }
            Ok(Taken::Written(message)) => written.push(message),
            Err(problem) => {
                tracing::warn!(%id, code = problem.stable_code(), cause = ?problem.cause, "a reminder could not be written");
            }
        }
    }
    outcome.triggered += written.len();
    let states = Waiting {
        app,
        ctx,
        left: written,
        ended: Vec::new(),
    };
    for state in states.ended(changes).await? {
        match state {
            MessageState::Failed
            | MessageState::Refused
            | MessageState::Expired
            | MessageState::Cancelled => outcome.failed += 1,
            state => outcome.sent += usize::from(state.counts_as_sent()),
        }
    }
    outcome.skipped = outcome.triggered - outcome.sent - outcome.failed;
    Ok(outcome)
}

async fn noted(app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    let written: Result<(), StoreError> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let tenant = ctx.tenant.uuid();
                audit::api::record(tx, &a, &ctx, "reminder.trigger", "tenant", tenant, None).await
            })
        })
        .await;
    Ok(written?)
}

/// What a call did with a due reminder.
enum Taken {
    /// Somebody else was quicker.
    Elsewhere,
    /// It had lost its use.
    Over,
    /// Its message is in the outbox.
    Written(MessageId),
}

async fn taken(app: &App, ctx: &Ctx, id: Uuid, now: Timestamp) -> Result<Taken, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if !storage::take(tx, ctx.tenant, id, now).await? {
                    return Ok(Taken::Elsewhere);
                }
                let told = tell(tx, &a, &ctx, Id::from_uuid(id)).await?;
                Ok(told.map_or(Taken::Over, Taken::Written))
            })
        })
        .await
}

/// Messages that are waited for.
struct Waiting<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    left: Vec<MessageId>,
    ended: Vec<MessageState>,
}

impl Waiting<'_> {
    /// How those stand that came somewhere in time.
    async fn ended(mut self, mut changes: Receiver<Change>) -> Result<Vec<MessageState>, Problem> {
        let stop = self.app.stop.clone();
        let waiting = async {
            while !self.look().await? && self.heard(&mut changes).await {}
            Ok::<_, Problem>(())
        };
        let waiting = stop.run_until_cancelled(waiting);
        if let Ok(Some(outcome)) = tokio::time::timeout(PATIENCE, waiting).await {
            outcome?;
        }
        Ok(self.ended)
    }

    /// Whether there is nothing more to wait for.
    async fn look(&mut self) -> Result<bool, Problem> {
        if self.left.is_empty() {
            return Ok(true);
        }
        let soon = self.app.clock.now().plus(PATIENCE);
        let mut tx = self.app.store.read(self.ctx).await?;
        for row in storage::states(&mut tx, self.ctx.tenant, &self.left).await? {
            let state = MessageState::parse(&row.state);
            let state = state.ok_or_else(|| Problem::internal("a message without a state"))?;
            // One that waits for the morning leaves after the answer.
            if !state.needs_work() || row.work_due_at.is_some_and(|at| at > soon) {
                self.left.retain(|id| *id != row.id);
                self.ended.push(state);
            }
        }
        Ok(self.left.is_empty())
    }

    /// Waits until a message of the clinic changes; false when nobody will say it.
    async fn heard(&self, changes: &mut Receiver<Change>) -> bool {
        loop {
            match changes.recv().await {
                Ok(change) => {
                    let ours = change.tenant == Some(self.ctx.tenant);
                    if ours && change.topic == messaging::api::TOPIC {
                        return true;
                    }
                }
                Err(RecvError::Lagged(_)) => return true,
                Err(RecvError::Closed) => return false,
            }
        }
    }
}
