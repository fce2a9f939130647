//! What is withdrawn does not leave, nothing follows what had left, and a reminder tells
//! nothing on a number that is not the patient's.

use std::time::Duration;

use axum::http::Method;
use clinic::patients::api::{Wording, WordingSource, choose_wording};
use kernel::{Id, Phone};
use serde_json::{Value, json};
use store::{Sql, StoreError, params};
use testkit::{
    clinic::{Answer, Setup, code, conflict, ok},
    db::eventually,
    on_both_engines,
    twilio::{FakeTwilio, FakeTwilioConfig, Fault},
};

use crate::broadcasts::{
    ACTIVE, ALL, LIMIT, Scene, forget_numbers, id, now, scene, scene_by, scene_with, wrote,
};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const AWA: &str = "+221772000001";
/// The provider takes nothing for a while: the message waits between two tries.
pub(crate) const LATER: Fault = Fault::TooManyRequests { retry_after: 60 };
/// The work for it was given up before it began, as after many faults of the database.
const DEAD: Sql = Sql::new(
    "UPDATE outreach_broadcast SET work_due_at = NULL, work_dead_at = $3, work_error = 'no luck' WHERE tenant_id = $1 AND id = $2",
);
const ASKED: Sql = Sql::new(
    "SELECT recipient AS value FROM message WHERE tenant_id = $1 AND asks = TRUE ORDER BY recipient",
);

/// A reminder by SMS that is due now, with these changes.
pub(crate) async fn reminder(s: &Scene, patient: &str, changes: Value) -> Value {
    let mut input = json!({
        "patient_id": patient, "appointment_reason": "Visite de suivi", "language": "french", "method": "sms",
        "scheduled_time": "2027-03-03T09:00:00",
    });
    for (key, value) in changes.as_object().unwrap() {
        input[key] = value.clone();
    }
    ok(s.call("agent", Method::POST, "/reminders/create", input)
        .await)
}

async fn change(s: &Scene, one: &Value, body: Value) -> Answer {
    let path = format!("/reminders/update/{}", id(one));
    s.call("agent", Method::PATCH, &path, body).await
}

async fn delete(s: &Scene, one: &Value) -> Answer {
    let path = format!("/reminders/delete/{}/", id(one));
    s.call("agent", Method::DELETE, &path, Value::Null).await
}

/// Waits until the messages stand so, the oldest first; time goes on meanwhile.
pub(crate) async fn stand(s: &Scene, expected: &[(&str, &str)]) -> Vec<Value> {
    let rows = eventually(&format!("{expected:?}"), LIMIT, || async {
        let rows = outbox(s).await;
        let found: Vec<_> = rows.iter().map(stands).collect();
        if found != expected {
            s.clock.advance(SECOND);
        }
        (found == expected).then_some(rows)
    })
    .await;
    // What is written at the same moment has no order.
    s.clock.advance(SECOND);
    rows
}

pub(crate) fn stands(row: &Value) -> (&str, &str) {
    let of = |name: &str| row[name].as_str().unwrap();
    (of("channel"), of("state"))
}

/// The outbox, the oldest first.
pub(crate) async fn outbox(s: &Scene) -> Vec<Value> {
    let mut rows = s.clinic.outbox("").await;
    rows.reverse();
    rows
}

/// Waits until a message waits between two tries; no time goes by.
pub(crate) async fn between_tries(s: &Scene) {
    eventually("a message between two tries", LIMIT, || async {
        let rows = outbox(s).await;
        let waits = |row: &Value| row["state"] == "sending" && row["next_try_at"].is_string();
        rows.iter().any(waits).then_some(())
    })
    .await;
}

/// Long enough for every try that is still to come, and another message as the sign that
/// the outbox was at work all the while.
async fn nothing_more(s: &Scene, twilio: &FakeTwilio, text: &str) {
    s.clock.advance(HOUR);
    let other = s.patient("Moussa", "+221772000009", ACTIVE).await;
    let later = json!({"appointment_reason": "Contrôle", "scheduled_time": "2027-03-03T09:30:00", "appointment_time": "2027-03-03T18:00:00"});
    reminder(s, &other, later).await;
    eventually("the other's", LIMIT, || async {
        s.clock.advance(SECOND);
        let bodies = twilio.accepted_by_body();
        bodies
            .keys()
            .any(|body| body.contains("Contrôle") || body.contains("Moussa"))
            .then_some(())
    })
    .await;
    let bodies = twilio.accepted_by_body();
    assert!(!bodies.keys().any(|body| body.contains(text)), "{bodies:?}");
}

