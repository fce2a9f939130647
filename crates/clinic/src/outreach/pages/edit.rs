//! One reminder: written, changed, sent again, taken away.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Expected, Id, Locale, PageRequest, Problem, ProblemKind};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use crate::{
    App,
    outreach::{
        api,
        model::{Method, Reminder, ReminderId, ReminderMark, ReminderPatch},
        wire::{NewQuery, PressForm, ReminderForm, language_word, why},
    },
    patients::{
        self,
        api::{PatientId, Record},
    },
};

#[derive(Template)]
#[template(path = "outreach/edit.html")]
struct EditPage {
    shell: Shell,
    /// The one that is changed.
    current: Option<Reminder>,
    /// The patient it is for, and his name in the record.
    patient: Option<(PatientId, String)>,
    search: String,
    found: Vec<Record>,
    form: ReminderForm,
    /// Somebody else changed it.
    stale: bool,
    errors: FieldTexts,
}

impl EditPage {
    fn action(&self) -> String {
        match &self.current {
            None => "/reminders/new".to_owned(),
            Some(one) => format!("/reminders/{}", one.id),
        }
    }

    fn title(&self) -> String {
        self.shell.t(match self.current {
            None => "notes-new",
            Some(_) => "notes-edit",
        })
    }

    fn languages(&self) -> Vec<(String, String)> {
        let name = |locale: &Locale| self.shell.t(&format!("notes-language-{locale}"));
        let all = Locale::ALL.iter();
        all.map(|locale| (language_word(*locale).to_owned(), name(locale)))
            .collect()
    }

    fn methods(&self) -> Vec<(String, String)> {
        let name = |method: &Method| self.shell.t(&format!("reminder-method-{method}"));
        let all = Method::ALL.iter();
        all.map(|method| (method.to_string(), name(method)))
            .collect()
    }

    /// Whether somebody may have got it, so that it goes only once more.
    fn has_left(&self) -> bool {
        let current = self.current.as_ref();
        current.is_some_and(Reminder::may_have_left)
    }

    /// How it stands, and why.
    fn stands(&self) -> Option<String> {
        let one = self.current.as_ref()?;
        let state = self.shell.t(&format!("reminder-state-{}", one.status));
        Some(match why(one, self.shell.texts) {
            None => state,
            Some(why) => format!("{state}. {why}"),
        })
    }

    /// Whether the number is not one of the record's.
    fn asks_override(&self) -> bool {
        let error = self.errors.of_field("phone_number");
        !error.is_empty() || !self.form.phone_override.is_empty()
    }

    /// A conflict is told with what holds now, and nothing else.
    fn summary(&self) -> &str {
        match self.stale {
            true => "",
            false => self.errors.summary(),
        }
    }
}

async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    current: Option<Reminder>,
    form: ReminderForm,
    search: String,
) -> Result<EditPage, Problem> {
    let patient = match (&current, form.patient_id.parse().map(Id::from_uuid)) {
        (Some(one), _) => Some(one.patient_id),
        (None, Ok(named)) => Some(named),
        (None, Err(_)) => None,
    };
    let patient = match patient {
        Some(id) => Some((id, patients::api::name(app, &caller.ctx, id).await?)),
        None => None,
    };
    let found = match &patient {
        None if !search.trim().is_empty() => {
            let page = PageRequest::default();
            let found = patients::api::list(app, &caller.ctx, &search, None, page);
            found.await?.1
        }
        _ => Vec::new(),
    };
    Ok(EditPage {
        shell,
        current,
        patient,
        search,
        found,
        form,
        stale: false,
        errors: FieldTexts::default(),
    })
}

