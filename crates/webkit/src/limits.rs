//! How much one caller may ask for (`spec/api-conventions.md`, Rate limits).
//!
//! Whoever is known, a program too, is counted as a person, so that a clinic's whole staff
//! behind one address is no crowd; everybody else by his address. The counts
//! live in this process: N nodes together allow N times as much, and a restart
//! forgives.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    http::Method,
    response::{IntoResponse as _, Response},
};
use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};
use kernel::{Actor, Clock, Problem, ProblemKind, Timestamp};
use uuid::Uuid;

use crate::{Fault, Kind, Policy, Principal, facts::Facts, problem};

/// Checks between two looks for callers who can be forgotten.
const SWEEP_EVERY: usize = 4096;

/// So many requests at once, and then so many a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// After the first burst.
    pub per_second: NonZeroU32,
    /// At once.
    pub burst: NonZeroU32,
}

impl Rate {
    /// `per_second` after a `burst`; a zero counts as one.
    #[must_use]
    pub const fn new(per_second: u32, burst: u32) -> Self {
        const fn at_least_one(number: u32) -> NonZeroU32 {
            match NonZeroU32::new(number) {
                Some(number) => number,
                None => NonZeroU32::MIN,
            }
        }
        Self {
            per_second: at_least_one(per_second),
            burst: at_least_one(burst),
        }
    }
}

/// What each class of requests is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Reading, by one person.
    pub reads: Rate,
    /// Changing, by one person.
    pub writes: Rate,
    /// Signing in and what belongs to tokens, from one address. Guessing one
    /// name is slowed down by the product, much earlier.
    pub sign_ins: Rate,
    /// Whatever else nobody known asks for, from one address.
    pub visits: Rate,
    /// Webhooks with a bad signature, from one address. Good ones are not
    /// counted: a provider calls from few addresses, thousands of times a second.
    pub forgeries: Rate,
}

impl Default for Budgets {
    /// Far above what people do, below what hurts.
    fn default() -> Self {
        Self {
            reads: Rate::new(200, 2000),
            writes: Rate::new(50, 500),
            sign_ins: Rate::new(5, 300),
            visits: Rate::new(50, 600),
            forgeries: Rate::new(5, 100),
        }
    }
}

/// The class of a request: the one place that decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Read,
    Write,
    SignIn,
    Visit,
}

impl Class {
    /// None for what is served to machines from memory (assets, measurements, health).
    fn of(kind: Kind, policy: Policy, method: &Method, is_known: bool) -> Option<Self> {
        match (kind, is_known, method.is_safe()) {
            (Kind::Plain, _, _) => None,
            (_, true, true) => Some(Self::Read),
            (_, true, false) => Some(Self::Write),
            (_, false, false) if policy == Policy::Public => Some(Self::SignIn),
            (_, false, _) => Some(Self::Visit),
        }
    }
}

/// Refuses who asks for too much.
///
/// # Errors
/// 429 with the seconds to wait.
pub(crate) fn check(
    facts: &Facts,
    method: &Method,
    principal: Option<&Principal>,
) -> Result<(), Problem> {
    let Some(pattern) = facts.pattern() else {
        return Ok(());
    };
    let person = principal.and_then(|principal| match principal.ctx.actor {
        Actor::User(user, _) => Some(user.uuid()),
        Actor::Service(service) => Some(service),
        Actor::System(_) => None,
    });
    let limits = facts.kit().limits();
    let class = Class::of(pattern.kind, pattern.policy, method, person.is_some());
    let limiter = match class {
        None => return Ok(()),
        Some(Class::Read) => &limits.reads,
        Some(Class::Write) => &limits.writes,
        Some(Class::SignIn) => &limits.sign_ins,
        Some(Class::Visit) => &limits.visits,
    };
    limiter.check(&person.map_or_else(|| Who::at(facts.origin().client), Who::Person))
}

/// Counts a webhook that turned out to be forged.
pub(crate) fn count_forged(facts: &Facts, response: Response) -> Response {
    if problem::kind_of(&response) != Some(ProblemKind::BadSignature) {
        return response;
    }
    let who = Who::at(facts.origin().client);
    match facts.kit().limits().forgeries.check(&who) {
        Ok(()) => response,
        Err(problem) => Fault::from(problem).into_response(),
    }
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Person(Uuid),
    Address(IpAddr),
}

impl Who {
    /// A connection at home or in an office gets at least a /64 of IPv6
    /// (RFC 6177), so that is one address.
    fn at(address: IpAddr) -> Self {
        const NETWORK: u128 = !(u64::MAX as u128);
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).into(),
        })
    }
}

/// The counts of every class.
pub(crate) struct Limits {
    reads: Limiter,
    writes: Limiter,
    sign_ins: Limiter,
    visits: Limiter,
    forgeries: Limiter,
}

impl Limits {
    pub(crate) fn new(budgets: &Budgets, clock: &Clock) -> Self {
        let limiter = |rate| Limiter::new(rate, clock);
        Self {
            reads: limiter(budgets.reads),
            writes: limiter(budgets.writes),
            sign_ins: limiter(budgets.sign_ins),
            visits: limiter(budgets.visits),
            forgeries: limiter(budgets.forgeries),
        }
    }
}

type Counts = RateLimiter<Who, HashMapStateStore<Who>, Steady, NoOpMiddleware<Duration>>;

struct Limiter {
    counts: Counts,
    checks: AtomicUsize,
}

impl Limiter {
    fn new(rate: Rate, clock: &Clock) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        Self {
            counts: RateLimiter::hashmap_with_clock(quota, Steady::new(clock)),
            checks: AtomicUsize::new(1),
        }
    }

    fn check(&self, who: &Who) -> Result<(), Problem> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks.is_multiple_of(SWEEP_EVERY) {
            self.counts.retain_recent();
            self.counts.shrink_to_fit();
        }
        self.counts.check_key(who).map_err(|refusal| {
            let wait = refusal.wait_time_from(self.counts.clock().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            Problem {
                retry_after: Some(seconds.saturating_add(1)),
                ..Problem::new(ProblemKind::RateLimited)
            }
        })
    }
}

/// A clock that never goes back: setting the machine's time must not lock
/// anybody out for as long as it was set back.
struct Steady {
    clock: Clock,
    passed: Mutex<(Timestamp, Duration)>,
}

impl Steady {
    fn new(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            passed: Mutex::new((clock.now(), Duration::ZERO)),
        }
    }
}

impl governor::clock::Clock for Steady {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let now = self.clock.now();
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.since(passed.0);
        *passed = (now, passed.1.saturating_add(since));
        passed.1
    }
}

#[cfg(test)]
mod tests;
