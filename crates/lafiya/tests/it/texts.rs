//! What patients are sent, in the clinic's own words.

use std::{collections::BTreeMap, fs, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::messaging::api::{self as messaging, Channel, Notice, Noticed, Values, event_of};
use kernel::{Clock, Locale, Phone, Timestamp};
use serde_json::{Value, json};
use store::{Sql, params};
use testkit::{
    clinic::{Answer, Setup, TestClinic, fault},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, Fault},
};

const LIMIT: Duration = Duration::from_secs(30);
const AWA: &str = "+221772000001";
/// The address of the text that most tests change.
const LINK_BY_SMS: &str = "/api/v1/message-texts/reminder-link/sms/fr/";
const REVIEW: &str = "/api/v1/whatsapp-templates/reminder-link/fr/";
const REVIEWED: &str =
    "Rappel de {clinic} : rendez-vous le {day} à {time}. Répondez sur {link} s’il vous plaît.";

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
    admin: String,
}

/// A clinic at noon that sends through a loopback Twilio.
async fn scene(db: &TestDb) -> Scene {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let setup = Setup {
        clock: Clock::fixed(Timestamp::parse("2026-03-10T12:00:00Z").unwrap()),
        ..Setup::twilio(&twilio)
    };
    let mut clinic = TestClinic::with(db, setup).await;
    clinic.start_work();
    let admin = clinic.token_of("admin").await;
    Scene {
        clinic,
        twilio,
        admin,
    }
}

fn values() -> Values {
    let values = [
        ("clinic", "Clinique de la Paix"),
        ("day", "31/12/2026"),
        ("time", "10:30"),
        ("link", "https://lafiya.example/r/abc"),
    ];
    values
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

impl Scene {
    async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.clinic
            .call_as(Some(&self.admin), method, path, body)
            .await
    }

    async fn write_text(&self, body: &str) -> Answer {
        self.admin(Method::PUT, LINK_BY_SMS, Some(json!({"body": body})))
            .await
    }

    /// Writes a reminder with a link.
    async fn remind(&self, key: &str, channel: Channel, values: Values) -> Noticed {
        let notice = Notice {
            event: event_of("reminder-link").unwrap(),
            locale: Locale::Fr,
            values,
            channel,
            other_channel: (channel == Channel::Whatsapp).then_some(Channel::Sms),
            other_values: None,
            asks: false,
            recipient: AWA.parse().unwrap(),
            patient: None,
            idempotency_key: key.to_owned(),
            expires_at: None,
            created_by: None,
        };
        let (app, ctx) = (self.clinic.app.clone(), self.clinic.ctx());
        let store = app.store.clone();
        let written = store.write(&ctx, move |tx| {
            Box::pin(async move { messaging::notify(tx, &app, &ctx, notice).await })
        });
        written.await.unwrap()
    }

    /// Awa wrote on WhatsApp so long ago.
    async fn wrote(&self, ago: Duration) {
        let (app, tenant) = (self.clinic.app.clone(), self.clinic.tenant);
        let (at, phone): (_, Phone) = (app.clock.now().minus(ago), AWA.parse().unwrap());
        let store = app.store.clone();
        let noted = store.write(tenant, move |tx| {
            Box::pin(async move {
                let way = Channel::Whatsapp;
                messaging::note_inbound(tx, tenant, &phone, way, at).await
            })
        });
        noted.await.unwrap();
    }

    /// Waits until these are the messages of the outbox, by way and state in this order.
    async fn stand(&self, expected: &[(&str, &str)]) -> Vec<Value> {
        assert!(
            expected.is_sorted_by(|a, b| a >= b),
            "WhatsApp first: {expected:?}"
        );
        eventually(&format!("{expected:?}"), LIMIT, || async {
            let mut rows = self.clinic.outbox("").await;
            let way =
                |row: &Value| ["channel", "state"].map(|key| row[key].as_str().unwrap().to_owned());
            rows.sort_by_key(|row| std::cmp::Reverse(way(row)));
            let stand = rows.iter().map(way);
            stand
                .eq(expected
                    .iter()
                    .map(|(channel, state)| [*channel, *state].map(str::to_owned)))
                .then_some(rows)
        })
        .await
    }

    async fn review(&self, state: &str, sid: Option<&str>) -> Answer {
        let body = json!({"name": "rappel", "category": "utility", "body": REVIEWED, "state": state, "content_sid": sid});
        self.admin(Method::PUT, REVIEW, Some(body)).await
    }
}

