//! Who may do what.

use axum::http::Method;
use serde_json::json;
use testkit::{
    clinic::{PASSWORD, TestClinic},
    on_both_engines,
};

on_both_engines! {
    async fn only_the_right_password_signs_in(db) {
        let clinic = TestClinic::new(&db).await;
        let sign_in = async |name: &str, password: &str| {
            let body = json!({"username": name, "password": password});
            clinic.call_as(None, Method::POST, "/api/v1/auth/token/", Some(body)).await
        };
        let right = sign_in("AGENT", PASSWORD).await;
        assert_eq!(right.status, 200);
        let wrong = sign_in("agent", "un autre mot").await;
        let unknown = sign_in("personne", PASSWORD).await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["code"].clone()), (401, json!("bad-credentials")));
        assert_eq!(wrong.json()["detail"], unknown.json()["detail"], "which of them is wrong is not said");
        let access = right.json()["access"].as_str().unwrap().to_owned();
        let me = clinic.call_as(Some(&access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!((me.json()["username"].clone(), me.json()["role"].clone()), (json!("agent"), json!("agent")));
        clinic::identity::api::reset_password(&clinic.app, "agent", "un nouveau mot de passe").await.unwrap();
        let me = clinic.call_as(Some(&access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 401, "a new password ends old tokens at once");
        assert!(me.headers.contains_key("www-authenticate"));
    }

    async fn a_refresh_token_works_once(db) {
        let clinic = TestClinic::new(&db).await;
        let body = json!({"username": "agent", "password": PASSWORD});
        let first = clinic.call_as(None, Method::POST, "/api/v1/auth/token/", Some(body)).await.json();
        let rotate = async |token: &str| {
            clinic.call_as(None, Method::POST, "/api/v1/auth/refresh/", Some(json!({"refresh": token}))).await
        };
        let old = first["refresh"].as_str().unwrap();
        let second = rotate(old).await;
        assert_eq!(second.status, 200);
        assert_eq!(rotate(old).await.status, 401, "used twice");
        let new = second.json()["refresh"].as_str().unwrap().to_owned();
        assert_eq!(rotate(&new).await.status, 401, "its whole family has ended");
        assert_eq!(rotate("rubbish").await.status, 401);
    }

    async fn roles_and_clinics_are_kept_apart(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.another("autre", "+221338210001").await;
        let patient = clinic.token_of("patient").await;
        for path in ["/api/patients/list/", "/api/v1/inbox/conversations/", "/api/v1/outbox/", "/api/v1/webhooks/"] {
            assert_eq!(clinic.call_as(None, Method::GET, path, None).await.status, 401, "{path}");
            assert_eq!(clinic.call_as(Some("forged.token.x"), Method::GET, path, None).await.status, 401, "{path}");
            assert_eq!(clinic.call_as(Some(&patient), Method::GET, path, None).await.status, 403, "{path}");
            assert_eq!(clinic.call(Method::GET, path, None).await.status, 200, "{path}");
        }
        let token = clinic.token_of("agent").await;
        let request = axum::http::Request::get("/api/patients/list/")
            .header("authorization", format!("Bearer {token}"))
            .header("x-tenant", "autre")
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(clinic.send(request).await.status, 404, "no member there");
    }
}
