use axum::Router;
use governor::clock::Clock as _;

use super::*;
use crate::{testing::*, *};

const HERE: &str = "198.51.100.7:4711";
const AGENT: (&str, &str) = bearer("Bearer agent");

fn small() -> Budgets {
    Budgets {
        reads: Rate::new(1, 3),
        writes: Rate::new(1, 2),
        sign_ins: Rate::new(1, 2),
        visits: Rate::new(1, 2),
        forgeries: Rate::new(1, 2),
    }
}

async fn well() -> &'static str {
    "ok"
}

/// A provider whose signature is a word.
async fn hook(headers: axum::http::HeaderMap) -> Result<&'static str, Fault> {
    if headers.contains_key("x-signature") {
        Ok("stored")
    } else {
        Err(Problem::new(ProblemKind::BadSignature).into())
    }
}

fn trial(clock: &Clock, trusted: &str) -> Router {
    let settings = Settings {
        budgets: small(),
        trusted_proxies: trusted.parse().unwrap(),
        ..settings()
    };
    let routes = Routes::new()
        .page(Method::GET, "/work", well, Policy::STAFF)
        .page(Method::POST, "/work", well, Policy::STAFF)
        .page(Method::GET, "/sign-in", well, Policy::Public)
        .page(Method::POST, "/api/token", well, Policy::Public)
        .page(Method::POST, "/api/hook", hook, Policy::SignedProvider)
        .plain(Method::GET, "/livez", well, Policy::Public);
    let parts = KitParts {
        settings,
        authenticator: Box::new(Roster),
        first_answers: None,
        nav: Vec::new(),
        clock: clock.clone(),
        rng: kernel::Rng::seeded(1),
    };
    app_of(routes, parts)
}

/// A service is counted as itself, not as a visitor of its address.
#[tokio::test]
async fn a_program_has_the_budget_of_somebody_known() {
    let clock = clock();
    let routes =
        Routes::new()
            .scope(Scope::Area("note"))
            .page(Method::GET, "/notes", well, Policy::STAFF);
    let parts = KitParts {
        settings: Settings {
            budgets: small(),
            ..settings()
        },
        authenticator: Box::new(Roster),
        first_answers: None,
        nav: Vec::new(),
        clock: clock.clone(),
        rng: kernel::Rng::seeded(1),
    };
    let app = app_of(routes, parts);
    let service = bearer("Bearer service read:note");
    for expected in [200, 200, 200, 429] {
        let answer = send(&app, "GET /notes", &[service], "").await;
        assert_eq!(
            answer.status, expected,
            "the budget of reads, not of visits"
        );
    }
}

fn clock() -> Clock {
    Clock::fixed(Timestamp::from_micros(1_000_000))
}

