//! A patient sends pictures, voice and documents: from Twilio's call to the
//! conversation, whatever goes wrong on the way.

use std::time::Duration;

use axum::http::Method;
use clinic::blobs::api as blobs;
use kernel::{Clock, Id};
use ports::BlobStore;
use serde_json::{Value, json};
use store::{EngineKind, Scope, Sql, params};
use testkit::{
    clinic::{Answer, Setup, TestClinic},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::FakeTwilio,
};
use uuid::Uuid;

const LIMIT: Duration = Duration::from_secs(30);
const FROM: &str = "+221772000001";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0 and so on, OpusHead";
const PDF: &[u8] = b"%PDF-1.7 and so on";
const DAY: Duration = Duration::from_secs(24 * 3600);

const ROWS: Sql = Sql::new("SELECT COUNT(*) AS value FROM blob WHERE tenant_id = $1");
const FORGET: Sql = Sql::new("DELETE FROM blob WHERE tenant_id = $1 AND id = $2");
const IMPATIENT: Sql = Sql::new(
    "UPDATE inbound_media SET work_attempts = 100 WHERE tenant_id = $1 AND work_attempts > 0",
);

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
}

async fn scene(db: &TestDb) -> Scene {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let mut clinic = TestClinic::with(db, Setup::twilio(&twilio)).await;
    clinic.patient("Awa", "Diop", "77 200 00 01").await;
    clinic.start_work();
    Scene { clinic, twilio }
}

impl Scene {
    /// A message with these files; Twilio's call is acknowledged before they are fetched.
    async fn send(&self, files: &[(&str, &str)]) {
        let mut message = self.clinic.text(FROM, "");
        for (url, content_type) in files {
            message = message.with_media(url, content_type);
        }
        let answer = self.clinic.webhook("whatsapp", &message.whatsapp()).await;
        assert_eq!(answer.status, 200);
    }

    async fn get(&self, path: &str) -> Answer {
        self.clinic.call(Method::GET, path, None).await
    }

    async fn conversation(&self) -> Option<String> {
        let list = self.get("/api/v1/inbox/conversations/").await.json();
        list["results"][0]["id"].as_str().map(str::to_owned)
    }

    /// The files of the only conversation.
    async fn files(&self) -> Vec<Value> {
        let Some(id) = self.conversation().await else {
            return Vec::new();
        };
        let path = format!("/api/v1/inbox/conversations/{id}/");
        let entries = self.get(&path).await.json()["entries"].clone();
        let entries = entries.as_array().unwrap().iter();
        entries
            .flat_map(|entry| entry["media"].as_array().unwrap().clone())
            .collect()
    }

    /// Waits until every file is in this state.
    async fn all(&self, state: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} files to be {state}"), LIMIT, || async {
            let files = self.files().await;
            let all = files.iter().all(|file| file["state"] == state);
            (all && files.len() == count).then_some(files)
        })
        .await
    }

    /// The conversation as a browser without scripts shows it.
    async fn page(&self) -> String {
        let id = self.conversation().await.unwrap();
        self.browser().await.get(&format!("/inbox/{id}")).await.text
    }

    async fn browser(&self) -> Session<'_> {
        Session::of(&self.clinic, "agent").await
    }

    async fn blob_rows(&self) -> i64 {
        let tenant = self.clinic.tenant;
        let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
        tx.one(ROWS, params![tenant]).await.unwrap()
    }

    async fn objects(&self) -> usize {
        let tenant = self.clinic.tenant.to_string();
        self.clinic.app.blobs.list(&tenant).await.unwrap().len()
    }

    /// Makes the next failure of a fetch its last.
    async fn lose_patience(&self) {
        let tenant = self.clinic.tenant;
        eventually("a first try", LIMIT, || async {
            let changed = self.clinic.app.store.write(tenant, move |tx| {
                Box::pin(async move { tx.execute(IMPATIENT, params![tenant]).await })
            });
            (changed.await.unwrap() > 0).then_some(())
        })
        .await;
    }
}

