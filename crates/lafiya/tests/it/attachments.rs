//! Files of records, sent and given: who, until when, what is kept, what is refused.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, header},
};
use futures_util::stream;
use kernel::Role;
use ports::BlobStore;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, Setup, TestClinic, code, fault},
    db::TestDb,
    on_both_engines,
    session::Session,
};

const ALL: &str = "/api/v1/attachments/";
const BOUNDARY: &str = "abc123";
const MAX: usize = clinic::blobs::api::MAX_FILE;

/// A form of these parts; a file has a name.
fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or(String::new(), |file| {
            format!("; filename=\"{file}\"\r\nContent-Type: text/html")
        });
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn request(path: &str, body: Vec<u8>) -> axum::http::request::Builder {
    Request::post(path)
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .header(header::CONTENT_LENGTH, body.len())
}

/// As a network gives it: in pieces.
fn pieces(body: Vec<u8>) -> Body {
    let pieces: Vec<_> = body.chunks(50_000).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::iter(
        pieces.into_iter().map(Ok::<_, std::io::Error>),
    ))
}

async fn post(clinic: &TestClinic, token: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let body = form(parts);
    let request =
        request(ALL, body.clone()).header(header::AUTHORIZATION, format!("Bearer {token}"));
    clinic.send(request.body(pieces(body)).unwrap()).await
}

