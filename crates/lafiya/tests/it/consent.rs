//! What people want to be written about: chosen at the desk and by themselves, kept in a
//! ledger, and heard by every message.

use axum::http::Method;
use clinic::messaging::api::{self as messaging, Category, Channel, Decision, NewMessage};
use clinic::patients::{self, api::AccessPatch};
use kernel::{Patch, Phone, Role};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code, fault, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
};

const AWA: &str = "+221772000001";
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
const MINE: &str = "/api/v1/me/consents/";

struct Scene {
    clinic: TestClinic,
    awa: String,
    fatou: String,
}

/// Awa and Fatou with a record each, and Awa's account.
async fn scene(db: &TestDb) -> Scene {
    let clinic = TestClinic::new(db).await;
    let awa = clinic.patient("Awa", "Diop", AWA).await;
    let fatou = clinic.patient("Fatou", "Sy", "+221772000002").await;
    for (name, role) in [
        ("awa", Role::Patient),
        ("moussa", Role::Patient),
        ("chef", Role::Admin),
    ] {
        clinic.member(clinic.tenant, name, role).await;
    }
    let patch = AccessPatch {
        username: Patch::Set("awa".into()),
        ..AccessPatch::default()
    };
    patients::api::set_access(&clinic.app, &clinic.ctx(), awa, patch)
        .await
        .unwrap();
    Scene {
        clinic,
        awa: awa.to_string(),
        fatou: fatou.to_string(),
    }
}

fn of(patient: &str) -> String {
    format!("/api/v1/patients/{patient}/consents/")
}

/// Every kind of message by every way.
fn all() -> Vec<Value> {
    let ways = ["whatsapp", "sms", "voice", "push"];
    let kinds = ["notification", "reminder", "result", "advice", "broadcast"];
    let of = |kind: &&'static str| ways.map(|way| cell(way, kind));
    kinds.iter().flat_map(of).collect()
}

fn cell(channel: &str, category: &str) -> Value {
    json!({"channel": channel, "category": category})
}

impl Scene {
    async fn by(&self, who: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of(who).await;
        let body = (method != Method::GET).then_some(body);
        self.clinic.call_as(Some(&token), method, path, body).await
    }

    async fn put(&self, who: &str, path: &str, body: Value) -> Answer {
        self.by(who, Method::PUT, path, body).await
    }

    async fn number(&self, who: &str, path: &str) -> Value {
        ok(self.by(who, Method::GET, path, json!(null)).await)["numbers"][0].clone()
    }

    /// She writes, and so many lines are added to the ledger by it.
    async fn writes(&self, kind: &str, word: &str, lines: usize) {
        let count = async || {
            let path = "/api/v1/webhooks/";
            let all = ok(self.by("agent", Method::GET, path, json!(null)).await);
            let pending = |event: &&Value| event["processing_status"] == "pending";
            let left = all["results"].as_array().unwrap().iter().filter(pending);
            left.count()
        };
        let history = async || {
            let number = self.number("awa", MINE).await;
            number["history"].as_array().unwrap().len()
        };
        let before = history().await;
        let form = match kind {
            "sms" => self.clinic.sms(AWA, word),
            _ => self.clinic.whatsapp(AWA, word),
        };
        assert_eq!(self.clinic.webhook(kind, &form).await.status, 200);
        eventually("the keyword", LIMIT, || async {
            (count().await == 0).then_some(())
        })
        .await;
        assert_eq!(history().await, before + lines, "{word}");
    }

