//! The work engine's promises, on both engines.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use ::jobs::{Engine, Failure, Job, Outcome, Queue, Runner, TAKE_OVER, WorkSql, work_table};
use ::store::{EngineKind, Scope, Sql, Store, StoreError, params};
use kernel::{Clock, Id, Rng, TenantId, Timestamp};
use proptest::prelude::*;
use testkit::{db::TestDb, db::eventually, on_both_engines};
use uuid::Uuid;

/// The schedule's table stands in for any: it has the work columns and little else.
const WORK: WorkSql = work_table!("schedule");
const INSERT: Sql =
    Sql::new("INSERT INTO schedule (tenant_id, id, name, work_due_at) VALUES ($1, $2, $3, $4)");
const ROW: Sql = Sql::new(
    "SELECT work_due_at, work_held_by, work_attempts, work_deaths, work_dead_at, work_error
     FROM schedule WHERE tenant_id = $1 AND id = $2",
);

::store::row! {
    struct State {
        work_due_at: Option<Timestamp>,
        work_held_by: Option<Uuid>,
        work_attempts: i32,
        work_deaths: i32,
        work_dead_at: Option<Timestamp>,
        work_error: Option<String>,
    }
}

fn nil() -> TenantId {
    TenantId::from_uuid(Uuid::nil())
}

fn id() -> Uuid {
    Id::<()>::new(&Clock::system(), &Rng::system()).uuid()
}