on_both_engines! {
    async fn files_are_fetched_and_shown(db) {
        let mut scene = scene(&db).await;
        let twilio = &scene.twilio;
        let urls = [twilio.add_media("image/png", PNG), twilio.add_media("audio/ogg", OGG), twilio.add_media("application/pdf", PDF)];
        scene.send(&[(&urls[0], "image/png"), (&urls[1], "audio/ogg"), (&urls[2], "application/pdf")]).await;
        let files = scene.all("stored", 3).await;
        for (file, content_type, bytes, shown) in [
            (&files[0], "image/png", PNG, true),
            (&files[1], "audio/ogg", OGG, true),
            (&files[2], "application/pdf", PDF, false),
        ] {
            assert_eq!((&file["content_type"], &file["size"]), (&json!(content_type), &json!(bytes.len())), "{file}");
            let answer = scene.get(file["url"].as_str().unwrap()).await;
            assert_eq!((answer.status.as_u16(), answer.bytes.as_slice()), (200, bytes));
            let header = |name| answer.headers[name].to_str().unwrap();
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("content-type"), if shown { content_type } else { "application/octet-stream" });
            assert!(header("content-disposition").starts_with(if shown { "inline; " } else { "attachment; " }));
            assert!(header("content-security-policy").contains("sandbox"));
        }
        let page = scene.page().await;
        let address = |file: &Value| format!("/inbox/media/{}", file["id"].as_str().unwrap());
        assert!(page.contains(&format!("<img src=\"{}\"", address(&files[0]))), "{page}");
        assert!(page.contains(&format!("<audio controls preload=\"none\" src=\"{}\"", address(&files[1]))));
        assert!(page.contains(&format!("<a href=\"{}\">Ouvrir le fichier", address(&files[2]))));
        assert_eq!(scene.browser().await.get(&address(&files[0])).await.bytes, PNG);
        assert_eq!((scene.blob_rows().await, scene.objects().await), (3, 3));
        scene.clinic.stop_work().await;
    }

    async fn bytes_are_believed_not_their_sender(db) {
        let mut scene = scene(&db).await;
        let twilio = &scene.twilio;
        let script = "<html><script>alert(1)</script></html>";
        let urls = [
            twilio.add_media("image/png", script),
            twilio.add_media("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
            twilio.add_media("text/html", PNG),
        ];
        scene.send(&[(&urls[0], "image/png"), (&urls[1], "image/svg+xml"), (&urls[2], "application/pdf")]).await;
        let files = scene.all("stored", 3).await;
        for file in &files[..2] {
            let answer = scene.get(file["url"].as_str().unwrap()).await;
            assert_eq!(answer.headers["content-type"], "application/octet-stream", "{file}");
            assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment; "));
        }
        assert_eq!(files[2]["content_type"], "image/png", "a picture is one, whatever it is called");
        let page = scene.page().await;
        assert_eq!(page.matches("<img src=\"/inbox/media/").count(), 1, "{page}");
        scene.clinic.stop_work().await;
    }

    async fn what_cannot_be_had_is_said_and_can_be_tried_again(db) {
        let mut scene = scene(&db).await;
        let inside = FakeTwilio::start().await.unwrap();
        let secret = inside.add_media("text/plain", "inside");
        let twilio = &scene.twilio;
        let mut large = PNG.to_vec();
        large.resize(16 * 1024 * 1024 + 1, 0);
        let urls = [
            twilio.add_broken_media(404),
            twilio.add_media("image/png", large),
            twilio.add_redirect(&secret),
            secret.clone(),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
        ];
        let files: Vec<_> = urls.iter().map(|url| (url.as_str(), "image/png")).collect();
        scene.send(&files).await;
        let files = scene.all("failed", 5).await;
        assert!(inside.media_requests().is_empty(), "nobody but Twilio was asked");
        assert!(files.iter().all(|file| file["url"].is_null()));
        assert_eq!((scene.blob_rows().await, scene.objects().await), (0, 0));
        let page = scene.page().await;
        assert_eq!(page.matches("La photo n’a pas pu être reçue.").count(), 5, "{page}");

        twilio.mend_media(&urls[0], "image/png", PNG);
        let id = files[0]["id"].as_str().unwrap();
        let again = scene.browser().await.submit(&format!("/inbox/media/{id}/retry"), &[]).await;
        assert_eq!(again.status, 303, "{}", again.text);
        eventually("the mended file", LIMIT, || async {
            (scene.files().await[0]["state"] == "stored").then_some(())
        }).await;
        let again = scene.clinic.call(Method::POST, &format!("/api/v1/inbox/media/{id}/retry/"), None).await;
        assert_eq!((again.status.as_u16(), &again.json()["code"]), (409, &json!("file-not-failed")));
        scene.clinic.stop_work().await;
    }

    async fn passing_faults_are_tried_again_then_given_up(db) {
        let mut scene = scene(&db).await;
        let urls = [scene.twilio.add_broken_media(500), scene.twilio.add_silent_media(), scene.twilio.add_broken_media(429)];
        scene.send(&[(&urls[0], "image/png"), (&urls[1], "audio/ogg"), (&urls[2], "application/pdf")]).await;
        eventually("more tries than files", LIMIT, || async {
            (scene.twilio.media_requests().len() > 4).then_some(())
        }).await;
        let files = scene.files().await;
        assert!(files.iter().all(|file| file["state"] == "pending"), "{files:?}");
        scene.twilio.mend_media(&urls[0], "image/png", PNG);
        eventually("the mended file", LIMIT, || async {
            (scene.files().await[0]["state"] == "stored").then_some(())
        }).await;
        eventually("the others to be given up", LIMIT, || async {
            scene.lose_patience().await;
            let files = scene.files().await;
            (files[1]["state"] == "failed" && files[2]["state"] == "failed").then_some(())
        }).await;
        let page = scene.page().await;
        assert!(page.contains("Le message vocal n’a pas pu être reçu.") && page.contains("Le fichier n’a pas pu être reçu."), "{page}");
        scene.clinic.stop_work().await;
    }

    async fn a_message_that_comes_twice_has_its_file_once(db) {
        let mut scene = scene(&db).await;
        let url = scene.twilio.add_media("image/png", PNG);
        let form = scene.clinic.text(FROM, "Voici").with_media(&url, "image/png").whatsapp();
        let copies = (0..10).map(|_| scene.clinic.webhook("whatsapp", &form));
        let answers = futures_util::future::join_all(copies).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        scene.all("stored", 1).await;
        assert_eq!(scene.clinic.webhook("whatsapp", &form).await.status, 200);
        scene.clinic.stop_work().await;
        assert_eq!((scene.files().await.len(), scene.blob_rows().await, scene.objects().await), (1, 1, 1));
        assert_eq!(scene.twilio.media_requests().len(), 1);
    }

    async fn a_file_is_its_clinics_staffs_alone(db) {
        let mut scene = scene(&db).await;
        let url = scene.twilio.add_media("image/png", PNG);
        scene.send(&[(&url, "image/png")]).await;
        let id = scene.all("stored", 1).await[0]["id"].as_str().unwrap().to_owned();
        scene.clinic.another("autre", "+221338210001").await;
        let theirs = scene.clinic.token_of("autre-agent").await;
        let patient = scene.clinic.token_of("patient").await;
        for (path, method) in [
            (format!("/api/v1/inbox/media/{id}/"), Method::GET),
            (format!("/inbox/media/{id}"), Method::GET),
            (format!("/api/v1/inbox/media/{id}/retry/"), Method::POST),
        ] {
            let status = async |token| scene.clinic.call_as(token, method.clone(), &path, None).await.status;
            assert_eq!(status(Some(&theirs)).await, 404, "{path}");
            assert_eq!(status(Some(&patient)).await, 403, "{path}");
            assert!([401, 303].contains(&status(None).await.as_u16()), "{path}");
        }
        let unknown = format!("/api/v1/inbox/media/{}/", Uuid::nil());
        assert_eq!(scene.get(&unknown).await.status, 404);
        scene.clinic.stop_work().await;
    }

    async fn a_death_between_bytes_and_row_loses_nothing(db) {
        let mut scene = scene(&db).await;
        scene.clinic.stop_work().await;
        let url = scene.twilio.add_media("image/png", PNG);
        let app = scene.clinic.app.clone();
        let mut engine = jobs::Engine::start(&app.store, &app.clock, &app.rng, clinic::work(&app).into_iter().filter(|queue| queue.sql.table == "webhook_event").collect());
        scene.send(&[(&url, "image/png")]).await;
        scene.all("pending", 1).await;
        engine.stop().await;
        // A node takes the row, stores the bytes, and is never heard of again.
        let work = clinic::work_statements().into_iter().find(|work| work.table == "inbound_media").unwrap();
        let (node, now) = (Id::<()>::new(&app.clock, &app.rng).uuid(), app.clock.now());
        let taken = app.store.write(Scope::System, move |tx| {
            Box::pin(async move { jobs::claim(tx, work, node, now, now.plus(jobs::LEASE), 1).await })
        });
        assert_eq!(taken.await.unwrap().len(), 1);
        blobs::put(&app, scene.clinic.tenant, PNG.into()).await.unwrap();
        assert_eq!((scene.blob_rows().await, scene.objects().await), (0, 1));

        engine = jobs::Engine::start(&app.store, &app.clock, &app.rng, clinic::work(&app));
        let file = scene.all("stored", 1).await.remove(0);
        engine.stop().await;
        assert_eq!(scene.get(file["url"].as_str().unwrap()).await.bytes, PNG);
        assert_eq!((scene.blob_rows().await, scene.objects().await), (1, 2), "the dead node's copy waits for the sweep");
    }

    async fn a_file_store_that_cannot_be_written_is_tried_again(db) {
        ports::install_tls();
        let twilio = FakeTwilio::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup { blobs: BlobStore::local(folder.path()).unwrap(), ..Setup::twilio(&twilio) };
        let mut clinic = TestClinic::with(&db, setup).await;
        // Nobody, not even root, can make a folder where a file lies.
        let in_the_way = folder.path().join(clinic.tenant.to_string());
        std::fs::write(&in_the_way, "").unwrap();
        clinic.start_work();
        let mut scene = Scene { clinic, twilio };
        let url = scene.twilio.add_media("image/png", PNG);
        scene.send(&[(&url, "image/png")]).await;
        eventually("a second try", LIMIT, || async {
            (scene.twilio.media_requests().len() > 1).then_some(())
        }).await;
        assert_eq!(scene.files().await[0]["state"], "pending");
        std::fs::remove_file(&in_the_way).unwrap();
        let file = scene.all("stored", 1).await.remove(0);
        assert_eq!(scene.get(file["url"].as_str().unwrap()).await.bytes, PNG);
        scene.clinic.stop_work().await;
    }

    async fn the_sweep_removes_what_no_row_names_after_a_day(db) {
        let folder = tempfile::tempdir().unwrap();
        for store in [BlobStore::memory(), BlobStore::local(folder.path()).unwrap()] {
            // Files carry the machine's time; from here on only the test moves it.
            let clock = Clock::fixed(Clock::system().now());
            let setup = Setup { blobs: store, clock: clock.clone(), ..Setup::default() };
            let db = TestDb::new(db.store.kind()).await;
            let clinic = TestClinic::with(&db, setup).await;
            let (app, tenant) = (&clinic.app, clinic.tenant);
            let kept = blobs::put(app, tenant, PNG.into()).await.unwrap();
            let orphan = blobs::put(app, tenant, PDF.into()).await.unwrap();
            let lost = blobs::put(app, tenant, OGG.into()).await.unwrap();
            for blob in [&kept, &lost] {
                let (a, blob) = (app.clone(), blob.clone());
                app.store.write(tenant, move |tx| Box::pin(async move { blobs::insert(tx, &a, tenant, &blob).await })).await.unwrap();
            }
            let key = |blob: &blobs::BlobInfo| format!("{tenant}/{:04}/{:02}/{}", blob.month / 100, blob.month % 100, blob.id);
            app.blobs.delete(&key(&lost)).await.unwrap();
            app.blobs.put(&format!("{tenant}/by-hand"), PDF.into()).await.unwrap();

            clock.advance(DAY - Duration::from_secs(60));
            let swept = blobs::sweep(app).await.unwrap();
            assert_eq!((swept.orphans, swept.lost), (0, 1), "young bytes may still get their row");
            assert!(app.blobs.exists(&key(&orphan)).await.unwrap());

            clock.advance(Duration::from_secs(120));
            let swept = blobs::sweep(app).await.unwrap();
            assert_eq!((swept.orphans, swept.lost), (1, 1));
            assert!(!app.blobs.exists(&key(&orphan)).await.unwrap());
            assert!(app.blobs.exists(&key(&kept)).await.unwrap());
            assert!(app.blobs.exists(&format!("{tenant}/by-hand")).await.unwrap(), "not ours to judge");
            let mut tx = app.store.read(tenant).await.unwrap();
            assert!(blobs::find(&mut tx, tenant, lost.id).await.unwrap().is_some(), "a row is never removed");
            drop(tx);
            assert_eq!(blobs::bytes(app, tenant, lost.id).await.unwrap_err().status(), 404);
            let swept = blobs::sweep(app).await.unwrap();
            assert_eq!((swept.orphans, swept.lost), (0, 1));
        }
    }

    async fn the_sweep_leaves_other_clinics_alone(db) {
        let clock = Clock::fixed(Clock::system().now());
        let setup = Setup { clock: clock.clone(), ..Setup::default() };
        let clinic = TestClinic::with(&db, setup).await;
        let other = clinic.another("autre", "+221338210001").await;
        let app = &clinic.app;
        let theirs = blobs::put(app, other, PNG.into()).await.unwrap();
        let id = theirs.id;
        let a = app.clone();
        app.store.write(other, move |tx| Box::pin(async move { blobs::insert(tx, &a, other, &theirs).await })).await.unwrap();
        clock.advance(2 * DAY);
        assert_eq!(blobs::sweep(app).await.unwrap(), blobs::Swept::default());
        app.store.write(other, move |tx| Box::pin(async move { tx.execute_one(FORGET, params![other, id]).await })).await.unwrap();
        blobs::put(app, clinic.tenant, PDF.into()).await.unwrap();
        assert_eq!(blobs::sweep(app).await.unwrap().orphans, 2);
    }
}

#[tokio::test]
async fn many_files_are_swept_in_batches() {
    let db = TestDb::new(EngineKind::Sqlite).await;
    let clinic = TestClinic::new(&db).await;
    let (app, tenant) = (clinic.app.clone(), clinic.tenant);
    let a = app.clone();
    let insert = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            for number in 0..10_001 {
                let blob = blobs::BlobInfo {
                    id: blobs::BlobId::from_uuid(Uuid::from_u128(number + 1)),
                    sha256: String::new(),
                    size: 0,
                    content_type: String::new(),
                    month: 0,
                    pieces: None,
                    width: None,
                    height: None,
                    thumbnail_id: None,
                };
                blobs::insert(tx, &a, tenant, &blob).await?;
            }
            Ok::<_, store::StoreError>(())
        })
    });
    insert.await.unwrap();
    assert_eq!(blobs::sweep(&app).await.unwrap().lost, 10_001);
}
