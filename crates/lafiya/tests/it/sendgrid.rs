//! E-mails by SendGrid: what it takes, refuses and reports, and what goes by the mail server
//! in its place.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::messaging::api::{self as messaging, Category, NewMail};
use kernel::{Clock, Redacted, Timestamp};
use ports::{Accepted, MailSender, OutgoingMail, SendError, SendGridSender, messaging::BoxFuture};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, Setup, TestClinic},
    db::{TestDb, eventually},
    on_both_engines,
    sendgrid::{FakeSendGrid, Fault, KEY},
    session::Session,
};

const LIMIT: Duration = Duration::from_secs(30);
const EVENTS: &str = "/api/v1/webhooks/sendgrid/";
const STOPPED: &str = "/api/v1/outbox/stopped-addresses/";

/// A mail server that takes everything.
#[derive(Debug, Default)]
struct Server(Mutex<Vec<String>>);

impl Server {
    fn took(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl MailSender for Server {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            self.0.lock().unwrap().push(mail.to.as_str().to_owned());
            Ok(Accepted {
                provider_id: mail.message_id.clone(),
                simulated: false,
            })
        })
    }

    fn domain(&self) -> &'static str {
        "clinic.example"
    }

    fn provider(&self) -> &'static str {
        "smtp"
    }
}

struct Scene {
    clinic: TestClinic,
    sendgrid: FakeSendGrid,
    server: Arc<Server>,
    clock: Clock,
}

async fn scene_at(db: &TestDb, base: Option<&str>, has_server: bool) -> Scene {
    ports::install_tls();
    let sendgrid = FakeSendGrid::start().await.unwrap();
    let server = Arc::new(Server::default());
    let base = base.unwrap_or(sendgrid.base_url());
    let from = "Clinique <noreply@clinic.example>".parse().unwrap();
    let sender = SendGridSender::new(Redacted(KEY.into()), base, from).unwrap();
    let clock = Clock::fixed(Timestamp::parse("2026-03-02T10:00:00Z").unwrap());
    let other: Option<Arc<dyn MailSender>> = match has_server {
        true => Some(server.clone()),
        false => None,
    };
    let setup = Setup {
        mail: Some(Arc::new(sender)),
        other_mail: other,
        mail_events: Some(sendgrid.public_key().parse().unwrap()),
        clock: clock.clone(),
        ..Setup::default()
    };
    let mut clinic = TestClinic::with(db, setup).await;
    clinic.start_work();
    Scene {
        clinic,
        sendgrid,
        server,
        clock,
    }
}

async fn scene(db: &TestDb) -> Scene {
    scene_at(db, None, true).await
}

impl Scene {
    async fn write(&self, key: &str, to: &str) {
        let (app, ctx) = (&self.clinic.app, self.clinic.ctx());
        let new = NewMail {
            category: Category::Security,
            recipient: kernel::EmailAddress::parse(to).unwrap(),
            subject: "Votre code".into(),
            body: "Bonjour,\n\nhttps://clinic.test/reset/ab".into(),
            idempotency_key: key.to_owned(),
            expires_at: None,
            created_by: None,
        };
        let a = app.clone();
        let write = app.store.write(&ctx, move |tx| {
            Box::pin(async move { messaging::enqueue_mail(tx, &a, &ctx, new).await })
        });
        write.await.unwrap();
    }

    async fn mails(&self) -> Vec<Value> {
        let path = "/api/v1/outbox/?page_size=100&channel=email";
        let answer = self.clinic.call(Method::GET, path, None).await;
        answer.json()["results"].as_array().cloned().unwrap()
    }

    /// Waits until a mail to this address stands so.
    async fn stands(&self, to: &str, state: &str) -> Value {
        eventually(
            &format!("the mail to {to} to be {state}"),
            LIMIT,
            || async {
                let mails = self.mails().await;
                mails
                    .into_iter()
                    .find(|mail| mail["recipient"] == to && mail["state"] == state)
            },
        )
        .await
    }

    async fn post(&self, events: &Value, time: &str, signature: Option<&str>) -> Answer {
        let body = events.to_string();
        let signed = self.sendgrid.sign(time, body.as_bytes());
        let request = Request::post(EVENTS)
            .header("content-type", "application/json")
            .header("x-twilio-email-event-webhook-timestamp", "1772445600")
            .header(
                "x-twilio-email-event-webhook-signature",
                signature.unwrap_or(&signed),
            );
        self.clinic
            .send(request.body(Body::from(body)).unwrap())
            .await
    }

    /// Posts what became of the newest mail.
    async fn report(&self, name: &str, kind: Option<&str>) {
        let mails = self.sendgrid.mails();
        let mut event = mails
            .last()
            .unwrap()
            .event(name, &format!("id-{}-{name}", mails.len()));
        if let Some(kind) = kind {
            event["type"] = json!(kind);
        }
        for _ in 0..2 {
            let posted = self.post(&json!([event]), "1772445600", None).await;
            assert_eq!(posted.status, 204, "{}", posted.text);
        }
    }

