//! How much memory and time files cost, through HTTP with all middleware. A
//! figure for people, not a test:
//! `cargo nextest run -p lafiya --run-ignored only --no-capture -E 'test(files_figures)'`.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{Multipart, Path, State},
    http::{HeaderMap, Method},
    response::Response,
};
use bytes::Bytes;
use clinic::{App, blobs::api as blobs};
use futures_util::{StreamExt as _, TryStreamExt as _, future::join_all, stream};
use kernel::{Problem, ProblemKind, TenantId};
use ports::BlobStore;
use store::EngineKind;
use testkit::{
    clinic::{Setup, TestClinic},
    db::TestDb,
};
use webkit::{Download, Fault, Policy, Routes};

const FILES: usize = 20;
const HEAD: &[u8] =
    b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n";
const TAIL: &[u8] = b"\nstartxref\n0\n%%EOF\n\r\n--x--\r\n";
const CHUNK: &[u8] = &[b'%'; 64 * 1024];
const CHUNKS: usize = 10 * 16 - 1;
const MIB: usize = CHUNK.len() * CHUNKS / (1024 * 1024);

async fn tenant(app: &App) -> TenantId {
    let mut tx = app.store.read(store::Scope::System).await.unwrap();
    clinic::identity::api::tenants(&mut tx).await.unwrap()[0].id
}

async fn take(State(app): State<App>, mut form: Multipart) -> Result<String, Fault> {
    let malformed = |_| Problem::new(ProblemKind::Malformed);
    let field = form.next_field().await.map_err(malformed)?.unwrap();
    let tenant = tenant(&app).await;
    let received = blobs::receive(&app, tenant, field.map_err(malformed), blobs::MAX_FILE).await?;
    let (id, a) = (received.blob.id, app.clone());
    let keep = app.store.write(tenant, move |tx| {
        Box::pin(async move { blobs::keep(tx, &a, tenant, &received).await })
    });
    keep.await?;
    Ok(id.to_string())
}

async fn give(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let tenant = tenant(&app).await;
    let id = blobs::BlobId::from_uuid(id.parse().unwrap());
    let blob = {
        let mut tx = app.store.read(tenant).await?;
        blobs::find(&mut tx, tenant, id).await?.unwrap()
    };
    let file = Download {
        digest: &blob.sha256,
        size: u64::try_from(blob.size).unwrap(),
        content_type: &blob.content_type,
        name: "a.pdf",
        inline: false,
    };
    let wanted = file.wanted(&headers)?;
    let body = blobs::stream(&app, tenant, &blob, file.bytes(&wanted)).await?;
    Ok(file.answer(&wanted, Body::from_stream(body)))
}

/// KiB, from the kernel.
fn memory(of: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(of)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

struct Measured {
    resident: usize,
    begun: Instant,
}

impl Measured {
    fn begin() -> Self {
        // Sets the highest mark back to what there is now (proc(5)).
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let (resident, begun) = (memory("VmRSS"), Instant::now());
        Self { resident, begun }
    }

    fn end(&self, what: &str) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let peak = (memory("VmHWM") - self.resident) / 1024;
        #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
        let rate = (FILES * MIB) as f64 / seconds;
        eprintln!("{what}: {FILES} x {MIB} MiB at once, peak +{peak} MiB, {rate:.0} MiB/s");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints figures, asserts none"]
async fn twenty_files_at_once() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let db = TestDb::new(EngineKind::Sqlite).await;
    let setup = Setup {
        blobs: BlobStore::local(folder.path()).unwrap(),
        ..Setup::default()
    };
    let clinic = TestClinic::with(&db, setup).await;
    let extra = Routes::new()
        .plain(Method::POST, "/figures", take, Policy::Public)
        .plain(Method::GET, "/figures/{id}", give, Policy::Public);
    let settings = webkit::Settings {
        body_limit: 11 * 1024 * 1024,
        ..webkit::Settings::new("figures", "http://127.0.0.1")
    };
    let router = clinic::routes_with(extra)
        .router
        .with_state(clinic.app.clone());
    let router = webkit::harden(router, clinic::kit(&clinic.app, settings));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/figures", listener.local_addr().unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    ports::install_tls();
    let client = Arc::new(reqwest::Client::new());
    let sent = async || {
        let parts = [Bytes::from_static(HEAD)].into_iter();
        let parts = parts.chain(std::iter::repeat_n(Bytes::from_static(CHUNK), CHUNKS));
        let parts = parts
            .chain([Bytes::from_static(TAIL)])
            .map(Ok::<_, std::io::Error>);
        let request = client
            .post(&base)
            .header("content-type", "multipart/form-data; boundary=x");
        let answer = request
            .body(reqwest::Body::wrap_stream(stream::iter(parts)))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    };
    let fetched = async |id: &str| {
        let answer = client.get(format!("{base}/{id}")).send().await.unwrap();
        let mut bytes = answer.bytes_stream();
        let mut length = 0;
        while let Some(piece) = bytes.next().await {
            length += piece.unwrap().len();
        }
        assert!(length > MIB * 1024 * 1024);
    };
    let warm = sent().await;
    fetched(&warm).await;
    let measured = Measured::begin();
    let ids = join_all((0..FILES).map(|_| sent())).await;
    measured.end("upload");
    let measured = Measured::begin();
    join_all(ids.iter().map(|id| fetched(id))).await;
    measured.end("download");
}
