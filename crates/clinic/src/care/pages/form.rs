use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use clinical_form::{Context, Writer};
use kernel::{Actor, Id, Problem};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, PathId, Query, Shell, Texts, render};

use super::{
    door,
    fields::{Control, Drawn, SectionView, Wrong, wrong},
    judge::{Judged, judged_while_typing, writer},
    sheet::{Clash, Mode, Sheet},
    view::Last,
};
use crate::{
    App,
    care::{
        api,
        model::{Encounter, EncounterId, EncounterMark},
        policy, rules,
        wire::{REMOTE, SAME_ADDRESS, Typed, nothing_found},
    },
    identity::{self, api::TenantInfo},
    patients::{self, api::PatientId},
};

#[derive(Template)]
#[template(path = "care/form.html")]
struct FormPage {
    shell: Shell,
    mode: Mode,
    version: Option<i64>,
    typed: Typed,
    sections: Vec<SectionView>,
    wrong: Vec<Wrong>,
    notice: String,
    reason_error: String,
    clashes: Vec<Clash>,
    judged: Judged,
    last: Option<Last>,
}

impl FormPage {
    fn title(&self) -> String {
        let name = [self.typed.get("prenom"), self.typed.get("nom")].join(" ");
        match name.trim() {
            "" => self.shell.t(self.mode.title()),
            name => format!("{} · {name}", self.shell.t(self.mode.title())),
        }
    }

    /// The patient for whom a new record is opened.
    fn patient(&self) -> Option<PatientId> {
        match self.mode {
            Mode::New(patient) => patient,
            _ => None,
        }
    }

    fn is_amending(&self) -> bool {
        matches!(self.mode, Mode::Amend(_))
    }

    fn back(&self) -> String {
        match self.mode {
            Mode::New(None) => "/consultations".to_owned(),
            Mode::New(Some(patient)) => format!("/patients/{patient}"),
            Mode::Edit(id) | Mode::Amend(id) => format!("/consultations/{id}"),
        }
    }

    fn same_address(&self) -> bool {
        !self.typed.get(SAME_ADDRESS).is_empty()
    }

    fn remote(&self) -> bool {
        !self.typed.get(REMOTE).is_empty()
    }

    fn owner(&self) -> String {
        owner(&self.shell)
    }

    /// What the button answers, for the script.
    fn nothing_found(&self) -> String {
        nothing_found()
    }
}

/// Whose drafts a browser may keep for a while.
pub(super) fn owner(shell: &Shell) -> String {
    let user = shell
        .principal
        .as_deref()
        .and_then(|principal| principal.ctx.actor.user());
    user.map(|user| user.to_string()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "care/check.html")]
struct CheckPart {
    shell: Shell,
    judged: Judged,
}

#[derive(Template)]
#[template(path = "care/draft.html")]
struct DraftPage {
    shell: Shell,
    title: String,
    at: String,
    resume: String,
    here: String,
    subject: String,
    about: String,
}

/// The clinic and its day, with which an input is read.
pub(super) struct Day {
    clinic: TenantInfo,
    pub(super) today: String,
    pub(super) writer: Writer,
}

impl Day {
    pub(super) async fn of(app: &App, caller: &Caller) -> Result<Self, Problem> {
        let mut tx = app.store.read(&caller.ctx).await?;
        Ok(Self {
            clinic: identity::api::tenant(&mut tx, caller.ctx.tenant).await?,
            today: app.clock.now().day(&caller.zone),
            writer: writer(policy::role(&caller.ctx)),
        })
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            writer: self.writer,
            country: self.clinic.country,
            today: &self.today,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begin {
    patient: Option<uuid::Uuid>,
    resume: Option<String>,
}

/// A form for a new record, with what is known of the patient in it.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(begin): Query<Begin>,
) -> Result<Response, Fault> {
    let patient: Option<PatientId> = begin.patient.map(Id::from_uuid);
    let day = Day::of(&app, &caller).await?;
    let (content, last) = match patient {
        None => (None, None),
        Some(patient) => match known(&app, &caller, patient).await {
            Err(problem) => return door(problem),
            Ok((content, last)) => (Some(content), last),
        },
    };
    let content = content.unwrap_or_else(|| {
        let form = clinical_form::Form::fiche();
        clinical_form::Content::blank(form)
    });
    let sheet = Sheet {
        mode: Mode::New(patient),
        version: None,
        typed: Typed::of_content(&content, &day.today),
        errors: Vec::new(),
        notice: String::new(),
        clashes: Vec::new(),
        last,
    };
    open((&app, &caller), shell, sheet, begin.resume.is_some()).await
}

async fn known(
    app: &App,
    caller: &Caller,
    patient: PatientId,
) -> Result<(clinical_form::Content, Option<Encounter>), Problem> {
    if let Some(latest) = api::latest_of(app, &caller.ctx, patient).await? {
        return Ok((rules::taken_over(&latest.content), Some(latest)));
    }
    let record = patients::api::record(app, &caller.ctx, patient).await?;
    Ok((rules::of_patient(&record), None))
}

/// A form for a record that stands already.
pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(begin): Query<Begin>,
) -> Result<Response, Fault> {
    standing((&app, &caller), shell, Mode::Edit(id), id, begin).await
}

