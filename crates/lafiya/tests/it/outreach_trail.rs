//! Whatever people do with reminders and broadcasts stands in the audit trail, with who did it.

use axum::http::Method;
use kernel::{Clock, Role};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, ok},
    db::TestDb,
    on_both_engines,
};

use crate::broadcasts::{ALL, id, now};

struct Scene {
    clinic: TestClinic,
    /// Whoever did what so far, to what: as the trail is to say it.
    done: Vec<Line>,
}

/// Action, kind of object, object, person, role.
type Line = (String, String, String, String, String);

async fn scene(db: &TestDb) -> Scene {
    let clock: Clock = now();
    let clinic = TestClinic::with_clock(db, &clock).await;
    clinic.member(clinic.tenant, "chef", Role::Admin).await;
    Scene {
        clinic,
        done: Vec::new(),
    }
}

impl Scene {
    async fn call(&self, who: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of(who).await;
        let body = (!body.is_null()).then_some(body);
        self.clinic.call_as(Some(&token), method, path, body).await
    }

    /// Does it, and notes what the trail is to say of it. What was made, if anything.
    async fn does(
        &mut self,
        who: &str,
        (method, path, body): (Method, &str, Value),
        (action, object): (&str, &str),
    ) -> Value {
        let answer = self.call(who, method, path, body).await;
        assert!(answer.status.is_success(), "{action}: {}", answer.text);
        let made = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
        let me = ok(self
            .call(who, Method::GET, "/api/v1/auth/me/", Value::Null)
            .await);
        let (kind, object) = match (action, object) {
            ("reminder.trigger", _) => ("tenant", self.clinic.tenant.to_string()),
            (_, "") => (action.split('.').next().unwrap(), id(&made).to_owned()),
            (_, object) => (action.split('.').next().unwrap(), object.to_owned()),
        };
        let role = if who == "chef" { "admin" } else { "agent" };
        let line = [action, kind, &object, id(&me), role].map(str::to_owned);
        self.done.push(line.into());
        made
    }

    /// What the trail says that was done to reminders and broadcasts, the oldest first.
    async fn trail(&self) -> Vec<Line> {
        let page = ok(self
            .call(
                "chef",
                Method::GET,
                "/api/v1/audit/?page_size=100",
                Value::Null,
            )
            .await);
        let mut lines: Vec<Line> = Vec::new();
        for row in page["results"].as_array().unwrap().iter().rev() {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            let action = text("action");
            assert!(!row["sentence"].as_str().unwrap().contains('⟦'), "{row}");
            if action.starts_with("reminder.") || action.starts_with("broadcast.") {
                assert_eq!(row["actor_kind"], "user", "{row}");
                lines.push((
                    action,
                    text("object_type"),
                    text("object_id"),
                    text("actor_id"),
                    text("actor_role"),
                ));
            }
        }
        lines
    }
}

on_both_engines! {
    async fn what_is_done_with_reminders_is_on_record(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", "+221772000001").await;
        let input = json!({
            "patient_id": awa, "appointment_reason": "Visite de suivi", "language": "french", "method": "sms",
            "scheduled_time": "2027-03-03T10:00:00",
        });
        let made = s.does("agent", (Method::POST, "/reminders/create", input.clone()), ("reminder.create", "")).await;
        let (update, delete) = (format!("/reminders/update/{}", id(&made)), format!("/reminders/delete/{}", id(&made)));
        s.does("chef", (Method::PUT, &update, input), ("reminder.update", id(&made))).await;
        s.does("agent", (Method::PATCH, &update, json!({"patient_name": "Awa"})), ("reminder.update", id(&made))).await;
        s.does("chef", (Method::POST, "/reminders/trigger", Value::Null), ("reminder.trigger", "")).await;
        s.does("agent", (Method::DELETE, &delete, Value::Null), ("reminder.delete", id(&made))).await;
        assert_eq!(s.trail().await, s.done);
        // What is refused changes nothing and is not called done.
        assert_eq!(s.call("agent", Method::DELETE, &delete, Value::Null).await.status, 404);
        assert_eq!(s.call("agent", Method::POST, "/reminders/trigger", Value::Null).await.status, 403);
        assert_eq!(s.trail().await, s.done);
    }

    async fn what_is_done_with_broadcasts_is_on_record(db) {
        let mut s = scene(&db).await;
        let input = json!({"title": "Conseil", "content": "Buvez", "category": "info", "target_all_patients": true});
        let made = s.does("agent", (Method::POST, ALL, input.clone()), ("broadcast.create", "")).await;
        let here = format!("{ALL}{}/", id(&made));
        s.does("agent", (Method::PUT, &here, input.clone()), ("broadcast.update", id(&made))).await;
        s.does("chef", (Method::PATCH, &here, json!({"title": "B"})), ("broadcast.update", id(&made))).await;
        for (step, action, body) in [
            ("schedule", "broadcast.schedule", json!({"scheduled_at": "2027-03-04T09:00:00"})),
            ("send_now", "broadcast.send", json!({})),
            ("pause", "broadcast.pause", json!({})),
            ("resume", "broadcast.resume", json!({})),
            ("cancel", "broadcast.cancel", json!({})),
        ] {
            let path = format!("{here}{step}/");
            s.does("chef", (Method::POST, &path, body), (action, id(&made))).await;
        }
        let other = s.does("chef", (Method::POST, ALL, input), ("broadcast.create", "")).await;
        s.does("agent", (Method::DELETE, &format!("{ALL}{}/", id(&other)), Value::Null), ("broadcast.delete", id(&other))).await;
        assert_eq!(s.trail().await, s.done);
        // What is refused changes nothing and is not called done.
        assert_eq!(s.call("chef", Method::POST, &format!("{here}cancel/"), json!({})).await.status, 409);
        assert_eq!(s.call("agent", Method::POST, &format!("{here}send_now/"), json!({})).await.status, 403);
        assert_eq!(s.trail().await, s.done);
    }
}
