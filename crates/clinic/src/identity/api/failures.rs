//! Slows down guessing without locking anybody out who is known.
//!
//! Wrong passwords are counted for one name from one client, where the waits
//! double; colleagues behind the same address have names of their own and never
//! meet. Clients from which the name has never signed in also share one lane,
//! so that a guesser with a thousand addresses is no faster; the owner's own
//! browser and address are not in it, whatever strangers do. The counts are in
//! the database: a restart forgives nobody and all nodes count together.

use std::net::IpAddr;

use kernel::{Problem, ProblemKind, Timestamp, UserId, text};
use store::{ReadTx, Scope, WriteTx};

use super::sign_in::find;
use crate::{
    App,
    identity::{
        model::Origin,
        rules::{self, OWN_LANE, SHARED_LANE},
        storage,
    },
};

/// Where an attempt is counted, and how.
#[derive(Clone)]
struct Counted {
    lane: String,
    rule: rules::Lane,
}

/// Tries to sign somebody in who calls from `origin`.
///
/// # Errors
/// 429 after too many wrong attempts, with the seconds to wait; else what
/// `attempt` says.
pub async fn limited<T>(
    app: &App,
    origin: impl Into<Origin>,
    name: &str,
    attempt: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let lanes = lanes(app, &origin.into(), name).await?;
    // Counted before it is known to be wrong, or many at once would all pass.
    count(app, lanes.clone()).await?;
    let result = attempt.await;
    match &result {
        Err(problem) if problem.kind == ProblemKind::BadCredentials => {}
        Err(problem) if problem.challenge.is_none() => settle(app, lanes, false).await?,
        _ => settle(app, lanes, true).await?,
    }
    result
}

/// The lanes of an attempt. All keys are keyed hashes: nobody can compute names
/// that share one, and the table tells nothing of who was guessed at.
async fn lanes(app: &App, origin: &Origin, name: &str) -> Result<Vec<Counted>, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let user = find(&mut tx, name).await?.map(|user| user.id);
    let address = address_mark(app, origin.client);
    let device = origin.device.as_ref();
    let device = device.map(|device| device_mark(app, device));
    let by_device = is_known(&mut tx, user, device.as_deref()).await?;
    let by_address = is_known(&mut tx, user, Some(&address)).await?;
    let name = text::fold(name);
    let lane = |parts: &[&[u8]]| text::hex(&rules::mac(&app.settings.root_key, "lane", parts));
    let client = device.filter(|_| by_device).unwrap_or(address);
    let mut lanes = vec![Counted {
        lane: lane(&[name.as_bytes(), client.as_bytes()]),
        rule: OWN_LANE,
    }];
    if !by_device && !by_address {
        lanes.push(Counted {
            lane: lane(&[name.as_bytes()]),
            rule: SHARED_LANE,
        });
    }
    Ok(lanes)
}

async fn is_known(
    tx: &mut ReadTx,
    user: Option<UserId>,
    mark: Option<&str>,
) -> Result<bool, Problem> {
    match (user, mark) {
        (Some(user), Some(mark)) => Ok(storage::is_known(tx, user, mark).await?),
        _ => Ok(false),
    }
}

/// Counts an attempt in all its lanes; 429 when one is closed.
async fn count(app: &App, lanes: Vec<Counted>) -> Result<(), Problem> {
    let now = app.clock.now();
    app.store
        .write(Scope::System, move |tx| {
            Box::pin(async move {
                for Counted { lane, rule } in lanes {
                    match storage::count_failure(tx, &lane, now).await? {
                        Ok(failures) => {
                            let until = now.plus(rule.wait(failures));
                            storage::close_lane(tx, &lane, until).await?;
                        }
                        Err(until) => return Err(wait(until, now)),
                    }
                }
                Ok(())
            })
        })
        .await
}

/// 429 until then.
pub(super) fn wait(until: Timestamp, now: Timestamp) -> Problem {
    let seconds = u32::try_from(until.since(now).as_secs()).unwrap_or(u32::MAX);
    Problem {
        retry_after: Some(seconds.saturating_add(1)),
        ..Problem::new(ProblemKind::RateLimited)
    }
}

/// A right password clears the client's own lane; in the shared one, and after
/// a failure that was no guess, only this attempt is taken back.
async fn settle(app: &App, lanes: Vec<Counted>, right: bool) -> Result<(), Problem> {
    let now = app.clock.now();
    let settled = app.store.write(Scope::System, move |tx| {
        Box::pin(async move {
            for Counted { lane, rule } in lanes {
                if right && rule == OWN_LANE {
                    storage::forgive(tx, &lane).await?;
                } else {
                    storage::give_back(tx, &lane, now).await?;
                }
            }
            Ok::<_, store::StoreError>(())
        })
    });
    Ok(settled.await?)
}

/// An IPv6 client owns a whole network of 64 bits.
fn address_mark(app: &App, client: Option<IpAddr>) -> String {
    let network = match client {
        Some(IpAddr::V6(addr)) => addr.octets()[..8].to_vec(),
        Some(IpAddr::V4(addr)) => addr.octets().to_vec(),
        None => Vec::new(),
    };
    text::hex(&rules::mac(&app.settings.root_key, "address", &[&network]))
}

fn device_mark(app: &App, device: &str) -> String {
    let parts: [&[u8]; 1] = [device.as_bytes()];
    text::hex(&rules::mac(&app.settings.root_key, "device", &parts))
}

/// Notes from where somebody has signed in.
pub(super) async fn know(
    tx: &mut WriteTx,
    app: &App,
    user: UserId,
    origin: &Origin,
) -> Result<(), Problem> {
    let now = app.clock.now();
    if origin.client.is_some() {
        storage::know(tx, user, &address_mark(app, origin.client), now).await?;
    }
    if let Some(device) = &origin.device {
        storage::know(tx, user, &device_mark(app, device), now).await?;
    }
    Ok(())
}

/// The browser's mark if somebody has signed in with it, else a new one: a value
/// that a stranger planted must not become known.
pub(super) async fn device_of(app: &App, origin: &Origin) -> Result<String, Problem> {
    if let Some(device) = &origin.device {
        let mut tx = app.store.read(Scope::System).await?;
        if storage::is_known_to_anybody(&mut tx, &device_mark(app, device)).await? {
            return Ok(device.0.clone());
        }
    }
    Ok(app.rng.secret(32))
}
