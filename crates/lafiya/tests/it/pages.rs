//! Every page, in both languages, as a browser without scripts sees it.

use testkit::{
    clinic::TestClinic,
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
};

/// A clinic with a patient's message, an answer, a note and a shared phone.
async fn lively(db: &TestDb) -> (TestClinic, String, String) {
    let mut clinic = TestClinic::new(db).await;
    clinic.start_work();
    let patient = clinic.patient("Awa", "Diop", "77 200 00 01").await;
    clinic.patient("Moussa", "Faye", "77 300 00 01").await;
    clinic.patient("Binta", "Faye", "77 300 00 01").await;
    for (from, text) in [
        ("+221772000001", "<b>Bonjour</b>"),
        ("+221773000001", "Qui ?"),
        ("+33772000001", "Moi"),
    ] {
        clinic
            .webhook("whatsapp", &clinic.whatsapp(from, text))
            .await;
    }
    let conversation = eventually(
        "three conversations",
        std::time::Duration::from_secs(20),
        || async {
            let (count, rows) = clinic::inbox::api::conversations(
                &clinic.app,
                &clinic.ctx(),
                clinic::inbox::api::ConversationStatus::Open,
                kernel::PageRequest::default(),
            )
            .await
            .unwrap();
            let found = rows.iter().find(|row| row.patient_id == Some(patient))?;
            (count == 3).then_some(found.id)
        },
    )
    .await;
    let reply = clinic::inbox::api::Reply {
        body: "À demain.".into(),
        channel: None,
        once: "1".into(),
    };
    clinic::inbox::api::reply(&clinic.app, &clinic.ctx(), conversation, reply)
        .await
        .unwrap();
    clinic::inbox::api::note(&clinic.app, &clinic.ctx(), conversation, "Rappeler")
        .await
        .unwrap();
    (clinic, conversation.to_string(), patient.to_string())
}

on_both_engines! {
    async fn every_page_is_whole_in_both_languages(db) {
        let (mut clinic, conversation, patient) = lively(&db).await;
        let admin = Session::of(&clinic, "admin").await;
        for path in [
            "/inbox".to_owned(),
            "/inbox?status=closed".to_owned(),
            format!("/inbox/{conversation}"),
            format!("/inbox/{conversation}/thread"),
            "/inbox/list?status=open".to_owned(),
            "/patients".to_owned(),
            "/patients?search=diop".to_owned(),
            "/patients/rows".to_owned(),
            "/patients/new".to_owned(),
            format!("/patients/{patient}"),
            "/work".to_owned(),
            "/outbox".to_owned(),
            "/outbox?state=failed&channel=sms&search=77".to_owned(),
            "/settings/providers".to_owned(),
            "/simulator".to_owned(),
            "/simulator?phone=%2B221772000001&channel=whatsapp".to_owned(),
            "/simulator?phone=%2B221772000001&channel=voice".to_owned(),
        ] {
            for lang in ["fr", "en"] {
                let and = if path.contains('?') { '&' } else { '?' };
                let plain = path.contains("/thread") || path.contains("/rows") || path.contains("/list");
                let url = if plain { path.clone() } else { format!("{path}{and}lang={lang}") };
                let page = admin.get(&url).await;
                assert_eq!(page.status, 200, "{url}: {}", page.text);
                assert!(!page.text.contains('⟦'), "{url} lacks a text: {}", page.text);
                assert!(!page.text.contains("<b>Bonjour"), "{url} shows markup of a patient");
                assert!(plain || page.text.contains(&format!("<html lang=\"{lang}\"")), "{url}");
                assert!(!page.text.contains("<script>") && !page.text.contains(" style="), "{url} breaks the CSP");
            }
        }
        clinic.stop_work().await;
    }

    async fn a_form_needs_its_secret_and_works_without_scripts(db) {
        let (mut clinic, conversation, _) = lively(&db).await;
        let agent = Session::of(&clinic, "agent").await;
        let reply = format!("/inbox/{conversation}/reply");
        let fields = [("body", "Venez à 9 h."), ("channel", "whatsapp"), ("reply_id", "abc")];
        assert_eq!(agent.post(&reply, &fields).await.status, 403, "no secret");
        let csrf = agent.csrf().await;
        let wrong = [("csrf", "0123"), fields[0], fields[1], fields[2]];
        assert_eq!(agent.post(&reply, &wrong).await.status, 403, "another secret");
        let right = [("csrf", csrf.as_str()), fields[0], fields[1], fields[2]];
        for _ in 0..2 {
            let answer = agent.post(&reply, &right).await;
            assert_eq!(answer.status, 303);
            assert_eq!(answer.headers["location"], format!("/inbox/{conversation}"));
        }
        let page = agent.get(&format!("/inbox/{conversation}")).await.text;
        assert_eq!(page.matches("<p>Venez à 9 h.</p>").count(), 1, "pressed twice, sent once");
        for (action, field) in [("note", ("body", "Vu")), ("status", ("status", "closed")), ("assign", ("user_id", ""))] {
            let path = format!("/inbox/{conversation}/{action}");
            assert_eq!(agent.post(&path, &[("csrf", &csrf), field]).await.status, 303, "{action}");
        }
        let wrong = agent.post("/patients/new", &[("csrf", &csrf), ("first_name", "Zoé"), ("phone", "12")]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("value=\"Zoé\"") && wrong.text.contains("e-phone"), "what was typed is kept");
        clinic.stop_work().await;
    }

    async fn pages_are_for_those_who_may_see_them(db) {
        let (mut clinic, conversation, _) = lively(&db).await;
        clinic.another("autre", "+221338210001").await;
        let path = format!("/inbox/{conversation}");
        let nobody = Session::with(&clinic, "session=forged".into());
        let answer = nobody.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()),
            (303, format!("/sign-in?next=%2Finbox%2F{conversation}").as_str()));
        let patient = Session::of(&clinic, "patient").await;
        assert_eq!(patient.get(&path).await.status, 403);
        let theirs = Session::of(&clinic, "autre-agent").await;
        assert_eq!(theirs.get(&path).await.status, 404);
        let agent = Session::of(&clinic, "agent").await;
        assert_eq!(agent.get("/work").await.status, 403);
        let page = agent.get(&path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["cache-control"], "no-store");
        clinic.stop_work().await;
    }

    async fn a_long_list_of_patients_has_pages(db) {
        let clinic = TestClinic::new(&db).await;
        for number in 10..35 {
            clinic.patient("Awa", &format!("Diop{number}"), &format!("77 200 00 {number}")).await;
        }
        let browser = Session::of(&clinic, "agent").await;
        let first = browser.get("/patients?search=awa").await.text;
        assert!(first.contains("href=\"/patients?search=awa&#38;page=2\"") || first.contains("href=\"/patients?search=awa&amp;page=2\""), "{first}");
        assert_eq!(first.matches("class=\"title\"").count(), 20);
        let second = browser.get("/patients?search=awa&page=2").await.text;
        assert!(second.contains("Page 2 sur 2") && second.contains("rel=\"prev\""), "{second}");
        assert_eq!(second.matches("class=\"title\"").count(), 5);
        let part = browser.get("/patients/rows?search=awa").await.text;
        assert!(part.contains("href=\"/patients?search=awa"), "a part links to the whole page");
        assert_eq!(browser.get("/patients?page=9").await.status, 404);
    }
}
