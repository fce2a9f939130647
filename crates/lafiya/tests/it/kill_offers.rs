//! The server dies while places become free and are offered to those who wait: each
//! place goes to one person, and each person hears of it once.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use kernel::{Clock, Rng, Zone};
use reqwest::Method;
use serde_json::{Value, json};
use store::{EngineKind, Sql, params};
use testkit::{db::eventually, twilio::Fault};

use crate::{
    kill::{REST, chance},
    server::{LIMIT, Site, tenant},
    servers_on_both_engines,
};

const ALL: &str = "/api/v1/appointments/";
const LIST: &str = "/api/v1/waiting-list/";
const PLACES: usize = 5;
/// Two more than places, who come up when others leave.
const WAITING: usize = 7;
const SET_ZONE: Sql = Sql::new("UPDATE tenant SET zone = $1");
/// The Congo has two zones: whoever has a number there sleeps when the clinic does.
const TO_THE_CONGO: Sql = Sql::new(
    "UPDATE contact_point SET phone = '+243' || last_nine WHERE tenant_id = $1 AND phone NOT LIKE '+243%'",
);

/// It is about noon at the clinic and for its patients, or they would be let sleep.
pub async fn at_noon(site: &Site) {
    let utc = i32::from(Clock::system().now().minute_of_day(&Zone::utc()) / 60);
    // The names count westwards (POSIX).
    let zone = format!("Etc/GMT{:+}", utc - 12);
    Zone::named(&zone).expect("a zone of whole hours");
    let store = site.store().await;
    let set = store.write(store::Scope::System, move |tx| {
        Box::pin(tx.execute(SET_ZONE, params![zone]))
    });
    assert_eq!(set.await.unwrap(), 1);
    let tenant = tenant(&store).await;
    let moved = store.write(tenant, move |tx| {
        Box::pin(tx.execute(TO_THE_CONGO, params![tenant]))
    });
    assert!(moved.await.unwrap() > 0);
    store.close().await;
}

/// Free places of the demo's doctor, each for one patient, from the day after tomorrow on.
async fn places(site: &Site, token: &str, doctor: &str) -> Vec<Value> {
    let now = Clock::system().now();
    let day = |days: u64| {
        now.plus(Duration::from_secs(days * 86_400))
            .day(&Zone::utc())
    };
    let path = format!(
        "/api/v1/availabilities/available-slots/?medecin={doctor}&date_start={}&date_end={}",
        day(2),
        day(10)
    );
    let slots = site.call(token, Method::GET, &path, None).await.unwrap().1;
    let slots = slots.as_array().unwrap().iter();
    let single = slots.filter(|slot| slot["max_consultations"] == 1);
    single.take(PLACES).cloned().collect()
}

/// Calls until an answer comes that is not the server's end; 409 is what a repetition of
/// a call meets whose answer was lost.
async fn insist(site: &Site, token: &str, method: Method, path: &str) {
    eventually("an answer between two kills", LIMIT, || async {
        let (status, answer) = site
            .call(token, method.clone(), path, Some(&json!({})))
            .await?;
        let done = status < 300 || status == 409;
        assert!(done || status >= 500, "{status} {answer}");
        done.then_some(())
    })
    .await;
}

async fn made(site: &Site, token: &str, path: &str, body: Value) -> Value {
    let (status, made) = site
        .call(token, Method::POST, path, Some(&body))
        .await
        .unwrap();
    assert!(status < 300, "{status} {made}");
    made
}

/// Offers as those who wait see them: to whom, of which visit.
async fn offers(site: &Site, token: &str) -> Option<Vec<(String, String, String)>> {
    let (status, page) = site
        .call(token, Method::GET, &format!("{LIST}?page_size=100"), None)
        .await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = (status == 200).then(|| page["results"].as_array().cloned())??;
    let offered = rows.iter().filter(|row| !row["offer"].is_null());
    let offered = offered.map(|row| {
        let offer = &row["offer"];
        (
            text(&row["id"]),
            text(&offer["appointment"]),
            text(&offer["start"]),
        )
    });
    Some(offered.collect())
}