/// Adds a photo to a record; answers its id.
pub(crate) async fn attached(clinic: &TestClinic, token: &str, record: &str) -> String {
    let made = post(
        clinic,
        token,
        &[
            ("fiche", None, record.as_bytes()),
            ("file", Some("a.jpg"), &testkit::files::photo(60, 40, None)),
        ],
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

/// A PDF of this many bytes, another one for each seed.
fn pdf(length: usize, seed: u8) -> Vec<u8> {
    let tail = b"\nstartxref\n0\n%%EOF\n";
    let mut pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n".to_vec();
    pdf.push(b'0' + seed);
    let numbers =
        (0_u32..).flat_map(|n| (n.wrapping_mul(2_654_435_761) | 0x8080_8080).to_be_bytes());
    pdf.extend(numbers.take(length - pdf.len() - tail.len()));
    pdf.extend(tail);
    pdf
}

struct Scene {
    clinic: TestClinic,
    folder: tempfile::TempDir,
    clock: kernel::Clock,
    doctor: String,
    other: String,
    agent: String,
    admin: String,
    patient: String,
    stranger: String,
    foreign: String,
    record: String,
}

async fn scene(db: &TestDb) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let clock = kernel::Clock::fixed(kernel::Clock::system().now());
    let setup = Setup {
        blobs: BlobStore::local(folder.path()).unwrap(),
        clock: clock.clone(),
        ..Setup::default()
    };
    let clinic = TestClinic::with(db, setup).await;
    let tenant = clinic.tenant;
    let doctor_id = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    clinic.member(tenant, "dr-binta", Role::Practitioner).await;
    clinic.member(tenant, "accueil", Role::Agent).await;
    clinic.member(tenant, "chef", Role::Admin).await;
    clinic.member(tenant, "aimee", Role::Patient).await;
    clinic.member(tenant, "moussa", Role::Patient).await;
    let elsewhere = clinic.another("autre", "+221338210001").await;
    clinic.member(elsewhere, "chef-ailleurs", Role::Admin).await;
    let patient = clinic.token_of("aimee").await;
    let admin = clinic.token_of("chef").await;
    let all = "/api/v1/fiche-consultation/";
    let input = Some(crate::records::input());
    let entered = clinic
        .call_as(Some(&patient), Method::POST, all, input)
        .await;
    let record = entered.json()["id"].as_str().unwrap().to_owned();
    let assign = json!({"medecin_id": doctor_id.to_string()});
    let path = format!("{all}{record}/assign-medecin/");
    clinic
        .call_as(Some(&admin), Method::POST, &path, Some(assign))
        .await;
    Scene {
        doctor: clinic.token_of("dr-awa").await,
        other: clinic.token_of("dr-binta").await,
        agent: clinic.token_of("accueil").await,
        stranger: clinic.token_of("moussa").await,
        foreign: clinic.token_of("chef-ailleurs").await,
        clinic,
        folder,
        clock,
        admin,
        patient,
        record,
    }
}

impl Scene {
    async fn send(&self, token: &str, name: &str, content: &[u8]) -> Answer {
        let parts = [
            ("fiche", None, self.record.as_bytes()),
            ("file", Some(name), content),
        ];
        post(&self.clinic, token, &parts).await
    }

    async fn call(&self, token: &str, method: Method, path: &str) -> Answer {
        self.clinic.call_as(Some(token), method, path, None).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path).await
    }

    async fn download(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request =
            Request::get(path).header("authorization", format!("Bearer {}", self.doctor));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.clinic.send(request.body(Body::empty()).unwrap()).await
    }

    async fn sign(&self) {
        let one = format!("/api/v1/fiche-consultation/{}/", self.record);
        for (method, action, body) in [
            (
                Method::PATCH,
                "edit-diagnostic/",
                json!({"diagnostic": "Fracture"}),
            ),
            (Method::POST, "validate/", json!({})),
        ] {
            let path = format!("{one}{action}");
            let done = self
                .clinic
                .call_as(Some(&self.doctor), method, &path, Some(body))
                .await;
            assert!(done.status.is_success(), "{}", done.text);
        }
    }

    fn files(&self) -> usize {
        fn count(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            entries
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        count(self.folder.path())
    }
}

fn path(made: &Value) -> String {
    format!("{ALL}{}/", made["id"].as_str().unwrap())
}

on_both_engines! {
    async fn a_file_comes_back_as_it_went(db) {
        let s = scene(&db).await;
        let content = pdf(600_000, 1);
        let parts: [(&str, Option<&str>, &[u8]); 4] = [("kind", None, b"prescription"), ("note", None, " Recto ".as_bytes()), ("fiche", None, s.record.as_bytes()), ("file", Some("Ordonnance d\u{2019}Awa.html"), &content)];
        let made = post(&s.clinic, &s.patient, &parts).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        assert_eq!((&made["kind"], &made["note"], &made["file_size"]), (&json!("prescription"), &json!("Recto"), &json!(600_000)));
        assert_eq!((&made["content_type"], &made["file_extension"]), (&json!("application/pdf"), &json!("pdf")));
        assert_eq!(made["name"], "Ordonnance d\u{2019}Awa.pdf", "by its content, whatever it was called");
        assert_eq!(made["sha256"], ports::blob::sha256_hex(&content));
        assert!(made["thumbnail_url"].is_null());
        let got = s.download(made["download_url"].as_str().unwrap(), &[]).await;
        assert_eq!(got.status, 200);
        assert!(got.bytes == content);
        let head = |name: &str| got.headers[name].to_str().unwrap().to_owned();
        assert_eq!((head("content-type").as_str(), head("x-content-type-options").as_str(), head("content-length").as_str()), ("application/pdf", "nosniff", "600000"));
        assert!(head("content-disposition").starts_with("attachment; filename=\"Ordonnance d_Awa.pdf\""), "{}", head("content-disposition"));
        assert!(head("content-security-policy").contains("sandbox") && head("cache-control").contains("private"));
        let list = s.get(&s.doctor, &format!("{ALL}?fiche={}", s.record)).await.json();
        assert_eq!((&list["count"], &list["results"][0]), (&json!(1), &s.get(&s.doctor, &path(&made)).await.json()));
        assert_eq!(s.get(&s.doctor, ALL).await.status, 400);
        assert_eq!(s.get(&s.doctor, &format!("{}thumbnail/", path(&made))).await.status, 404);
    }

    async fn parts_of_a_file_are_given(db) {
        let s = scene(&db).await;
        let content = pdf(600_000, 1);
        let made = s.send(&s.doctor, "a.pdf", &content).await.json();
        let path = made["download_url"].as_str().unwrap();
        let part = s.download(path, &[("range", "bytes=262140-262150")]).await;
        assert_eq!((part.status.as_u16(), part.headers["content-range"].to_str().unwrap()), (206, "bytes 262140-262150/600000"));
        assert!(part.bytes == content[262_140..=262_150]);
        let last = s.download(path, &[("range", "bytes=-5")]).await;
        assert!(last.bytes == content[599_995..]);
        assert_eq!(s.download(path, &[("range", "bytes=600000-")]).await.status, 416);
        let tag = last.headers["etag"].to_str().unwrap();
        let has = s.download(path, &[("if-none-match", tag)]).await;
        assert_eq!((has.status.as_u16(), has.bytes.len()), (304, 0));
        let other = s.download(path, &[("range", "bytes=0-1"), ("if-range", "\"other\"")]).await;
        assert_eq!((other.status.as_u16(), other.bytes.len()), (200, 600_000));
    }

    async fn a_photo_has_a_small_picture_and_no_place(db) {
        let s = scene(&db).await;
        let photo = testkit::files::photo(1200, 800, Some("GPS 14.6937"));
        let made = s.send(&s.patient, "IMG 1.JPG", &photo).await.json();
        assert_eq!((&made["kind"], &made["width"], &made["height"], &made["name"]), (&json!("image"), &json!(1200), &json!(800), &json!("IMG 1.jpg")));
        let whole = s.download(made["download_url"].as_str().unwrap(), &[]).await;
        assert!(!whole.bytes.windows(3).any(|at| at == b"GPS"));
        let small = s.download(made["thumbnail_url"].as_str().unwrap(), &[]).await;
        assert_eq!((small.status.as_u16(), small.headers["content-type"].to_str().unwrap()), (200, "image/jpeg"));
        assert!(small.headers["content-disposition"].to_str().unwrap().starts_with("inline"));
        assert!(small.bytes.starts_with(b"\xff\xd8\xff") && small.bytes.len() < whole.bytes.len());
    }

    async fn what_is_refused_leaves_nothing(db) {
        let s = scene(&db).await;
        let polyglot = [testkit::files::photo(20, 20, None).as_ref(), b"PK\x05\x06".as_ref(), &[0; 18]].concat();
        for (what, content, status, why) in [
            ("a byte too many", pdf(MAX + 1, 1), 413, "file-too-large"),
            ("twice as much", pdf(2 * MAX, 1), 413, "file-too-large"),
            ("nothing", Vec::new(), 400, "file-empty"),
            ("a page", b"<script>alert(1)</script>".to_vec(), 415, "file-kind"),
            ("two things at once", polyglot, 415, "file-kind"),
            ("a program in a PDF", b"%PDF-1.7\n<</S/JavaScript>>\nstartxref\n%%EOF".to_vec(), 415, "file-active"),
            ("half a PDF", b"%PDF-1.7 cut".to_vec(), 415, "file-damaged"),
            ("an iPhone's", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), 415, "file-heic"),
        ] {
            let answer = s.send(&s.patient, "a.pdf", &content).await;
            assert_eq!(code(&answer), (status, why.to_owned()), "{what}: {}", answer.text);
            assert!(!answer.text.contains('⟦'));
        }
        assert_eq!(s.send(&s.patient, "a.pdf", &pdf(MAX, 1)).await.status, 201, "ten megabytes are allowed");
        assert_eq!(s.files(), 1);
    }

    async fn a_form_says_what_it_lacks(db) {
        let s = scene(&db).await;
        let (record, file) = (s.record.clone(), pdf(300, 1));
        let fiche: (&str, Option<&str>, &[u8]) = ("fiche", None, record.as_bytes());
        let a_file: (&str, Option<&str>, &[u8]) = ("file", Some("a.pdf"), &file);
        let long = "x".repeat(2001);
        for (parts, field, why) in [
            (vec![a_file], "fiche", "required"),
            (vec![fiche], "file", "required"),
            (vec![fiche, ("file", Some(""), b"")], "file", "required"),
            (vec![fiche, a_file, a_file], "file", "duplicate-field"),
            (vec![fiche, ("kind", None, b"selfie"), a_file], "kind", "not-a-choice"),
            (vec![fiche, ("note", None, long.as_bytes()), a_file], "note", "too-long"),
            (vec![("fiche", None, b"x"), a_file], "fiche", "malformed"),
            (vec![fiche, ("sha256", None, b"x"), a_file], "sha256", "unknown-field"),
        ] {
            let answer = post(&s.clinic, &s.patient, &parts).await;
            assert_eq!(fault(&answer), (400, field.to_owned(), why.to_owned()), "{}", answer.text);
        }
        // The file may come first.
        assert_eq!(post(&s.clinic, &s.patient, &[a_file, fiche]).await.status, 201);
        let bearer = format!("Bearer {}", s.patient);
        let broken = Request::post(ALL).header("authorization", &bearer).header("content-type", "multipart/form-data; boundary=x");
        assert_eq!(s.clinic.send(broken.body(Body::from("nothing")).unwrap()).await.status, 400);
        let other = s.clinic.call_as(Some(&s.patient), Method::POST, ALL, Some(json!({}))).await;
        assert_eq!(other.status, 415);
        let body = form(&[fiche, a_file]);
        let keyed = request(ALL, body.clone()).header("authorization", &bearer).header("idempotency-key", "k1");
        let keyed = s.clinic.send(keyed.body(Body::from(body)).unwrap()).await;
        assert_eq!(fault(&keyed), (400, "Idempotency-Key".to_owned(), "not-with-files".to_owned()), "{}", keyed.text);
        assert!(!keyed.text.contains('⟦'));
    }

    async fn the_same_bytes_stand_in_a_record_once(db) {
        let s = scene(&db).await;
        let content = pdf(300, 1);
        let (one, two) = futures_util::future::join(s.send(&s.patient, "a.pdf", &content), s.send(&s.doctor, "b.pdf", &content)).await;
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201], "{} {}", one.text, two.text);
        assert_eq!(one.json()["id"], two.json()["id"]);
        let list = s.get(&s.doctor, &format!("{ALL}?fiche={}", s.record)).await.json();
        assert_eq!(list["count"], 1);
        let url = one.json()["download_url"].as_str().unwrap().to_owned();
        assert!(s.download(&url, &[]).await.bytes == content);
        // What was stored in vain goes with the sweep; what is shown stays.
        s.clock.advance(Duration::from_secs(25 * 3600));
        clinic::blobs::api::sweep(&s.clinic.app).await.unwrap();
        assert_eq!(s.files(), 1);
        let again = s.clinic.token_of("aimee").await;
        let still = s.clinic.call_as(Some(&again), Method::GET, &url, None).await;
        assert_eq!(still.status, 200);
    }

    async fn each_role_does_what_it_may(db) {
        let s = scene(&db).await;
        let by_patient = s.send(&s.patient, "a.pdf", &pdf(300, 1)).await.json();
        let by_doctor = s.send(&s.doctor, "b.pdf", &pdf(300, 2)).await.json();
        for (who, token) in [("another doctor", &s.other), ("reception", &s.agent), ("another patient", &s.stranger), ("another clinic", &s.foreign)] {
            assert_eq!(s.send(token, "c.pdf", &pdf(300, 3)).await.status, 404, "{who}");
            for action in ["", "download/", "thumbnail/"] {
                assert_eq!(s.get(token, &format!("{}{action}", path(&by_patient))).await.status, 404, "{who} {action}");
            }
            assert_eq!(s.call(token, Method::DELETE, &path(&by_patient)).await.status, 404, "{who}");
            assert_eq!(s.get(token, &format!("{ALL}?fiche={}", s.record)).await.status, 404, "{who}");
        }
        let nobody = s.clinic.call_as(None, Method::GET, by_patient["download_url"].as_str().unwrap(), None).await;
        assert_eq!(nobody.status, 401);
        for token in [&s.patient, &s.doctor, &s.admin] {
            for made in [&by_patient, &by_doctor] {
                assert_eq!(s.get(token, made["download_url"].as_str().unwrap()).await.status, 200);
            }
        }
        let delete = async |token: &str, made: &Value| s.call(token, Method::DELETE, &path(made)).await.status.as_u16();
        assert_eq!([delete(&s.patient, &by_doctor).await, delete(&s.doctor, &by_patient).await], [403, 403]);
        assert_eq!([delete(&s.doctor, &by_doctor).await, delete(&s.admin, &by_patient).await], [204, 204]);
        assert_eq!(s.get(&s.patient, by_patient["download_url"].as_str().unwrap()).await.status, 404);
        assert_eq!(s.send(&s.stranger, "c.pdf", &pdf(300, 3)).await.status, 404);
        let forged = format!("{ALL}{}/download/", uuid::Uuid::nil());
        assert_eq!(s.get(&s.admin, &forged).await.status, 404);
        s.clock.advance(Duration::from_secs(25 * 3600));
        clinic::blobs::api::sweep(&s.clinic.app).await.unwrap();
        assert_eq!(s.files(), 0, "the bytes go too");
    }

    async fn a_signature_closes_what_was_there(db) {
        let s = scene(&db).await;
        let made = s.send(&s.patient, "a.pdf", &pdf(300, 1)).await.json();
        s.sign().await;
        let signed = (409, "already-signed".to_owned());
        assert_eq!(code(&s.send(&s.patient, "b.pdf", &pdf(300, 2)).await), signed);
        for token in [&s.patient, &s.admin] {
            assert_eq!(code(&s.call(token, Method::DELETE, &path(&made)).await), signed);
        }
        let late = s.send(&s.doctor, "b.pdf", &pdf(300, 2)).await;
        assert_eq!((late.status.as_u16(), &late.json()["added_after_signature"]), (201, &json!(true)));
    }

    async fn a_record_signed_while_a_file_comes_is_closed(db) {
        let s = scene(&db).await;
        let body = form(&[("fiche", None, s.record.as_bytes()), ("file", Some("a.pdf"), &pdf(300, 1))]);
        let (begin, end) = body.split_at(body.len() - 100);
        let (begin, end) = (Bytes::copy_from_slice(begin), Bytes::copy_from_slice(end));
        let (release, signed) = tokio::sync::oneshot::channel::<()>();
        let rest = futures_util::FutureExt::into_stream(async move {
            signed.await.unwrap();
            Ok::<_, std::io::Error>(end)
        });
        let (taken, began) = tokio::sync::oneshot::channel::<()>();
        let mut taken = Some(taken);
        let first = stream::once(async move {
            taken.take().map(|taken| taken.send(()));
            Ok::<_, std::io::Error>(begin)
        });
        let request = request(ALL, body.clone()).header("authorization", format!("Bearer {}", s.patient));
        let request = request.body(Body::from_stream(futures_util::StreamExt::chain(first, rest))).unwrap();
        let sign = async {
            began.await.unwrap();
            s.sign().await;
            release.send(()).unwrap();
        };
        let (answer, ()) = futures_util::future::join(s.clinic.send(request), sign).await;
        assert_eq!(code(&answer), (409, "already-signed".to_owned()), "{}", answer.text);
        assert_eq!(s.get(&s.doctor, &format!("{ALL}?fiche={}", s.record)).await.json()["count"], 0);
    }

    async fn a_paper_stays_while_a_result_names_it(db) {
        let s = scene(&db).await;
        let made = s.send(&s.patient, "a.pdf", &pdf(300, 1)).await.json();
        let result = json!({"fiche": s.record, "type_analyse": "Glycémie", "valeur": "1", "date_prelevement": "2026-01-05", "fichier": made["id"]});
        let added = s.clinic.call_as(Some(&s.patient), Method::POST, "/api/v1/lab-results/", Some(result.clone())).await;
        assert_eq!((added.status.as_u16(), &added.json()["file_url"]), (201, &made["download_url"]), "{}", added.text);
        assert_eq!(code(&s.call(&s.patient, Method::DELETE, &path(&made)).await), (409, "file-in-use".to_owned()));
        // A file of another record is none of this one's.
        let all = "/api/v1/fiche-consultation/";
        let second = s.clinic.call_as(Some(&s.patient), Method::POST, all, Some(crate::records::input())).await.json();
        let mut stray = result;
        stray["fiche"] = second["id"].clone();
        let refused = s.clinic.call_as(Some(&s.patient), Method::POST, "/api/v1/lab-results/", Some(stray)).await;
        assert_eq!(fault(&refused), (400, "fichier".to_owned(), "no-such-file".to_owned()));
    }

    async fn a_changed_byte_is_not_given(db) {
        let s = scene(&db).await;
        let made = s.send(&s.patient, "a.pdf", &pdf(300, 1)).await.json();
        fn only(folder: &std::path::Path) -> std::path::PathBuf {
            let path = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_file() || path.is_dir() && std::fs::read_dir(path).unwrap().next().is_some()).unwrap();
            if path.is_dir() { only(&path) } else { path }
        }
        let file = only(s.folder.path());
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let got = s.download(made["download_url"].as_str().unwrap(), &[]).await;
        assert_eq!(got.status, 500);
    }

    async fn looks_are_on_the_trail(db) {
        const ACTIONS: ::store::Sql = ::store::Sql::new("SELECT action AS value FROM audit_event WHERE tenant_id = $1 AND object_type = 'attachment' ORDER BY seq");
        let s = scene(&db).await;
        let made = s.send(&s.doctor, "a.pdf", &pdf(300, 1)).await.json();
        s.get(&s.doctor, made["download_url"].as_str().unwrap()).await;
        s.get(&s.doctor, made["download_url"].as_str().unwrap()).await;
        s.call(&s.doctor, Method::DELETE, &path(&made)).await;
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let actions: Vec<String> = tx.all(ACTIONS, ::store::params![s.clinic.tenant]).await.unwrap();
        assert_eq!(actions, ["attachment.create", "attachment.read", "attachment.delete"]);
    }

    async fn only_our_own_page_sends_a_file_by_cookie(db) {
        let s = scene(&db).await;
        let session = Session::of(&s.clinic, "chef").await;
        let csrf = session.csrf().await;
        let (record, file) = (s.record.clone(), pdf(300, 1));
        let fiche: (&str, Option<&str>, &[u8]) = ("fiche", None, record.as_bytes());
        let a_file: (&str, Option<&str>, &[u8]) = ("file", Some("a.pdf"), &file);
        let wrong: (&str, Option<&str>, &[u8]) = ("csrf", None, b"wrong");
        let right: (&str, Option<&str>, &[u8]) = ("csrf", None, csrf.as_bytes());
        let post = async |parts: &[(&str, Option<&str>, &[u8])]| {
            let body = form(parts);
            let request = request(ALL, body.clone()).header("cookie", &session.cookie);
            s.clinic.send(request.body(pieces(body)).unwrap()).await
        };
        for parts in [vec![fiche, a_file], vec![wrong, fiche, a_file], vec![fiche, right, a_file], vec![a_file, fiche, right]] {
            let answer = post(&parts).await;
            assert_eq!(code(&answer), (403, "bad-csrf".to_owned()), "{}", answer.text);
        }
        assert_eq!(post(&[right, fiche, a_file]).await.status, 201);
    }
}
