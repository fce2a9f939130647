//! What messages cost, and what waits when the month's money is spent.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::messaging::api::{self as messaging, Category, Channel, NewMessage};
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use store::{Sql, StoreError, params};
use testkit::{
    clinic::{Answer, Setup, TestClinic, code, conflict, fault},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, Fault},
};

const LIMIT: Duration = Duration::from_secs(30);
const AWA: &str = "+221772000001";
const KINSHASA: &str = "+243812345601";
const BUDGET: &str = "/api/v1/message-budget/";
const COSTS: &str = "/api/v1/message-costs/";
const BROADCASTS: &str = "/api/messaging/broadcast/";
const ACTIVE: Sql =
    Sql::new("UPDATE patient SET status = 'active' WHERE tenant_id = $1 AND id = $2");
const SENEGAL: &str = "/api/v1/message-prices/sms/SN/";
const OTHERS: &str = "/api/v1/message-prices/sms/other/";

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
    clock: Clock,
    admin: String,
}

/// A clinic in Dakar at noon that sends through a loopback Twilio.
async fn scene(db: &TestDb) -> Scene {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let clock = Clock::fixed(Timestamp::parse("2026-03-10T12:00:00Z").unwrap());
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::twilio(&twilio)
    };
    let mut clinic = TestClinic::with(db, setup).await;
    clinic.start_work();
    let admin = clinic.token_of("admin").await;
    Scene {
        clinic,
        twilio,
        clock,
        admin,
    }
}

impl Scene {
    async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let by = Some(self.admin.as_str());
        self.clinic.call_as(by, method, path, body).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.admin(Method::PUT, path, Some(body)).await
    }

    /// The clinic counts in CFA francs: an SMS to Senegal costs 24.5, to others 60.
    async fn counts(&self, cap: Option<&str>) {
        let set = [
            (BUDGET, json!({"currency": "XOF", "cap": cap})),
            (SENEGAL, json!({"price": "24,5"})),
            (OTHERS, json!({"price": "60"})),
        ];
        for (path, body) in set {
            let answer = self.put(path, body).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }

    async fn send(&self, category: Category, to: &str, body: &str) {
        let message = NewMessage {
            channel: Channel::Sms,
            category,
            recipient: to.parse().unwrap(),
            patient: None,
            body: body.to_owned(),
            idempotency_key: format!("{category}:{to}:{body}"),
            expires_at: None,
            created_by: None,
        };
        let (app, ctx) = (self.clinic.app.clone(), self.clinic.ctx());
        let store = app.store.clone();
        let written = store.write(&ctx, move |tx| {
            Box::pin(async move { messaging::enqueue(tx, &app, &ctx, &message).await })
        });
        written.await.unwrap();
    }

    /// Waits until this text is in this state for this reason; a second passes at each look.
    async fn stands(&self, body: &str, state: &str, reason: Option<&str>) {
        let token = self.clinic.token_of("admin").await;
        eventually(&format!("{body}: {state}"), LIMIT, || async {
            self.clock.advance(Duration::from_secs(1));
            let (by, path) = (Some(token.as_str()), "/api/v1/outbox/?page_size=100");
            let outbox = self
                .clinic
                .call_as(by, Method::GET, path, None)
                .await
                .json();
            let rows = outbox["results"].as_array().unwrap();
            let row = rows.iter().find(|row| row["body"] == body)?;
            (row["state"] == state && row["reason"] == json!(reason)).then_some(())
        })
        .await;
    }

    /// Somebody whom broadcasts are for.
    async fn patient(&self, name: &str, phone: &str) {
        let tenant = self.clinic.tenant;
        let id = self.clinic.patient(name, "Diop", phone).await;
        let store = &self.clinic.app.store;
        let set: Result<(), StoreError> = store
            .write(tenant, move |tx| {
                Box::pin(async move { tx.execute_one(ACTIVE, params![tenant, id]).await })
            })
            .await;
        set.unwrap();
    }

    async fn costs(&self, query: &str) -> Value {
        let path = format!("{COSTS}{query}");
        self.admin(Method::GET, &path, None).await.json()
    }
}

/// What [`fault`] says of one wrong field.
fn wrong_in(field: &str, code: &str) -> (u16, String, String) {
    (400, field.to_owned(), code.to_owned())
}

