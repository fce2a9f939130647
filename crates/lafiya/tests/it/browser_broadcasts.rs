//! A broadcast in headless Chromium against the real binary: it fits a small phone, its
//! text is counted while it is written, and it moves while somebody looks.

use serde_json::json;
use testkit::browser::Browser;

use crate::browser::Demo;

async fn fits(phone: &Browser) {
    let wide = "const page = document.documentElement; return [page.clientWidth, page.scrollWidth]";
    let wide = phone.run(wide).await;
    assert_eq!(wide, json!([320, 320]), "{}", phone.text().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_is_counted_checked_and_sent() {
    let demo = Demo::start().await;
    let phone = Browser::narrow(false, 320).await;
    demo.sign_in(&phone, "agent", None).await;
    phone.shows("main", "Aucune conversation").await;
    phone.goto(&format!("{}/broadcasts", demo.base)).await;
    phone.shows("main", "Vaccination de dimanche").await;
    fits(&phone).await;
    phone.click("main tbody a").await;
    phone.shows("#board", "Avant d’envoyer").await;
    phone.shows("#board", "Dossier non actif").await;
    fits(&phone).await;
    phone.goto(&format!("{}/broadcasts/new", demo.base)).await;
    fits(&phone).await;
    phone.close().await;

    let desk = Browser::open(true).await;
    demo.sign_in(&desk, "admin", None).await;
    desk.shows("main", "Aucune conversation").await;
    desk.goto(&format!("{}/broadcasts/new", demo.base)).await;
    desk.fill("input[name=title]", "Conseil").await;
    desk.fill("textarea[name=content]", "Buvez de l’eau").await;
    desk.shows("#size", "1 SMS").await;
    desk.click("main form button.primary").await;
    desk.shows("#board", "Avant d’envoyer").await;
    desk.click("form[action$=send] button").await;
    desk.shows("main", "C’est parti").await;
    // By day it ends in the simulator, by night it waits for the morning.
    desk.shows("#board", "sur 15").await;
    desk.close().await;
}