on_both_engines! {
    async fn a_clinic_writes_its_own_texts_and_takes_the_shipped_ones_back(db) {
        let mut scene = scene(&db).await;
        let shipped = scene.admin(Method::GET, LINK_BY_SMS, None).await.json();
        assert_eq!((&shipped["own"], &shipped["version"]), (&json!(false), &json!(0)));
        assert!(shipped["body"].as_str().unwrap().contains("{day} à {time}"), "{shipped}");

        let own = "{clinic} vous attend le {day} à {time}, ça va ? {link}";
        let set = scene.write_text(own).await;
        assert_eq!((set.status.as_u16(), &set.json()["own"], &set.json()["version"]), (200, &json!(true), &json!(1)));
        assert_eq!(scene.write_text(own).await.json()["version"], 1, "said twice it is one version");
        scene.remind("a", Channel::Sms, values()).await;
        scene.stand(&[("sms", "accepted")]).await;
        let said = "Clinique de la Paix vous attend le 31/12/2026 à 10:30, ca va ? https://lafiya.example/r/abc";
        assert_eq!(scene.twilio.accepted_by_body()[said], 1, "in the alphabet of one segment");

        let other = json!({"body": "Le {day} à {time} : {link}"}).to_string();
        let stale = Request::put(LINK_BY_SMS).header("authorization", format!("Bearer {}", scene.admin))
            .header("content-type", "application/json").header("if-match", "\"0\"").body(Body::from(other)).unwrap();
        assert_eq!(scene.clinic.send(stale).await.status, 412);
        assert_eq!(scene.admin(Method::DELETE, LINK_BY_SMS, None).await.json()["body"], shipped["body"]);
        let versions = scene.admin(Method::GET, &format!("{LINK_BY_SMS}versions/"), None).await.json();
        let versions: Vec<_> = versions.as_array().unwrap().iter().map(|one| (one["version"].clone(), one["body"].clone())).collect();
        assert_eq!(versions, [(json!(2), Value::Null), (json!(1), json!(own))]);
        let english = scene.admin(Method::GET, "/api/v1/message-texts/reminder-link/sms/en/", None).await.json();
        assert_eq!(english["own"], false, "another language is another text");
        scene.clinic.stop_work().await;
    }

    async fn a_text_that_could_not_be_sent_is_not_kept(db) {
        let mut scene = scene(&db).await;
        for (body, code) in [
            ("", "required"),
            ("Le {day} à {time}", "variable-needed"),
            ("{nom}, le {day} à {time}, {link}", "unknown-variable"),
            ("Le {day} à {time}, {link", "stray-brace"),
        ] {
            let answer = scene.write_text(body).await;
            assert_eq!(fault(&answer), (400, "body".to_owned(), code.to_owned()), "{body}");
            let preview = format!("{LINK_BY_SMS}preview/");
            assert_eq!(scene.admin(Method::POST, &preview, Some(json!({"body": body}))).await.status, 400, "{body}");
        }
        let long = format!("{} {{day}} {{time}} {{link}}", "mot ".repeat(130));
        assert_eq!(fault(&scene.write_text(&long).await).2, "too-many-segments");
        for path in ["/api/v1/message-texts/nothing/sms/fr/", "/api/v1/message-texts/reminder-link/email/fr/", "/api/v1/message-texts/reminder-link/sms/de/"] {
            assert_eq!(scene.admin(Method::GET, path, None).await.status, 404, "{path}");
        }
        assert_eq!(scene.clinic.call(Method::GET, LINK_BY_SMS, None).await.status, 403, "an administrator's");
        scene.clinic.stop_work().await;
    }

    async fn a_text_by_sms_names_no_illness_test_or_treatment(db) {
        let mut scene = scene(&db).await;
        let body = "Rappel pour votre diabète le {day} à {time}, {link}";
        let answer = scene.write_text(body).await;
        assert_eq!(fault(&answer), (400, "body".to_owned(), "tells-health".to_owned()), "{}", answer.text);
        assert!(answer.text.contains("«\u{202f}diabète\u{202f}»") && answer.text.contains("message vous attend"), "{}", answer.text);
        let preview = format!("{LINK_BY_SMS}preview/");
        assert_eq!(fault(&scene.admin(Method::POST, &preview, Some(json!({"body": body}))).await).2, "tells-health");
        let english = LINK_BY_SMS.replace("/fr/", "/en/");
        let refused = scene.admin(Method::PUT, &english, Some(json!({"body": "Your malaria test: {day} {time} {link}"}))).await;
        assert_eq!(fault(&refused).2, "tells-health", "{}", refused.text);
        let by_whatsapp = LINK_BY_SMS.replace("/sms/", "/whatsapp/");
        assert_eq!(scene.admin(Method::PUT, &by_whatsapp, Some(json!({"body": body}))).await.status, 200);
        scene.clinic.stop_work().await;
    }

    async fn a_hole_in_a_text_refuses_the_message_and_says_which(db) {
        let mut scene = scene(&db).await;
        let mut values = values();
        values.remove("time");
        let noticed = scene.remind("a", Channel::Sms, values).await;
        assert!(noticed.queued.fresh && noticed.body.is_empty());
        let rows = scene.stand(&[("sms", "refused")]).await;
        assert_eq!((&rows[0]["reason"], &rows[0]["detail"]), (&json!("missing_variable"), &json!("time")));
        assert_eq!(scene.twilio.attempts(), 0);
        scene.clinic.stop_work().await;
    }

    async fn another_clinic_keeps_its_own_words(db) {
        let mut scene = scene(&db).await;
        let other = scene.clinic.another("autre", "+221338210001").await;
        scene.clinic.member(other, "autre-admin", kernel::Role::Admin).await;
        scene.write_text("Chez nous le {day} à {time}, {link}").await;
        scene.review("approved", Some(&format!("HX{}", "a".repeat(32)))).await;
        let theirs = scene.clinic.token_of("autre-admin").await;
        let text = scene.clinic.call_as(Some(&theirs), Method::GET, LINK_BY_SMS, None).await.json();
        assert_eq!((&text["own"], &text["version"]), (&json!(false), &json!(0)));
        let reviewed = scene.clinic.call_as(Some(&theirs), Method::GET, "/api/v1/whatsapp-templates/", None).await;
        assert_eq!(reviewed.json(), json!([]));
        scene.clinic.stop_work().await;
    }

    async fn only_an_approved_text_goes_after_a_day_of_silence(db) {
        let mut scene = scene(&db).await;
        let sid = scene.twilio.add_content("Rappel de {{1}} : rendez-vous le {{2}} à {{3}}. Répondez sur {{4}} s’il vous plaît.");
        scene.wrote(Duration::from_secs(25 * 3600)).await;
        let unknown = scene.review("approved", None).await;
        assert_eq!(fault(&unknown), (400, "content_sid".to_owned(), "required".to_owned()));
        let kept = scene.review("submitted", Some(&sid)).await;
        assert_eq!((kept.status.as_u16(), kept.json()["numbered_body"].as_str()), (200, Some("Rappel de {{1}} : rendez-vous le {{2}} à {{3}}. Répondez sur {{4}} s’il vous plaît.")), "{}", kept.text);

        // Not yet approved: by SMS, and the outbox tells both.
        scene.remind("a", Channel::Whatsapp, values()).await;
        let rows = scene.stand(&[("whatsapp", "refused"), ("sms", "accepted")]).await;
        assert_eq!((&rows[0]["reason"], &rows[0]["followed_by"]), (&json!("window_closed"), &json!("sms")));

        scene.review("approved", Some(&sid)).await;
        scene.remind("b", Channel::Whatsapp, values()).await;
        let rows = scene.stand(&[("whatsapp", "refused"), ("whatsapp", "accepted"), ("sms", "accepted")]).await;
        let said = "Rappel de Clinique de la Paix : rendez-vous le 31/12/2026 à 10:30. Répondez sur https://lafiya.example/r/abc s’il vous plaît.";
        assert_eq!((scene.twilio.accepted_by_body()[said], rows[1]["body"].as_str()), (1, Some(said)), "what is shown is what was sent");

        // Within a day of his word free text goes, and costs nothing.
        scene.wrote(Duration::from_secs(3600)).await;
        scene.remind("c", Channel::Whatsapp, values()).await;
        eventually("the free text", LIMIT, || async {
            let free = |body: &String| body.starts_with("Clinique de la Paix. Rappel, rendez-vous");
            let bodies = scene.twilio.accepted_by_body();
            // The SMS of the first, and this one.
            (bodies.iter().filter(|(body, _)| free(body)).map(|(_, count)| count).sum::<usize>() == 2).then_some(())
        }).await;
        let other = json!({"name": "rappel", "category": "utility", "body": format!("Cher patient, {REVIEWED}"), "state": "approved", "content_sid": sid});
        let changed = scene.admin(Method::PUT, REVIEW, Some(other)).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["code"]), (409, &json!("reviewed-text-changed")));
        scene.clinic.stop_work().await;
    }

    async fn an_approved_text_whose_outcome_is_unknown_is_looked_up(db) {
        let mut scene = scene(&db).await;
        let sid = scene.twilio.add_content("Rappel de {{1}} : rendez-vous le {{2}} à {{3}}. Répondez sur {{4}} s’il vous plaît.");
        scene.review("approved", Some(&sid)).await;
        scene.twilio.script([Fault::AcceptThenClose]);
        scene.remind("a", Channel::Whatsapp, values()).await;
        eventually("it is found", LIMIT, || async {
            // Tries are a while apart.
            scene.clinic.app.clock.advance(Duration::from_secs(1));
            (scene.clinic.outbox("").await[0]["state"] == "accepted").then_some(())
        }).await;
        let rows = scene.stand(&[("whatsapp", "accepted")]).await;
        assert_eq!((scene.twilio.accepted().len(), &rows[0]["provider_id"]), (1, &json!(scene.twilio.accepted()[0].sid)));
        scene.clinic.stop_work().await;
    }

    async fn who_is_not_on_whatsapp_is_written_an_sms_once(db) {
        let mut scene = scene(&db).await;
        scene.wrote(Duration::from_secs(3600)).await;
        scene.remind("a", Channel::Whatsapp, values()).await;
        let rows = scene.stand(&[("whatsapp", "accepted")]).await;
        let id = rows[0]["provider_id"].as_str().unwrap();
        for _ in 0..3 {
            let params = scene.twilio.status_callback(id, "undelivered", Some(63003)).unwrap();
            scene.clinic.webhook("status", &params).await;
        }
        let rows = scene.stand(&[("whatsapp", "failed"), ("sms", "accepted")]).await;
        assert_eq!(rows[0]["followed_by"], "sms");
        assert_eq!(scene.twilio.accepted().len(), 2);

        // Said at once it is the same.
        scene.twilio.script([Fault::Refuse { status: 400, code: 63003 }]);
        scene.remind("b", Channel::Whatsapp, values()).await;
        let rows = scene.stand(&[("whatsapp", "failed"), ("whatsapp", "failed"), ("sms", "accepted"), ("sms", "accepted")]).await;
        let again = format!("/api/v1/outbox/{}/retry/", rows[1]["id"].as_str().unwrap());
        assert_eq!(scene.admin(Method::POST, &again, None).await.status, 409, "another took its place");
        scene.clinic.stop_work().await;
    }

    async fn what_whatsapp_did_not_deliver_is_handed_over_again_and_then_goes_by_sms(db) {
        let mut scene = scene(&db).await;
        scene.wrote(Duration::from_secs(3600)).await;
        scene.remind("a", Channel::Whatsapp, values()).await;
        for time in 1..=3 {
            let sid = scene.clinic.handed_over(&scene.twilio, time).await;
            // Reports may come twice.
            for _ in 0..2 {
                let params = scene.twilio.status_callback(&sid, "undelivered", Some(63012)).unwrap();
                scene.clinic.webhook("status", &params).await;
            }
        }
        let rows = scene.stand(&[("whatsapp", "failed"), ("sms", "accepted")]).await;
        assert_eq!((&rows[0]["attempts"], &rows[0]["reason"], &rows[0]["error_code"]), (&json!(3), &json!("undelivered"), &json!(63012)));
        assert_eq!(scene.twilio.accepted().len(), 4);
        assert_eq!(messaging::dead_letters(&scene.clinic.app, &scene.clinic.ctx()).await.unwrap(), 0);
        scene.clinic.stop_work().await;
    }

    async fn an_equal_text_that_arrived_is_not_taken_for_one_that_did_not(db) {
        let mut scene = scene(&db).await;
        scene.remind("a", Channel::Sms, values()).await;
        scene.stand(&[("sms", "accepted")]).await;
        scene.twilio.script([Fault::CloseWithoutAccepting]);
        scene.remind("b", Channel::Sms, values()).await;
        scene.clinic.handed_over(&scene.twilio, 2).await;
        let rows = scene.stand(&[("sms", "accepted"), ("sms", "accepted")]).await;
        assert_ne!(rows[0]["provider_id"], rows[1]["provider_id"]);
        assert_eq!(scene.twilio.accepted().len(), 2);
        scene.clinic.stop_work().await;
    }

    async fn a_text_to_a_phone_that_is_off_is_handed_over_again_and_then_waits_for_a_person(db) {
        let mut scene = scene(&db).await;
        scene.remind("a", Channel::Sms, values()).await;
        for time in 1..=3 {
            let sid = scene.clinic.handed_over(&scene.twilio, time).await;
            let params = scene.twilio.status_callback(&sid, "undelivered", Some(30003)).unwrap();
            scene.clinic.webhook("status", &params).await;
        }
        let rows = scene.stand(&[("sms", "failed")]).await;
        assert_eq!((&rows[0]["reason"], &rows[0]["error_code"], &rows[0]["retryable"]), (&json!("undelivered"), &json!(30003), &json!(true)));
        let (app, ctx) = (scene.clinic.app.clone(), scene.clinic.ctx());
        assert_eq!(messaging::dead_letters(&app, &ctx).await.unwrap(), 1);
        let again = format!("/api/v1/outbox/{}/retry/", rows[0]["id"].as_str().unwrap());
        let admin = scene.clinic.token_of("admin").await;
        assert_eq!(scene.clinic.call_as(Some(&admin), Method::POST, &again, None).await.status, 202);
        let newest = scene.clinic.handed_over(&scene.twilio, 4).await;
        assert_eq!(messaging::dead_letters(&app, &ctx).await.unwrap(), 0);
        // What was reported before says nothing of the newest.
        let first = scene.twilio.accepted()[0].sid.clone();
        for (sid, status, code) in [(&first, "undelivered", Some(30003)), (&newest, "delivered", None)] {
            let params = scene.twilio.status_callback(sid, status, code).unwrap();
            scene.clinic.webhook("status", &params).await;
        }
        let rows = scene.stand(&[("sms", "delivered")]).await;
        assert_eq!((&rows[0]["provider_id"], scene.twilio.accepted().len()), (&json!(newest), 4));
        scene.clinic.stop_work().await;
    }

    async fn what_ends_on_the_way_goes_by_sms_and_waits_for_nobody(db) {
        let mut scene = scene(&db).await;
        scene.clinic.stop_work().await;
        scene.wrote(Duration::from_secs(3600)).await;
        scene.remind("a", Channel::Whatsapp, values()).await;
        // The last try of many.
        let late = Sql::new("UPDATE message SET work_attempts = 15 WHERE tenant_id = $1");
        let tenant = scene.clinic.tenant;
        db.store.write(tenant, move |tx| Box::pin(async move { tx.execute(late, params![tenant]).await })).await.unwrap();
        scene.twilio.script([Fault::ErrorBeforeAccepting]);
        scene.clinic.start_work();
        let rows = scene.stand(&[("whatsapp", "failed"), ("sms", "accepted")]).await;
        assert_eq!(rows[0]["reason"], "given_up");
        assert_eq!(messaging::dead_letters(&scene.clinic.app, &scene.clinic.ctx()).await.unwrap(), 0);
        scene.clinic.stop_work().await;
    }

    async fn texts_are_written_on_their_page(db) {
        let mut scene = scene(&db).await;
        let admin = Session::of(&scene.clinic, "admin").await;
        let list = admin.get("/settings/texts").await;
        assert_eq!(list.status, 200, "{}", list.text);
        assert!(list.text.contains("Rappel, réponse par un lien") && list.text.contains("texte fourni"));
        let one = "/settings/texts/reminder-link?channel=sms&language=fr";
        let page = admin.get(one).await.text;
        assert!(page.contains("1 SMS") && !page.contains("{until}"), "{page}");

        let body = "Bientôt : le {day} à {time}, {link}";
        let preview = admin.submit(one, &[("body", body), ("act", "preview"), ("version", "0")]).await;
        assert!(preview.status == 200 && preview.text.contains("Bientot : le 31/12/2027 à 10:30"), "{}", preview.text);
        assert!(admin.get(one).await.text.contains("Confirmez ou annulez"), "looking keeps nothing");
        let wrong = admin.submit(one, &[("body", "Le {day}"), ("act", "save"), ("version", "0")]).await;
        assert!(wrong.status == 400 && wrong.text.contains("Il manque") && wrong.text.contains("Le {day}</textarea>"), "{}", wrong.text);
        let saved = admin.submit(one, &[("body", body), ("act", "save"), ("version", "0")]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let stale = admin.submit(one, &[("body", "Autre {day} {time} {link}"), ("act", "save"), ("version", "0")]).await;
        assert_eq!(stale.status, 412);
        assert!(admin.get("/settings/texts").await.text.contains("badge info"), "the list shows whose text it is");
        let reset = admin.submit(one, &[("body", body), ("act", "reset"), ("version", "1")]).await;
        assert_eq!(reset.status, 303);
        assert!(admin.get(one).await.text.contains("Le texte fourni a été repris."));

        let whatsapp = "/settings/texts/reminder-link/review?channel=whatsapp&language=fr";
        let fields = [("name", "Rappel"), ("category", "utility"), ("reviewed", REVIEWED), ("state", "draft"), ("content_sid", ""), ("version", "0")];
        let wrong = admin.submit(whatsapp, &fields).await;
        assert!(wrong.status == 400 && wrong.text.contains("rappel_rendez_vous"), "{}", wrong.text);
        let fields = [("name", "rappel"), ("category", "utility"), ("reviewed", REVIEWED), ("state", "draft"), ("content_sid", ""), ("version", "0")];
        assert_eq!(admin.submit(whatsapp, &fields).await.status, 303);
        let page = admin.get("/settings/texts/reminder-link?channel=whatsapp&language=fr").await.text;
        assert!(page.contains("Rappel de {{1}} : rendez-vous le {{2}}") && page.contains("brouillon"), "{page}");
        assert_eq!(Session::of(&scene.clinic, "agent").await.get("/settings/texts").await.status, 403);
        scene.clinic.stop_work().await;
    }
}

