//! What stands at the top of documents: who sets it, what is refused, where it is printed.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic},
    on_both_engines,
    session::Session,
};

const PATH: &str = "/api/v1/letterhead/";
const PAGE: &str = "/settings/letterhead";
/// A green square.
const LOGO: &str = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mPgz48hCTGMahjVMHw1AACZk9oBe9FagQAAAABJRU5ErkJggg==";
/// A picture by its parts, whose pixels are none.
const BROKEN: &str = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAADklEQVRubyB6bGliIGF0IGFsbCio19YAAAAASUVORK5CYII=";
/// It says that it is 5000 pixels wide and high.
const VAST: &str = "iVBORw0KGgoAAAANSUhEUgAAE4gAABOICAIAAADS+hCcAAAAFklEQVR42mPgz48hCTGMahjVMHw1AACZk9oBe9FagQAAAABJRU5ErkJggg==";

fn whole(logo: Value) -> Value {
    json!({"address": " 12 rue Félix Faure\r\nDakar ", "phone": "+221 33 821 00 00", "email": "accueil@example.org", "logo": logo})
}

async fn put(clinic: &TestClinic, token: &str, tag: Option<&str>, body: &Value) -> Answer {
    let mut request = Request::put(PATH)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(tag) = tag {
        request = request.header(header::IF_MATCH, tag);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    clinic.send(request).await
}

async fn get(clinic: &TestClinic, token: &str, path: &str) -> Answer {
    clinic.call_as(Some(token), Method::GET, path, None).await
}

fn wrong(answer: &Answer) -> (u16, String) {
    let json = answer.json();
    let error = &json["errors"][0];
    let words = format!(
        "{} {}",
        error["field"].as_str().unwrap(),
        error["code"].as_str().unwrap()
    );
    (answer.status.as_u16(), words)
}

on_both_engines! {
    async fn administrators_set_it_and_every_document_has_it(db) {
        let clinic = TestClinic::new(&db).await;
        let tenant = clinic.tenant;
        for (name, role) in [("chef", Role::Admin), ("dr-awa", Role::Practitioner), ("accueil", Role::Agent), ("aimee", Role::Patient)] {
            clinic.member(tenant, name, role).await;
        }
        let there = clinic.another("autre", "+221338210001").await;
        clinic.member(there, "chef-ailleurs", Role::Admin).await;
        for name in ["dr-awa", "accueil", "aimee"] {
            let token = clinic.token_of(name).await;
            assert_eq!(put(&clinic, &token, None, &whole(json!(null))).await.status, 403, "{name}");
            assert_eq!(get(&clinic, &token, PATH).await.status, 403, "{name}");
        }
        let admin = clinic.token_of("chef").await;
        let before = get(&clinic, &admin, PATH).await;
        assert_eq!((before.headers["etag"].to_str().unwrap(), &before.json()["address"]), ("\"0\"", &json!(null)));
        let set = put(&clinic, &admin, Some("\"0\""), &whole(json!(LOGO))).await;
        assert_eq!((set.status.as_u16(), set.headers["etag"].to_str().unwrap()), (200, "\"1\""), "{}", set.text);
        assert_eq!(set.json()["address"], "12 rue Félix Faure\nDakar");
        assert_eq!((&set.json()["logo"], &set.json()["logo_type"]), (&json!(LOGO), &json!("image/png")));
        // Whoever saw what was there before is told.
        assert_eq!(put(&clinic, &admin, Some("\"0\""), &whole(json!(null))).await.status, 412);
        assert_eq!(get(&clinic, &admin, PATH).await.json()["logo_type"], "image/png");
        let trail = get(&clinic, &admin, "/api/v1/audit/?action=letterhead.update").await.json();
        assert_eq!(trail["count"], 1, "{trail}");
        let patient = clinic.token_of("aimee").await;
        let all = "/api/v1/fiche-consultation/";
        let entered = clinic.call_as(Some(&patient), Method::POST, all, Some(crate::records::input())).await;
        let id = entered.json()["id"].as_str().unwrap().to_owned();
        let paper = format!("{all}{id}/export/pdf/");
        let with = get(&clinic, &admin, &paper).await.bytes;
        let text = crate::record_exports::said(&with);
        for part in ["12 rue Félix Faure", "Dakar", "+221 33 821 00 00", "accueil@example.org"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(pictures(&with) > 0);
        assert_eq!(put(&clinic, &admin, None, &json!({})).await.status, 200);
        let without = get(&clinic, &admin, &paper).await.bytes;
        assert!(pictures(&without) == 0 && !crate::record_exports::said(&without).contains("Félix"));
        // Another clinic has its own.
        let other = clinic.token_of("chef-ailleurs").await;
        assert_eq!(get(&clinic, &other, PATH).await.json()["version"], 0);
        assert_eq!(put(&clinic, &other, Some("\"0\""), &whole(json!(null))).await.status, 200);
        assert_eq!(get(&clinic, &admin, PATH).await.json()["address"], json!(null));
    }

    async fn what_cannot_be_printed_is_refused_and_nothing_is_changed(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.member(clinic.tenant, "chef", Role::Admin).await;
        let admin = clinic.token_of("chef").await;
        assert_eq!(put(&clinic, &admin, None, &whole(json!(LOGO))).await.status, 200);
        let heavy = "A".repeat(700_000);
        for (logo, code) in [
            ("JVBERi0xLjcKJSVFT0YK", "logo logo-kind"),
            ("", "logo logo-kind"),
            ("pas du base64", "logo malformed"),
            (&heavy, "logo logo-too-large"),
            (VAST, "logo logo-too-large"),
            (BROKEN, "logo logo-unreadable"),
        ] {
            assert_eq!(wrong(&put(&clinic, &admin, None, &whole(json!(logo))).await), (400, code.to_owned()));
        }
        for (field, text, code) in [
            ("address", "1\n2\n3\n4\n5\n6", "too-many-lines"),
            ("address", &"a".repeat(301), "too-long"),
            ("phone", &"1".repeat(61), "too-long"),
            ("email", "accueil", "malformed"),
        ] {
            let mut body = whole(json!(LOGO));
            body[field] = json!(text);
            assert_eq!(wrong(&put(&clinic, &admin, None, &body).await), (400, format!("{field} {code}")));
        }
        assert_eq!(get(&clinic, &admin, PATH).await.json()["version"], 1);
    }

    async fn the_page_says_it_and_shows_an_example(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.member(clinic.tenant, "chef", Role::Admin).await;
        let session = Session::of(&clinic, "chef").await;
        let csrf = session.csrf().await;
        let logo = base64(LOGO);
        let form = |version: &str, logo: &[u8], without: &str| {
            let texts = [("csrf", csrf.as_str()), ("version", version), ("address", "Rue 1"), ("phone", "33"), ("email", "")];
            let mut body = Vec::new();
            for (name, text) in texts {
                body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").into_bytes());
            }
            if !without.is_empty() {
                body.extend(b"--b\r\nContent-Disposition: form-data; name=\"without_logo\"\r\n\r\n1\r\n");
            }
            body.extend(b"--b\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"l.png\"\r\n\r\n");
            body.extend(logo);
            body.extend(b"\r\n--b--\r\n");
            body
        };
        let cookie = session.cookie.clone();
        let send = async |body: Vec<u8>| {
            let request = Request::post(PAGE)
                .header(header::COOKIE, &cookie)
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
            clinic.send(request.body(Body::from(body)).unwrap()).await
        };
        let look = async |path: &str| {
            clinic.send(Request::get(path).header(header::COOKIE, &cookie).body(Body::empty()).unwrap()).await
        };
        assert!(look(PAGE).await.text.contains("name=\"version\" value=\"0\""));
        assert_eq!(send(form("0", &logo, "")).await.status, 303);
        let shown = look("/settings/letterhead?saved=1").await.text;
        assert!(shown.contains("Rue 1") && shown.contains("data:image/png;base64,") && shown.contains("C’est enregistré"), "{shown}");
        let example = look("/settings/letterhead/example").await;
        let said = crate::record_exports::said(&example.bytes);
        assert!(said.contains("Rue 1") && said.contains("Non signée") && pictures(&example.bytes) > 0, "{said}");
        // Without a new picture the old one stays; a wrong one is refused with what was typed.
        assert_eq!(send(form("1", b"", "")).await.status, 303);
        assert!(look(PAGE).await.text.contains("data:image/png"));
        let refused = send(form("2", b"%PDF-", "")).await;
        assert!(refused.status == 400 && refused.text.contains("Choisissez une image PNG ou JPEG."), "{}", refused.text);
        assert_eq!(send(form("1", b"", "1")).await.status, 412);
        assert_eq!(send(form("2", b"", "1")).await.status, 303);
        assert!(!look(PAGE).await.text.contains("data:image/png"));
    }
}

/// The pictures of a document that are made of pixels.
fn pictures(pdf: &[u8]) -> usize {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let listed = std::process::Command::new("pdfimages")
        .arg("-list")
        .arg(file.path())
        .output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    listed.lines().skip(2).count()
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let bits = text.bytes().filter(|c| *c != b'=').map(digit);
    let (mut all, mut held, mut count) = (Vec::new(), 0_u32, 0);
    for six in bits {
        held = (held << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            all.push(u8::try_from((held >> count) & 0xff).unwrap());
        }
    }
    all
}
