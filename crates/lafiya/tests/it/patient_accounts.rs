//! From the account that a patient makes to the record that is his; and what a program
//! that may not read learns of records.

use ::store::{Sql, params};
use axum::http::Method;
use clinic::{
    identity::api::{self as identity, NewServiceToken, NewUser},
    patients::api as patients,
};
use kernel::{Actor, Ctx, Id, Locale, Role, UserId};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic, code, conflict, ok},
    on_both_engines,
    session::Session,
};

const DONE: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");
const PROVEN: Sql = Sql::new("UPDATE user_account SET phone_verified_at = 1 WHERE id = $1");

async fn done(clinic: &TestClinic, action: &str) -> i64 {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(DONE, params![clinic.tenant, action]).await.unwrap()
}

/// Somebody registers with this name and number.
async fn register(clinic: &TestClinic, username: &str, (first, last): (&str, &str)) -> String {
    let body = json!({"username": username, "password": PASSWORD, "first_name": first, "last_name": last, "phone": "+221772000001"});
    let path = "/api/v1/auth/users/register/";
    let made = clinic.call_as(None, Method::POST, path, Some(body)).await;
    ok(made)["id"].as_str().unwrap().to_owned()
}

/// As if he had typed the code that went to his number.
async fn prove(clinic: &TestClinic, account: &str) {
    let user: UserId = Id::from_uuid(account.parse().unwrap());
    let proven = clinic.app.store.write(clinic.tenant, move |tx| {
        Box::pin(async move { tx.execute_one(PROVEN, params![user]).await })
    });
    let proven: Result<(), ::store::StoreError> = proven.await;
    proven.unwrap();
}

async fn waiting(clinic: &TestClinic) -> Value {
    ok(clinic
        .call(Method::GET, "/api/v1/patients/accounts/", None)
        .await)
}

async fn link(clinic: &TestClinic, patient: &str, account: &str) -> Answer {
    let path = format!("/api/v1/patients/{patient}/account/");
    let body = json!({"user_id": account});
    clinic.call(Method::PUT, &path, Some(body)).await
}

