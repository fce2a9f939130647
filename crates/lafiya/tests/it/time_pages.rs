//! The pages around the agenda: figures, reminders, other calendars, absences that
//! change, and series.

use std::time::Duration;

use axum::http::Method;
use kernel::Role;
use serde_json::json;
use testkit::{clinic::TestClinic, on_both_engines, session::Session};

use crate::appointments_pages::{MONDAY, Scene, fill, goes_to, link, scene};

/// What was written to patients, as the outbox holds it.
async fn told(clinic: &TestClinic) -> Vec<String> {
    let token = clinic.token_of("chef").await;
    let path = "/api/v1/outbox/?page_size=100";
    let outbox = clinic.call_as(Some(&token), Method::GET, path, None).await;
    let rows = outbox.json()["results"].as_array().unwrap().clone();
    let body = |row: &serde_json::Value| row["body"].as_str().unwrap_or_default().to_owned();
    rows.iter().map(body).collect()
}

/// Somebody of another clinic.
async fn foreign(scene: &Scene) -> Session<'_> {
    let elsewhere = scene.clinic.another("autre", "+221338210001").await;
    let clinic = &scene.clinic;
    clinic.member(elsewhere, "chef-ailleurs", Role::Admin).await;
    Session::of(clinic, "chef-ailleurs").await
}

/// The form by which something is entered or changed, below the list.
fn form(page: &str) -> &str {
    page.split_once("id=\"form\"").unwrap().1
}

/// The value of the input with this name.
fn held<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" "))
        .unwrap_or_else(|| panic!("no {name}: {page}"));
    let (input, _) = rest.split_once('>').unwrap();
    let (_, value) = input.split_once("value=\"").unwrap();
    value.split('"').next().unwrap()
}

