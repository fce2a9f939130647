//! Entering records in headless Chromium against the real binary: how many
//! interactions it takes, and that nothing typed is ever lost.

use serde_json::json;
use testkit::browser::Browser;

use crate::browser::Demo;

/// A person at the keyboard: a click, or a field filled in and left, is one interaction.
struct Hand<'b> {
    browser: &'b Browser,
    count: u32,
}

impl Hand<'_> {
    async fn fill(&mut self, key: &str, text: &str) {
        self.browser.fill(&format!("[name={key}]"), text).await;
        self.count += 1;
    }

    async fn click(&mut self, css: &str) {
        self.browser.click(css).await;
        self.count += 1;
    }
}

async fn registration(hand: &mut Hand<'_>) {
    for (key, text) in [
        ("nom", "Diop"),
        ("postnom", "Mbaye"),
        ("prenom", "Fatou"),
        ("age", "34"),
    ] {
        hand.fill(key, text).await;
    }
    hand.click("#f-sexe label:nth-child(2)").await;
    for (key, text) in [
        ("telephone", "77 512 34 56"),
        ("occupation", "Couturière"),
        ("avenue", "Rue 10"),
        ("quartier", "Médina"),
        ("commune", "Dakar"),
        ("contact_nom", "Ali Diop"),
        ("contact_telephone", "77 512 34 57"),
    ] {
        hand.fill(key, text).await;
    }
    hand.click("#f-meme_adresse").await;
}

async fn the_day(hand: &mut Hand<'_>) {
    hand.fill("motif_consultation", "Fièvre et frissons").await;
    hand.fill("temperature", "38,6").await;
    hand.fill("tension_arterielle", "12/8").await;
    hand.fill("pouls", "98").await;
    hand.click("#nothing-found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_and_a_follow_up_take_few_interactions() {
    let demo = Demo::start().await;
    let desk = Browser::open(true).await;
    demo.sign_in(&desk, "medecin", None).await;
    desk.shows("main", "Aucune conversation").await;
    desk.goto(&format!("{}/consultations", demo.base)).await;

    let mut hand = Hand {
        browser: &desk,
        count: 0,
    };
    hand.click("main a.primary").await;
    desk.shows("h1", "Nouvelle consultation").await;
    registration(&mut hand).await;
    the_day(&mut hand).await;
    hand.click("#save").await;
    desk.shows("h1", "Fatou Diop").await;
    desk.shows("main", "38,6").await;
    assert!(hand.count <= 20, "a registration took {}", hand.count);

    let mut hand = Hand {
        browser: &desk,
        count: 0,
    };
    hand.click("main a[href*='new?patient']").await;
    desk.shows(".last > summary", "Dernière consultation").await;
    the_day(&mut hand).await;
    hand.fill("spo2", "97").await;
    hand.fill("frequence_respiratoire", "18").await;
    hand.click("#save").await;
    desk.shows(".vitals", "avant").await;
    assert!(hand.count <= 12, "a follow-up took {}", hand.count);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_survives_a_lost_connection_and_a_closed_page() {
    let demo = Demo::start().await;
    let desk = Browser::open(true).await;
    demo.sign_in(&desk, "medecin", None).await;
    desk.shows("main", "Aucune conversation").await;
    let new = format!("{}/consultations/new", demo.base);

    desk.goto(&new).await;
    desk.fill("[name=nom]", "Ndiaye").await;
    desk.shows("#kept", "Enregistré à").await;
    assert_eq!(
        kept_here(&desk).await,
        0,
        "the server has it: not this device"
    );

    // Somebody closes the page and comes back.
    desk.goto(&format!("{}/patients", demo.base)).await;
    desk.goto(&new).await;
    desk.shows("main", "Reprendre ce qui était tapé").await;
    desk.click("#resume").await;
    desk.shows("h1", "Ndiaye").await;

    // The connection breaks; what is typed stays on this device, and goes to the
    // server once it is back.
    desk.offline(true).await;
    desk.fill("[name=prenom]", "Mariama").await;
    desk.shows("#kept", "Hors ligne").await;
    let here = desk.run("return {...localStorage}").await;
    assert_eq!(here.as_object().unwrap().len(), 1, "{here}");
    desk.offline(false).await;
    desk.shows("#kept", "Enregistré à").await;
    assert_eq!(kept_here(&desk).await, 0);

    // The browser was closed before the connection came back: the device offers it.
    desk.goto(&format!("{}/patients", demo.base)).await;
    desk.run("const forget = new URLSearchParams({csrf: document.querySelector('[name=csrf]').value, next: '/'}); return fetch('/consultations/drafts/new/drop', {method: 'POST', body: forget}).then(() => 1)").await;
    let keep = format!(
        "Object.entries({here}).forEach(([key, value]) => localStorage.setItem(key, value))"
    );
    desk.run(&keep).await;
    desk.goto(&new).await;
    desk.shows("#offer", "Reprendre ce qui était tapé").await;
    desk.click("#offer [data-take]").await;
    let name = desk
        .run("return document.querySelector('[name=prenom]').value")
        .await;
    assert_eq!(name, json!("Mariama"));
    desk.shows("#kept", "Enregistré à").await;
    assert_eq!(kept_here(&desk).await, 0);

    // Who signs out leaves nothing on the device.
    desk.run("localStorage.setItem('record-draft:x:new', '{}')")
        .await;
    desk.run("document.querySelector('[data-sign-out]').requestSubmit()")
        .await;
    desk.shows("main", "Se connecter").await;
    assert_eq!(kept_here(&desk).await, 0);
    desk.close().await;
}

async fn kept_here(browser: &Browser) -> u64 {
    let count = browser.run("return localStorage.length").await;
    count.as_u64().unwrap()
}

/// The system's time on a slow network, as a person waits for it: printed, not judged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, run by hand"]
#[expect(
    clippy::print_stdout,
    reason = "a measurement is read by who asks for it"
)]
async fn the_time_a_slow_network_takes() {
    let demo = Demo::start().await;
    let desk = Browser::open(true).await;
    demo.sign_in(&desk, "medecin", None).await;
    desk.shows("main", "Aucune conversation").await;
    // What a second visit finds in the browser's store.
    desk.goto(&format!("{}/consultations/new", demo.base)).await;
    desk.slow(250, 600).await;
    let begun = std::time::Instant::now();
    desk.goto(&format!("{}/consultations/new", demo.base)).await;
    println!("the form: {:?}", begun.elapsed());
    let mut hand = Hand {
        browser: &desk,
        count: 0,
    };
    registration(&mut hand).await;
    the_day(&mut hand).await;
    desk.shows("#kept", "Enregistré à").await;
    let begun = std::time::Instant::now();
    desk.click("#save").await;
    desk.shows("h1", "Fatou Diop").await;
    println!("saved and shown: {:?}", begun.elapsed());
    desk.close().await;
}