async fn add(store: &Store, due: Timestamp) -> Uuid {
    let row = id();
    store
        .write(Scope::System, move |tx| {
            Box::pin(async move {
                tx.execute_one(INSERT, params![nil(), row, row.to_string(), due])
                    .await?;
                ::jobs::wake(tx, &WORK);
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
    row
}

async fn state(store: &Store, row: Uuid) -> State {
    let mut tx = store.read(Scope::System).await.unwrap();
    tx.one(ROW, params![nil(), row]).await.unwrap()
}

async fn claim(
    store: &Store,
    node: Uuid,
    now: Timestamp,
    lease: Duration,
    limit: usize,
) -> Vec<Job> {
    store
        .write(Scope::System, move |tx| {
            Box::pin(
                async move { ::jobs::claim(tx, &WORK, node, now, now.plus(lease), limit).await },
            )
        })
        .await
        .unwrap()
}

/// What the engine writes before a suspect runs.
async fn begin_alone(store: &Store, job: Job) {
    let write = store.write(Scope::System, move |tx| {
        Box::pin(async move { ::jobs::try_alone(tx, &WORK, &job).await })
    });
    write.await.unwrap();
}

fn queue(run: Runner) -> Queue {
    Queue {
        sql: &WORK,
        concurrency: 8,
        timeout: Duration::from_secs(30),
        run,
        buried: None,
    }
}

fn start(store: &Store, run: Runner) -> Engine {
    Engine::start(store, &Clock::system(), &Rng::system(), vec![queue(run)])
}

/// Counts the runs of each row.
#[derive(Clone, Default)]
struct Runs(Arc<Mutex<HashMap<Uuid, u32>>>);

impl Runs {
    fn runner(&self, result: fn(&Job) -> Result<Outcome, Failure>) -> Runner {
        let runs = self.0.clone();
        Arc::new(move |job| {
            *runs.lock().unwrap().entry(job.id).or_default() += 1;
            let result = result(&job);
            Box::pin(async move { result })
        })
    }

    fn of(&self, row: Uuid) -> u32 {
        self.0.lock().unwrap().get(&row).copied().unwrap_or(0)
    }
}

on_both_engines! {
    async fn due_rows_run_once_and_end(db) {
        let runs = Runs::default();
        let engine = start(&db.store, runs.runner(|_| Ok(Outcome::Done)));
        let mut rows = Vec::new();
        for _ in 0..50 {
            rows.push(add(&db.store, Clock::system().now()).await);
        }
        let later = add(&db.store, Clock::system().now().plus(Duration::from_secs(3600))).await;
        for row in &rows {
            eventually("the row to end", Duration::from_secs(10), || async {
                state(&db.store, *row).await.work_due_at.is_none().then_some(())
            }).await;
        }
        engine.stop().await;
        assert!(rows.iter().all(|row| runs.of(*row) == 1));
        assert_eq!(runs.of(later), 0, "not due yet");
    }

    async fn many_nodes_share_the_rows_without_running_one_twice(db) {
        let stores = match db.store.kind() {
            EngineKind::Postgres => vec![db.store.clone(), db.another_node().await, db.another_node().await],
            EngineKind::Sqlite => vec![db.store.clone(); 3],
        };
        let now = Clock::system().now();
        for _ in 0..200 {
            add(&db.store, now).await;
        }
        let claims: Vec<_> = stores.iter().cycle().take(12).map(|store| {
            let store = store.clone();
            tokio::spawn(async move { claim(&store, id(), now, Duration::from_secs(60), 25).await })
        }).collect();
        let mut seen = HashMap::new();
        for claimed in claims {
            for job in claimed.await.unwrap() {
                *seen.entry(job.id).or_insert(0) += 1;
            }
        }
        let rest = claim(&db.store, id(), now, Duration::from_secs(60), 500).await;
        assert!(seen.values().all(|times| *times == 1), "claimed by one node only");
        assert_eq!(seen.len() + rest.len(), 200, "and none is forgotten");
    }

    async fn a_dead_nodes_rows_are_taken_over_in_time(db) {
        let runs = Runs::default();
        let now = Clock::system().now();
        let row = add(&db.store, now).await;
        let dead = claim(&db.store, id(), now, ::jobs::LEASE, 10).await.remove(0);
        let engine = start(&db.store, runs.runner(|job| {
            assert_eq!((job.attempts, job.deaths), (1, 1));
            Ok(Outcome::Done)
        }));
        eventually("another node to run the row", TAKE_OVER, || async {
            (runs.of(row) == 1).then_some(())
        }).await;
        engine.stop().await;
        let late: Result<(), StoreError> = db.store.write(Scope::System, move |tx| Box::pin(async move {
            ::jobs::finish(tx, &WORK, &dead).await
        })).await;
        assert!(matches!(late, Err(StoreError::RowCount { .. })), "the dead node's token no longer writes");
    }

    async fn a_row_that_kills_its_process_is_set_aside(db) {
        let row = add(&db.store, Timestamp::from_micros(0)).await;
        let mut died_alone = 0;
        for round in 0.. {
            let now = Timestamp::from_micros(round * 10_000_000);
            let job = claim(&db.store, id(), now, Duration::from_secs(4), 1).await.remove(0);
            if job.deaths >= 3 {
                if died_alone == 5 {
                    break;
                }
                died_alone += 1;
                begin_alone(&db.store, job).await;
            }
        }
        let runs = Runs::default();
        let engine = start(&db.store, runs.runner(|_| Ok(Outcome::Done)));
        eventually("the row to be set aside", Duration::from_secs(10), || async {
            state(&db.store, row).await.work_dead_at
        }).await;
        engine.stop().await;
        assert_eq!(runs.of(row), 0, "it did not run again");
        let state = state(&db.store, row).await;
        assert!(state.work_error.unwrap().contains("died 8 times"));
        assert!(state.work_due_at.is_none() && state.work_held_by.is_none());
    }

    async fn a_row_beside_a_killer_is_only_suspected(db) {
        let row = add(&db.store, Timestamp::from_micros(0)).await;
        for round in 0..100 {
            let now = Timestamp::from_micros(round * 10_000_000);
            let job = claim(&db.store, id(), now, Duration::from_secs(4), 1).await.remove(0);
            assert_eq!(job.attempts, 1, "a run that was cut short uses up no attempt");
        }
        let runs = Runs::default();
        let engine = start(&db.store, runs.runner(|job| {
            assert_eq!(job.deaths, 3);
            Ok(Outcome::Done)
        }));
        eventually("the row to run", Duration::from_secs(10), || async {
            state(&db.store, row).await.work_due_at.is_none().then_some(())
        }).await;
        engine.stop().await;
        let state = state(&db.store, row).await;
        assert_eq!((runs.of(row), state.work_deaths, state.work_dead_at), (1, 0, None));
    }

    async fn a_suspect_runs_while_nothing_else_does(db) {
        let mut suspects = Vec::new();
        for _ in 0..3 {
            suspects.push(add(&db.store, Timestamp::from_micros(0)).await);
        }
        for round in 0..4 {
            let now = Timestamp::from_micros(round * 10_000_000);
            claim(&db.store, id(), now, Duration::from_secs(4), 3).await;
        }
        let mut rows = suspects.clone();
        for _ in 0..40 {
            rows.push(add(&db.store, Clock::system().now()).await);
        }
        let running = Arc::new(Mutex::new((0, 0)));
        let seen = Arc::clone(&running);
        let engine = start(&db.store, Arc::new(move |job| {
            let (running, suspect) = (Arc::clone(&running), suspects.contains(&job.id));
            Box::pin(async move {
                let others = { let mut now = running.lock().unwrap(); now.0 += 1; now.0 - 1 };
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                let mut now = running.lock().unwrap();
                now.0 -= 1;
                if suspect && (others > 0 || now.0 > 0) {
                    now.1 += 1;
                }
                Ok(Outcome::Done)
            })
        }));
        for row in rows {
            eventually("every row to end", Duration::from_secs(10), || async {
                state(&db.store, row).await.work_due_at.is_none().then_some(())
            }).await;
        }
        engine.stop().await;
        assert_eq!(*seen.lock().unwrap(), (0, 0), "no suspect ran beside another row");
    }

    async fn failures_are_tried_again_and_then_given_up(db) {
        let runs = Runs::default();
        let engine = start(&db.store, runs.runner(|job| match job.attempts {
            1 => Err(Failure::Retry { class: ::jobs::RetryClass::NotYet, error: "first".into(), after: None }),
            2 => panic!("second"),
            _ => Err(Failure::dead("third")),
        }));
        let row = add(&db.store, Clock::system().now()).await;
        eventually("the row to be given up", Duration::from_secs(20), || async {
            state(&db.store, row).await.work_dead_at
        }).await;
        assert_eq!(runs.of(row), 3);
        assert_eq!(state(&db.store, row).await.work_error.as_deref(), Some("third"));
        db.store.write(Scope::System, move |tx| Box::pin(async move {
            ::jobs::revive(tx, &WORK, nil(), row, Clock::system().now()).await
        })).await.unwrap();
        eventually("a person's second chance", Duration::from_secs(20), || async {
            (runs.of(row) == 6 && state(&db.store, row).await.work_dead_at.is_some()).then_some(())
        }).await;
        engine.stop().await;
    }

    async fn a_row_that_waits_uses_up_no_try(db) {
        let now = Clock::system().now();
        let row = add(&db.store, now).await;
        for second in 0..40 {
            let at = now.plus(Duration::from_secs(second));
            let job = claim(&db.store, id(), at, Duration::from_secs(4), 1).await.remove(0);
            assert_eq!((job.id, job.attempts), (row, 1));
            let late = job.clone();
            let put_off = |job: Job| db.store.write(Scope::System, move |tx| Box::pin(async move {
                ::jobs::wait_until(tx, &WORK, &job, at.plus(Duration::from_secs(1)), "not yet").await
            }));
            put_off(job).await.unwrap();
            assert!(put_off(late).await.is_err(), "only its holder");
        }
        let state = state(&db.store, row).await;
        assert_eq!((state.work_attempts, state.work_error.as_deref()), (0, Some("not yet")));
    }

    async fn a_shutdown_waits_for_running_rows(db) {
        let (begun, mut begins) = tokio::sync::mpsc::channel(1);
        let release = Arc::new(tokio::sync::Notify::new());
        let gate = Arc::clone(&release);
        let engine = start(&db.store, Arc::new(move |_| {
            let (begun, gate) = (begun.clone(), Arc::clone(&gate));
            Box::pin(async move {
                begun.send(()).await.unwrap();
                gate.notified().await;
                Ok(Outcome::Done)
            })
        }));
        let row = add(&db.store, Clock::system().now()).await;
        begins.recv().await.unwrap();
        let stopping = tokio::spawn(engine.stop());
        release.notify_one();
        stopping.await.unwrap();
        let state = state(&db.store, row).await;
        assert!(state.work_due_at.is_none() && state.work_attempts == 1, "{state:?}");
    }

    async fn a_shutdown_hands_back_what_does_not_end(db) {
        let (begun, mut begins) = tokio::sync::mpsc::channel(1);
        let engine = start(&db.store, Arc::new(move |_| {
            let begun = begun.clone();
            Box::pin(async move {
                begun.send(()).await.unwrap();
                std::future::pending().await
            })
        }));
        let row = add(&db.store, Clock::system().now()).await;
        begins.recv().await.unwrap();
        tokio::time::timeout(Duration::from_secs(25), engine.stop()).await.expect("an end before the handler's");
        let state = state(&db.store, row).await;
        assert!(state.work_held_by.is_none() && state.work_attempts == 0 && state.work_due_at.is_some(), "{state:?}");
    }

    async fn schedules_come_round_once_among_nodes(db) {
        let times = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&times);
        let schedule = ::jobs::Schedule {
            name: "test",
            cron: "0 0 1 1 *",
            task: Arc::new(move || {
                *counted.lock().unwrap() += 1;
                Box::pin(async { Ok(()) })
            }),
        };
        let long_ago = Clock::fixed(Timestamp::parse("2020-01-01T00:00:00Z").unwrap());
        ::jobs::schedules(&db.store, &long_ago, vec![schedule.clone()]).await.unwrap();
        let clock = Clock::system();
        let mut engines = Vec::new();
        for _ in 0..3 {
            let queue = ::jobs::schedules(&db.store, &clock, vec![schedule.clone()]).await.unwrap();
            engines.push(Engine::start(&db.store, &clock, &Rng::system(), vec![queue]));
        }
        eventually("the schedule to run", Duration::from_secs(10), || async {
            (*times.lock().unwrap() >= 1).then_some(())
        }).await;
        for engine in engines {
            engine.stop().await;
        }
        assert_eq!(*times.lock().unwrap(), 1, "once among three nodes");
    }
}

/// What a naive model and the real statements are asked to do.
#[derive(Debug, Clone)]
enum Step {
    Claim { node: usize },
    Renew { node: usize },
    Finish { claim: usize },
    PutOff { claim: usize },
    Bury { claim: usize },
    Pass { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_usize).prop_map(|node| Step::Claim { node }),
        (0..3_usize).prop_map(|node| Step::Renew { node }),
        (0..8_usize).prop_map(|claim| Step::Finish { claim }),
        (0..8_usize).prop_map(|claim| Step::PutOff { claim }),
        (0..8_usize).prop_map(|claim| Step::Bury { claim }),
        (1..7_u64).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// One row of the naive model.
#[derive(Debug, Clone, Default)]
struct Model {
    due: Option<u64>,
    holder: Option<usize>,
    token: i64,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the order of claims, renewals, ends and deaths: a row has one
    /// holder, an old token writes nothing, and an ended row stays ended.
    #[test]
    fn the_statements_agree_with_a_naive_model(steps in proptest::collection::vec(step(), 1..60)) {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(play(steps))?;
    }
}

async fn play(steps: Vec<Step>) -> Result<(), TestCaseError> {
    const LEASE: u64 = 4;
    let db = TestDb::new(EngineKind::Sqlite).await;
    let at = |seconds: u64| Timestamp::from_micros(i64::try_from(seconds).unwrap() * 1_000_000);
    let nodes = [id(), id(), id()];
    let mut models: HashMap<Uuid, Model> = HashMap::new();
    for _ in 0..3 {
        models.insert(
            add(&db.store, at(0)).await,
            Model {
                due: Some(0),
                ..Model::default()
            },
        );
    }
    let (mut now, mut claims): (u64, Vec<Job>) = (0, Vec::new());
    for step in steps {
        match step {
            Step::Pass { seconds } => now += seconds,
            Step::Claim { node } => {
                let jobs = claim(
                    &db.store,
                    nodes[node],
                    at(now),
                    Duration::from_secs(LEASE),
                    2,
                )
                .await;
                let due = models
                    .values()
                    .filter(|m| m.due.is_some_and(|due| due <= now))
                    .count();
                prop_assert_eq!(jobs.len(), due.min(2));
                for job in jobs {
                    let model = models.get_mut(&job.id).unwrap();
                    prop_assert!(model.due.is_some_and(|due| due <= now));
                    model.token += 1;
                    prop_assert_eq!(job.token, model.token);
                    model.holder = Some(node);
                    model.due = Some(now + LEASE);
                    claims.push(job);
                }
            }
            Step::Renew { node } => {
                let (id, until) = (nodes[node], at(now + LEASE));
                db.store
                    .write(Scope::System, move |tx| {
                        Box::pin(async move { ::jobs::renew_all(tx, &WORK, id, until).await })
                    })
                    .await
                    .unwrap();
                for model in models.values_mut().filter(|m| m.holder == Some(node)) {
                    model.due = Some(now + LEASE);
                }
            }
            Step::Finish { claim } | Step::PutOff { claim } | Step::Bury { claim } => {
                let Some(job) = claims.get(claim).cloned() else {
                    continue;
                };
                let model = models.get_mut(&job.id).unwrap();
                let mine = model.token == job.token && model.holder.is_some();
                let (put_off, then) = (matches!(step, Step::PutOff { .. }), at(now + 2));
                let written = db
                    .store
                    .write(Scope::System, move |tx| {
                        Box::pin(async move {
                            match step {
                                Step::Finish { .. } => ::jobs::finish(tx, &WORK, &job).await,
                                Step::PutOff { .. } => {
                                    ::jobs::retry_at(tx, &WORK, &job, then, Some("later")).await
                                }
                                _ => ::jobs::bury(tx, &WORK, &job, then, "dead").await,
                            }
                        })
                    })
                    .await;
                prop_assert_eq!(written.is_ok(), mine, "only the present holder writes");
                if mine {
                    model.holder = None;
                    model.due = put_off.then_some(now + 2);
                }
            }
        }
        for (row, model) in &models {
            let real = state(&db.store, *row).await;
            prop_assert_eq!(real.work_due_at, model.due.map(at));
            prop_assert_eq!(real.work_held_by, model.holder.map(|n| nodes[n]));
        }
    }
    Ok(())
}