on_both_engines! {
    async fn each_message_costs_by_country_and_segment(db) {
        let mut s = scene(&db).await;
        s.send(Category::Answer, AWA, "before").await;
        s.stands("before", "accepted", Some("sms")).await;
        s.counts(None).await;
        let long = "a".repeat(161);
        s.send(Category::Answer, AWA, &long).await;
        s.send(Category::Reminder, AWA, "short").await;
        s.send(Category::Reminder, KINSHASA, "far").await;
        for body in [long.as_str(), "short", "far"] {
            s.stands(body, "accepted", Some("sms")).await;
        }
        s.clinic.stop_work().await;
        let line = |category, messages, amount| json!({
            "category": category, "form": "sms", "currency": "XOF", "messages": messages, "priced": messages, "amount": amount,
        });
        let march = s.costs("?month=2026-03").await;
        assert_eq!(march, json!({
            "month": "2026-03", "total": "133.5", "currency": "XOF", "cap": null, "unpriced": 0,
            "lines": [line("answer", 1, "49"), line("reminder", 2, "84.5")],
        }), "what left before the clinic counted is not among them");
        assert_eq!(s.costs("").await, march, "it is March");
        assert_eq!(s.costs("?month=2026-02").await["lines"], json!([]));
        let nobody = s.costs("?patient_id=01980000-0000-7000-8000-000000000000").await;
        assert_eq!(nobody["total"], "0");
        let other = s.clinic.another("autre", "+221338210099").await;
        let name = "admin-autre";
        s.clinic.member(other, name, kernel::Role::Admin).await;
        let token = s.clinic.token_of(name).await;
        let theirs = s.clinic.call_as(Some(&token), Method::GET, COSTS, None).await.json();
        assert_eq!((&theirs["total"], &theirs["currency"]), (&json!("0"), &json!(null)));
    }

    async fn a_call_back_that_was_lost_costs_once_and_a_refusal_nothing(db) {
        let mut s = scene(&db).await;
        s.counts(None).await;
        s.twilio.script([Fault::AcceptThenClose, Fault::Refuse { status: 400, code: 21211 }]);
        s.send(Category::Answer, AWA, "taken").await;
        s.stands("taken", "accepted", Some("sms")).await;
        s.send(Category::Answer, AWA, "refused").await;
        s.stands("refused", "failed", Some("bad_number")).await;
        s.clinic.stop_work().await;
        let costs = s.costs("").await;
        assert_eq!((&costs["total"], &costs["lines"][0]["messages"]), (&json!("24.5"), &json!(1)));
    }

    async fn an_unknown_price_is_said(db) {
        let mut s = scene(&db).await;
        s.put(BUDGET, json!({"currency": "XAF"})).await;
        s.send(Category::Answer, AWA, "unpriced").await;
        s.stands("unpriced", "accepted", Some("sms")).await;
        s.clinic.stop_work().await;
        let costs = s.costs("").await;
        assert_eq!((&costs["total"], &costs["unpriced"]), (&json!("0"), &json!(1)));
    }

    async fn the_simulator_costs_nothing(db) {
        let clock = Clock::fixed(Timestamp::parse("2026-03-10T12:00:00Z").unwrap());
        let mut clinic = TestClinic::with_clock(&db, &clock).await;
        clinic.start_work();
        let admin = clinic.token_of("admin").await;
        let twilio = FakeTwilio::start().await.unwrap();
        let mut s = Scene { clinic, twilio, clock, admin };
        s.counts(None).await;
        s.send(Category::Answer, AWA, "played").await;
        s.stands("played", "simulated", None).await;
        s.clinic.stop_work().await;
        assert_eq!(s.costs("").await["lines"], json!([]));
        s.patient("Awa", AWA).await;
        let text = json!({"title": "Conseil", "category": "info", "target_all_patients": true, "content": "Buvez"});
        let made = s.admin(Method::POST, BROADCASTS, Some(text)).await.json();
        let one = format!("{BROADCASTS}{}/", made["id"].as_str().unwrap());
        s.admin(Method::POST, &format!("{one}send_now/"), Some(json!({}))).await;
        s.clinic.start_work();
        eventually("the broadcast to end", LIMIT, || async {
            s.clock.advance(Duration::from_secs(1));
            let found = s.admin(Method::GET, &one, None).await.json();
            (found["status"] == "simulated").then_some(())
        }).await;
        s.clinic.stop_work().await;
        let cost = s.admin(Method::GET, &format!("{one}cost/"), None).await.json();
        assert_eq!((&cost["spent"], &cost["estimated_total"], &cost["messages"]), (&json!("0"), &json!("0"), &json!(0)));
    }

    async fn what_goes_to_many_waits_for_money_and_nothing_else_does(db) {
        let mut s = scene(&db).await;
        s.counts(Some("25")).await;
        s.send(Category::Broadcast, AWA, "first").await;
        s.stands("first", "accepted", Some("sms")).await;
        s.send(Category::Broadcast, KINSHASA, "second, over the limit").await;
        s.stands("second, over the limit", "accepted", Some("sms")).await;
        s.send(Category::Broadcast, AWA, "third").await;
        s.stands("third", "queued", Some("over_budget")).await;
        s.send(Category::Reminder, AWA, "reminder").await;
        s.stands("reminder", "accepted", Some("sms")).await;
        s.counts(Some("110")).await;
        s.clock.advance(Duration::from_secs(900));
        s.stands("third", "accepted", Some("sms")).await;
        s.send(Category::Broadcast, AWA, "fourth").await;
        s.stands("fourth", "queued", Some("over_budget")).await;
        // The first of April at 7:45, when the night is over too.
        s.clock.advance(Duration::from_secs((21 * 24 + 19) * 3600 + 1800));
        s.stands("fourth", "accepted", Some("sms")).await;
        s.clinic.stop_work().await;
        s.admin = s.clinic.token_of("admin").await;
        assert_eq!(s.costs("").await["month"], "2026-04");
        assert_eq!(s.costs("").await["total"], "24.5");
        assert_eq!(s.costs("?month=2026-03").await["total"], "133.5");
    }

    async fn a_broadcast_says_what_it_costs(db) {
        let mut s = scene(&db).await;
        s.clinic.stop_work().await;
        for (name, phone) in [("Awa", AWA), ("Marie", KINSHASA)] {
            s.patient(name, phone).await;
        }
        let text = json!({"title": "Conseil", "category": "info", "target_all_patients": true, "content": "Buvez ".repeat(28)});
        let made = s.admin(Method::POST, BROADCASTS, Some(text)).await.json();
        let one = format!("{BROADCASTS}{}/", made["id"].as_str().unwrap());
        let cost = format!("{one}cost/");
        let nothing = s.admin(Method::GET, &cost, None).await.json();
        assert_eq!((&nothing["currency"], &nothing["spent"], &nothing["estimated_total"]), (&json!(null), &json!(null), &json!(null)));
        s.counts(None).await;
        let before = s.admin(Method::GET, &cost, None).await.json();
        assert_eq!(before, json!({
            "currency": "XOF", "spent": "0", "messages": 0, "unpriced": 0, "segments": 0, "estimated_total": "169",
        }), "two segments to Senegal, two to the Congo");
        let started = s.admin(Method::POST, &format!("{one}send_now/"), Some(json!({}))).await;
        assert_eq!(started.status, 200, "{}", started.text);
        s.twilio.script([Fault::Refuse { status: 400, code: 21211 }]);
        s.clinic.start_work();
        let done = eventually("all to have left", LIMIT, || async {
            s.clock.advance(Duration::from_secs(1));
            let found = s.admin(Method::GET, &one, None).await.json();
            (found["status"] == "partial").then_some(found)
        }).await;
        assert_eq!((&done["sent_count"], &done["failed_count"]), (&json!(1), &json!(1)));
        s.clinic.stop_work().await;
        let after = s.admin(Method::GET, &cost, None).await.json();
        let ledger = s.costs("").await;
        assert_eq!((&after["spent"], &after["estimated_total"]), (&ledger["total"], &ledger["total"]), "nothing waits any more");
        assert_eq!((&after["messages"], &after["segments"]), (&json!(1), &json!(2)), "what was refused costs nothing");
        let page = Session::of(&s.clinic, "admin").await;
        let shown = page.get(&format!("/broadcasts/{}", made["id"].as_str().unwrap())).await.text;
        let spent = ledger["total"].as_str().unwrap().replace('.', ",");
        assert!(shown.contains(&format!("Coût jusqu’ici\u{a0}: {spent}\u{a0}XOF.")), "{shown}");
        let other = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(other, "admin-autre", kernel::Role::Admin).await;
        let token = s.clinic.token_of("admin-autre").await;
        assert_eq!(s.clinic.call_as(Some(&token), Method::GET, &cost, None).await.status, 404);
    }

    async fn a_text_says_what_it_will_cost(db) {
        let s = scene(&db).await;
        let preview = "/api/v1/message-texts/reminder-link/sms/fr/preview/";
        let text = json!({"body": format!("{} {{day}} {{time}} {{link}}", "a".repeat(160))});
        let shown = s.admin(Method::POST, preview, Some(text.clone())).await.json();
        assert_eq!((&shown["segments"], &shown["price"]), (&json!(2), &json!(null)));
        s.counts(None).await;
        let shown = s.admin(Method::POST, preview, Some(text)).await.json();
        assert_eq!((&shown["price"], &shown["currency"]), (&json!("49"), &json!("XOF")));
    }

    async fn what_is_wrong_is_said(db) {
        let s = scene(&db).await;
        let early = s.put(SENEGAL, json!({"price": "24.5"})).await;
        assert_eq!(code(&early), conflict("no-currency"));
        let wrong = s.put(BUDGET, json!({"currency": "FCFA", "cap": "1"})).await;
        assert_eq!(fault(&wrong), wrong_in("currency", "not-a-choice"));
        let wrong = s.put(BUDGET, json!({"currency": "XOF", "cap": "beaucoup"})).await;
        assert_eq!(fault(&wrong), wrong_in("cap", "not-an-amount"));
        s.counts(None).await;
        let other = s.put(BUDGET, json!({"currency": "EUR"})).await;
        assert_eq!(code(&other), conflict("prices-in-currency"));
        for (path, status) in [
            ("/api/v1/message-prices/pigeon/SN/", 404),
            ("/api/v1/message-prices/sms/XX/", 404),
            ("/api/v1/message-prices/sms/sn/", 404),
            ("/api/v1/message-prices/sms/CM/", 200),
        ] {
            assert_eq!(s.put(path, json!({"price": "1"})).await.status.as_u16(), status, "{path}");
        }
        let minus = s.put(SENEGAL, json!({"price": "-1"})).await;
        assert_eq!(fault(&minus), wrong_in("price", "not-an-amount"));
        let stale = Request::put(BUDGET).header("authorization", format!("Bearer {}", s.admin))
            .header("content-type", "application/json").header("if-match", "\"7\"")
            .body(Body::from(json!({"currency": "XOF"}).to_string())).unwrap();
        assert_eq!(s.clinic.send(stale).await.status, 412);
        assert_eq!(s.admin(Method::GET, &format!("{COSTS}?month=2026-13"), None).await.status, 400);
        assert_eq!(s.admin(Method::DELETE, SENEGAL, None).await.status, 204);
        assert_eq!(s.admin(Method::DELETE, SENEGAL, None).await.status, 204, "twice is once");
        let left = s.admin(Method::GET, "/api/v1/message-prices/", None).await.json();
        assert_eq!(left, json!([
            {"form": "sms", "country": "CM", "price": "1"}, {"form": "sms", "country": "other", "price": "60"},
        ]));
    }

    async fn the_page_sets_limit_and_prices(db) {
        let clinic = TestClinic::new(&db).await;
        let page = "/settings/costs";
        let admin = Session::of(&clinic, "admin").await;
        assert!(admin.get(page).await.text.contains("Choisissez d’abord votre monnaie"));
        let wrong = admin.submit(page, &[("currency", "XOF"), ("cap", "x"), ("version", "0")]).await;
        assert!(wrong.status == 400 && wrong.text.contains("Ce n’est pas un montant"), "{}", wrong.text);
        let set = admin.submit(page, &[("currency", "XOF"), ("cap", "25000"), ("version", "0")]).await;
        assert_eq!(set.status, 303, "{}", set.text);
        let late = admin.submit(page, &[("currency", "XAF"), ("cap", ""), ("version", "0")]).await;
        assert_eq!(late.status, 412, "somebody else was faster");
        let price = [("form", "sms"), ("country", "SN"), ("price", "24,5")];
        assert_eq!(admin.submit("/settings/costs/price", &price).await.status, 303);
        let shown = admin.get(page).await.text;
        assert!(shown.contains("24,5\u{a0}XOF") && shown.contains("Sénégal"), "{shown}");
        assert_eq!(admin.submit("/settings/costs/forget", &price).await.status, 303);
        assert_eq!(admin.submit("/settings/costs/forget", &price).await.status, 303, "twice is once");
        assert!(!admin.get(page).await.text.contains("24,5\u{a0}XOF"));
    }
}
