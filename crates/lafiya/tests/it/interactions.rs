//! Tables of interactions that the operator brings, in every clinic's rules.

use std::{process::Output, time::Duration};

use ::store::{Sql, params};
use axum::http::Method;
use clinic::care::api::{self as care, InteractionTable, NewNames, TableFault};
use kernel::{Actor, Clock, Ctx, Role, Timestamp};
use serde_json::{Value, json};
use store::Scope;
use testkit::{
    clinic::{TestClinic, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
};

use crate::{audit::lafiya, record_exports::said, records::input};

const ALL: &str = "/api/v1/fiche-consultation/";
const EVALUATION: &str = "/api/v1/fiche-consultation/evaluation/";
const HEADER: &str = "a,b,severity,effect_fr,effect_en,action_fr,action_en,source_title,source_organisation,source_year,source_url\n";
const DOLIPRANE: &str = "Doliprane,Coartem,contraindicated,Le foie souffre.,The liver suffers.,Espacez.,Space them.,\
     Répertoire,Éditeur,2025,https://example.org/r\n";
const ZINC: &str = "Zinc,Doliprane,major,Moins absorbé.,,Espacez.,,Répertoire,Éditeur,2025,\n";
/// More than how long a node trusts what it knows.
const LATER: Duration = Duration::from_secs(3);

/// A clinic with a doctor, at a time that stands.
struct Scene {
    clinic: TestClinic,
    doctor: String,
    ctx: Ctx,
}

async fn scene(db: &TestDb) -> Scene {
    let at = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
    let clinic = TestClinic::with_clock(db, &Clock::fixed(at)).await;
    let id = clinic
        .member(clinic.tenant, "dr-awa", Role::Practitioner)
        .await;
    Scene {
        ctx: Ctx {
            actor: Actor::User(id, Role::Practitioner),
            ..clinic.ctx()
        },
        doctor: clinic.token_of("dr-awa").await,
        clinic,
    }
}

impl Scene {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let token = Some(self.doctor.as_str());
        ok(self.clinic.call_as(token, method, path, body).await)
    }

    /// The interactions found in a treatment.
    async fn found(&self, treatment: &str) -> Vec<Value> {
        let body = json!({"traitement": treatment});
        let answer = self.call(Method::POST, EVALUATION, Some(body)).await;
        interactions(&answer["evaluation"])
    }

    async fn taken(&self, source: &str, rows: &str) {
        let table = format!("{HEADER}{rows}");
        let done = care::take_interactions(
            &self.clinic.app,
            (source, "fatou"),
            table.as_bytes(),
            NewNames::Refused,
        );
        done.await.unwrap();
    }

    fn later(&self) {
        self.clinic.app.clock.advance(LATER);
    }

    async fn tables(&self) -> Vec<InteractionTable> {
        care::interaction_tables(&self.clinic.app).await.unwrap().0
    }
}

fn interactions(evaluation: &Value) -> Vec<Value> {
    let all = evaluation["constats"].as_array().unwrap().iter();
    all.filter(|found| found["type"] == "interaction")
        .cloned()
        .collect()
}

fn told(output: &Output) -> (Option<i32>, String) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

