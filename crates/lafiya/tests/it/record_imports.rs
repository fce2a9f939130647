//! Records as files: out of a clinic, and into one.

use ::store::{Sql, params};
use axum::http::Method;
use clinic::{
    blobs::api::Received,
    care::api::{self as care, Imported, RecordFile, Unimported},
};
use kernel::{Role, TenantId};
use serde_json::{Value, json};
use testkit::{
    clinic::{TestClinic, ok},
    db::TestDb,
    on_both_engines,
};

use crate::{
    record_exports::{ALL, Scene, scene},
    records::input,
};

const RECORDS: Sql = Sql::new("SELECT COUNT(*) AS value FROM encounter WHERE tenant_id = $1");
const VERSIONS: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM encounter_version WHERE tenant_id = $1");
const PATIENTS: Sql = Sql::new("SELECT COUNT(*) AS value FROM patient WHERE tenant_id = $1");

impl Scene {
    /// With a paper, results and a reference; signed, amended and spoken about.
    async fn whole(&self) -> String {
        let one = self
            .entered(json!({"temperature": 39.6, "pouls": 124}))
            .await;
        let id = id_of(&one);
        let paper = crate::attachments::attached(&self.clinic, &self.doctor, &id.to_string()).await;
        let result = |analysis: &str, paper: Option<&str>| {
            json!({
                "fiche": id, "type_analyse": analysis, "valeur": "0,95", "unite": "g/L", "valeurs_normales": "0,70 - 1,10",
                "laboratoire": "Labo", "commentaire": "à jeun", "date_prelevement": "2026-01-05", "fichier": paper,
            })
        };
        let labs = "/api/v1/lab-results/";
        let first = ok(self
            .post(&self.doctor, labs, result("Glycémie", Some(&paper)))
            .await);
        let change = format!("{labs}{}/", first["id"].as_str().unwrap());
        ok(self
            .call(
                &self.doctor,
                Method::PATCH,
                &change,
                json!({"valeur": "0,96"}),
            )
            .await);
        let reference = json!({"title": "Pneumonie", "url": "https://www.has-sante.fr/x", "source": "has", "year": 2024});
        let reference = ok(self
            .post(&self.doctor, &format!("{one}references/"), reference)
            .await);
        ok(self
            .post(
                &self.doctor,
                &format!("{one}references/"),
                json!({"title": "Pas relue"}),
            )
            .await);
        let verify = format!(
            "/api/v1/references/{}/verify/",
            reference["id"].as_str().unwrap()
        );
        ok(self.post(&self.doctor, &verify, json!({})).await);
        self.conclude(&one, json!({"diagnostic": "Bronchite aiguë"}))
            .await;
        self.sign(&one).await;
        ok(self
            .post(
                &self.doctor,
                &format!("{one}amend/"),
                json!({"reason": "Radio", "diagnostic": "Pneumonie"}),
            )
            .await);
        ok(self
            .post(&self.doctor, labs, result("Créatinine", None))
            .await);
        for token in [&self.patient, &self.doctor] {
            ok(self
                .post(
                    token,
                    &format!("{one}messages/"),
                    json!({"content": "Bonjour"}),
                )
                .await);
        }
        one
    }

    /// The files of a record, brought to a clinic.
    async fn brought(&self, number: &str, there: &TestClinic, tenant: TenantId) -> Vec<Received> {
        let out = care::take_out(&self.clinic.app, self.clinic.tenant, number)
            .await
            .unwrap();
        let mut all = Vec::new();
        for (blob, attachment) in out.bytes.iter().zip(&out.file.attachments) {
            let mut bytes = Vec::new();
            care::copy(&self.clinic.app, self.clinic.tenant, blob, &mut bytes)
                .await
                .unwrap();
            let mut other = bytes.clone();
            other[40] ^= 1;
            let wrong = care::take_in(&there.app, tenant, attachment, other.into()).await;
            assert!(
                wrong
                    .unwrap_err()
                    .to_string()
                    .contains("is not what it was")
            );
            all.push(
                care::take_in(&there.app, tenant, attachment, bytes.into())
                    .await
                    .unwrap(),
            );
        }
        all
    }
}

