//! Which broadcasts a clinic has, and how all of them stand.

use std::time::Duration;

use axum::http::Method;
use clinic::outreach::api::{self as outreach, BroadcastPatch, BroadcastStatus, Topic};
use kernel::Patch;
use serde_json::{Value, json};
use testkit::{
    clinic::{Setup, faults, ok},
    db::TestDb,
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, Fault},
};

use crate::broadcasts::{ACTIVE, ALL, Scene, id, scene, scene_with};

/// More of them than any page, and than are looked at in one statement.
const DRAFTS: usize = 110;
const SECOND: Duration = Duration::from_secs(1);

impl Scene {
    /// The titles in the order of the list.
    async fn titles(&self, query: &str) -> Vec<String> {
        let page = ok(self.get(&format!("{ALL}?{query}")).await);
        titles(&page)
    }

    /// As many drafts, written without a request for each.
    async fn drafts(&self, number: usize) {
        for number in 0..number {
            let new = BroadcastPatch {
                title: Patch::Set(format!("Conseil {number}")),
                content: Patch::Set("Buvez".to_owned()),
                topic: Patch::Set(Topic::Info),
                target_all: Patch::Set(true),
                ..BroadcastPatch::default()
            };
            let made = outreach::create_broadcast(&self.clinic.app, &self.admin(), new).await;
            made.unwrap();
            self.clock.advance(SECOND);
        }
    }
}

fn titles(page: &Value) -> Vec<String> {
    let rows = page["results"].as_array().unwrap().iter();
    rows.map(|row| row["title"].as_str().unwrap().to_owned())
        .collect()
}

/// One broadcast of every state but one: to the simulator nothing goes here.
async fn one_of_each(db: &TestDb) -> (Scene, FakeTwilio) {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let mut s = scene_with(db, Setup::twilio(&twilio)).await;
    s.patient("Awa", "+221772000001", ACTIVE).await;
    s.patient("Binta", "+221772000002", ACTIVE).await;
    s.clinic.start_work();
    let to = json!({"target_all_patients": false, "target_gender": "M"});
    for (status, changes) in [("sent", json!({})), ("partial", json!({})), ("failed", to)] {
        if status == "partial" {
            twilio.script([Fault::Refuse {
                status: 400,
                code: 21211,
            }]);
        }
        let one = titled(&s, status, changes).await;
        ok(s.step(&one, "send_now").await);
        s.until(&one, status).await;
    }
    s.clinic.stop_work().await;
    for (status, steps) in [
        ("sending", &["send_now"][..]),
        ("paused", &["send_now", "pause"]),
        ("cancelled", &["send_now", "cancel"]),
        ("draft", &[]),
    ] {
        let one = titled(&s, status, json!({})).await;
        for step in steps {
            ok(s.step(&one, step).await);
        }
    }
    titled(
        &s,
        "scheduled",
        json!({"scheduled_at": "2027-06-01T09:00:00"}),
    )
    .await;
    (s, twilio)
}

async fn titled(s: &Scene, title: &str, mut changes: Value) -> Value {
    changes["title"] = json!(title);
    // The newest comes first, and of one instant whichever.
    s.clock.advance(SECOND);
    s.written(changes).await
}