    /// What stands in her conversation.
    async fn said(&self) -> Vec<String> {
        let list = "/api/v1/inbox/conversations/";
        let list = ok(self.by("agent", Method::GET, list, json!(null)).await);
        let id = list["results"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/inbox/conversations/{id}/");
        let thread = ok(self.by("agent", Method::GET, &path, json!(null)).await);
        let entries = thread["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["body"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn decision(&self, way: (Channel, Category)) -> Decision {
        let mut tx = self
            .clinic
            .app
            .store
            .read(self.clinic.tenant)
            .await
            .unwrap();
        let phone: Phone = AWA.parse().unwrap();
        let decided =
            messaging::decision(&mut tx, &self.clinic.app, self.clinic.tenant, &phone, way);
        decided.await.unwrap()
    }
}

on_both_engines! {
    async fn the_desk_writes_down_what_a_patient_wants(db) {
        let s = scene(&db).await;
        let number = s.number("agent", &of(&s.awa)).await;
        assert_eq!((number["wanted"].as_array().unwrap().len(), &number["history"], &number["shared"]), (20, &json!([]), &json!(false)));
        let reminders = json!({"phone": AWA, "wanted": [cell("sms", "reminder"), cell("whatsapp", "reminder"), cell("sms", "result")]});
        // Sent twice, it is written once.
        for _ in 0..2 {
            ok(s.put("agent", &of(&s.awa), reminders.clone()).await);
        }
        let number = s.number("agent", &of(&s.awa)).await;
        assert_eq!(number["wanted"], json!([cell("whatsapp", "reminder"), cell("sms", "reminder"), cell("sms", "result")]));
        let history = number["history"].as_array().unwrap();
        assert_eq!((history.len(), &history[0]["source"], &history[0]["noted_by"], &history[0]["wanted"]), (17, &json!("desk"), &json!("Fatou Sow"), &json!(false)));
        for (category, goes) in [(Category::Reminder, true), (Category::Notification, false), (Category::Advice, false), (Category::Answer, true), (Category::Security, true)] {
            let decided = s.decision((Channel::Sms, category)).await;
            let refused = decided.reason().as_str() == "opted_out";
            assert_eq!(refused, !goes, "{category}: {decided:?}");
        }
        let everything = json!({"phone": AWA, "wanted": []});
        ok(s.put("agent", &of(&s.awa), everything).await);
        let number = s.number("agent", &of(&s.awa)).await;
        assert_eq!((&number["wanted"], &number["history"][0]["channel"], &number["history"][0]["category"]), (&json!([]), &json!(null), &json!(null)));
        assert_eq!(s.by("admin", Method::GET, "/api/v1/audit/?action=consent.change", json!(null)).await.json()["count"], 18);
    }

    async fn what_messages_say_is_chosen_by_each_for_himself(db) {
        let s = scene(&db).await;
        let moussa = s.clinic.patient("Moussa", "Diop", AWA).await.to_string();
        let wording = async |path: &str| s.number("agent", path).await["wording"].clone();
        assert_eq!((wording(&of(&s.awa)).await, wording(&of(&s.fatou)).await), (json!("covert"), json!("overt")), "shared, and not");
        let choose = |wording: &str| json!({"phone": AWA, "wanted": [cell("sms", "reminder")], "wording": wording});
        for _ in 0..2 {
            assert_eq!(ok(s.put("awa", MINE, choose("overt")).await)["numbers"][0]["wording"], "overt");
        }
        assert_eq!(wording(&of(&moussa)).await, "covert", "the choice is hers alone");
        // Left out, it stays; what nobody changed is written once.
        ok(s.put("agent", &of(&s.awa), json!({"phone": AWA, "wanted": []})).await);
        assert_eq!(wording(&of(&s.awa)).await, "overt");
        let trail = "/api/v1/audit/?action=consent.wording";
        assert_eq!(s.by("admin", Method::GET, trail, json!(null)).await.json()["count"], 1);
        let page = Session::of(&s.clinic, "agent").await.get(&format!("/patients/{}/messages", s.awa)).await;
        assert!(page.text.contains(r#"value="overt" checked"#) && !page.text.contains('⟦'), "{}", page.text);
        // A record that goes into another takes its choice along.
        ok(s.put("agent", &of(&moussa), choose("covert")).await);
        let other = s.clinic.patient("Moussa", "Dioppe", "+221772000007").await.to_string();
        let quiet = json!({"phone": "+221772000007", "wanted": [cell("sms", "reminder")], "wording": "covert"});
        ok(s.put("agent", &of(&other), quiet).await);
        let body = json!({"into": moussa, "reason": "la même personne"});
        let merged = s.by("chef", Method::POST, &format!("/api/v1/patients/{other}/merge/"), body).await;
        assert!(merged.status.is_success(), "{}", merged.text);
        let all = ok(s.by("agent", Method::GET, &of(&moussa), json!(null)).await);
        let numbers = all["numbers"].as_array().unwrap();
        assert!(numbers.len() == 2 && numbers.iter().all(|number| number["wording"] == "covert"), "{all}");
        let refused = s.put("agent", &of(&s.awa), choose("secret")).await;
        assert_eq!(fault(&refused), (400, "wording".into(), "not-a-choice".into()));
        assert!(refused.text.contains("covert, overt"), "{}", refused.text);
    }

    async fn wrong_choices_say_what_is_wrong(db) {
        let s = scene(&db).await;
        for (body, field, why) in [
            (json!({"phone": "+221772000002", "wanted": []}), "phone", "not-his-number"),
            (json!({"phone": AWA, "wanted": [cell("fax", "reminder")]}), "channel", "not-a-choice"),
            (json!({"phone": AWA, "wanted": [cell("email", "reminder")]}), "channel", "not-a-choice"),
            (json!({"phone": AWA, "wanted": [cell("sms", "security")]}), "category", "not-a-choice"),
        ] {
            let answer = s.put("agent", &of(&s.awa), body).await;
            assert_eq!(fault(&answer), (400, field.to_owned(), why.to_owned()), "{}", answer.text);
            assert!(!answer.text.contains('⟦'), "{}", answer.text);
        }
        assert_eq!(s.number("agent", &of(&s.awa)).await["history"], json!([]));
    }

    async fn a_patient_chooses_for_himself_and_for_nobody_else(db) {
        let s = scene(&db).await;
        assert_eq!(code(&s.by("moussa", Method::GET, MINE, json!(null)).await), (404, "no-linked-record".to_owned()));
        assert_eq!(s.by("awa", Method::GET, &of(&s.fatou), json!(null)).await.status, 403);
        let theirs = s.put("awa", MINE, json!({"phone": "+221772000002", "wanted": []})).await;
        assert_eq!(fault(&theirs), (400, "phone".to_owned(), "not-his-number".to_owned()));
        ok(s.put("awa", MINE, json!({"phone": AWA, "wanted": [cell("whatsapp", "result")]})).await);
        let seen = s.number("agent", &of(&s.awa)).await;
        assert_eq!((&seen["wanted"], &seen["history"][0]["source"]), (&json!([cell("whatsapp", "result")]), &json!("page")));
        assert_eq!(s.number("agent", &of(&s.fatou)).await["wanted"].as_array().unwrap().len(), 20);
        // Another clinic knows neither her nor what she chose.
        let other = s.clinic.another("autre", "+221338210001").await;
        let foreign = s.clinic.token_of("autre-agent").await;
        assert_eq!(s.clinic.call_as(Some(&foreign), Method::GET, &of(&s.awa), None).await.status, 404);
        let mut tx = s.clinic.app.store.read(other).await.unwrap();
        let phone: Phone = AWA.parse().unwrap();
        let there = messaging::decision(&mut tx, &s.clinic.app, other, &phone, (Channel::Sms, Category::Reminder)).await.unwrap();
        assert_ne!(there.reason().as_str(), "opted_out");
    }

    async fn a_keyword_undoes_the_choice_and_the_choice_a_keyword(db) {
        let mut s = scene(&db).await;
        s.clinic.start_work();
        ok(s.put("awa", MINE, json!({"phone": AWA, "wanted": [cell("sms", "reminder")]})).await);
        for (word, wanted) in [("STOP", json!([])), ("REPRENDRE", json!([cell("sms", "reminder")]))] {
            s.writes("sms", word, 1).await;
            assert_eq!(s.number("awa", MINE).await["wanted"], wanted, "{word}");
        }
        ok(s.put("awa", MINE, json!({"phone": AWA, "wanted": []})).await);
        let number = s.number("awa", MINE).await;
        let sources: Vec<&str> = number["history"].as_array().unwrap()[..3].iter().map(|line| line["source"].as_str().unwrap()).collect();
        assert_eq!((sources, &number["wanted"]), (vec!["page", "sms", "sms"], &json!([])));
        s.clinic.stop_work().await;
    }

    async fn who_returns_has_what_he_had_chosen_and_is_told_so(db) {
        let mut s = scene(&db).await;
        s.clinic.start_work();
        let chosen = json!([cell("whatsapp", "reminder"), cell("sms", "result")]);
        ok(s.put("awa", MINE, json!({"phone": AWA, "wanted": chosen})).await);
        // Said twice it is still one STOP, and so is the return.
        for (word, wanted, lines) in [("STOP", json!([]), 1), ("ARRET", json!([]), 1), ("REPRENDRE", chosen.clone(), 2), ("START", chosen.clone(), 0)] {
            s.writes("whatsapp", word, lines).await;
            assert_eq!(s.number("awa", MINE).await["wanted"], wanted, "{word}");
        }
        let history = s.number("awa", MINE).await["history"].clone();
        let back: Vec<_> = history.as_array().unwrap()[..2].iter().map(|line| (&line["wanted"], &line["source"], line["category"].is_string())).collect();
        assert_eq!(back, [(&json!(true), &json!("whatsapp"), true); 2]);
        let said = s.said().await;
        assert_eq!(said.iter().filter(|line| line.contains("les messages que vous aviez choisis")).count(), 1, "{said:?}");
        assert!(!said.iter().any(|line| line.contains("de nouveau nos messages")), "{said:?}");
        assert_eq!(said.iter().filter(|line| *line == "inbox-event-opted-in-chosen").count(), 2, "the staff read what is true: {said:?}");
        // Who had chosen nothing has everything again, and reads that.
        ok(s.put("awa", MINE, json!({"phone": AWA, "wanted": all()})).await);
        s.writes("whatsapp", "STOP", 1).await;
        s.writes("whatsapp", "REPRENDRE", 1).await;
        assert_eq!(s.number("awa", MINE).await["wanted"].as_array().unwrap().len(), 20);
        let said = s.said().await;
        assert!(said.iter().any(|line| line.contains("de nouveau nos messages")), "{said:?}");
        s.clinic.stop_work().await;
    }

    async fn what_is_not_wanted_is_refused_and_shown_with_the_reason(db) {
        let mut s = scene(&db).await;
        ok(s.put("agent", &of(&s.awa), json!({"phone": AWA, "wanted": [cell("sms", "result")]})).await);
        let new = |category| NewMessage {
            channel: Channel::Sms,
            category,
            recipient: AWA.parse().unwrap(),
            patient: Some(kernel::Id::from_uuid(s.awa.parse().unwrap())),
            body: "Bonjour".into(),
            idempotency_key: format!("essai|{category}"),
            expires_at: None,
            created_by: None,
        };
        for category in [Category::Advice, Category::Answer] {
            let (app, ctx, new) = (s.clinic.app.clone(), s.clinic.ctx(), new(category));
            let queued = s.clinic.app.store.write(s.clinic.tenant, move |tx| {
                Box::pin(async move { messaging::enqueue(tx, &app, &ctx, &new).await })
            });
            queued.await.unwrap();
        }
        s.clinic.start_work();
        let chef = Session::of(&s.clinic, "chef").await;
        let path = format!("/patients/{}/messages", s.awa);
        let page = eventually("both messages to be over", std::time::Duration::from_secs(30), || async {
            let page = chef.get(&path).await.text;
            (!page.contains("en attente") && !page.contains("envoi en cours")).then_some(page)
        })
        .await;
        assert!(page.contains("Ce numéro ne veut pas de ces messages.") && page.contains("Conseils de santé") && page.contains("non envoyé"), "{page}");
        assert!(page.contains("Réponse") && !page.contains("Bonjour"), "the page shows no text: {page}");
        s.clinic.stop_work().await;
    }

    async fn the_pages_work_without_scripts_in_both_languages(db) {
        let s = scene(&db).await;
        let (awa, chef) = (Session::of(&s.clinic, "awa").await, Session::of(&s.clinic, "chef").await);
        let moussa = Session::of(&s.clinic, "moussa").await;
        assert!(moussa.get("/my/messages").await.text.contains("pas encore relié votre compte"));
        let page = awa.get("/my/messages").await.text;
        assert!(page.contains("77 200 00 01") && page.matches(" checked").count() == 21, "{page}");
        let ticked = [("phone", AWA), ("want-sms-reminder", "on"), ("want-whatsapp-reminder", "on")];
        let csrf = page.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let ticked = [[("csrf", csrf.as_str())].as_slice(), &ticked].concat();
        assert_eq!(awa.post("/my/messages", &ticked).await.status, 303);
        let page = awa.get("/my/messages?done=saved").await.text;
        assert!(page.matches(" checked").count() == 3 && page.contains("sur sa page"), "{page}");
        let desk = format!("/patients/{}/messages", s.awa);
        assert_eq!(chef.submit(&desk, &[("phone", AWA), ("all", "in"), ("want-sms-reminder", "on")]).await.status, 303);
        let page = chef.get(&desk).await.text;
        assert!(page.matches(" checked").count() == 21 && page.contains("à l’accueil") && page.contains("Tous les messages"), "{page}");
        for page in [awa.get("/my/messages?lang=en").await, chef.get(&format!("{desk}?lang=en")).await] {
            assert!(!page.text.contains('⟦') && page.text.contains("Receive nothing more"), "{}", page.text);
        }
        let edit = chef.get(&format!("/patients/{}", s.awa)).await.text;
        assert!(edit.contains(&format!("href=\"{desk}\"")), "{edit}");
    }
}