    async fn stopped(&self) -> Value {
        let admin = self.clinic.token_of("admin").await;
        self.clinic
            .call_as(Some(&admin), Method::GET, STOPPED, None)
            .await
            .json()
    }
}

on_both_engines! {
    async fn a_mail_leaves_once_with_both_parts_and_its_fate_is_shown(db) {
        let mut scene = scene(&db).await;
        scene.write("a", "awa@example.org").await;
        let mail = scene.stands("awa@example.org", "accepted").await;
        let taken = scene.sendgrid.mails();
        assert_eq!((taken.len(), &mail["provider_id"]), (1, &json!(taken[0].id)));
        let body = &taken[0].body;
        assert_eq!(body["content"][0]["type"], "text/plain");
        assert!(body["content"][1]["value"].as_str().unwrap().contains("<a href=\"https://clinic.test/reset/ab\">"));
        assert!(!body.to_string().contains("sandbox"));
        for name in ["processed", "delivered", "deferred", "open"] {
            scene.report(name, None).await;
        }
        scene.stands("awa@example.org", "delivered").await;
        scene.report("bounce", Some("bounce")).await;
        eventually("the late bounce", LIMIT, || async { (scene.stopped().await["count"] == 1).then_some(()) }).await;
        assert_eq!(scene.mails().await[0]["state"], "delivered", "forward only");
        assert!(scene.server.took().is_empty());
        scene.clinic.stop_work().await;
    }

    async fn an_address_that_bounced_is_left_alone_until_somebody_lifts_it(db) {
        let mut scene = scene(&db).await;
        scene.write("a", "gone@example.org").await;
        scene.stands("gone@example.org", "accepted").await;
        scene.report("bounce", Some("bounce")).await;
        let bounced = scene.stands("gone@example.org", "failed").await;
        assert_eq!(bounced["reason"], "bounced");
        scene.write("b", "Gone@example.org").await;
        let refused = scene.stands("Gone@example.org", "refused").await;
        assert_eq!(refused["reason"], "bad_address");
        scene.write("c", "full@example.org").await;
        scene.stands("full@example.org", "accepted").await;
        scene.report("bounce", Some("blocked")).await;
        scene.stands("full@example.org", "failed").await;
        scene.write("d", "angry@example.org").await;
        scene.stands("angry@example.org", "accepted").await;
        scene.report("delivered", None).await;
        scene.report("spamreport", None).await;
        let list = eventually("both addresses", LIMIT, || async {
            Some(scene.stopped().await).filter(|list| list["count"] == 2)
        }).await;
        let shown = |at: usize| (list["results"][at]["address"].clone(), list["results"][at]["reason"].clone());
        assert_eq!(shown(0), (json!("angry@example.org"), json!("complained")));
        assert_eq!(shown(1), (json!("gone@example.org"), json!("bounced")));
        assert_eq!(scene.stands("angry@example.org", "delivered").await["reason"], "email");

        let agent = Session::of(&scene.clinic, "agent").await;
        assert_eq!(agent.get("/outbox/addresses").await.status, 403);
        let admin = Session::of(&scene.clinic, "admin").await;
        for lang in ["fr", "en"] {
            let page = admin.get(&format!("/outbox/addresses?lang={lang}")).await;
            assert!(page.text.contains("gone@example.org") && !page.text.contains('⟦'), "{}", page.text);
        }
        let lifted = admin.submit("/outbox/addresses/lift", &[("address", "gone@example.org")]).await;
        assert_eq!(lifted.status, 303, "{}", lifted.text);
        assert_eq!(scene.stopped().await["count"], 1);
        scene.write("e", "gone@example.org").await;
        eventually("the mail after that", LIMIT, || async { (scene.sendgrid.mails().len() == 4).then_some(()) }).await;

        scene.clinic.another("autre", "+221338210001").await;
        let theirs = scene.clinic.token_of("autre-agent").await;
        assert_eq!(scene.clinic.call_as(Some(&theirs), Method::GET, STOPPED, None).await.status, 403);
        scene.clinic.stop_work().await;
    }

    async fn only_what_sendgrid_signed_is_believed(db) {
        let mut scene = scene(&db).await;
        scene.write("a", "awa@example.org").await;
        scene.stands("awa@example.org", "accepted").await;
        let event = scene.sendgrid.mails()[0].event("delivered", "x");
        let forged = [
            scene.post(&json!([event]), "1772445601", None).await,
            scene.post(&json!([event]), "1772445600", Some("")).await,
            scene.post(&json!([event]), "1772445600", Some("MEUCIQ==")).await,
        ];
        assert!(forged.iter().all(|answer| answer.status == 403));
        let plain = Request::post(EVENTS).body(Body::from("[]")).unwrap();
        assert_eq!(scene.clinic.send(plain).await.status, 403);
        // Of other programs, other clinics, without sense: taken, and nothing kept.
        let mut foreign = event.clone();
        foreign["lafiya_message"] = json!("01980000-0000-7000-8000-000000000000:01980000-0000-7000-8000-000000000001");
        let others = json!([{"event": "delivered", "email": "x@example.org"}, foreign, 7, null]);
        assert_eq!(scene.post(&others, "1772445600", None).await.status, 204);
        assert_eq!(scene.post(&json!({}), "1772445600", None).await.status, 400);
        let kept = scene.clinic.call(Method::GET, "/api/v1/webhooks/", None).await.json();
        assert_eq!(kept["count"], 0, "{kept}");
        assert_eq!(scene.post(&json!([event]), "1772445600", None).await.status, 204);
        scene.stands("awa@example.org", "delivered").await;
        let kept = scene.clinic.call(Method::GET, "/api/v1/webhooks/?event_type=email_status", None).await.json();
        assert_eq!(kept["count"], 1, "{kept}");
        scene.clinic.stop_work().await;
    }

    async fn a_refused_account_sends_the_same_mail_by_the_server(db) {
        let mut scene = scene(&db).await;
        scene.sendgrid.script([Fault::Refuse(401, "")]);
        scene.write("a", "awa@example.org").await;
        eventually("the refusal", LIMIT, || async {
            scene.mails().await.into_iter().find(|mail| mail["state"] == "sending" && mail["next_try_at"].is_string())
        }).await;
        // It is tried again within a second, and SendGrid only after five.
        scene.clock.advance(Duration::from_secs(1));
        let mail = scene.stands("awa@example.org", "accepted").await;
        assert_eq!((scene.server.took(), scene.sendgrid.mails().len()), (vec!["awa@example.org".to_owned()], 0));
        assert_eq!(mail["attempts"], 2, "both ways are noted");
        let health = scene.clinic.call(Method::GET, "/api/health/", None).await.json();
        assert_ne!(health["checks"]["mail"]["status"], "healthy", "{health}");
        // When it accepts us again, it is the first way again.
        scene.clock.advance(Duration::from_secs(60));
        scene.write("b", "binta@example.org").await;
        scene.stands("binta@example.org", "accepted").await;
        assert_eq!(scene.sendgrid.mails().len(), 1);
        scene.clinic.stop_work().await;
    }

    async fn what_sendgrid_may_have_goes_no_other_way(db) {
        let mut scene = scene(&db).await;
        scene.sendgrid.script([Fault::AcceptThenClose]);
        scene.write("a", "awa@example.org").await;
        let mail = scene.stands("awa@example.org", "failed").await;
        assert_eq!((&mail["reason"], &mail["retryable"]), (&json!("outcome_unknown"), &json!(true)));
        scene.sendgrid.script([Fault::ErrorAfterAccepting]);
        scene.write("b", "binta@example.org").await;
        scene.stands("binta@example.org", "failed").await;
        // A report settles what nobody knew.
        scene.report("delivered", None).await;
        scene.stands("binta@example.org", "delivered").await;
        assert_eq!(messaging::dead_letters(&scene.clinic.app, &scene.clinic.ctx()).await.unwrap(), 1);
        scene.sendgrid.script([Fault::Refuse(400, "personalizations.0.to.0.email")]);
        scene.write("c", "bad@example.org").await;
        assert_eq!(scene.stands("bad@example.org", "failed").await["reason"], "bad_address");
        assert!(scene.server.took().is_empty() && scene.sendgrid.mails().len() == 2);
        scene.clinic.stop_work().await;
    }

    async fn a_sendgrid_that_is_down_is_passed_by(db) {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut scene = scene_at(&db, Some(&format!("http://{closed}")), true).await;
        for key in ["a", "b", "c", "d", "e", "f"] {
            scene.write(key, &format!("{key}@example.org")).await;
        }
        eventually("all by the server", LIMIT, || async {
            scene.clock.advance(Duration::from_secs(1));
            (scene.server.took().len() == 6).then_some(())
        }).await;
        let mut took = scene.server.took();
        took.sort();
        took.dedup();
        assert_eq!(took.len(), 6, "each once");
        scene.clinic.stop_work().await;
    }

    async fn without_another_way_a_refused_account_waits_for_a_person(db) {
        let mut scene = scene_at(&db, None, false).await;
        scene.sendgrid.script([Fault::Refuse(403, "from")]);
        scene.write("a", "awa@example.org").await;
        let mail = scene.stands("awa@example.org", "failed").await;
        assert_eq!((&mail["reason"], &mail["retryable"]), (&json!("account"), &json!(true)));
        scene.clinic.stop_work().await;
    }
}