/// Kills and starts the server `times` times, each a little further on, or when nothing
/// moves any more.
async fn kills(site: &Site, server: &mut tokio::process::Child, rng: &Rng, times: usize) {
    for _ in 0..times {
        let until = site.twilio.attempts() + usize::try_from(rng.below(3)).unwrap();
        let moves = site.twilio.wait_for_attempts(until);
        let _ = tokio::time::timeout(Duration::from_millis(rng.below(400)), moves).await;
        server.kill().await.unwrap();
        *server = site.start().await;
    }
}

async fn freed_places(kind: EngineKind) {
    let (site, rng) = (Site::new(kind).await, chance());
    let slow = || Fault::Slow {
        millis: rng.below(40),
    };
    site.twilio.script((0..200).map(|_| slow()));
    let mut server = site.start().await;
    server.kill().await.unwrap();
    at_noon(&site).await;
    server = site.start().await;

    let (desk, doctor) = (site.sign_in().await, site.sign_in_as("medecin").await);
    let doctors = site
        .call(&desk, Method::GET, "/api/v1/auth/medecins/", None)
        .await;
    let id = doctors.unwrap().1["results"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let slots = places(&site, &desk, &id).await;
    assert_eq!(slots.len(), PLACES);
    let patients = site.list(&desk, "/api/patients/list/?").await;
    let mut numbers = BTreeSet::new();
    let own: Vec<&Value> = patients
        .iter()
        .filter(|patient| numbers.insert(patient["phone"].to_string()))
        .collect();
    let mut visits = Vec::new();
    for slot in &slots {
        let wish = json!({"patient": own[0]["id"], "medecin": id, "requested_start": slot["datetime"], "requested_end": slot["end_datetime"]});
        let visit = made(&site, &desk, ALL, wish).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        made(&site, &doctor, &format!("{ALL}{visit}/confirm/"), json!({})).await;
        visits.push(visit);
    }
    let (first, last) = (&slots[0]["datetime"], &slots[PLACES - 1]["datetime"]);
    let day = |at: &Value| at.as_str().unwrap()[..10].to_owned();
    for patient in &own[1..=WAITING] {
        let wish = json!({"patient": patient["id"], "medecin": id, "date_start": day(first), "date_end": day(last)});
        made(&site, &desk, LIST, wish).await;
    }

    let cancelled = join_all(visits.iter().map(async |visit| {
        insist(&site, &desk, Method::POST, &format!("{ALL}{visit}/cancel/")).await;
    }));
    tokio::join!(cancelled, kills(&site, &mut server, &rng, 5));
    let five = async || {
        eventually("five open offers", REST, || async {
            let offers = offers(&site, &desk).await?;
            (offers.len() == PLACES).then_some(offers)
        })
        .await
    };
    let first = five().await;
    let left = join_all(first[..2].iter().map(async |(wish, _, _)| {
        insist(&site, &desk, Method::DELETE, &format!("{LIST}{wish}/")).await;
    }));
    tokio::join!(left, kills(&site, &mut server, &rng, 3));
    let second = five().await;

    let times: BTreeSet<_> = second.iter().map(|(_, _, start)| start).collect();
    assert_eq!(times.len(), PLACES, "a place went to two: {second:?}");
    let asked: BTreeSet<_> = first.iter().chain(&second).map(|(wish, ..)| wish).collect();
    assert_eq!(asked.len(), WAITING, "{first:?} {second:?}");
    let told = || {
        let offer = |body: &str| body.contains("lace libre le") || body.contains("ree place on");
        let sent = site.twilio.accepted().into_iter();
        let told = sent.filter(|sent| offer(&sent.body));
        told.map(|sent| sent.to).collect::<Vec<String>>()
    };
    eventually("everybody to be told", REST, || async {
        (told().len() >= WAITING).then_some(())
    })
    .await;
    eventually("the outbox to come to rest", REST, || async {
        let queued = site.count(&desk, "/api/v1/outbox/?state=queued").await?;
        let sending = site.count(&desk, "/api/v1/outbox/?state=sending").await?;
        (queued + sending == 0).then_some(())
    })
    .await;
    let told = told();
    let people: BTreeSet<_> = told.iter().collect();
    assert_eq!((told.len(), people.len()), (WAITING, WAITING), "{told:?}");
}

servers_on_both_engines! {
    a_freed_place_goes_to_one_who_hears_of_it_once: freed_places;
}