/// A scene whose messages go to a loopback Twilio, with Awa and the work under way.
pub(crate) async fn with_twilio(
    db: &testkit::db::TestDb,
    faults: impl IntoIterator<Item = Fault>,
) -> (Scene, FakeTwilio, String) {
    ports::install_tls();
    // What it took it finds by its own clock.
    let clock = now();
    let config = FakeTwilioConfig {
        clock: clock.clone(),
        ..FakeTwilioConfig::default()
    };
    let twilio = FakeTwilio::start_with(config).await.unwrap();
    twilio.script(faults);
    let mut s = scene_by(db, clock, Setup::twilio(&twilio)).await;
    let awa = s.patient("Awa", AWA, ACTIVE).await;
    s.clinic.start_work();
    (s, twilio, awa)
}

pub(crate) async fn by_whatsapp(s: &Scene) {
    let said = s.clinic.whatsapp(AWA, "Bonjour");
    s.clinic.webhook("whatsapp", &said).await;
    wrote(s, AWA).await;
}

/// The provider could not bring it there: this way is closed.
pub(crate) async fn undelivered(s: &Scene, twilio: &FakeTwilio, row: &Value) {
    let sid = row["provider_id"].as_str().unwrap();
    let report = twilio.status_callback(sid, "undelivered", Some(63003));
    s.clinic.webhook("status", &report.unwrap()).await;
}

