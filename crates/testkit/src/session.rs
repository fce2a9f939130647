//! A browser without scripts, as far as requests can play one.

use axum::{
    body::Body,
    http::{Request, header},
};

use crate::clinic::{Answer, PASSWORD, TestClinic};

/// A browser in which somebody has signed in.
pub struct Session<'c> {
    clinic: &'c TestClinic,
    /// What it sends as `Cookie`.
    pub cookie: String,
}

impl<'c> Session<'c> {
    /// Signs somebody in.
    ///
    /// # Panics
    /// When he cannot.
    pub async fn of(clinic: &'c TestClinic, name: &str) -> Self {
        let session = clinic::identity::api::open_session(&clinic.app, name, PASSWORD).await;
        let cookie = session.expect("a session").cookie;
        Self::with(clinic, format!("session={cookie}"))
    }

    /// A browser with these cookies.
    #[must_use]
    pub const fn with(clinic: &'c TestClinic, cookie: String) -> Self {
        Self { clinic, cookie }
    }

    /// Somebody who has not signed in, after he opened this page, with the secret
    /// that his forms repeat.
    ///
    /// # Panics
    /// When the page gives him none.
    pub async fn visitor(clinic: &'c TestClinic, page: &str) -> (Self, String) {
        let first = Self::with(clinic, String::new()).get(page).await;
        let cookie = first.headers[header::SET_COOKIE]
            .to_str()
            .expect("a cookie");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let (_, secret) = cookie.split_once('=').expect("a name and a value");
        let secret = secret.to_owned();
        (Self::with(clinic, cookie), secret)
    }

    /// Opens a page.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        let request = request.body(Body::empty()).expect("a request");
        self.clinic.send(request).await
    }

    /// Sends exactly these fields.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("a form");
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(body)).expect("a request");
        self.clinic.send(request).await
    }

    /// Sends a form of ours: these fields and the secret of its page.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.post(path, &fields).await
    }

    /// The secret that this browser's forms repeat; every page holds it.
    ///
    /// # Panics
    /// When a page does not.
    pub async fn csrf(&self) -> String {
        let page = self.get("/patients").await.text;
        let rest = page.split_once("name=\"csrf\" value=\"");
        let (_, rest) = rest.expect("a form's secret");
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}
