//! Broadcasts on pages, as a browser without scripts sees them.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::{
    clinic::{fault, ok},
    on_both_engines,
    session::Session,
};

use crate::broadcasts::{ALL, id, scene};

on_both_engines! {
    async fn a_broadcast_to_some_names_no_illness_test_or_treatment(db) {
        let s = scene(&db).await;
        let campaign = "Dépistage gratuit du diabète samedi";
        let all = s.written(json!({"content": campaign})).await;
        let some = json!({"title": "Dépistage", "content": campaign, "category": "prevention", "target_gender": "F"});
        let refused = ("content".to_owned(), "tells-health-of-some".to_owned());
        let is_refused = |answer: &testkit::clinic::Answer| {
            let (status, field, why) = fault(answer);
            assert_eq!((status, (field, why)), (400, refused.clone()), "{}", answer.text);
            assert!(answer.text.contains("«\u{202f}diabète\u{202f}»") && answer.text.contains("à tous les patients"), "{}", answer.text);
        };
        is_refused(&s.call("agent", Method::POST, ALL, some).await);
        // What all may read, some may not: the text is looked at again.
        let path = format!("{ALL}{}/", id(&all));
        is_refused(&s.call("agent", Method::PATCH, &path, json!({"target_gender": "F"})).await);
        let narrowed = json!({"target_gender": "F", "content": "Vaccination et moustiquaires samedi"});
        ok(s.call("agent", Method::PATCH, &path, narrowed).await);
        let agent = Session::of(&s.clinic, "agent").await;
        let form = [
            ("title", "Conseil"), ("category", "prevention"), ("content", "Votre cancer du sein"), ("audience", "some"),
            ("target_gender", "F"), ("target_age_min", ""), ("target_age_max", ""), ("pace", ""),
        ];
        for (lang, words) in [("fr", "«\u{202f}cancer\u{202f}»"), ("en", "“cancer”")] {
            let page = agent.submit(&format!("/broadcasts/new?lang={lang}"), &form).await;
            assert!(page.status == 400 && page.text.contains(words) && page.text.contains("e-content"), "{}", page.text);
        }
    }

    async fn staff_write_check_and_send_on_pages(db) {
        let s = scene(&db).await;
        s.patient("Awa", "+221772000001", ("active", Some("F"), Some("1990-05-17"))).await;
        s.patient("Binta", "+221772000002", ("inactive", Some("F"), None)).await;
        let (agent, chef) = (Session::of(&s.clinic, "agent").await, Session::of(&s.clinic, "chef").await);
        assert!(agent.get("/broadcasts").await.text.contains("Aucune diffusion pour le moment"));
        assert!(agent.get("/broadcasts/new").await.text.contains("Au plus 900 signes"));
        let fields = [
            ("title", "<b>Conseil"), ("category", "prevention"), ("content", "Vaccination { dimanche"), ("audience", "some"),
            ("target_gender", ""), ("target_age_min", ""), ("target_age_max", ""), ("pace", ""),
        ];
        let wrong = agent.submit("/broadcasts/new", &fields).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("e-content") && wrong.text.contains("e-audience") && wrong.text.contains("&#60;b&#62;Conseil"), "{}", wrong.text);
        let fields = [
            ("title", "<b>Conseil"), ("category", "prevention"), ("content", "Vaccination <i>dimanche"), ("audience", "some"),
            ("target_gender", "F"), ("target_age_min", "18"), ("target_age_max", ""), ("pace", ""),
        ];
        let made = agent.submit("/broadcasts/new", &fields).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let there = made.headers["location"].to_str().unwrap().to_owned();
        let page = agent.get(&there).await.text;
        assert!(page.contains("1 personne le recevra") && page.contains("Dossier non actif") && page.contains("1 SMS"), "{page}");
        assert!(page.contains("Clinique demo : Vaccination &#60;i&#62;dimanche"), "{page}");
        assert!(!page.contains("/send\"") && page.contains("Un administrateur peut envoyer"), "{page}");
        let size = agent.submit("/broadcasts/size", &[("content", "Ça va")]).await;
        assert!(size.status == 200 && size.text.contains("1 SMS"), "{}", size.text);
        let one = ok(s.get(ALL).await)["results"][0].clone();
        let here = format!("/broadcasts/{}", id(&one));
        for path in ["/broadcasts".to_owned(), "/broadcasts/new".to_owned(), here.clone(), format!("{here}/edit"), format!("{here}/board")] {
            for lang in ["fr", "en"] {
                let page = chef.get(&format!("{path}?lang={lang}")).await;
                if path.ends_with("board") {
                    continue;
                }
                assert_eq!(page.status, 200, "{path}: {}", page.text);
                assert!(!page.text.contains('⟦') && !page.text.contains("<b>Conseil"), "{path}: {}", page.text);
            }
        }
        let past = chef.submit(&format!("{here}/schedule"), &[("version", "1"), ("scheduled_at", "2027-03-01T09:00")]).await;
        assert!(past.status == 400 && past.text.contains("Choisissez un moment à venir"), "{}", past.text);
        let planned = chef.submit(&format!("{here}/schedule"), &[("version", "1"), ("scheduled_at", "2027-03-04T09:00")]).await;
        assert_eq!(planned.headers["location"].to_str().unwrap(), format!("{here}?done=schedule"));
        assert!(chef.get(&here).await.text.contains("04/03/2027 09:00"));
        let stale = chef.submit(&format!("{here}/send"), &[("version", "1"), ("scheduled_at", "")]).await;
        assert!(stale.status == 412 && stale.text.contains("entre-temps"), "{}", stale.text);
        let refused = agent.submit(&format!("{here}/edit"), &[&fields[..], &[("version", "2")]].concat()).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        let sent = chef.submit(&format!("{here}/send"), &[("version", "2")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let work = s.work();
        s.until(&one, "simulated").await;
        for lang in ["fr", "en"] {
            for part in [String::new(), "/board".to_owned()] {
                let page = chef.get(&format!("{here}{part}?state=excluded&page=1")).await;
                assert!(page.status == 200 && page.text.contains("Binta") && !page.text.contains('⟦'), "{lang} {}", page.text);
            }
        }
        assert!(chef.get(&here).await.text.contains("simulateur"));
        assert!(chef.get("/broadcasts").await.text.contains("1 sur 1"));
        let over = chef.submit(&format!("{here}/cancel"), &[]).await;
        assert!(over.status == 409 && over.text.contains("rien à annuler"), "{}", over.text);
        let draft = s.written(json!({"title": "Brouillon"})).await;
        let gone = agent.submit(&format!("/broadcasts/{}/remove", id(&draft)), &[("version", "1")]).await;
        assert_eq!(gone.headers["location"].to_str().unwrap(), "/broadcasts?done=removed");
        assert_eq!(s.call("chef", Method::GET, &format!("{ALL}{}/", id(&draft)), Value::Null).await.status, 404);
        work.stop().await;
    }
}