on_both_engines! {
    async fn a_number_in_nobodys_record_is_told_nothing(db) {
        let mut s = scene(&db).await;
        let (strange, chosen, left) = ("+221775000001", "+221775000002", "+221772000002");
        let awa = s.patient("Awa", AWA, ACTIVE).await;
        let binta = s.patient("Binta", left, ACTIVE).await;
        let call = |phone: &str| json!({
            "phone_number": phone, "phone_override": true, "method": "call", "medication_list": "Aspirine",
            "scheduled_time": "2027-03-03T10:00:00",
        });
        reminder(&s, &awa, call(AWA)).await;
        reminder(&s, &awa, call(strange)).await;
        reminder(&s, &awa, call(chosen)).await;
        reminder(&s, &binta, call(left)).await;
        let (app, ctx) = (s.clinic.app.clone(), s.clinic.ctx());
        let of = (Id::from_uuid(awa.parse().unwrap()), chosen.parse::<Phone>().unwrap());
        let said: Result<(), StoreError> = s.clinic.app.store.write(&ctx, move |tx| Box::pin(async move {
            let how = (Wording::Overt, WordingSource::Desk);
            choose_wording(tx, &app, &ctx, (of.0, &of.1), how).await
        })).await;
        said.unwrap();
        forget_numbers(&s, &binta).await;
        s.clock.advance(HOUR);
        s.clinic.start_work();
        let rows = eventually("all four", LIMIT, || async {
            Some(outbox(&s).await).filter(|rows| rows.len() == 4)
        }).await;
        for (phone, is_told) in [(AWA, true), (strange, false), (chosen, true), (left, false)] {
            let row = rows.iter().find(|row| row["recipient"] == phone).unwrap();
            let body = row["body"].as_str().unwrap();
            assert_eq!(body.contains("Visite de suivi"), is_told, "{phone}: {body}");
            assert_eq!(body.contains("Aspirine"), is_told, "{phone}: {body}");
            assert!(is_told || !body.contains("Awa") && !body.contains("Binta"), "{body}");
        }
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let asked: Vec<String> = tx.all(ASKED, params![s.clinic.tenant]).await.unwrap();
        assert_eq!(asked, [AWA], "whoever answers there is not known to be her");
        drop(tx);
        s.clinic.stop_work().await;
    }

    async fn what_waits_between_two_tries_is_taken_back(db) {
        let (mut s, twilio, awa) = with_twilio(&db, [LATER]).await;
        let one = reminder(&s, &awa, json!({})).await;
        between_tries(&s).await;
        assert_eq!(delete(&s, &one).await.status, 204);
        assert_eq!(stands(&outbox(&s).await[0]), ("sms", "cancelled"));
        nothing_more(&s, &twilio, "Visite de suivi").await;
        s.clinic.stop_work().await;
    }

    async fn what_is_corrected_between_two_tries_goes_once(db) {
        let (mut s, twilio, awa) = with_twilio(&db, [LATER]).await;
        let one = reminder(&s, &awa, json!({})).await;
        between_tries(&s).await;
        s.clock.advance(SECOND);
        ok(change(&s, &one, json!({"appointment_reason": "Visite de contrôle"})).await);
        stand(&s, &[("sms", "cancelled"), ("sms", "accepted")]).await;
        assert_eq!(twilio.accepted().len(), 1);
        nothing_more(&s, &twilio, "Visite de suivi").await;
        s.clinic.stop_work().await;
    }

    async fn what_may_be_on_its_way_is_not_called_withdrawn(db) {
        let (mut s, twilio, awa) = with_twilio(&db, [Fault::AcceptThenClose]).await;
        let one = reminder(&s, &awa, json!({})).await;
        between_tries(&s).await;
        let leaving = conflict("reminder-leaving");
        assert_eq!(code(&delete(&s, &one).await), leaving);
        assert_eq!(code(&change(&s, &one, json!({"appointment_reason": "Contrôle"})).await), leaving);
        assert_eq!(code(&change(&s, &one, json!({"rearm": true})).await), leaving, "it would be a second one");
        stand(&s, &[("sms", "accepted")]).await;
        assert_eq!(delete(&s, &one).await.status, 204, "from the list: it is history");
        assert_eq!(twilio.accepted().len(), 1);
        s.clinic.stop_work().await;
    }

    async fn a_cancelled_broadcast_does_not_leave_after_all(db) {
        let (mut s, twilio, _) = with_twilio(&db, [LATER]).await;
        let one = s.written(json!({})).await;
        ok(s.step(&one, "send_now").await);
        between_tries(&s).await;
        assert_eq!(ok(s.step(&one, "cancel").await)["status"], "cancelled");
        assert_eq!(stands(&outbox(&s).await[0]), ("sms", "cancelled"));
        nothing_more(&s, &twilio, "Mangez").await;
        s.clinic.stop_work().await;
    }

    async fn a_message_of_a_cancelled_broadcast_is_not_tried_again(db) {
        let (mut s, twilio, _) = with_twilio(&db, [Fault::CloseWithoutAccepting]).await;
        let one = s.written(json!({})).await;
        ok(s.step(&one, "send_now").await);
        between_tries(&s).await;
        ok(s.step(&one, "cancel").await);
        stand(&s, &[("sms", "expired")]).await;
        assert!(twilio.accepted().is_empty(), "nobody knew whether it had left, and it had not");
        assert_eq!(s.one(&one).await["status"], "cancelled");
        s.clinic.stop_work().await;
    }

    async fn nothing_follows_what_was_withdrawn(db) {
        let (mut s, twilio, awa) = with_twilio(&db, []).await;
        by_whatsapp(&s).await;
        let whatsapp = || json!({"method": "whatsapp"});
        let gone = reminder(&s, &awa, whatsapp()).await;
        let rows = stand(&s, &[("whatsapp", "accepted")]).await;
        assert_eq!(delete(&s, &gone).await.status, 204);
        undelivered(&s, &twilio, &rows[0]).await;
        stand(&s, &[("whatsapp", "failed")]).await;

        let again = reminder(&s, &awa, json!({"method": "whatsapp", "appointment_reason": "Vaccin", "appointment_time": "2027-03-04T08:00:00"})).await;
        let rows = stand(&s, &[("whatsapp", "failed"), ("whatsapp", "accepted")]).await;
        ok(change(&s, &again, json!({"rearm": true, "scheduled_time": "2027-03-03T20:00:00"})).await);
        undelivered(&s, &twilio, &rows[1]).await;
        stand(&s, &[("whatsapp", "failed"), ("whatsapp", "failed")]).await;

        let one = s.written(json!({})).await;
        let other = s.written(json!({"title": "Autre", "content": "Buvez", "pace": 1})).await;
        s.patient("Moussa", "+221772000009", ACTIVE).await;
        ok(s.step(&one, "send_now").await);
        ok(s.step(&other, "send_now").await);
        let of = async |text: &str| {
            let text = text.to_owned();
            let (s, text) = (&s, &text);
            eventually("one by WhatsApp", LIMIT, || async {
                let rows = outbox(s).await;
                rows.into_iter().find(|row| {
                    let is_it = row["body"].as_str().unwrap().contains(text.as_str());
                    is_it && stands(row) == ("whatsapp", "accepted")
                })
            }).await
        };
        let (kept, taken) = (of("Mangez").await, of("Buvez").await);
        ok(s.step(&other, "cancel").await);
        undelivered(&s, &twilio, &taken).await;
        undelivered(&s, &twilio, &kept).await;
        let followed = async |row: &Value| s.clinic.message(Id::from_uuid(id(row).parse().unwrap())).await["followed_by"].clone();
        eventually("the text message", LIMIT, || async { (followed(&kept).await == "sms").then_some(()) }).await;
        assert_eq!(followed(&taken).await, Value::Null);
        s.clinic.stop_work().await;
    }

    async fn what_a_provider_had_goes_again_only_when_asked(db) {
        let (mut s, twilio, awa) = with_twilio(&db, []).await;
        let one = reminder(&s, &awa, json!({"appointment_time": "2027-03-04T08:00:00"})).await;
        let rows = stand(&s, &[("sms", "accepted")]).await;
        let sid = rows[0]["provider_id"].as_str().unwrap();
        let report = twilio.status_callback(sid, "undelivered", Some(30005)).unwrap();
        s.clinic.webhook("status", &report).await;
        stand(&s, &[("sms", "failed")]).await;
        let correction = || json!({"appointment_reason": "Contrôle"});
        assert_eq!(code(&change(&s, &one, correction()).await), conflict("reminder-sent"));
        ok(change(&s, &one, json!({"appointment_reason": "Contrôle", "rearm": true})).await);
        stand(&s, &[("sms", "failed"), ("sms", "accepted")]).await;

        // Nobody had this one: a wrong number is corrected like any mistake.
        twilio.script([Fault::Refuse { status: 400, code: 21211 }]);
        let other = reminder(&s, &awa, json!({"appointment_reason": "Vaccin", "appointment_time": "2027-03-04T08:00:00"})).await;
        stand(&s, &[("sms", "failed"), ("sms", "accepted"), ("sms", "failed")]).await;
        ok(change(&s, &other, correction()).await);
        s.clinic.stop_work().await;
    }

    async fn a_reminder_does_not_wait_past_its_use_for_its_minute(db) {
        let setup = Setup { reminders_cron: Some("0 * * * *".to_owned()), ..Setup::default() };
        let mut s = scene_with(&db, setup).await;
        let awa = s.patient("Awa", AWA, ACTIVE).await;
        s.clinic.start_work();
        let at = |time: &str, visit: &str| json!({
            "scheduled_time": format!("2027-03-03T{time}:00"), "appointment_time": format!("2027-03-03T{visit}:00"),
        });
        reminder(&s, &awa, at("10:05", "10:45")).await;
        reminder(&s, &awa, at("10:04", "11:45")).await;
        s.clock.advance(HOUR + SECOND * 360);
        let first = eventually("the first", LIMIT, || async { outbox(&s).await.first().cloned() }).await;
        assert!(first["body"].as_str().unwrap().contains("10:45"), "{first}");
        s.clock.advance(SECOND * 54 * 60);
        let both = eventually("the second", LIMIT, || async { Some(outbox(&s).await).filter(|rows| rows.len() == 2) }).await;
        assert!(both[1]["body"].as_str().unwrap().contains("11:45"), "{both:?}");
        s.clinic.stop_work().await;
    }

    async fn a_broadcast_that_died_before_it_began_is_brought_back(db) {
        let mut s = scene(&db).await;
        s.patient("Awa", AWA, ACTIVE).await;
        let die = async |one: &Value| {
            let (tenant, of, now) = (s.clinic.tenant, id(one).parse::<uuid::Uuid>().unwrap(), s.clock.now());
            let died: Result<(), StoreError> = s.clinic.app.store.write(tenant, move |tx| Box::pin(async move {
                tx.execute_one(DEAD, params![tenant, of, now]).await
            })).await;
            died.unwrap();
            assert_eq!(s.one(one).await["status"], "failed");
        };
        let plan = || json!({"scheduled_at": "2027-03-03T10:00:00"});
        let [resumed, sent, planned, gone] = [s.written(plan()).await, s.written(plan()).await, s.written(plan()).await, s.written(plan()).await];
        for one in [&resumed, &sent, &planned, &gone] {
            die(one).await;
            let path = format!("{ALL}{}/", id(one));
            let approved = conflict("broadcast-scheduled");
            let theirs = s.call("agent", Method::PATCH, &path, json!({"content": "Autre texte"})).await;
            assert_eq!(code(&theirs), approved, "its time was an administrator's word");
            assert_eq!(code(&s.call("agent", Method::DELETE, &path, Value::Null).await), approved);
        }
        assert_ne!(ok(s.step(&resumed, "resume").await)["status"], "failed");
        assert_eq!(ok(s.step(&sent, "send_now").await)["status"], "sending");
        let path = format!("{ALL}{}/schedule/", id(&planned));
        let later = json!({"scheduled_at": "2027-03-03T11:00:00"});
        assert_eq!(ok(s.call("chef", Method::POST, &path, later).await)["status"], "scheduled");
        assert_eq!(ok(s.step(&gone, "cancel").await)["status"], "cancelled");
        s.clinic.start_work();
        s.until(&resumed, "simulated").await;
        s.until(&sent, "simulated").await;
        s.clock.advance(HOUR * 2);
        s.until(&planned, "simulated").await;
        assert_eq!(s.one(&gone).await["status"], "cancelled");
        s.clinic.stop_work().await;
    }
}
