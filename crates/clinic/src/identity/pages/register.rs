use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, Response},
};
use kernel::{Problem, Role};
use serde::Deserialize;
use webkit::{Fault, FieldTexts, Form, Policy, Query, Routes, Shell, render};

use super::{NoQuery, again, some, told};
use crate::{
    App,
    identity::api::{self, NewInvitation, Registration},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/register", show, Policy::Public)
        .page(Method::POST, "/register", register, Policy::Public)
        .page(Method::GET, "/join", show_join, Policy::Public)
        .page(Method::POST, "/join", join, Policy::Public)
}

/// The form as it was typed, but for the password.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RegisterForm {
    tenant: String,
    username: String,
    password: String,
    first_name: String,
    last_name: String,
    email: String,
    phone: String,
}

/// Registration, or the request to join the staff, which has no name and password.
#[derive(Template)]
#[template(path = "identity/register.html")]
struct RegisterPage {
    shell: Shell,
    is_staff: bool,
    asks_clinic: bool,
    form: RegisterForm,
    errors: FieldTexts,
}

impl RegisterPage {
    async fn new(app: &App, shell: Shell, is_staff: bool, form: RegisterForm) -> Self {
        let asks_clinic = api::tenant_for_guests(app, None).await.is_err();
        Self {
            shell,
            is_staff,
            asks_clinic,
            form,
            errors: FieldTexts::default(),
        }
    }

    fn refused(mut self, problem: Problem) -> Result<Response, Fault> {
        self.errors = self.shell.texts.fields(&problem);
        again(&self, problem)
    }
}

async fn show(
    State(app): State<App>,
    shell: Shell,
    Query(NoQuery { .. }): Query<NoQuery>,
) -> Result<Html<String>, Fault> {
    render(&RegisterPage::new(&app, shell, false, RegisterForm::default()).await)
}

async fn register(
    State(app): State<App>,
    shell: Shell,
    Form(form): Form<RegisterForm>,
) -> Result<Response, Fault> {
    let registration = Registration {
        username: form.username.clone(),
        password: form.password.clone(),
        first_name: form.first_name.clone(),
        last_name: form.last_name.clone(),
        email: some(form.email.clone()),
        phone: some(form.phone.clone()),
        locale: shell.texts.locale,
    };
    let made = match clinic(&app, &form).await {
        Ok(clinic) => api::register(&app, &clinic, registration).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => told(shell, "register-title", "register-done"),
        Err(problem) => {
            let page = RegisterPage::new(&app, shell, false, form).await;
            page.refused(problem)
        }
    }
}

/// The clinic of the form; one that is not there is a wrong field.
async fn clinic(app: &App, form: &RegisterForm) -> Result<api::TenantInfo, Problem> {
    let slug = Some(form.tenant.trim()).filter(|slug| !slug.is_empty());
    let found = api::tenant_for_guests(app, slug).await;
    found.map_err(|problem| match problem.status() {
        404 => Problem::invalid("tenant", "malformed"),
        _ => problem,
    })
}

async fn show_join(
    State(app): State<App>,
    shell: Shell,
    Query(NoQuery { .. }): Query<NoQuery>,
) -> Result<Html<String>, Fault> {
    render(&RegisterPage::new(&app, shell, true, RegisterForm::default()).await)
}

async fn join(
    State(app): State<App>,
    shell: Shell,
    Form(form): Form<RegisterForm>,
) -> Result<Response, Fault> {
    let request = NewInvitation {
        role: Role::Practitioner,
        first_name: form.first_name.clone(),
        last_name: form.last_name.clone(),
        email: some(form.email.clone()),
        phone: some(form.phone.clone()),
        locale: shell.texts.locale,
    };
    let asked = match clinic(&app, &form).await {
        Ok(clinic) => api::ask_to_join(&app, &clinic, request).await,
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(()) => told(shell, "join-title", "join-done"),
        Err(problem) => {
            let page = RegisterPage::new(&app, shell, true, form).await;
            page.refused(problem)
        }
    }
}
