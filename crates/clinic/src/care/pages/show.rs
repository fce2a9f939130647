use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use clinical_form::{Form, Writer};
use kernel::{FieldError, PageRequest, Problem, Role, Timestamp, Zone};
use serde::Deserialize;
use webkit::{Caller, Fault, PathId, Query, Shell, live, render};

use super::{
    DECIDERS,
    attachments::AttachmentsPart,
    door,
    fields::{Control, Drawn, FieldView, Wrong, wrong},
    form::owner,
    judge::{Judged, judged},
    labs::LabsPart,
    references::ReferencesPart,
    view::{self, Block, Last, Vital, status_css},
};
use crate::{
    App,
    care::{
        api::{self, TOPIC},
        model::{Encounter, EncounterId, EncounterMark, NoteRow, Status, read_content},
        rules,
        wire::{Typed, change_text, status_text},
    },
    identity::{self, api::StaffMember},
};

/// Messages shown under a record, the newest that many.
const NOTES: PageRequest = PageRequest { page: 1, size: 100 };

/// One text of the conclusion, and what stands in the record when it is another.
struct Concluding {
    field: FieldView,
    standing: String,
}

/// A version, with what it changed.
struct VersionView {
    number: i64,
    what: String,
    who: String,
    at: Timestamp,
    reason: Option<String>,
    signed: bool,
    changes: Vec<ChangeView>,
}

/// A field before and after.
struct ChangeView {
    label: String,
    before: String,
    after: String,
}

/// What somebody sent that could not be done.
#[derive(Default)]
pub(super) struct Refused {
    pub(super) typed: Typed,
    pub(super) errors: Vec<FieldError>,
    pub(super) notice: String,
}

#[derive(Template)]
#[template(path = "care/show.html")]
struct ShowPage {
    shell: Shell,
    record: Encounter,
    age: Option<String>,
    sex: String,
    status: String,
    allergies: Option<String>,
    judged: Judged,
    vitals: Vec<Vital>,
    told: Vec<(String, String)>,
    blocks: Vec<Block>,
    last: Option<Last>,
    concluding: Vec<Concluding>,
    concluded: Vec<(String, String)>,
    labs: LabsPart,
    attachments: AttachmentsPart,
    references: ReferencesPart,
    versions: Vec<VersionView>,
    notes: Vec<NoteRow>,
    doctors: Vec<StaffMember>,
    typed: Typed,
    /// The version that what is typed was written over.
    seen: i64,
    kept_at: Option<String>,
    errors: Vec<FieldError>,
    wrong: Vec<Wrong>,
    notice: String,
    done: Option<String>,
    zone: Zone,
    role: Option<Role>,
}

impl ShowPage {
    fn css(&self) -> &'static str {
        status_css(self.record.status)
    }

    fn is_doctor(&self) -> bool {
        self.role == Some(Role::Practitioner)
    }

    /// Whether a doctor's word is still awaited, and he who looks is one.
    fn may_decide(&self) -> bool {
        self.is_doctor() && !self.record.status.is_decided()
    }

    /// Whether there may be links that show it, and he who looks may close them.
    fn may_share(&self) -> bool {
        self.record.signed_version.is_some() && DECIDERS.allows(self.role)
    }

    fn may_edit(&self) -> bool {
        !self.record.status.is_decided()
    }

    fn may_amend(&self) -> bool {
        self.is_doctor() && self.record.status == Status::Validated
    }

    fn may_relaunch(&self) -> bool {
        let decides = self.is_doctor() || self.role.is_some_and(Role::is_admin);
        decides && self.record.status != Status::InAnalysis
    }

    fn error(&self, key: &str) -> String {
        let found = self.errors.iter().find(|error| error.field == key);
        found.map_or_else(String::new, |error| self.shell.texts.field(error))
    }

    fn when(&self, at: &Timestamp) -> String {
        let zone = &self.zone;
        format!("{} {}", at.day_month_year(zone), at.hour_minute(zone))
    }

    fn subject(&self) -> String {
        format!("{}-conclusion", self.record.id)
    }

    fn owner(&self) -> String {
        owner(&self.shell)
    }

    /// What was done, in words.
    fn said(&self) -> Option<String> {
        let key = match self.done.as_deref()? {
            "told" => "consultation-told",
            "told-before" => "consultation-told-before",
            _ => "common-saved",
        };
        self.notice.is_empty().then(|| self.shell.t(key))
    }

    fn is_assigned(&self, doctor: &StaffMember) -> bool {
        self.record.assigned_to == Some(doctor.id)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    done: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    match page((&app, &caller), shell, id, None, done.done).await {
        Ok(page) => Ok(render(&page)?.into_response()),
        Err(problem) => door(problem),
    }
}

/// The page again, with what could not be done and everything typed.
pub(super) async fn refused(
    (app, caller): (&App, &Caller),
    shell: Shell,
    id: EncounterId,
    typed: Typed,
    problem: Problem,
) -> Result<Response, Fault> {
    let refused = Refused {
        typed,
        notice: shell.texts.fields(&problem).summary().to_owned(),
        errors: problem.errors.clone(),
    };
    let status = webkit::status(&problem);
    let page = page((app, caller), shell, id, Some(refused), None).await?;
    Ok((status, render(&page)?).into_response())
}

