//! The server dies while a broadcast goes out: everybody whom it is for gets it, once.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use store::EngineKind;
use testkit::db::eventually;

use crate::{
    kill::{REST, chance},
    kill_offers::at_noon,
    server::{LIMIT, Site},
    servers_on_both_engines,
};

const ALL: &str = "/api/messaging/broadcast/";
const PEOPLE: usize = 60;

async fn a_broadcast_reaches_everybody_once(kind: EngineKind) {
    let (site, rng) = (Site::new(kind).await, chance());
    let mut server = site.start().await;
    at_noon(&site).await;
    let token = site.sign_in_as("admin").await;
    for number in 0..PEOPLE {
        let phone = format!("+2438120{number:05}");
        let patient =
            json!({"first_name": "Awa", "last_name": format!("Diop {number}"), "phone": phone});
        let path = "/api/patients/";
        let (status, made) = site
            .call(&token, Method::POST, path, Some(&patient))
            .await
            .unwrap();
        assert_eq!(status, 201, "{made}");
        let path = format!("{path}{}/", made["patient_id"].as_str().unwrap());
        let active = json!({"status": "active"});
        let (status, made) = site
            .call(&token, Method::PATCH, &path, Some(&active))
            .await
            .unwrap();
        assert_eq!(status, 200, "{made}");
    }
    let sample = json!({"title": "Conseil", "content": "Buvez de l’eau", "category": "health_tip", "target_all_patients": true});
    let (_, one) = site
        .call(&token, Method::POST, ALL, Some(&sample))
        .await
        .unwrap();
    let here = format!("{ALL}{}/", one["id"].as_str().unwrap());
    let send = format!("{here}send_now/");
    let (status, started) = site
        .call(&token, Method::POST, &send, Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(status, 200, "{started}");
    for _ in 0..3 {
        let until = site.twilio.accepted().len() + 1 + usize::try_from(rng.below(10)).unwrap();
        let waiting = site.twilio.wait_for_accepted(until);
        let waited = tokio::time::timeout(LIMIT, waiting).await;
        waited.expect("messages at the provider between two kills");
        server.kill().await.unwrap();
        server = site.start().await;
    }
    let done = eventually("everybody to be written to", REST, || async {
        let (_, found) = site.call(&token, Method::GET, &here, None).await?;
        (found["pending_count"] == 0).then_some(found)
    })
    .await;
    let all = usize::try_from(done["deliveries_count"].as_i64().unwrap()).unwrap();
    assert!(all >= PEOPLE && done["status"] == "sent", "{done}");
    let mut by_number = BTreeMap::<String, usize>::new();
    // The demo's own reminders, by the hour of the day, are not among them.
    let ours = site.twilio.accepted();
    for message in ours.into_iter().filter(|one| one.body.contains("Buvez")) {
        *by_number.entry(message.to).or_default() += 1;
    }
    assert_eq!(by_number.len(), all, "nobody is left out");
    assert!(by_number.values().all(|times| *times == 1), "{by_number:?}");
}

servers_on_both_engines! {
    a_broadcast_reaches_everybody: a_broadcast_reaches_everybody_once;
}