on_both_engines! {
    async fn every_page_of_time_is_whole_in_both_languages(db) {
        let scene = scene(&db).await;
        scene.asked("08:00").await;
        let both = ["/agenda/figures", "/agenda/figures?date_start=2027-03-01&date_end=2027-03-31", "/agenda/calendar", "/agenda/hours", "/agenda/absences"];
        let admins = ["/agenda/reminders"];
        for (who, paths) in [("chef", [&both[..], &admins[..]].concat()), ("dr-awa", both.to_vec())] {
            let browser = Session::of(&scene.clinic, who).await;
            for path in paths {
                for lang in ["fr", "en"] {
                    let and = if path.contains('?') { '&' } else { '?' };
                    let page = browser.get(&format!("{path}{and}lang={lang}")).await;
                    assert_eq!(page.status, 200, "{who} {path}: {}", page.text);
                    assert!(!page.text.contains('⟦'), "{path} lacks a text: {}", page.text);
                    assert!(!page.text.contains("<script>") && !page.text.contains(" style="), "{path} breaks the CSP");
                    assert_eq!(page.text.matches("aria-current=\"page\"").count(), 2, "{path} shows where one is");
                    assert_eq!(page.text.contains("href=\"/agenda/reminders\""), who == "chef", "{path} leads only where he may go");
                }
            }
        }
        for who in ["agent", "aimee"] {
            let browser = Session::of(&scene.clinic, who).await;
            for path in both.iter().chain(&admins).chain(&["/agenda/calendar/file"]) {
                assert_eq!(browser.get(path).await.status, 403, "{who} at {path}");
            }
        }
        let doctor = Session::of(&scene.clinic, "dr-awa").await;
        assert_eq!(doctor.get("/agenda/reminders").await.status, 403);
        assert_eq!(fill(&doctor, "/agenda/reminders", &[("evening_time", "17:00")]).await.status, 403);
    }

    async fn figures_are_drawn_and_told(db) {
        let scene = scene(&db).await;
        let (came, missed) = (scene.asked("08:00").await, scene.asked("08:30").await);
        let agent = Session::of(&scene.clinic, "agent").await;
        for id in [&came, &missed] {
            assert_eq!(fill(&agent, &format!("/agenda/appointments/{id}/confirm"), &[]).await.status, 303);
        }
        scene.clock.advance(Duration::from_secs(5 * 24 * 3600 + 3 * 3600));
        let agent = Session::of(&scene.clinic, "agent").await;
        fill(&agent, &format!("/agenda/appointments/{came}/complete"), &[]).await;
        fill(&agent, &format!("/agenda/appointments/{missed}/no-show"), &[]).await;

        let chef = Session::of(&scene.clinic, "chef").await;
        let week = chef.get("/agenda/figures?days=7").await.text;
        for shown in ["<dd class=\"stat-value\">2</dd>", "1 sur 2 visites attendues", "50\u{a0}%", "5,1 jours",
            "width=\"50\" height", "<td class=\"number\" data-label=\"Réservé\">1\u{a0}h</td>", "Proposé\">2\u{a0}h</td>",
            "Les plus demandées\u{a0}: lundi à 08:00.", "class=\"shade-3\"", "2 (100\u{a0}%)", "0 (0\u{a0}%)", "Terminé", "Patient absent"] {
            assert!(week.contains(shown), "{shown}: {week}");
        }
        let month = chef.get("/agenda/figures").await.text;
        assert!(month.contains("Proposé\">10\u{a0}h</td>") && month.contains("10\u{a0}%"), "five Mondays: {month}");
        assert!(month.contains("value=\"2027-02-07\"") && month.contains("value=\"2027-03-08\""), "{month}");
        let later = chef.get("/agenda/figures?date_start=2027-04-01&date_end=2027-04-30").await.text;
        assert!(later.contains("Aucun rendez-vous ces jours-là") && !later.contains("class=\"map\""), "{later}");
        for (query, field) in [("date_start=2027-03-08&date_end=2027-03-01", "date_end"), ("date_start=hier&date_end=2027-03-01", "date_start"),
            ("date_start=2025-01-01&date_end=2027-03-01", "date_end"), ("date_end=2027-03-01", "date_start")] {
            let wrong = chef.get(&format!("/agenda/figures?{query}")).await;
            assert!(wrong.status == 400 && wrong.text.contains(&format!("id=\"e-{field}\"")), "{query}: {}", wrong.text);
        }
        let doctor = Session::of(&scene.clinic, "dr-awa").await;
        assert!(doctor.get("/agenda/figures?days=7").await.text.contains("1 sur 2 visites"));
        let other = Session::of(&scene.clinic, "dr-binta").await;
        for query in ["", "&medecin=all"] {
            let theirs = other.get(&format!("/agenda/figures?days=7{query}")).await.text;
            assert!(theirs.contains("Aucun rendez-vous ces jours-là"), "a doctor sees his own: {theirs}");
        }
        let spied = other.get(&format!("/agenda/figures?days=7&medecin={}", scene.doctor)).await.text;
        assert!(spied.contains("Aucun rendez-vous ces jours-là") && !spied.contains("50\u{a0}%"), "{spied}");
        let foreign = foreign(&scene).await;
        let theirs = foreign.get(&format!("/agenda/figures?days=7&medecin={}", scene.doctor)).await.text;
        assert!(theirs.contains("Aucun rendez-vous ces jours-là") && !theirs.contains("50\u{a0}%"), "{theirs}");
    }

    async fn reminders_are_set_with_what_a_patient_gets(db) {
        let scene = scene(&db).await;
        let chef = Session::of(&scene.clinic, "chef").await;
        let page = chef.get("/agenda/reminders").await.text;
        assert!(page.matches(" checked").count() == 3 && held(&page, "version") == "0" && page.contains("value=\"18:00\""), "{page}");
        for when in ["lundi 15 mars à 18:00", "mardi 16 mars à 18:00", "mercredi 17 mars à 08:00", "vendredi 5 mars à 18:00", "samedi 6 mars à 08:00"] {
            assert!(page.contains(&format!("<li>{when}</li>")), "{when}: {page}");
        }
        assert!(!page.contains("<li>jeudi 4 mars à 18:00</li>"), "two days before only when a week ahead: {page}");
        let set = [("version", "0"), ("evening", "1"), ("evening_time", "17:30")];
        assert_eq!(goes_to(&fill(&chef, "/agenda/reminders", &set).await), "/agenda/reminders?done=saved");
        let page = chef.get("/agenda/reminders?done=saved").await.text;
        assert!(page.matches("<li>").count() == 2 && page.contains("<li>mardi 16 mars à 17:30</li>") && held(&page, "version") == "1", "{page}");
        let token = scene.clinic.token_of("chef").await;
        let rules = scene.clinic.call_as(Some(&token), Method::GET, "/api/v1/appointments/reminders/", None).await.json();
        assert_eq!(rules, json!({"two_days_before": false, "evening_before": true, "two_hours_before": false, "evening_time": "17:30", "version": 1}));

        let mine = [("version", "0"), ("two_days", "1"), ("evening_time", "19:00")];
        let stale = fill(&chef, "/agenda/reminders", &mine).await;
        assert!(stale.status == 412 && stale.text.contains("vient de changer les rappels") && stale.text.contains("la veille à 17:30"), "{}", stale.text);
        assert!(held(&stale.text, "version") == "1" && held(&stale.text, "evening_time") == "19:00", "what was chosen stays: {}", stale.text);
        assert!(stale.text.contains("name=\"two_days\" value=\"1\" checked") && stale.text.matches(" checked").count() == 1, "{}", stale.text);
        for (time, field) in [("23:00", "e-evening_time"), ("tard", "e-evening_time")] {
            let wrong = fill(&chef, "/agenda/reminders", &[("version", "1"), ("evening_time", time)]).await;
            assert!(wrong.status == 400 && wrong.text.contains(&format!("id=\"{field}\"")) && held(&wrong.text, "evening_time") == time, "{}", wrong.text);
        }
        assert_eq!(fill(&chef, "/agenda/reminders", &[("version", "1"), ("evening_time", "19:00")]).await.status, 303);
        let silent = chef.get("/agenda/reminders").await.text;
        assert!(silent.matches("Aucun rappel.").count() == 2, "{silent}");
        let theirs = foreign(&scene).await.get("/agenda/reminders").await.text;
        assert!(theirs.contains("value=\"18:00\"") && held(&theirs, "version") == "0", "{theirs}");
    }

    async fn a_doctor_makes_renews_and_withdraws_his_link(db) {
        let scene = scene(&db).await;
        let id = scene.asked("08:00").await;
        let agent = Session::of(&scene.clinic, "agent").await;
        fill(&agent, &format!("/agenda/appointments/{id}/confirm"), &[]).await;
        let doctor = Session::of(&scene.clinic, "dr-awa").await;
        let page = doctor.get("/agenda/calendar").await.text;
        assert!(page.contains("Créer mon lien") && !page.contains("Retirer le lien") && !page.contains("/calendars/"), "{page}");
        let made = fill(&doctor, "/agenda/calendar", &[]).await;
        assert_eq!(made.status, 200, "{}", made.text);
        assert_eq!(made.headers["cache-control"], "no-store");
        let address = |page: &str| {
            let (_, rest) = page.split_once("value=\"http://clinic.test").unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let first = address(&made.text);
        assert!(made.text.contains(&format!("href=\"webcal://clinic.test{first}\"")), "{}", made.text);
        for program in ["Google", "Outlook", "iPhone"] {
            assert!(made.text.contains(program), "{program}: {}", made.text);
        }
        let feed = scene.clinic.call_as(None, Method::GET, &first, None).await;
        assert!(feed.status == 200 && feed.text.contains("BEGIN:VCALENDAR") && !feed.text.contains("Aimee"), "{}", feed.text);
        let again = doctor.get("/agenda/calendar").await.text;
        assert!(!again.contains(&first) && again.contains("Lu la dernière fois le mercredi 3 mars à 07:00"), "told once: {again}");
        let second = address(&fill(&doctor, "/agenda/calendar", &[]).await.text);
        assert_eq!(scene.clinic.call_as(None, Method::GET, &first, None).await.status, 404, "the old one leads nowhere");
        assert_eq!(scene.clinic.call_as(None, Method::GET, &second, None).await.status, 200);
        assert_eq!(goes_to(&fill(&doctor, "/agenda/calendar/withdraw", &[]).await), "/agenda/calendar?done=removed");
        assert_eq!(scene.clinic.call_as(None, Method::GET, &second, None).await.status, 404);
        assert!(doctor.get("/agenda/calendar?done=removed").await.text.contains("Le lien est retiré"));

        let file = doctor.get("/agenda/calendar/file").await;
        assert!(file.status == 200 && file.text.contains("BEGIN:VCALENDAR") && file.text.contains("Aimee"), "{}", file.text);
        assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let there = format!("/agenda/calendar/file?medecin={}", scene.doctor);
        let chef = Session::of(&scene.clinic, "chef").await;
        let page = chef.get(&format!("/agenda/calendar?medecin={}", scene.doctor)).await.text;
        assert!(page.contains(&there) && !page.contains("Créer mon lien"), "a link is the doctor's own: {page}");
        assert_eq!(chef.get(&there).await.status, 200);
        assert_eq!(fill(&chef, "/agenda/calendar", &[]).await.status, 403);
        assert_eq!(Session::of(&scene.clinic, "dr-binta").await.get(&there).await.status, 403);
        let spied = foreign(&scene).await.get(&there).await;
        assert!(spied.status.is_client_error() && !spied.text.contains("VCALENDAR"), "{}", spied.text);
    }

    async fn an_absence_is_changed_in_its_place(db) {
        let scene = scene(&db).await;
        let chef = Session::of(&scene.clinic, "chef").await;
        let medecin = scene.doctor.to_string();
        let (from, until) = (format!("{MONDAY}T08:00"), format!("{MONDAY}T09:00"));
        let fields = [("medecin", medecin.as_str()), ("start_datetime", &from), ("end_datetime", &until), ("exception_type", "formation"), ("reason", "Congrès")];
        assert_eq!(fill(&chef, "/agenda/absences", &fields).await.status, 303);
        let list = chef.get(&format!("/agenda/absences?medecin={medecin}")).await;
        let edit = link(&list, &format!("/agenda/absences?medecin={medecin}&amp;edit="));
        let page = chef.get(&edit).await.text;
        assert!(page.contains("Modifier cette absence") && held(&page, "start_datetime") == from && held(&page, "reason") == "Congrès", "{page}");
        assert!(page.contains("<option value=\"formation\" selected>"), "{page}");
        let (id, version) = (held(&page, "edit").to_owned(), "1");
        let later = format!("{MONDAY}T09:30");
        let change = |version, reason| [("edit", id.as_str()), ("version", version), ("medecin", medecin.as_str()), ("start_datetime", from.as_str()),
            ("end_datetime", later.as_str()), ("exception_type", "vacation"), ("reason", reason)];
        let saved = fill(&chef, "/agenda/absences", &change(version, "")).await;
        assert!(goes_to(&saved).ends_with(&format!("done=saved#e-{id}")), "{}", goes_to(&saved));
        let page = chef.get(&format!("/agenda/absences?medecin={medecin}")).await.text;
        assert!(page.contains("09:30") && !page.contains("Congrès") && page.matches("<section").count() == 1, "changed, not added: {page}");
        let stale = fill(&chef, "/agenda/absences", &change(version, "Formation au CHU")).await;
        assert!(stale.status == 412 && stale.text.contains("vient de modifier cette absence") && held(form(&stale.text), "version") == "2", "{}", stale.text);
        assert!(held(&stale.text, "reason") == "Formation au CHU", "what was typed stays: {}", stale.text);
        let mut backwards = change("2", "Formation au CHU");
        (backwards[3].1, backwards[4].1) = (&later, &from);
        let wrong = fill(&chef, "/agenda/absences", &backwards).await;
        assert!(wrong.status == 400 && wrong.text.contains("id=\"e-end_datetime\"") && held(&wrong.text, "edit") == id, "{}", wrong.text);
        assert_eq!(fill(&chef, "/agenda/absences", &change("2", "Formation au CHU")).await.status, 303);
        let other = Session::of(&scene.clinic, "dr-binta").await;
        assert_eq!(fill(&other, "/agenda/absences", &change("3", "Volé")).await.status, 403, "another doctor's");
        assert_eq!(fill(&foreign(&scene).await, "/agenda/absences", &change("3", "Volé")).await.status, 404);
        assert!(!chef.get(&format!("/agenda/absences?medecin={medecin}")).await.text.contains("Volé"));
    }

    async fn hours_that_somebody_else_changed_keep_what_was_typed(db) {
        let scene = scene(&db).await;
        let doctor = Session::of(&scene.clinic, "dr-awa").await;
        let list = doctor.get("/agenda/hours").await;
        let edit = link(&list, &format!("/agenda/hours?medecin={}&amp;edit=", scene.doctor));
        let page = doctor.get(&edit).await.text;
        let id = held(&page, "edit").to_owned();
        let change = |version, until| [("edit", id.as_str()), ("version", version), ("day_of_week", "0"), ("start_time", "08:00"), ("end_time", until),
            ("consultation_type", "both"), ("duration_minutes", "30"), ("max_consultations", "1")];
        assert_eq!(fill(&doctor, "/agenda/hours", &change("1", "11:00")).await.status, 303);
        let stale = fill(&doctor, "/agenda/hours", &change("1", "12:00")).await;
        assert!(stale.status == 412 && stale.text.contains("vient de modifier ces horaires") && stale.text.contains("08:00 – 11:00"), "{}", stale.text);
        assert!(held(&stale.text, "end_time") == "12:00" && held(form(&stale.text), "version") == "2", "{}", stale.text);
        assert_eq!(fill(&doctor, "/agenda/hours", &change("2", "12:00")).await.status, 303);
    }

    async fn nothing_is_chosen_for_who_has_not_chosen(db) {
        let scene = scene(&db).await;
        let agent = Session::of(&scene.clinic, "agent").await;
        let other = "name=\"slot\" value=\"\" checked";
        let open = agent.get(&format!("/agenda/new?patient={}&date={MONDAY}&medecin={}", scene.patient, scene.doctor)).await.text;
        assert!(open.contains("08:30") && !open.contains(other), "{open}");
        let empty = agent.get(&format!("/agenda/new?patient={}&date=2027-03-09&medecin={}", scene.patient, scene.doctor)).await.text;
        assert!(empty.contains("Aucun créneau libre") && empty.contains(other), "{empty}");
        let id = scene.asked("08:00").await;
        let page = agent.get(&format!("/agenda/appointments/{id}")).await.text;
        assert!(page.contains("/assign\""), "another doctor may take it: {page}");
    }

    async fn a_series_is_booked_with_its_dates_and_one_message(db) {
        let scene = scene(&db).await;
        let agent = Session::of(&scene.clinic, "agent").await;
        let slot = scene.slot("08:00");
        let page = agent.get(&format!("/agenda/new?patient={}&slot={slot}", scene.patient)).await.text;
        assert!(page.contains("Répéter ce rendez-vous") && held(&page, "every_weeks") == "1", "{page}");
        let series = [("patient", scene.patient.as_str()), ("slot", slot.as_str()), ("every_weeks", "2"), ("count", "3"), ("confirm", "1"), ("note", "Porte 3")];
        for (field, value) in [("count", "60"), ("count", "beaucoup"), ("every_weeks", "0")] {
            let wrong = series.map(|(name, given)| if name == field { (name, value) } else { (name, given) });
            let wrong = fill(&agent, "/agenda/new", &wrong).await;
            assert!(wrong.status == 400 && wrong.text.contains("id=\"e-series\"") && held(&wrong.text, field) == value, "{}", wrong.text);
            assert!(held(&wrong.text, "note") == "Porte 3", "what was typed stays: {}", wrong.text);
        }
        let made = fill(&agent, "/agenda/new", &series).await;
        let there = goes_to(&made).to_owned();
        assert!(there.starts_with("/agenda/appointments/") && there.ends_with("?done=series"), "{there}");
        let page = agent.get(&there).await.text;
        for date in ["lundi 8 mars à 08:00", "lundi 22 mars à 08:00", "lundi 5 avril à 08:00"] {
            assert!(page.contains(date), "{date}: {page}");
        }
        assert!(page.contains("Les 3 rendez-vous de la série sont pris") && page.contains("Série de 3 rendez-vous"), "{page}");
        let token = scene.clinic.token_of("chef").await;
        let all = scene.clinic.call_as(Some(&token), Method::GET, crate::appointments::ALL, None).await.json();
        let states: Vec<_> = all["results"].as_array().unwrap().iter().map(|one| (one["status"].as_str().unwrap().to_owned(), one["version"].as_i64())).collect();
        assert_eq!(states, vec![("confirmed".to_owned(), Some(2)); 3]);
        let messages = told(&scene.clinic).await;
        assert_eq!(messages.len(), 1, "one message for all of it: {messages:?}");
        assert!(messages[0].contains("3 rendez-vous") && messages[0].contains("08/03/2027"), "{messages:?}");

        // Moussa's series meets the second of them: none of it is booked, and the day is named.
        let moussa = agent.get("/agenda/new?search=moussa").await;
        let moussa = link(&moussa, "/agenda/new?patient=");
        let moussa = moussa.trim_start_matches("/agenda/new?patient=").split('&').next().unwrap().to_owned();
        let doctor = scene.doctor.to_string();
        let clash = [("patient", moussa.as_str()), ("medecin", doctor.as_str()), ("date", "2027-03-15"), ("time", "08:00"), ("minutes", "30"),
            ("every_weeks", "1"), ("count", "2"), ("confirm", "1")];
        let full = fill(&agent, "/agenda/new", &clash).await;
        assert!(full.status == 409 && full.text.contains("Le 22/03/2027 n’est pas possible") && held(&full.text, "count") == "2", "{}", full.text);
        let path = format!("{}?patient={moussa}", crate::appointments::ALL);
        let none = scene.clinic.call_as(Some(&token), Method::GET, &path, None).await.json();
        assert_eq!(none["count"], 0, "all or none");
        assert_eq!(told(&scene.clinic).await.len(), 1, "and nobody hears of it");
        let one = [("patient", moussa.as_str()), ("medecin", doctor.as_str()), ("date", "2027-03-15"), ("time", "08:00"), ("minutes", "30"), ("count", "1"), ("confirm", "1")];
        let made = fill(&agent, "/agenda/new", &one).await;
        assert!(goes_to(&made).starts_with("/agenda?date=2027-03-15"), "one is no series");
        assert_eq!(told(&scene.clinic).await.len(), 2, "agreed to as it was made: one message");
        let patient = Session::of(&scene.clinic, "aimee").await;
        assert!(patient.get("/my/appointments").await.text.contains("lundi 5 avril à 08:00"));
    }
}