on_both_engines! {
    async fn an_export_comes_back_into_an_empty_clinic_as_it_was(db) {
        let s = scene(&db).await;
        let one = s.whole().await;
        let path = format!("{one}export/json/");
        assert_eq!(s.get(&s.patient, &path).await.status, 403);
        assert_eq!(s.get(&s.other_doctor, &path).await.status, 404);
        let file = s.get(&s.admin, &path).await;
        assert_eq!(file.status, 200, "{}", file.text);
        let fresh = TestDb::new(db.store.kind()).await;
        let there = TestClinic::new(&fresh).await;
        let tenant = s.clinic.tenant;
        same_clinic(&there, tenant).await;
        let read = || care::read_file(file.text.as_bytes()).unwrap();
        let number = file.json()["record"]["number"].as_str().unwrap().to_owned();
        let files = s.brought(&number, &there, tenant).await;
        let files = || files.clone();
        let why = care::import(&there.app, tenant, read(), Vec::new()).await.unwrap_err().to_string();
        assert!(why.contains("it has 1 attachments; say with --files"), "{why}");
        let link = file.text.replace("https://www.has-sante.fr/x", "javascript:alert(1)");
        let link = care::read_file(link.as_bytes()).unwrap();
        let why = care::import(&there.app, tenant, link, files()).await.unwrap_err().to_string();
        assert!(why.contains("has a wrong url"), "{why}");
        assert_eq!(care::take_out(&there.app, tenant, &number).await.unwrap_err().status(), 404);
        let done = care::import(&there.app, tenant, read(), files()).await.unwrap();
        assert_eq!(done, Imported::New { number: number.clone(), elsewhere: 0 });
        assert_eq!(there_again(exported(&there, tenant, &one).await), *read());
        // Twice is once.
        let again = care::import(&there.app, tenant, read(), files()).await.unwrap();
        assert_eq!(again, Imported::Known { number: number.clone() });
        assert_eq!(there_again(exported(&there, tenant, &one).await), *read());
        let said = read();
        assert_eq!((said.results.len(), said.references.len(), said.attachments.len()), (2, 2, 1));
        assert_eq!((said.results[0].version, said.results[0].value.as_str(), said.results[1].late), (2, "0,96", true));
        assert_eq!(s.brought(&number, &there, tenant).await.len(), 1);
        assert_eq!((audited(&there, tenant, "import").await, audited(&s.clinic, tenant, "export").await > 1), (1, true));
        // The signature still is what anybody can check, and the messages are read.
        let hash = read().versions.iter().rev().find_map(|v| v.signed.clone()).unwrap().sha256;
        let says = care::verify(&there.app, &hash).await.unwrap();
        assert_eq!((says.intact, says.superseded, &says.number), (true, false, &number));
        // The day's next number is not the one that came.
        there.member(tenant, "accueil-la", Role::Admin).await;
        let token = there.token_of("accueil-la").await;
        let next = there.call_as(Some(&token), Method::POST, ALL, Some(input())).await;
        assert_ne!(next.json()["numero_dossier"], number, "{}", next.text);
    }

    async fn an_import_overwrites_nothing_and_says_what_stands_in_its_way(db) {
        let s = scene(&db).await;
        let one = s.whole().await;
        let tenant = s.clinic.tenant;
        let text = s.get(&s.admin, &format!("{one}export/json/")).await.text;
        let file: Value = serde_json::from_str(&text).unwrap();
        let before = exported(&s.clinic, tenant, &one).await;
        let refused = async |change: &dyn Fn(&mut Value)| {
            let mut changed = file.clone();
            change(&mut changed);
            let read = care::read_file(changed.to_string().as_bytes());
            let done = match read {
                Ok(read) => care::import(&s.clinic.app, tenant, read, Vec::new()).await,
                Err(error) => Err(error),
            };
            match done.unwrap_err() {
                Unimported::Refused(why) => why,
                Unimported::Failed(problem) => panic!("{problem:?}"),
            }
        };
        let differs = refused(&|file| file["patient"]["first_name"] = json!("Autre")).await;
        assert!(differs.contains("differs"), "{differs}");
        let taken = refused(&|file| {
            // Nothing of it is signed, so that another id makes nothing wrong.
            file["record"]["id"] = json!("01980000-0000-7000-8000-000000000001");
            for key in ["validated_by", "validated_at", "signed_version"] { file["record"][key] = json!(null); }
            file["record"]["status"] = json!("analysed");
            for version in file["versions"].as_array_mut().unwrap() {
                version["signed"] = json!(null);
                version["change"] = json!("edited");
                version["status"] = json!("analysed");
            }
        }).await;
        let id = one.trim_end_matches('/').rsplit('/').next().unwrap();
        assert!(taken.contains("is that of another record") && taken.contains(id), "{taken}");
        let forged = refused(&|file| file["versions"][2]["content"]["diagnostic"] = json!("Rien")).await;
        assert!(forged.contains("is not what Fatou Sow signed"), "{forged}");
        let gap = refused(&|file| { file["versions"].as_array_mut().unwrap().remove(1); }).await;
        assert!(gap.contains("without a gap"), "{gap}");
        let strange = refused(&|file| file["observations"] = json!([{"x": 1}])).await;
        assert!(strange.contains("unknown field"), "{strange}");
        let halves = refused(&|file| file["references"][0]["verified_at"] = json!(null)).await;
        assert!(halves.contains("by halves"), "{halves}");
        let paper = refused(&|file| file["attachments"] = json!([])).await;
        assert!(paper.contains("the paper of the result"), "{paper}");
        let path = refused(&|file| file["attachments"][0]["sha256"] = json!("../../etc/passwd")).await;
        assert!(path.contains("is no SHA-256"), "{path}");
        let cut = care::read_file(&text.as_bytes()[..text.len() / 2]).unwrap_err().to_string();
        assert!(cut.starts_with("it is no record: EOF"), "{cut}");
        let newer = refused(&|file| file["version"] = json!(2)).await;
        assert!(newer.contains("version 2"), "{newer}");
        assert_eq!(exported(&s.clinic, tenant, &one).await, before);
    }

    async fn imports_of_one_record_at_once_make_one_record(db) {
        let s = scene(&db).await;
        let one = s.whole().await;
        let text = s.get(&s.admin, &format!("{one}export/json/")).await.text;
        let read = || care::read_file(text.as_bytes()).unwrap();
        let there = s.clinic.another("autre", "+221338210099").await;
        let files = s.brought(&read().record.number, &s.clinic, there).await;
        let imports = (0..4).map(|_| care::import(&s.clinic.app, there, read(), files.clone()));
        let done = futures_util::future::join_all(imports).await;
        let new = done.iter().filter(|done| matches!(done, Ok(Imported::New { .. }))).count();
        let known = done.iter().filter(|done| matches!(done, Ok(Imported::Known { .. }))).count();
        assert_eq!((new, known), (1, 3), "{done:?}");
        let versions = i64::try_from(read().versions.len()).unwrap();
        for (table, rows) in [(RECORDS, 1), (VERSIONS, versions), (PATIENTS, 1)] {
            let mut tx = s.clinic.app.store.read(there).await.unwrap();
            assert_eq!(tx.one::<i64>(table, params![there]).await.unwrap(), rows, "{table:?}");
        }
        assert_eq!(audited(&s.clinic, there, "import").await, 1);
    }

    async fn what_was_signed_elsewhere_is_history_until_a_doctor_signs_it_here(db) {
        let s = scene(&db).await;
        let one = s.whole().await;
        let text = s.get(&s.admin, &format!("{one}export/json/")).await.text;
        let read = || care::read_file(text.as_bytes()).unwrap();
        let there = s.clinic.another("autre", "+221338210099").await;
        let number = read().record.number.clone();
        let files = s.brought(&number, &s.clinic, there).await;
        let files = || files.clone();
        let Imported::New { elsewhere, .. } = care::import(&s.clinic.app, there, read(), files()).await.unwrap() else { panic!("it is new there") };
        assert_eq!(elsewhere, 2);
        s.clinic.member(there, "dr-la", Role::Practitioner).await;
        let doctor = s.clinic.token_of("dr-la").await;
        let record = ok(s.get(&doctor, &one).await);
        assert_eq!((&record["status"], &record["version_signee"], &record["diagnostic"]), (&json!("analyse_terminee"), &json!(null), &json!("Pneumonie")));
        // Its signatures are still those of the first clinic, and only there.
        let hash = &read().versions[2].signed.clone().unwrap().sha256;
        let says = care::verify(&s.clinic.app, hash).await.unwrap();
        assert_eq!(says.clinic, "Clinique demo");
        let again = care::import(&s.clinic.app, there, read(), files()).await.unwrap();
        assert!(matches!(again, Imported::Known { .. }));
        let file = exported(&s.clinic, there, &one).await;
        let other = file.versions[2].signed_elsewhere.clone().unwrap();
        assert_eq!((&other.signature.sha256, other.clinic_name.as_str()), (hash, "Clinique demo"));
        assert_eq!((file.results.iter().filter(|r| r.late).count(), file.references[0].verified_by), (0, read().references[0].verified_by));
        ok(s.post(&doctor, &format!("{one}validate/"), json!({})).await);
        let signed = ok(s.get(&doctor, &one).await);
        assert_eq!(signed["status"], "valide_medecin");
    }
}

