//! A message tells nothing where others can read it by the time it leaves: what it would have
//! said stands behind its link.

use std::time::Duration;

use clinic::patients::api::{Wording, WordingSource, choose_wording};
use kernel::{Id, Phone};
use serde_json::json;
use store::{Sql, StoreError, params};
use testkit::{clinic::PUBLIC_URL, on_both_engines, twilio::FakeTwilio};

use crate::{
    broadcasts::{ACTIVE, Scene},
    withdrawn::{
        AWA, LATER, between_tries, by_whatsapp, outbox, reminder, stand, undelivered, with_twilio,
    },
};

/// Longer than what was decided about a message is taken for true.
const A_WHILE: Duration = Duration::from_secs(120);
const SEALED: Sql =
    Sql::new("SELECT body AS value FROM message_seal WHERE tenant_id = $1 ORDER BY made_at");
const ASKING: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND asks = TRUE");

/// What stands behind the links.
async fn sealed(s: &Scene) -> Vec<String> {
    let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
    tx.all(SEALED, params![s.clinic.tenant]).await.unwrap()
}

/// How many calls take a key for an answer.
async fn asking(s: &Scene) -> i64 {
    let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
    tx.one(ASKING, params![s.clinic.tenant]).await.unwrap()
}

/// She has her say about the number, whoever else has it.
async fn chose_openness(s: &Scene, patient: &str) {
    let (app, ctx) = (s.clinic.app.clone(), s.clinic.ctx());
    let of = (
        Id::from_uuid(patient.parse().unwrap()),
        AWA.parse::<Phone>().unwrap(),
    );
    let written: Result<(), StoreError> = s
        .clinic
        .app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let how = (Wording::Overt, WordingSource::Desk);
                choose_wording(tx, &app, &ctx, (of.0, &of.1), how).await
            })
        })
        .await;
    written.unwrap();
}

/// What the provider took, one text.
fn taken(twilio: &FakeTwilio) -> String {
    let bodies = twilio.accepted_by_body();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    bodies.into_keys().next().unwrap()
}

on_both_engines! {
    async fn what_waits_until_others_have_the_number_tells_nothing(db) {
        let (mut s, twilio, awa) = with_twilio(&db, [LATER]).await;
        reminder(&s, &awa, json!({})).await;
        between_tries(&s).await;
        assert!(outbox(&s).await[0]["body"].as_str().unwrap().contains("Visite de suivi"));
        s.patient("Moussa", AWA, ACTIVE).await;
        s.clock.advance(A_WHILE);
        stand(&s, &[("sms", "accepted")]).await;
        let text = taken(&twilio);
        assert!(text.starts_with("Clinique demo. Une information vous attend") && text.contains(&format!("{PUBLIC_URL}/p/")), "{text}");
        assert!(!text.contains("Visite") && !text.contains("Awa"), "{text}");
        assert_eq!(outbox(&s).await[0]["body"], json!(text), "what was sent is what is shown");
        let behind = sealed(&s).await;
        assert!(behind.len() == 1 && behind[0].contains("Awa") && behind[0].contains("Visite de suivi"), "{behind:?}");
        assert!(!behind[0].contains("/p/"), "{behind:?}");
        s.clinic.stop_work().await;
    }

    async fn a_call_that_waited_so_long_names_nobody_and_takes_no_key(db) {
        let (mut s, twilio, awa) = with_twilio(&db, [LATER]).await;
        reminder(&s, &awa, json!({"method": "call", "medication_list": "Aspirine"})).await;
        between_tries(&s).await;
        assert_eq!(asking(&s).await, 1);
        s.patient("Moussa", AWA, ACTIVE).await;
        s.clock.advance(A_WHILE);
        stand(&s, &[("voice", "accepted")]).await;
        assert_eq!(twilio.calls().len(), 1);
        let said = outbox(&s).await[0]["body"].as_str().unwrap().to_owned();
        assert!(said.contains("Une information vous attend") && !said.contains("http") && !said.contains("Aspirine"), "{said}");
        assert_eq!((asking(&s).await, sealed(&s).await.len()), (0, 0));
        s.clinic.stop_work().await;
    }

    async fn what_follows_by_another_way_tells_nothing_either(db) {
        let (mut s, twilio, awa) = with_twilio(&db, []).await;
        by_whatsapp(&s).await;
        reminder(&s, &awa, json!({"method": "whatsapp", "medication_list": "Aspirine"})).await;
        let rows = stand(&s, &[("whatsapp", "accepted")]).await;
        assert!(rows[0]["body"].as_str().unwrap().contains("Aspirine"), "{rows:?}");
        s.patient("Moussa", AWA, ACTIVE).await;
        undelivered(&s, &twilio, &rows[0]).await;
        let rows = stand(&s, &[("whatsapp", "failed"), ("sms", "accepted")]).await;
        let text = rows[1]["body"].as_str().unwrap();
        assert!(text.contains("Une information vous attend") && text.contains("/p/") && !text.contains("Visite"), "{text}");
        s.clinic.stop_work().await;
    }

    async fn who_wants_it_said_openly_reads_it_openly(db) {
        let (mut s, twilio, awa) = with_twilio(&db, [LATER]).await;
        reminder(&s, &awa, json!({})).await;
        between_tries(&s).await;
        s.patient("Moussa", AWA, ACTIVE).await;
        chose_openness(&s, &awa).await;
        s.clock.advance(A_WHILE);
        stand(&s, &[("sms", "accepted")]).await;
        let text = taken(&twilio);
        assert!(text.contains("Visite de suivi") && sealed(&s).await.is_empty(), "{text}");
        s.clinic.stop_work().await;
    }
}