on_both_engines! {
    async fn an_imported_pair_is_found_wherever_the_rules_are_asked(db) {
        let mut s = scene(&db).await;
        let page = |clinic| async move {
            let doctor = Session::of(clinic, "dr-awa").await;
            doctor.submit("/consultations/check", &[("traitement", "Doliprane + Coartem")]).await.text
        };
        assert_eq!(s.found("Doliprane + Coartem").await, Vec::<Value>::new());
        assert!(!page(&s.clinic).await.contains("Le foie souffre."));
        let mut body = input();
        body["traitement"] = json!("Doliprane + Coartem");
        let one = s.call(Method::POST, ALL, Some(body)).await;
        assert_eq!(interactions(&one["evaluation"]), Vec::<Value>::new());
        s.taken("Ma table", DOLIPRANE).await;
        // The database is not asked at every letter.
        assert_eq!(s.found("Doliprane + Coartem").await, Vec::<Value>::new());
        s.later();
        let found = s.found("Doliprane + Coartem").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["niveau"], &found[0]["regle"]), (&json!("rouge"), &json!("Ma table.2.paracetamol+artemether_lumefantrine")));
        assert_eq!(found[0]["source"], json!({"titre": "Répertoire", "organisation": "Éditeur", "annee": 2025, "url": "https://example.org/r"}));
        assert!(found[0]["texte"].as_str().unwrap().contains("Le foie souffre. Espacez."), "{found:?}");
        let shown = page(&s.clinic).await;
        for text in ["judged danger", "Le foie souffre. Espacez.", "<a href=\"https://example.org/r\" rel=\"noreferrer\">Répertoire, Éditeur, 2025</a>"] {
            assert!(shown.contains(text), "{text}: {shown}");
        }
        // Of a kept record, its page, its document and its analysis too.
        let id = one["id"].as_str().unwrap();
        let kept = s.call(Method::GET, &format!("{ALL}{id}/"), None).await;
        assert_eq!(interactions(&kept["evaluation"]), found);
        let doctor = Session::of(&s.clinic, "dr-awa").await;
        assert!(doctor.get(&format!("/consultations/{id}")).await.text.contains("Le foie souffre."));
        let pdf = s.clinic.call_as(Some(&s.doctor), Method::GET, &format!("{ALL}{id}/export/pdf/"), None).await;
        assert!(said(&pdf.bytes).contains("Le foie souffre."), "{}", said(&pdf.bytes));
        s.clinic.start_work();
        eventually("the analysis", Duration::from_secs(20), || async {
            let record = s.call(Method::GET, &format!("{ALL}{id}/"), None).await;
            record.to_string().contains("Le foie souffre. Espacez. [").then_some(())
        }).await;
        s.clinic.stop_work().await;
    }

    async fn another_node_learns_of_a_table_by_itself(db) {
        let s = scene(&db).await;
        let node = s.clinic.node(db.another_node().await);
        let input = json!({"traitement": "Doliprane + Coartem"});
        let asked = || async {
            let (_, answer) = care::check(&node, &s.ctx, input.as_object().unwrap()).await.unwrap();
            answer.findings.len()
        };
        let before = asked().await;
        s.taken("Ma table", DOLIPRANE).await;
        s.later();
        assert_eq!(asked().await, before + 1);
        assert!(care::drop_interactions(&s.clinic.app, " Ma table ", "awa").await.unwrap());
        s.later();
        assert_eq!(asked().await, before);
    }

    async fn a_table_replaces_its_sources_earlier_one_and_no_other(db) {
        let s = scene(&db).await;
        s.taken("Autre", ZINC).await;
        s.later();
        s.taken("Ma table", DOLIPRANE).await;
        s.later();
        assert_eq!((s.found("Doliprane, zinc").await.len(), s.found("Doliprane, Coartem").await.len()), (1, 1));
        let again = DOLIPRANE.replace("Coartem", "Zinc");
        s.taken("Ma table", &again).await;
        s.later();
        let both = s.found("Doliprane, zinc").await;
        let both: Vec<_> = both.iter().map(|found| found["regle"].as_str().unwrap()).collect();
        assert_eq!(both, ["Ma table.2.paracetamol+zinc", "Autre.2.zinc+paracetamol"]);
        assert_eq!(s.found("Doliprane, Coartem").await.len(), 0);
        assert!(care::drop_interactions(&s.clinic.app, "Ma table", "awa").await.unwrap());
        assert!(!care::drop_interactions(&s.clinic.app, "Ma table", "awa").await.unwrap());
        s.later();
        assert_eq!(s.found("Doliprane, zinc").await.len(), 1);
        // What went is known, its rows are not.
        let tables = s.tables().await;
        let said: Vec<_> = tables.iter().map(|t| (t.source.as_str(), t.imported_by.as_str(), t.ended_by.as_deref(), t.row_count)).collect();
        assert_eq!(said, [("Autre", "fatou", None, 1), ("Ma table", "fatou", Some("fatou"), 1), ("Ma table", "fatou", Some("awa"), 1)]);
        assert_eq!(tables[1].sha256, ports::blob::sha256_hex(format!("{HEADER}{DOLIPRANE}").as_bytes()));
        const KEPT: Sql = Sql::new("SELECT COUNT(*) AS value FROM interaction_table WHERE content IS NOT NULL AND content <> $1");
        let mut tx = s.clinic.app.store.read(Scope::System).await.unwrap();
        assert_eq!(tx.one::<i64>(KEPT, params![""]).await.unwrap(), 1);
    }

    async fn a_name_that_no_medicine_has_is_taken_only_when_that_is_wanted(db) {
        let s = scene(&db).await;
        let rows = format!("{HEADER}Kinkeliba,Doliprane,major,Effet.,,Évitez.,,T,O,2026,\n");
        let take = |new_names| care::take_interactions(&s.clinic.app, ("Ma table", "fatou"), rows.as_bytes(), new_names);
        match take(NewNames::Refused).await.unwrap_err() {
            TableFault::Refused(lines) => assert_eq!(lines, ["line 2: no medicine is called `Kinkeliba`: correct it, or allow new names"]),
            TableFault::Failed(problem) => panic!("{problem:?}"),
        }
        assert!(s.tables().await.is_empty());
        let done = take(NewNames::Taken).await.unwrap();
        assert_eq!((done.rows, done.replaced, done.new_names), (1, false, vec!["Kinkeliba".to_owned()]));
        assert_eq!(s.found("Kinkeliba le soir, Doliprane").await.len(), 1);
    }

    async fn the_command_imports_lists_and_removes_or_says_what_to_change(db) {
        let s = scene(&db).await;
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("table.csv");
        let run = |args: &[&str]| told(&lafiya(&db, data.path(), &[&["import", "interactions"], args].concat()));
        let import = |rows: &str| {
            std::fs::write(&file, rows).unwrap();
            run(&[file.to_str().unwrap(), "--source", "Ma table"])
        };
        assert_eq!(run(&["--list"]), (Some(0), "no table of interactions was ever imported\n".to_owned()));
        let (code, said) = import(&format!("{HEADER}{DOLIPRANE}"));
        assert_eq!((code, said.as_str()), (Some(0), "\"Ma table\" is in use within seconds in every clinic, 1 row(s)\n"));
        let listed = run(&["--list"]);
        assert!(listed.1.starts_with("\"Ma table\": in use; 1 row(s), imported 20"), "{listed:?}");
        assert_eq!(s.found("Doliprane, Coartem").await.len(), 1);
        // One bad line of three, and all stays as it was.
        let bad = format!("{HEADER}{ZINC}{}{}", ZINC.replace("major", "grave"), ZINC.replace("Zinc", "Zync"));
        let (code, said) = import(&bad);
        assert_eq!(code, Some(1));
        for part in ["table.csv was not imported, nothing has changed:\n", "line 3: ", "`grave`", "line 4: no medicine is called `Zync`"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("line 2"), "{said}");
        for (broken, part) in [(&b"a;b\n"[..], "line 1: the column `severity` is missing"), (b"a\n\xff", "line 2: not UTF-8"), (b"", "is missing"), (HEADER.as_bytes(), "it has no rows")] {
            std::fs::write(&file, broken).unwrap();
            let (code, said) = run(&[file.to_str().unwrap(), "--source", "Ma table"]);
            assert!(code == Some(1) && said.contains(part), "{part}: {said}");
        }
        assert_eq!(run(&["--list"]), listed);
        s.later();
        assert_eq!((s.found("Doliprane, Coartem").await.len(), s.found("Zinc, Doliprane").await.len()), (1, 0));
        assert_eq!(run(&["--remove", "Autre"]).0, Some(1));
        let (code, said) = run(&["--remove", "Ma table"]);
        assert!(code == Some(0) && said.contains("no table of \"Ma table\" any more"), "{said}");
        assert!(run(&["--list"]).1.contains("\"Ma table\": ended 20"));
        s.later();
        assert_eq!(s.found("Doliprane, Coartem").await.len(), 0);
    }
}
