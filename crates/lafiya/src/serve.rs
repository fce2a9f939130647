//! Runs the server until it is told to stop.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, serve::ListenerExt};
use clinic::{App, blobs::api as blobs};
use jobs::{Engine, Failure as JobFailure, Queue, Schedule};
use kernel::Problem;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::{
    config::Config,
    demo,
    failure::Failure,
    figures,
    wiring::{self, OnlyServer},
};

/// How long a shutdown waits for requests that are being answered.
const GRACE: Duration = Duration::from_secs(10);

/// Logs as JSON on stderr.
pub fn start_log(filter: &str) {
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        // It would say so on stderr, which is what cannot be written, and panic.
        .log_internal_errors(false)
        .try_init();
    // One that runs already is as good.
    drop(started);
    webkit::log_panics();
}

/// Serves until SIGTERM or SIGINT, then ends in an orderly way; a second one
/// ends it at once. A demo gets its clinic first.
pub async fn run(config: Config, is_demo: bool) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
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
    // What it has not reported yet is forgotten with the process.
    let played = tokio::spawn(clinic::play_reports(app.clone()));
    announce(&app, address, sign_in.as_deref());
    tokio::select! {
        served = serve_and_stop(&app, listener, router, (engine, played)) => served,
        () = signals.twice(&app.stop) => Err(Failure::Other(
            "stopped at once: work that was running goes on at the next start".to_owned(),
        )),
    }
}

async fn serve_and_stop(
    app: &App,
    listener: TcpListener,
    router: Router,
    (engine, played): (Engine, JoinHandle<()>),
) -> Result<(), Failure> {
    let served = serve(app, listener, router).await;
    tracing::info!("stopping: requests end, work is handed back");
    engine.stop().await;
    played.abort();
    app.store.close().await;
    tracing::info!("stopped");
    served
}

fn router(app: &App, config: &Config) -> Result<Router, Failure> {
    let extra = figures::routes(app)?;
    let settings = webkit::Settings {
        trusted_proxies: config.trusted_proxies.clone(),
        ..webkit::Settings::new("Lafiya", &app.settings.public_url)
    };
    Ok(webkit::harden(
        clinic::routes_with(extra).router.with_state(app.clone()),
        clinic::kit(app, settings),
    ))
}

/// The product's work and what comes round by the clock.
async fn work(app: &App) -> Result<Vec<Queue>, Failure> {
    let (people, files) = (app.clone(), app.clone());
    let housekeeping = Schedule {
        name: "housekeeping",
        cron: "17 * * * *",
        task: Arc::new(move || {
            let app = people.clone();
            Box::pin(async move {
                let swept = clinic::sweep(&app).await.map_err(passing)?;
                tracing::debug!(swept, "ended sessions, tokens and kept answers are gone");
                Ok(())
            })
        }),
    };
    let file_sweep = Schedule {
        name: "file-sweep",
        cron: "43 2 * * *",
        task: Arc::new(move || {
            let app = files.clone();
            Box::pin(async move {
                let swept = blobs::sweep(&app).await.map_err(passing)?;
                tracing::info!(?swept, "files and their rows were compared");
                Ok(())
            })
        }),
    };
    let schedules = vec![housekeeping, file_sweep];
    let schedules = jobs::schedules(&app.store, &app.clock, schedules).await;
    let mut queues = clinic::work(app);
    queues.push(schedules.map_err(|error| Failure::new("the schedules cannot be entered", error))?);
    Ok(queues)
}

fn passing(problem: Problem) -> JobFailure {
    let kind = problem.kind.as_str();
    JobFailure::transient(problem.cause.unwrap_or_else(|| kind.to_owned()))
}

async fn serve(app: &App, listener: TcpListener, router: Router) -> Result<(), Failure> {
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
        () = app.stop.cancelled() => {}
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
    /// Taken only so that a limit on the size of files fails a write and does
    /// not end the process.
    _too_large: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let failed = |error| Failure::new("signals cannot be received", error);
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            _too_large: signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))
                .map_err(failed)?,
        })
    }

    /// Cancels `stop` at the first signal and ends at the second.
    async fn twice(&mut self, stop: &CancellationToken) {
        self.any().await;
        stop.cancel();
        self.any().await;
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