on_both_engines! {
    async fn the_figures_count_all_broadcasts_there_are(db) {
        let (s, _twilio) = one_of_each(&db).await;
        let stats = async || ok(s.get(&format!("{ALL}stats/")).await);
        let expected = |total: usize, pending: usize| json!({
            "total_messages": total, "sent_messages": 2, "pending_messages": pending, "success_rate": 0.75,
        });
        assert_eq!(stats().await, expected(8, 4), "three of four that were tried");
        s.drafts(DRAFTS).await;
        assert_eq!(stats().await, expected(8 + DRAFTS, 4 + DRAFTS), "also with many newer ones");
        let other = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(other, "autre-chef", kernel::Role::Admin).await;
        let theirs = ok(s.call("autre-chef", Method::GET, &format!("{ALL}stats/"), Value::Null).await);
        assert_eq!(theirs, json!({"total_messages": 0, "sent_messages": 0, "pending_messages": 0, "success_rate": null}));
    }

    async fn the_list_is_asked_for_those_that_stand_so(db) {
        let (s, _twilio) = one_of_each(&db).await;
        let all = ["scheduled", "draft", "cancelled", "paused", "sending", "failed", "partial", "sent"];
        assert_eq!(s.titles("").await, all, "the newest first");
        assert_eq!(s.titles("status=&search=").await, all);
        for status in BroadcastStatus::ALL {
            let status = status.as_str();
            let expected: Vec<&str> = all.into_iter().filter(|title| *title == status).collect();
            assert_eq!(s.titles(&format!("status={status}")).await, expected);
        }
        s.drafts(DRAFTS).await;
        let page = ok(s.get(&format!("{ALL}?status=draft&search=CONSEIL%201&page_size=5&page=2")).await);
        assert_eq!(titles(&page), ["Conseil 104", "Conseil 103", "Conseil 102", "Conseil 101", "Conseil 100"]);
        assert_eq!(page["count"], 21, "1, ten to nineteen, and a hundred and more");
        let next = page["next"].as_str().unwrap();
        assert!(next.contains("status=draft") && next.contains("search=CONSEIL") && next.contains("page=3"), "{next}");
        let last = ok(s.get(&format!("{ALL}?status=draft&page_size=100&page=2")).await);
        assert_eq!((titles(&last).pop().as_deref(), titles(&last).len()), (Some("draft"), 11));
        assert_eq!(titles(&ok(s.get(&format!("{ALL}?page_size=100")).await)).len(), 100);
        assert_eq!(s.get(&format!("{ALL}?status=draft&page_size=100&page=3")).await.status, 404, "past the end");
        let without_slash = ok(s.get("/api/messaging/broadcast?status=sent").await);
        assert_eq!((&without_slash["count"], titles(&without_slash)), (&json!(1), vec!["sent".to_owned()]));
    }

    async fn titles_are_searched_by_their_letters_and_signs(db) {
        let s = scene(&db).await;
        for title in ["Remise de 100 %", "Dépistage_A", "depistage gratuit", "100 ! Éclair"] {
            titled(&s, title, json!({})).await;
        }
        for (query, expected) in [
            ("search=D%C3%89PISTAGE", vec!["depistage gratuit", "Dépistage_A"]),
            ("search=depistage", vec!["depistage gratuit", "Dépistage_A"]),
            ("search=%25", vec!["Remise de 100 %"]),
            ("search=_", vec!["Dépistage_A"]),
            ("search=%20eclair%20", vec!["100 ! Éclair"]),
            ("search=e_a", vec!["Dépistage_A"]),
            ("search=1%250", vec![]),
            ("search=100&status=draft", vec!["100 ! Éclair", "Remise de 100 %"]),
            ("search=100&status=sent", vec![]),
        ] {
            assert_eq!(s.titles(query).await, expected, "{query}");
        }
        let other = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(other, "autre-chef", kernel::Role::Admin).await;
        let theirs = ok(s.call("autre-chef", Method::GET, &format!("{ALL}?search=100"), Value::Null).await);
        assert_eq!(theirs["count"], 0);
        let wrong = s.get(&format!("{ALL}?status=gone")).await;
        assert_eq!((wrong.status.as_u16(), faults(&wrong)), (400, vec![("status".into(), "not-a-choice".into())]));
        for status in BroadcastStatus::ALL {
            assert!(wrong.text.contains(status.as_str()), "{status}: {}", wrong.text);
        }
        let unknown = s.get(&format!("{ALL}?state=draft")).await;
        assert_eq!((unknown.status.as_u16(), faults(&unknown)), (400, vec![("state".into(), "unknown-field".into())]));
    }

    async fn the_page_shows_those_that_are_sought(db) {
        let mut s = scene(&db).await;
        s.patient("Awa", "+221772000001", ACTIVE).await;
        s.clinic.start_work();
        let gone = titled(&s, "Paludisme", json!({})).await;
        ok(s.step(&gone, "send_now").await);
        s.until(&gone, "simulated").await;
        let draft = titled(&s, "Été \"sans\" moustiques", json!({})).await;
        let agent = Session::of(&s.clinic, "agent").await;
        let shows = async |query: &str| {
            let page = agent.get(&format!("/broadcasts?{query}")).await;
            assert_eq!(page.status, 200, "{query}: {}", page.text);
            assert!(!page.text.contains('⟦'), "{query}: {}", page.text);
            let there = |one: &Value| page.text.contains(&format!("href=\"/broadcasts/{}\"", id(one)));
            ([there(&gone), there(&draft)], page.text)
        };
        for (query, expected) in [
            ("", [true, true]),
            ("state=simulated", [true, false]),
            ("state=draft&lang=en", [false, true]),
            ("state=&search=ete%20%22SANS", [false, true]),
            ("state=nonsense", [true, true]),
        ] {
            assert_eq!(shows(query).await.0, expected, "{query}");
        }
        let (_, page) = shows("state=draft&search=%22sans").await;
        assert!(page.contains("value=\"&#34;sans\"") && page.contains("<option value=\"draft\" selected>"), "{page}");
        assert!(page.contains("1 diffusion<") && page.contains("Tout afficher"), "{page}");
        let (found, page) = shows("state=sent").await;
        assert_eq!(found, [false, false]);
        assert!(page.contains("Aucune diffusion ne correspond"), "{page}");
        s.clinic.stop_work().await;
    }
}
