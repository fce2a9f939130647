//! Appointments in headless Chromium against the real binary: four taps on a small
//! phone without scripts, and an agenda that hears of them.

use serde_json::json;
use testkit::browser::Browser;

use crate::browser::Demo;

/// A phone that taps, and looks whether all of the page fits.
struct Phone {
    browser: Browser,
    taps: u32,
}

impl Phone {
    async fn tap(&mut self, css: &str) {
        self.browser.click(css).await;
        self.taps += 1;
    }

    async fn fits(&self) {
        let wide =
            "const page = document.documentElement; return [page.clientWidth, page.scrollWidth]";
        let wide = self.browser.run(wide).await;
        assert_eq!(wide, json!([320, 320]), "{}", self.browser.text().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_books_in_four_taps_and_the_desk_sees_it_at_once() {
    let demo = Demo::start().await;
    let desk = Browser::open(true).await;
    demo.sign_in(&desk, "agent", None).await;
    desk.shows("main", "Aucune conversation").await;
    desk.goto(&format!("{}/agenda", demo.base)).await;
    desk.shows("#board", "À confirmer").await;
    let before = desk.text_of("#waiting .count").await;

    let mut phone = Phone {
        browser: Browser::narrow(false, 320).await,
        taps: 0,
    };
    demo.sign_in(&phone.browser, "patient", None).await;
    phone.browser.shows("h1", "Mon profil").await;
    phone
        .browser
        .goto(&format!("{}/my/appointments", demo.base))
        .await;
    phone.fits().await;
    // One doctor only: there is nobody to choose.
    phone.tap("main a.primary").await;
    phone.browser.shows("h1", "Quel jour").await;
    phone.fits().await;
    phone.tap("main .rows li:last-child a").await;
    phone.browser.shows("h1", "À quelle heure").await;
    phone.fits().await;
    phone.tap("main .times a:last-child").await;
    phone.browser.shows("h1", "Tout est bon").await;
    phone.fits().await;
    phone
        .browser
        .fill("textarea[name=message]", "Toux depuis hier")
        .await;
    phone.tap("main form button.primary").await;
    phone
        .browser
        .shows("main", "Votre demande est partie")
        .await;
    phone.fits().await;
    assert_eq!(phone.taps, 4);

    // Nobody reloads: the open agenda hears of it.
    desk.shows("#board", "Toux depuis hier").await;
    let after = desk.text_of("#waiting .count").await;
    let count = |text: &str| text.parse::<u32>().unwrap();
    assert_eq!(count(&after), count(&before) + 1);
    desk.close().await;
    phone.browser.close().await;
}