/// The statuses of so many calls in a row.
async fn calls(
    app: &Router,
    count: usize,
    peer: &str,
    line: &str,
    headers: &[(&str, &str)],
) -> Vec<u16> {
    let headers: Vec<_> = [("accept", "application/json")]
        .iter()
        .chain(headers)
        .copied()
        .collect();
    let mut statuses = Vec::new();
    for _ in 0..count {
        let answer = send_from(app, peer, line, &headers, "").await;
        statuses.push(answer.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn too_many_calls_wait_and_pass_again() {
    let clock = clock();
    let app = trial(&clock, "");
    assert_eq!(
        calls(&app, 4, HERE, "GET /work", &[AGENT]).await,
        [200, 200, 200, 429]
    );
    let json = [AGENT, ("accept", "application/json")];
    let refused = send(&app, "GET /work", &json, "").await;
    assert_eq!(refused.problem(), (429, "rate-limited".into()));
    assert_eq!(refused.header("retry-after"), "2", "rounded up");
    assert_eq!(
        calls(&app, 3, HERE, "POST /work", &[AGENT]).await,
        [200, 200, 429],
        "changes have their own budget"
    );
    clock.advance(Duration::from_secs(1));
    assert_eq!(
        calls(&app, 2, HERE, "GET /work", &[AGENT]).await,
        [200, 429]
    );
    clock.advance(Duration::from_secs(3600));
    assert_eq!(
        calls(&app, 4, HERE, "GET /work", &[AGENT]).await,
        [200, 200, 200, 429]
    );
}

#[tokio::test]
async fn whoever_is_unknown_is_counted_by_his_address() {
    let app = trial(&clock(), "");
    let forged = |address| [("x-forwarded-for", address)];
    assert_eq!(calls(&app, 2, HERE, "GET /sign-in", &[]).await, [200, 200]);
    for address in ["203.0.113.1", "203.0.113.2"] {
        let answers = calls(&app, 1, HERE, "GET /sign-in", &forged(address)).await;
        assert_eq!(answers, [429], "a stranger's X-Forwarded-For is no address");
    }
    assert_eq!(
        calls(&app, 1, HERE, "GET /work", &[]).await,
        [429],
        "nor does asking elsewhere help"
    );
    let elsewhere = "198.51.100.8:4711";
    assert_eq!(
        calls(&app, 3, elsewhere, "GET /work", &[bearer("Bearer nobody")]).await,
        [401, 401, 429]
    );
    assert_eq!(
        calls(&app, 3, elsewhere, "POST /api/token", &[])
            .await
            .last(),
        Some(&429)
    );
    assert_eq!(
        calls(&app, 1, HERE, "GET /work", &[AGENT]).await,
        [200],
        "who is known is not hurt by the others behind his address"
    );
    let many = calls(&app, 9, HERE, "GET /livez", &[]).await;
    assert!(many.iter().all(|status| *status == 200), "{many:?}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_clients_are_told_apart() {
    let app = trial(&clock(), "198.51.100.0/24");
    for client in ["203.0.113.1", "203.0.113.2"] {
        let header = [("x-forwarded-for", client)];
        assert_eq!(
            calls(&app, 3, HERE, "GET /sign-in", &header).await,
            [200, 200, 429],
            "{client}"
        );
    }
    for host in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
        let header = [("x-forwarded-for", host)];
        let expected = if host.ends_with('3') { 429 } else { 200 };
        assert_eq!(
            calls(&app, 1, HERE, "GET /sign-in", &header).await,
            [expected],
            "one network"
        );
    }
}

#[tokio::test]
async fn only_forged_webhooks_are_counted() {
    let app = trial(&clock(), "");
    let signed = [("x-signature", "yes")];
    let good = calls(&app, 50, HERE, "POST /api/hook", &signed).await;
    assert!(good.iter().all(|status| *status == 200), "{good:?}");
    assert_eq!(
        calls(&app, 3, HERE, "POST /api/hook", &[]).await,
        [403, 403, 429]
    );
    assert_eq!(
        calls(&app, 1, HERE, "POST /api/hook", &signed).await,
        [200],
        "a good one from the same address still passes"
    );
}

#[test]
fn callers_are_forgotten() {
    let clock = clock();
    let limiter = Limiter::new(Rate::new(10, 10), &clock);
    for address in 0..100_000_u32 {
        let who = Who::at(std::net::Ipv4Addr::from_bits(address).into());
        limiter.check(&who).unwrap();
        clock.advance(Duration::from_millis(1));
    }
    let remembered = limiter.counts.len();
    assert!(remembered <= SWEEP_EVERY + 200, "{remembered}");
}

#[test]
fn time_never_goes_back() {
    let clock = clock();
    let later = Timestamp::from_micros(3_600_000_000);
    let steady = Steady {
        clock: clock.clone(),
        passed: Mutex::new((later, Duration::from_secs(5))),
    };
    assert_eq!(steady.now(), Duration::from_secs(5));
    clock.advance(Duration::from_secs(2));
    assert_eq!(steady.now(), Duration::from_secs(7));
}