on_both_engines! {
    async fn an_account_is_suggested_its_record_and_linked_with_one_press(db) {
        let clinic = TestClinic::new(&db).await;
        let record = clinic.patient("Awa", "Ndiaye", "77 200 00 01").await.to_string();
        clinic.patient("Binta", "Sarr", "77 200 00 01").await;
        let before = waiting(&clinic).await["count"].as_i64().unwrap();
        let account = register(&clinic, "awa.n", ("Awa", "Njaay")).await;
        let of = |list: &Value| list["results"].as_array().unwrap().iter().find(|row| row["user_id"] == account.as_str()).cloned();
        let list = waiting(&clinic).await;
        assert_eq!(list["count"], before + 1);
        let row = of(&list).unwrap();
        assert_eq!((&row["phone_verified"], &row["suggested"]), (&json!(false), &json!([])), "a number that anybody can type counts for nothing");
        prove(&clinic, &account).await;
        let row = of(&waiting(&clinic).await).unwrap();
        assert_eq!(row["suggested"].as_array().unwrap().len(), 1, "not who only shares the number: {row}");
        assert_eq!(row["suggested"][0]["patient_id"], record.as_str());

        let own = Session::of(&clinic, "awa.n").await;
        for path in ["/my/records", "/my/appointments", "/my/appointments/new"] {
            let page = own.get(path).await;
            assert_eq!(page.status, 200);
            assert!(page.text.contains("pas encore relié à ce compte") && page.text.contains("/profile"), "{path}: {}", page.text);
        }
        let reception = Session::of(&clinic, "agent").await;
        let home = reception.get("/patients").await.text;
        assert!(home.contains("/patients/accounts"), "{home}");
        let page = reception.get("/patients/accounts").await.text;
        assert!(page.contains("Awa Njaay") && page.contains("Awa Ndiaye") && page.contains("finissant par 01") && !page.contains("Binta"), "{page}");
        let pressed = reception.submit(&format!("/patients/{record}/account"), &[("user", &account)]).await;
        assert_eq!(pressed.headers["location"], format!("/patients/accounts?linked={record}"));
        let told = reception.get(&format!("/patients/accounts?linked={record}")).await.text;
        assert!(told.contains("Le dossier de Awa Ndiaye est relié") && told.contains(&format!("/patients/{record}/account/end")), "{told}");
        assert!(of(&waiting(&clinic).await).is_none());
        assert!(!own.get("/my/records").await.text.contains("pas encore relié"));
        let again = reception.submit(&format!("/patients/{record}/account"), &[("user", &account)]).await;
        assert_eq!((again.status.as_u16(), done(&clinic, "patient.link_account").await), (303, 1), "twice is once");
        let shown = reception.get(&format!("/patients/{record}")).await.text;
        assert!(shown.contains("awa.n"), "{shown}");

        assert_eq!(reception.submit(&format!("/patients/{record}/account/end"), &[]).await.status, 303);
        assert!(own.get("/my/records").await.text.contains("pas encore relié"));
        let path = format!("/api/v1/patients/{record}/account/");
        assert_eq!(clinic.call(Method::DELETE, &path, None).await.status, 204);
        assert_eq!(done(&clinic, "patient.unlink_account").await, 1);
        let found = reception.get(&format!("/patients/accounts?account={account}&search=binta")).await.text;
        assert!(found.contains("Binta Sarr"), "another record may be chosen: {found}");
    }

    async fn one_account_and_one_record_belong_together(db) {
        let clinic = TestClinic::new(&db).await;
        let one = clinic.patient("Awa", "Ndiaye", "77 200 00 01").await.to_string();
        let other = clinic.patient("Binta", "Sarr", "77 200 00 02").await.to_string();
        let awa = register(&clinic, "awa.n", ("Awa", "Ndiaye")).await;
        let binta = register(&clinic, "binta.s", ("Binta", "Sarr")).await;
        let both = futures_util::future::join(link(&clinic, &one, &awa), link(&clinic, &other, &awa)).await;
        let mut answers = [both.0.status.as_u16(), both.1.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 409], "at once");
        let taken = if both.0.status == 200 { &one } else { &other };
        let free = if both.0.status == 200 { &other } else { &one };
        assert_eq!(code(&link(&clinic, free, &awa).await), conflict("account-linked"));
        assert_eq!(code(&link(&clinic, taken, &binta).await), conflict("record-has-account"));
        let page = Session::of(&clinic, "agent").await.submit(&format!("/patients/{taken}/account"), &[("user", &binta)]).await;
        assert_eq!(page.status, 409);
        assert!(page.text.contains("Ce dossier a déjà un compte"), "{}", page.text);
        let staff = {
            let path = "/api/v1/auth/me/";
            ok(clinic.call(Method::GET, path, None).await)["id"].as_str().unwrap().to_owned()
        };
        assert_eq!(link(&clinic, free, &staff).await.status, 400, "no patient's account");
        let admin = clinic.token_of("admin").await;
        let path = format!("/api/v1/patients/{free}/access/");
        ok(clinic.call_as(Some(&admin), Method::PATCH, &path, Some(json!({"restricted": true}))).await);
        assert_eq!(code(&link(&clinic, free, &binta).await), (403, "record-restricted".to_owned()));
        let listed = waiting(&clinic).await.to_string();
        assert!(!listed.contains(free.as_str()), "{listed}");
        let other = clinic.another("ailleurs", "+221338210055").await;
        let new = NewUser {
            username: "ailleurs".into(),
            password: PASSWORD.into(),
            first_name: "Awa".into(),
            last_name: "Ndiaye".into(),
            role: Role::Patient,
            locale: Locale::Fr,
            email: None,
            phone: None,
        };
        let foreign = identity::create_user(&clinic.app, other, new).await.unwrap();
        assert!(!waiting(&clinic).await.to_string().contains("ailleurs"));
        assert_eq!(link(&clinic, taken, &foreign.to_string()).await.status, 400);
        let ctx = Ctx { tenant: other, actor: Actor::User(foreign, Role::Admin), locale: Locale::Fr };
        let theirs = Id::from_uuid(taken.parse().unwrap());
        assert_eq!(patients::link_account(&clinic.app, &ctx, theirs, foreign).await.unwrap_err().status(), 404);
    }

    async fn who_may_only_write_learns_that_there_is_one(db) {
        let clinic = TestClinic::new(&db).await;
        let known = json!({"first_name": "Awa", "last_name": "Ndiaye", "phone": "772000001", "date_of_birth": "1990-05-17", "gender": "F"});
        let known = ok(clinic.call(Method::POST, "/api/patients/", Some(known)).await)["patient_id"].clone();
        let admin = clinic.token_of("admin").await;
        let me = ok(clinic.call_as(Some(&admin), Method::GET, "/api/v1/auth/me/", None).await)["id"].as_str().unwrap().to_owned();
        let ctx = Ctx { actor: Actor::User(Id::from_uuid(me.parse().unwrap()), Role::Admin), ..clinic.ctx() };
        let token = async |scopes: &[&str]| {
            let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let new = NewServiceToken { name: "N8N".into(), scopes, expires_at: None };
            identity::create_service_token(&clinic.app, &ctx, new).await.unwrap().secret.unwrap().0
        };
        let writer = token(&["write:customer"]).await;
        let both = token(&["write:customer", "read:customer"]).await;
        let sought = json!({"first_name": "Awa", "last_name": "Njaay", "phone": "772000001", "date_of_birth": "1990-05-17"});
        let ask = async |token: &str, path: &str| ok(clinic.call_as(Some(token), Method::POST, path, Some(sought.clone())).await);
        let nothing = json!({"patient_id": known, "full_name": null, "date_of_birth": null, "gender": null, "phone": "", "restricted": false, "score": null, "certainty": null, "reasons": []});
        let path = "/api/v1/patients/duplicates/";
        assert_eq!(ask(&writer, path).await, json!({"results": [nothing]}));
        let read = ask(&both, path).await;
        assert_eq!((&read["results"][0]["full_name"], &read["results"][0]["date_of_birth"]), (&json!("Awa Ndiaye"), &json!("1990-05-17")));
        assert_eq!(ask(&writer, "/api/patients/").await["duplicates"], json!([nothing]));
        let path = format!("/api/patients/{}/", known.as_str().unwrap());
        let change = async |token: &str| ok(clinic.call_as(Some(token), Method::PATCH, &path, Some(json!({}))).await);
        assert_eq!(change(&writer).await, json!({"id": known}));
        assert_eq!(change(&both).await["last_name"], "Ndiaye");
    }
}