/// What goes to a telephone besides the notices, which all begin with `notice-`: answers to
/// who writes, the question who it is, codes, tests of a provider, what calls say, and the
/// parts that notices are put together from. What a reminder says of drugs and specialities
/// is none of an SMS.
const OTHERS: &[&str] = &[
    "broadcast-stop",
    "call-goodbye",
    "call-prompt",
    "call-thanks-1",
    "call-thanks-2",
    "inbox-started",
    "inbox-started-chosen",
    "inbox-stopped",
    "inbox-who-is-writing",
    "provider-test-text",
    "reminder-note-visit",
    "reminder-note-when",
    "reminder-note-you",
    "users-invitation-message",
    "users-reset-message",
    "users-verify-message",
];

/// The texts of a language as they are written, by their keys.
fn shipped(locale: Locale) -> BTreeMap<String, String> {
    let folder = format!("{}/../../i18n/{locale}", env!("CARGO_MANIFEST_DIR"));
    let mut texts = BTreeMap::<String, String>::new();
    for file in fs::read_dir(folder).unwrap() {
        let mut key = String::new();
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let begins = line
                .split_once(" =")
                .filter(|_| line.starts_with(char::is_alphabetic));
            if let Some((name, text)) = begins {
                name.clone_into(&mut key);
                texts.insert(key.clone(), text.to_owned());
            } else if let Some(text) = texts.get_mut(&key) {
                // A comment is of the next one.
                let more = Some(line).filter(|line| !line.starts_with('#'));
                text.extend(more.map(|line| format!("\n{line}")));
            }
        }
    }
    texts
}

#[test]
fn no_shipped_text_names_an_illness_a_test_or_a_treatment() {
    for locale in Locale::ALL {
        let texts = shipped(*locale);
        let notices = texts.keys().filter(|key| key.starts_with("notice-"));
        let others = OTHERS.iter().map(|key| (*key).to_owned());
        let keys: Vec<String> = notices.cloned().chain(others).collect();
        assert!(keys.len() >= OTHERS.len() + 24, "{locale}: {keys:?}");
        for key in keys {
            let text = texts.get(&key).expect(&key);
            assert_eq!(
                send_rules::told(text, &[]),
                None,
                "{key} in {locale}: {text}"
            );
        }
    }
}
