//! Runs the server until it is told to stop.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{Method, header},
    serve::ListenerExt,
};
use clinic::{App, identity::api as identity};
use jobs::{Engine, Failure as JobFailure, Queue, Schedule};
use kernel::Rng;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tracing_subscriber::EnvFilter;
use webkit::{Kit, Policy, Routes};

use crate::{
    config::Config,
    demo,
    failure::Failure,
    wiring::{self, OnlyServer},
};

/// How long a shutdown waits for requests that are being answered.
const GRACE: Duration = Duration::from_secs(10);
/// How often the figures drop what is old.
const UPKEEP: Duration = Duration::from_secs(5);

/// Logs as JSON on stderr.
pub fn start_log(filter: &str) {
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .try_init();
    // One that runs already is as good.
    drop(started);
    webkit::log_panics();
}

/// Serves until SIGTERM or SIGINT; a demo gets its clinic first.
pub async fn run(config: Config, is_demo: bool) -> Result<(), Failure> {
    let signals = Signals::new()?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let _only = OnlyServer::claim(&config)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Failure::new(
            format_args!(
                "cannot listen on {}; free it or choose another with --listen",
                config.listen
            ),
            error,
        )
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new("cannot listen", error))?;
    let app = wiring::open(&config, config.public_url(address)).await?;
    let sign_in = if is_demo {
        Some(demo::prepare(&app, &config).await?)
    } else {
        None
    };
    wiring::claim_senders(&app, &config).await?;
    let router = router(&app, &config)?;
    let engine = Engine::start(&app.store, &app.clock, &app.rng, work(&app).await?);
    announce(&app, address, sign_in.as_deref());
    let served = serve(&app, listener, router, signals).await;
    tracing::info!("stopping: requests end, work is handed back");
    engine.stop().await;
    app.store.close().await;
    tracing::info!("stopped");
    served
}

fn router(app: &App, config: &Config) -> Result<Router, Failure> {
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| Failure::new("the figures cannot be collected", error))?;
    tokio::spawn(upkeep(metrics.clone()));
    let figures = move || async move {
        (
            [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )],
            metrics.render(),
        )
    };
    let extra = Routes::new().plain(Method::GET, "/metrics", figures, Policy::LoopbackOrAdmin);
    let kit = Kit::new(
        webkit::Settings {
            trusted_proxies: config.trusted_proxies.clone(),
            ..webkit::Settings::new("Lafiya", &app.settings.public_url)
        },
        identity::SessionsAndTokens(app.clone()),
        clinic::web::navigation(),
        Rng::system(),
    );
    Ok(webkit::harden(
        clinic::routes_with(extra).router.with_state(app.clone()),
        kit,
    ))
}

async fn upkeep(metrics: PrometheusHandle) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        metrics.run_upkeep();
    }
}

/// The product's work and what comes round by the clock.
async fn work(app: &App) -> Result<Vec<Queue>, Failure> {
    let sweeper = app.clone();
    let housekeeping = Schedule {
        name: "housekeeping",
        cron: "17 * * * *",
        task: Arc::new(move || {
            let app = sweeper.clone();
            Box::pin(async move {
                let swept = identity::sweep(&app).await;
                let swept = swept.map_err(|problem| {
                    JobFailure::transient(
                        problem
                            .cause
                            .unwrap_or_else(|| problem.kind.as_str().to_owned()),
                    )
                })?;
                tracing::debug!(swept, "ended sessions and tokens are gone");
                Ok(())
            })
        }),
    };
    let schedules = jobs::schedules(&app.store, &app.clock, vec![housekeeping]).await;
    let mut queues = clinic::work(app);
    queues.push(schedules.map_err(|error| Failure::new("the schedules cannot be entered", error))?);
    Ok(queues)
}

async fn serve(
    app: &App,
    listener: TcpListener,
    router: Router,
    mut signals: Signals,
) -> Result<(), Failure> {
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY");
        }
    });
    let stop = app.stop.clone();
    let serving = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move { stop.cancelled().await })
    .into_future();
    tokio::pin!(serving);
    let failed = |error| Failure::new("the server stopped", error);
    tokio::select! {
        ended = &mut serving => return ended.map_err(failed),
        () = signals.any() => app.stop.cancel(),
    }
    match tokio::time::timeout(GRACE, serving).await {
        Ok(ended) => ended.map_err(failed),
        Err(_) => {
            tracing::warn!("some requests did not end in time");
            Ok(())
        }
    }
}

fn announce(app: &App, address: SocketAddr, sign_in: Option<&str>) {
    tracing::info!(%address, public_url = app.settings.public_url, simulated = app.settings.simulated, "ready");
    let mut out = std::io::stdout().lock();
    let mut text = format!("Lafiya is ready at {}/\n", app.settings.public_url);
    text.push_str(sign_in.unwrap_or_default());
    // Nobody may be reading, which is no reason to stop.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What asks the server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let failed = |error| Failure::new("signals cannot be received", error);
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
