//! Two servers on one database, as a clinic that grew has them.

use futures_util::{StreamExt, stream};
use kernel::{Clock, Zone};
use reqwest::Method;
use serde_json::{Value, json};
use store::EngineKind;

use crate::server::Site;

const HOURS: &str = "/api/v1/availabilities/";

/// Ten places at each of five half hours on a Sunday, when the demo's doctor has none else.
async fn sunday(site: &Site, doctor: &str) -> Vec<Value> {
    let admin = site.sign_in_as("admin").await;
    let hours = json!({"medecin": doctor, "day_of_week": 6, "start_time": "08:00", "end_time": "10:30", "max_consultations": 10});
    let made = site
        .call(&admin, Method::POST, HOURS, Some(&hours))
        .await
        .unwrap();
    assert_eq!(made.0, 201, "{}", made.1);
    let day = |days: u64| {
        let now = Clock::system().now();
        now.plus(std::time::Duration::from_secs(days * 86_400))
            .day(&Zone::utc())
    };
    let path = format!(
        "{HOURS}available-slots/?medecin={doctor}&date_start={}&date_end={}",
        day(1),
        day(8)
    );
    let slots = site.call(&admin, Method::GET, &path, None).await.unwrap().1;
    let ours = slots
        .as_array()
        .unwrap()
        .iter()
        .filter(|slot| slot["max_consultations"] == 10);
    ours.take(5).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_two_servers_on_fifty_places_are_fifty() {
    let site = Site::new(EngineKind::Postgres).await;
    let _first = site.start().await;
    let (_second, other) = site.start_beside().await;
    let token = site.sign_in().await;
    let doctors = site
        .call(&token, Method::GET, "/api/v1/auth/medecins/", None)
        .await
        .unwrap()
        .1;
    let doctor = doctors["results"][0]["id"].as_str().unwrap();
    let slots = sunday(&site, doctor).await;
    let patients = site.list(&token, "/api/patients/list/?").await;
    let patient = &patients[0]["id"];
    let tries = stream::iter((0..200).map(|n: usize| {
        let slot = &slots[n % 5];
        let wish = json!({"patient": patient, "medecin": doctor, "requested_start": slot["datetime"], "requested_end": slot["end_datetime"]});
        let server = if n.is_multiple_of(2) { site.address } else { other };
        let url = format!("http://{server}/api/v1/appointments/");
        let asked = site.client.post(url).bearer_auth(&token).json(&wish).send();
        async move {
            let answer = asked.await.unwrap();
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap();
            (status, body["code"].as_str().map(str::to_owned))
        }
    }));
    let answers: Vec<_> = tries.buffer_unordered(200).collect().await;
    let full = (409, Some("slot-full".to_owned()));
    let (made, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.0 == 201);
    let odd: Vec<_> = others.iter().filter(|answer| **answer != full).collect();
    assert_eq!((made.len(), odd), (50, Vec::new()));
}