/// Gives a clinic the id of another installation's.
async fn same_clinic(there: &TestClinic, tenant: TenantId) {
    const TENANT: Sql = Sql::new(
        "INSERT INTO tenant (id, slug, name, locale, zone, country, created_at)
        SELECT $1, 'meme', 'Clinique demo', locale, zone, country, created_at FROM tenant LIMIT 1",
    );
    let done: Result<u64, ::store::StoreError> = there
        .app
        .store
        .write(::store::Scope::System, move |tx| {
            Box::pin(async move { tx.execute(TENANT, params![tenant]).await })
        })
        .await;
    done.unwrap();
}

/// A short name is the installation's own.
fn there_again(mut file: RecordFile) -> RecordFile {
    assert_eq!(file.clinic.slug, "meme");
    file.clinic.slug = "demo".to_owned();
    file
}

/// How often this stands on the trail.
async fn audited(clinic: &TestClinic, tenant: TenantId, what: &str) -> i64 {
    const COUNT: Sql =
        Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");
    let mut tx = clinic.app.store.read(tenant).await.unwrap();
    tx.one(COUNT, params![tenant, format!("encounter.{what}")])
        .await
        .unwrap()
}

fn id_of(one: &str) -> uuid::Uuid {
    one.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// The file of a record as the program itself takes it.
async fn exported(clinic: &TestClinic, tenant: TenantId, one: &str) -> RecordFile {
    let id: uuid::Uuid = one
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let ctx = kernel::Ctx::system(tenant, "test");
    care::file(&clinic.app, &ctx, kernel::Id::from_uuid(id))
        .await
        .unwrap()
}