/// The form for a patient: what his record says of him.
async fn blank(app: &App, caller: &Caller, query: &NewQuery) -> Result<ReminderForm, Problem> {
    let Ok(id) = query.patient.parse() else {
        return Ok(ReminderForm::default());
    };
    let id: PatientId = Id::from_uuid(id);
    let (ctx, tenant) = (&caller.ctx, caller.ctx.tenant);
    let mut tx = app.store.read(ctx).await?;
    patients::api::may_open(&mut tx, app, ctx, id).await?;
    let id = patients::api::kept(&mut tx, tenant, id).await?;
    let summary = patients::api::summary(&mut tx, tenant, id).await?;
    let summary = summary.ok_or_else(Problem::not_found)?;
    let phones = patients::api::phones(&mut tx, tenant, id).await?;
    let phone = phones.first().map(kernel::Phone::pretty);
    Ok(ReminderForm {
        patient_id: id.to_string(),
        patient_name: summary.full_name(),
        phone_number: phone.unwrap_or_default(),
        language: language_word(summary.locale).to_owned(),
        method: Method::Whatsapp.to_string(),
        ..ReminderForm::default()
    })
}

pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<NewQuery>,
) -> Result<Response, Fault> {
    let form = blank(&app, &caller, &query).await?;
    let page = page((&app, &caller), shell, None, form, query.search).await?;
    Ok(render(&page)?.into_response())
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<ReminderForm>,
) -> Result<Response, Fault> {
    let made = match form.read(None, &caller.zone) {
        Ok(new) => api::create(&app, &caller.ctx, new).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(Redirect::to("/reminders?done=saved").into_response()),
        Err(problem) => again_with((&app, &caller), shell, None, form, problem).await,
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<ReminderMark>,
) -> Result<Response, Fault> {
    let one = api::reminder(&app, &caller.ctx, id).await?;
    let form = ReminderForm::of(&one, &caller.zone);
    let page = page((&app, &caller), shell, Some(one), form, String::new()).await?;
    Ok(render(&page)?.into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<ReminderMark>,
    Form(form): Form<ReminderForm>,
) -> Result<Response, Fault> {
    let one = api::reminder(&app, &caller.ctx, id).await?;
    let shown = ReminderForm::of(&one, &caller.zone);
    let seen = Expected::seen(form.version);
    let saved = match form.read(Some(&shown), &caller.zone) {
        Ok(patch) => api::change(&app, &caller.ctx, id, seen, patch).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => Ok(Redirect::to("/reminders?done=saved").into_response()),
        Err(problem) => again_with((&app, &caller), shell, Some(id), form, problem).await,
    }
}

/// Sends it once more, at once.
pub(super) async fn again(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<ReminderMark>,
    Form(form): Form<PressForm>,
) -> Result<Response, Fault> {
    let patch = ReminderPatch {
        rearm: true,
        ..ReminderPatch::default()
    };
    let seen = Expected::seen(form.version);
    let problem = match api::change(&app, &caller.ctx, id, seen, patch).await {
        Ok(_) => return Ok(Redirect::to("/reminders?done=again").into_response()),
        Err(problem) => problem,
    };
    // What keeps it from going is to be mended in its form.
    let mut form = match problem.kind {
        ProblemKind::NotFound | ProblemKind::Forbidden => return Err(problem.into()),
        _ => {
            let one = api::reminder(&app, &caller.ctx, id).await?;
            ReminderForm::of(&one, &caller.zone)
        }
    };
    form.rearm = "1".to_owned();
    again_with((&app, &caller), shell, Some(id), form, problem).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ReminderMark>,
    Form(form): Form<PressForm>,
) -> Result<Redirect, Fault> {
    let seen = Expected::seen(form.version);
    api::drop_reminder(&app, &caller.ctx, id, seen).await?;
    Ok(Redirect::to("/reminders?done=removed"))
}

/// The page again, with all that was written and what is wrong with it.
async fn again_with(
    (app, caller): (&App, &Caller),
    shell: Shell,
    id: Option<ReminderId>,
    mut form: ReminderForm,
    problem: Problem,
) -> Result<Response, Fault> {
    let stale = problem.kind == ProblemKind::Stale;
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let current = match id {
        Some(id) => Some(api::reminder(app, &caller.ctx, id).await?),
        None => None,
    };
    // Whoever saves again has seen what he replaces.
    form.version = current.as_ref().map(|one| one.version);
    let mut page = page((app, caller), shell, current, form, String::new()).await?;
    page.stale = stale;
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}