async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    id: EncounterId,
    refused: Option<Refused>,
    done: Option<String>,
) -> Result<ShowPage, Problem> {
    let ctx = &caller.ctx;
    let record = api::record(app, ctx, id).await?;
    let last = api::previous(app, ctx, &record).await?;
    let versions = versions(app, caller, &shell, id).await?;
    let (_, notes) = api::notes(app, ctx, id, NOTES).await?;
    let staff = {
        let mut tx = app.store.read(ctx).await?;
        identity::api::staff(&mut tx, ctx.tenant).await?
    };
    let concludes = |said: &Refused| !said.typed.get("concluding").is_empty();
    let draft = match refused.as_ref().is_some_and(concludes) {
        true => None,
        false => api::draft(app, ctx, &format!("{id}-conclusion")).await?,
    };
    let kept_at = draft
        .as_ref()
        .map(|draft| draft.updated_at.hour_minute(&caller.zone));
    let (texts, today) = (shell.texts, app.clock.now().day(&caller.zone));
    let standing = Typed::of_content(&record.content, &today);
    let refused = refused.unwrap_or_default();
    // What another form of the page sent says nothing of the conclusion.
    let concluding_typed = match (concludes(&refused), draft) {
        (true, _) => refused.typed.clone(),
        (false, Some(draft)) => Typed::of_draft(&draft.typed),
        (false, None) => standing.clone(),
    };
    let seen = concluding_typed.get("version").parse().ok();
    let content = &record.content;
    let is_doctor = |member: &StaffMember| member.role == Role::Practitioner;
    Ok(ShowPage {
        age: view::age(content, &today, texts),
        sex: super::judge::shown(content, "sexe", texts.locale),
        status: status_text(&texts, record.status),
        allergies: rules::allergies(content, &texts),
        judged: judged(&*api::pack(app).await?, content, &today, texts),
        vitals: view::vitals(
            content,
            last.as_ref().map(|last| &last.content),
            texts.locale,
        ),
        blocks: view::blocks(content, texts.locale),
        concluding: concluding(&shell, &concluding_typed, &refused.errors, &standing),
        told: view::told(content, texts.locale),
        concluded: view::concluded(content, texts.locale),
        wrong: wrong(&refused.errors, texts),
        last: last.map(|last| Last::new(&last, &caller.zone, texts.locale)),
        labs: LabsPart::load(app, caller, &shell, &record).await?,
        attachments: AttachmentsPart::load(app, caller, &shell, &record).await?,
        references: ReferencesPart::load(app, caller, &shell, &record).await?,
        versions,
        notes,
        doctors: staff.into_iter().filter(is_doctor).collect(),
        seen: seen.unwrap_or(record.version),
        typed: refused.typed,
        kept_at,
        errors: refused.errors,
        notice: refused.notice,
        done,
        zone: caller.zone.clone(),
        role: caller.role(),
        record,
        shell,
    })
}

/// The four texts for writing; beside each what stands in the record, where it
/// is not what is being written.
fn concluding(
    shell: &Shell,
    typed: &Typed,
    errors: &[FieldError],
    standing: &Typed,
) -> Vec<Concluding> {
    let drawn = Drawn {
        texts: shell.texts,
        writer: Writer::Doctor,
        typed,
        errors,
        known: true,
    };
    let sections = drawn.sections().into_iter();
    let fields = sections.flat_map(|section| section.common);
    let doctors = |key: &str| Form::fiche().field(key).is_some_and(|field| field.doctor);
    fields
        .filter(|field| doctors(&field.key))
        .map(|field| {
            let other = standing.get(&field.key);
            let differs = other != field.value.trim();
            Concluding {
                standing: if differs { other } else { "" }.to_owned(),
                field,
            }
        })
        .collect()
}

async fn versions(
    app: &App,
    caller: &Caller,
    shell: &Shell,
    id: EncounterId,
) -> Result<Vec<VersionView>, Problem> {
    let rows = api::versions(app, &caller.ctx, id).await?;
    let locale = shell.texts.locale;
    let mut views = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let after = read_content(&row.content).map_err(Problem::from)?;
        let before = rows.get(place + 1).map(|row| read_content(&row.content));
        let before = before.transpose().map_err(Problem::from)?;
        let keys = before.as_ref().map(|before| after.differences(before));
        let empty = clinical_form::Content::default();
        let change = |key: &String| ChangeView {
            label: super::fields::label(key, locale),
            before: super::judge::shown(before.as_ref().unwrap_or(&empty), key, locale),
            after: super::judge::shown(&after, key, locale),
        };
        views.push(VersionView {
            number: row.version,
            what: change_text(&shell.texts, row.change),
            who: row.author_name.clone().unwrap_or_default(),
            at: row.at,
            reason: row.reason.clone(),
            signed: row.signed_hash.is_some(),
            changes: keys.unwrap_or_default().iter().map(change).collect(),
        });
    }
    Ok(views)
}

/// What changes in this record, as it happens.
pub(super) async fn events(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    resume: live::Resume,
) -> Result<Response, Fault> {
    api::newest_version(&app, &caller.ctx, id).await?;
    let (tenant, this) = (caller.ctx.tenant, id.uuid());
    let (bus, stop) = (app.store.changes(), app.stop.clone());
    Ok(live::events(
        bus,
        resume,
        stop,
        move |change: store::Change| {
            let ours = change.tenant == Some(tenant) && change.id == this;
            (ours && change.topic == TOPIC).then(|| live::LiveEvent::new(change.topic, ""))
        },
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    version: Option<i64>,
}

#[derive(Template)]
#[template(path = "care/news.html")]
struct NewsPart {
    shell: Shell,
    id: EncounterId,
    changed: bool,
}

/// Whether the record is another by now than the page shows: nothing of it is
/// swapped under somebody who types.
pub(super) async fn news(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(seen): Query<Seen>,
) -> Result<Html<String>, Fault> {
    let newest = api::newest_version(&app, &caller.ctx, id).await?;
    render(&NewsPart {
        shell,
        id,
        changed: seen.version.is_some_and(|seen| seen != newest),
    })
}
