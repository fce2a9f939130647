//! Both sides of one conversation, in headless Chromium against the real binary.

use std::{fs, process::Command, time::Duration};

use serde_json::Value;
use testkit::{
    browser::{Browser, Running, free_port},
    db::eventually,
};

pub(crate) struct Demo {
    pub(crate) base: String,
    users: Value,
    _server: Running,
    _data: tempfile::TempDir,
}

impl Demo {
    pub(crate) async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let base = format!("http://127.0.0.1:{}", free_port().unwrap());
        let server = Running::start(
            Command::new(env!("CARGO_BIN_EXE_lafiya"))
                .args([
                    "demo",
                    "--listen",
                    base.trim_start_matches("http://"),
                    "--data",
                ])
                .arg(data.path()),
        )
        .unwrap();
        let client = testkit::twilio::webhook_client().unwrap();
        let url = format!("{base}/readyz");
        eventually("the server", Duration::from_secs(60), || async {
            client
                .get(&url)
                .send()
                .await
                .ok()
                .filter(|answer| answer.status().is_success())
                .map(drop)
        })
        .await;
        let file = data.path().join("demo-credentials.json");
        let credentials: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        Self {
            base,
            users: credentials["users"].clone(),
            _server: server,
            _data: data,
        }
    }

    pub(crate) async fn sign_in(&self, browser: &Browser, role: &str, password: Option<&str>) {
        let user = &self.users[role];
        browser.goto(&format!("{}/sign-in", self.base)).await;
        browser
            .fill("input[name=username]", user["username"].as_str().unwrap())
            .await;
        let password = password.unwrap_or_else(|| user["password"].as_str().unwrap());
        browser.fill("input[name=password]", password).await;
        browser.click("main button").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_of_a_conversation() {
    let demo = Demo::start().await;
    let (desk, phone) = (Browser::open(true).await, Browser::open(true).await);

    demo.sign_in(&desk, "agent", Some("un mauvais mot")).await;
    desk.shows("main [role=alert]", "Vérifiez").await;
    demo.sign_in(&desk, "agent", None).await;
    desk.shows("main", "Aucune conversation").await;

    demo.sign_in(&phone, "admin", None).await;
    phone.shows("main", "Messages").await;
    phone.goto(&format!("{}/simulator", demo.base)).await;
    let number = phone
        .run("return document.querySelector('select[name=phone] option').value")
        .await;
    let name = phone.run("return document.querySelector('select[name=phone] option').textContent.split(' (')[0].split(',')[0]").await;
    let number = number.as_str().unwrap().trim_start_matches('+').to_owned();
    phone
        .goto(&format!(
            "{}/simulator?phone=%2B{number}&channel=whatsapp",
            demo.base
        ))
        .await;
    phone
        .fill("textarea[name=body]", "Bonjour, j'ai de la fièvre")
        .await;
    phone.click("#phone-send").await;

    // Nobody reloads: the open inbox hears of it.
    desk.shows("#list", "j'ai de la fièvre").await;
    desk.shows("#list", name.as_str().unwrap()).await;
    desk.shows("#list", "1 nouveau").await;
    desk.click("#list a").await;
    desk.shows("#thread", "j'ai de la fièvre").await;
    desk.fill("#answer", "Venez à 9 h.").await;
    desk.click("#send").await;
    desk.shows("#thread", "Venez à 9 h.").await;
    desk.shows("#thread", "simulé").await;
    phone.shows("#screen", "Venez à 9 h.").await;

    // And the other way round, into the open conversation.
    phone.fill("textarea[name=body]", "Merci, à demain").await;
    phone.click("#phone-send").await;
    desk.shows("#thread", "Merci, à demain").await;

    desk.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        .await;
    desk.fill("#note", "Prévenir le laboratoire").await;
    desk.run("document.querySelector('#note').form.submit()")
        .await;
    desk.shows("#thread", "Prévenir le laboratoire").await;
    assert!(
        !phone.text().await.contains("laboratoire"),
        "a note stays in the house"
    );

    let address = desk.run("return location.pathname").await;
    desk.goto(&format!(
        "{}{}?lang=en",
        demo.base,
        address.as_str().unwrap()
    ))
    .await;
    desk.shows("#thread", "simulated").await;
    desk.close().await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_works_without_scripts() {
    let demo = Demo::start().await;
    let desk = Browser::open(false).await;
    demo.sign_in(&desk, "admin", None).await;
    desk.shows("main", "Aucune conversation").await;
    desk.goto(&format!(
        "{}/simulator?phone=%2B221779999999&channel=sms",
        demo.base
    ))
    .await;
    desk.fill("textarea[name=body]", "Sans script").await;
    desk.click("#phone-send").await;
    // Without scripts one looks again; the message is there within a second or so.
    eventually(
        "the message in the inbox",
        Duration::from_secs(15),
        || async {
            desk.goto(&format!("{}/inbox", demo.base)).await;
            desk.text_of("#list")
                .await
                .contains("Sans script")
                .then_some(())
        },
    )
    .await;
    desk.click("#list a").await;
    desk.fill("#answer", "Bien reçu").await;
    desk.click("#send").await;
    desk.shows("#thread", "Bien reçu").await;
    desk.close().await;
}