/// A form for another version of a signed record.
pub(super) async fn amend(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(begin): Query<Begin>,
) -> Result<Response, Fault> {
    standing((&app, &caller), shell, Mode::Amend(id), id, begin).await
}

async fn standing(
    (app, caller): (&App, &Caller),
    shell: Shell,
    mode: Mode,
    id: EncounterId,
    begin: Begin,
) -> Result<Response, Fault> {
    let record = match api::record(app, &caller.ctx, id).await {
        Err(problem) => return door(problem),
        Ok(record) => record,
    };
    let fits = match mode {
        Mode::Amend(_) => record.status == api::Status::Validated,
        _ => rules::may_edit(&record).is_ok(),
    };
    if !fits {
        return Ok(Redirect::to(&format!("/consultations/{id}")).into_response());
    }
    let today = app.clock.now().day(&caller.zone);
    let mut typed = Typed::of_content(&record.content, &today);
    if record.remote {
        typed.set(REMOTE, "on".to_owned());
    }
    let sheet = Sheet {
        mode,
        version: Some(record.version),
        typed,
        errors: Vec::new(),
        notice: String::new(),
        clashes: Vec::new(),
        last: api::previous(app, &caller.ctx, &record).await?,
    };
    open((app, caller), shell, sheet, begin.resume.is_some()).await
}

/// The form, or first the question whether to go on with what was typed.
async fn open(
    (app, caller): (&App, &Caller),
    shell: Shell,
    mut sheet: Sheet,
    resume: bool,
) -> Result<Response, Fault> {
    let subject = sheet.mode.subject();
    let Some(draft) = api::draft(app, &caller.ctx, &subject).await? else {
        return Ok(draw((app, caller), shell, sheet).await?.into_response());
    };
    let typed = Typed::of_draft(&draft.typed);
    if resume {
        let version = typed.get("version").parse().ok();
        sheet.version = version.or(sheet.version);
        sheet.typed = typed;
        return Ok(draw((app, caller), shell, sheet).await?.into_response());
    }
    let here = sheet.mode.here();
    let and = if here.contains('?') { '&' } else { '?' };
    let parts = [
        typed.get("prenom"),
        typed.get("nom"),
        typed.get("motif_consultation"),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let page = DraftPage {
        title: shell.t(sheet.mode.title()),
        at: draft.updated_at.hour_minute(&caller.zone),
        resume: format!("{here}{and}resume=1"),
        about: parts.join(" · "),
        here,
        subject,
        shell,
    };
    Ok(render(&page)?.into_response())
}

/// The form with everything that was typed.
pub(super) async fn draw(
    (app, caller): (&App, &Caller),
    shell: Shell,
    sheet: Sheet,
) -> Result<Html<String>, Fault> {
    let (day, pack) = (Day::of(app, caller).await?, api::pack(app).await?);
    let texts = shell.texts;
    let drawn = Drawn {
        texts,
        writer: day.writer,
        typed: &sheet.typed,
        errors: &sheet.errors,
        known: !matches!(sheet.mode, Mode::New(None)),
    };
    let reason = sheet.errors.iter().find(|error| error.field == "reason");
    render(&FormPage {
        sections: drawn.sections(),
        wrong: wrong(&sheet.errors, texts),
        reason_error: reason.map_or_else(String::new, |error| texts.field(error)),
        judged: judged_while_typing(&pack, &sheet.typed.input(day.writer), day.context(), texts),
        last: sheet
            .last
            .map(|record| Last::new(&record, &caller.zone, texts.locale)),
        mode: sheet.mode,
        version: sheet.version,
        notice: sheet.notice,
        clashes: sheet.clashes,
        typed: sheet.typed,
        shell,
    })
}

/// What the rules say of what stands in the form now; nothing is kept.
pub(super) async fn check(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(typed): Form<Typed>,
) -> Result<Html<String>, Fault> {
    let (day, pack) = (Day::of(&app, &caller).await?, api::pack(&app).await?);
    let texts: Texts = shell.texts;
    let judged = judged_while_typing(&pack, &typed.input(day.writer), day.context(), texts);
    render(&CheckPart { shell, judged })
}

/// Whether the caller takes the records he enters himself.
pub(super) fn doctor(caller: &Caller) -> Option<kernel::UserId> {
    match caller.ctx.actor {
        Actor::User(user, kernel::Role::Practitioner) => Some(user),
        _ => None,
    }
}
