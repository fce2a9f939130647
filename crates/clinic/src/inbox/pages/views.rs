use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{PageRequest, Problem, Timestamp, Zone};
use send_rules::{Channel, Decision, MessageState};
use serde::Deserialize;
use webkit::{Caller, Fault, PathId, Query, Shell, live, render};

use crate::{
    App,
    identity::api::StaffMember,
    inbox::{
        api::{self, TOPIC, Thread},
        http,
        model::{
            Conversation, ConversationId, ConversationRow, ConversationStatus, EntryKind, EntryRow,
            Media, MediaRow, MediaState,
        },
        rules,
    },
    messaging,
};

/// Conversations shown in the list.
const SHOWN: PageRequest = PageRequest { page: 1, size: 50 };

#[derive(Template)]
#[template(path = "inbox/page.html")]
struct InboxPage {
    shell: Shell,
    list: List,
    open: Option<Open>,
}

#[derive(Template)]
#[template(path = "inbox/list.html")]
struct ListPart {
    shell: Shell,
    list: List,
}

#[derive(Template)]
#[template(path = "inbox/thread.html")]
struct ThreadPart {
    shell: Shell,
    open: Open,
}

struct List {
    rows: Vec<ConversationRow>,
    status: ConversationStatus,
    current: Option<ConversationId>,
    more: i64,
    zone: Zone,
    now: Timestamp,
}

impl List {
    fn when(&self, at: &Timestamp) -> String {
        when(*at, self.now, &self.zone)
    }

    fn is_current(&self, row: &ConversationRow) -> bool {
        self.current == Some(row.id)
    }
}

/// The time of today, the day of other days.
fn when(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    if at.day(zone) == now.day(zone) {
        at.hour_minute(zone)
    } else {
        at.day_month_year(zone)
    }
}

struct Open {
    thread: Thread,
    reply_id: String,
    zone: Zone,
    now: Timestamp,
}

impl Open {
    fn conversation(&self) -> &ConversationRow {
        &self.thread.conversation
    }

    fn title(&self) -> String {
        let conversation = self.conversation();
        conversation
            .patient_name()
            .unwrap_or_else(|| conversation.phone.pretty())
    }

    fn when(&self, at: &Timestamp) -> String {
        let (at, zone) = (*at, &self.zone);
        if at.day(zone) == self.now.day(zone) {
            at.hour_minute(zone)
        } else {
            format!("{} {}", at.day_month_year(zone), at.hour_minute(zone))
        }
    }

    fn files<'a>(&'a self, entry: &'a EntryRow) -> impl Iterator<Item = &'a MediaRow> {
        self.thread
            .media
            .iter()
            .filter(|file| file.entry_id == entry.id)
    }

    fn is_on(&self, channel: Channel) -> bool {
        self.conversation().channel == channel
    }

    /// The way back by the patient's own channel is closed.
    fn closed_reason(&self) -> Option<String> {
        let decision = match self.conversation().channel {
            Channel::Whatsapp => self.thread.whatsapp,
            Channel::Sms => self.thread.sms,
            // Conversations are written, on phones.
            Channel::Voice | Channel::Push | Channel::Email => return None,
        };
        match decision {
            Decision::Refuse(reason) | Decision::FallBack(reason) => {
                Some(format!("reason-{reason}"))
            }
            Decision::Send(_) | Decision::WaitUntil(..) => None,
        }
    }

    fn is_assigned(&self, member: &StaffMember) -> bool {
        self.conversation().assigned_to == Some(member.id)
    }

    fn assigned(&self) -> Option<&str> {
        let to = self.conversation().assigned_to?;
        let found = self.thread.staff.iter().find(|member| member.id == to);
        found.map(|member| member.name.as_str())
    }
}

impl MediaRow {
    fn is_picture(&self) -> bool {
        self.kind() == "image" && self.is_shown()
    }

    fn is_sound(&self) -> bool {
        self.kind() == "audio" && self.is_shown()
    }

    fn is_shown(&self) -> bool {
        self.content_type.as_deref().is_some_and(rules::is_shown)
    }
}

impl EntryRow {
    fn css(&self) -> &'static str {
        match self.kind {
            EntryKind::Inbound => "bubble in",
            EntryKind::Outbound => "bubble out",
            EntryKind::Note => "bubble note",
            EntryKind::Happening => "bubble system",
        }
    }

    fn author_name(&self) -> Option<String> {
        let (first, last) = (self.author_first.as_ref()?, self.author_last.as_ref()?);
        Some(format!("{first} {last}"))
    }

    fn is_note(&self) -> bool {
        self.kind == EntryKind::Note
    }

    fn is_happening(&self) -> bool {
        self.kind == EntryKind::Happening
    }

    fn state_mark(&self) -> &'static str {
        match self.message_state {
            None => "",
            Some(MessageState::Queued | MessageState::Sending) => "…",
            Some(MessageState::Accepted | MessageState::Sent) => "✓",
            Some(MessageState::Delivered | MessageState::Read) => "✓✓",
            Some(MessageState::Simulated) => "◌",
            Some(_) => "✗",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Show {
    status: Option<String>,
    current: Option<uuid::Uuid>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

impl Show {
    fn status(&self) -> Result<ConversationStatus, Problem> {
        match self.status.as_deref() {
            None => Ok(ConversationStatus::Open),
            Some(word) => ConversationStatus::parse(word)
                .ok_or_else(|| Problem::invalid("status", "not-a-choice")),
        }
    }
}

async fn load_list(
    app: &App,
    caller: &Caller,
    status: ConversationStatus,
    current: Option<ConversationId>,
) -> Result<List, Problem> {
    let (count, rows) = api::conversations(app, &caller.ctx, status, SHOWN).await?;
    Ok(List {
        rows,
        status,
        current,
        more: (count - SHOWN.size).max(0),
        zone: caller.zone.clone(),
        now: app.clock.now(),
    })
}

async fn load_open(app: &App, caller: &Caller, id: ConversationId) -> Result<Open, Problem> {
    let thread = api::thread(app, &caller.ctx, id).await?;
    if thread.conversation.unread > 0 {
        api::seen(app, &caller.ctx, id).await?;
    }
    Ok(Open {
        thread,
        reply_id: app.rng.secret(12),
        zone: caller.zone.clone(),
        now: app.clock.now(),
    })
}

pub(super) async fn inbox(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(show): Query<Show>,
) -> Result<Response, Fault> {
    let list = load_list(&app, &caller, show.status()?, None).await?;
    Ok(render(&InboxPage {
        shell,
        list,
        open: None,
    })?
    .into_response())
}

pub(super) async fn conversation(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Conversation>,
) -> Result<Response, Fault> {
    let open = match load_open(&app, &caller, id).await {
        Err(problem) => return door(problem),
        Ok(open) => open,
    };
    let list = load_list(&app, &caller, open.conversation().status, Some(id)).await?;
    Ok(render(&InboxPage {
        shell,
        list,
        open: Some(open),
    })?
    .into_response())
}

/// A restricted record is opened on its patient's page.
fn door(problem: Problem) -> Result<Response, Fault> {
    let restricted = problem.code == Some("record-restricted");
    let patient = problem.errors.first().and_then(|error| error.args.first());
    match patient {
        Some((_, id)) if restricted => Ok(Redirect::to(&format!("/patients/{id}")).into_response()),
        _ => Err(problem.into()),
    }
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(show): Query<Show>,
) -> Result<Response, Fault> {
    let current = show.current.map(ConversationId::from_uuid);
    let list = load_list(&app, &caller, show.status()?, current).await?;
    Ok(render(&ListPart { shell, list })?.into_response())
}

pub(super) async fn thread(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Conversation>,
) -> Result<Response, Fault> {
    let open = load_open(&app, &caller, id).await?;
    Ok(render(&ThreadPart { shell, open })?.into_response())
}

/// What changed in this clinic's conversations, as it happens.
pub(super) async fn events(
    State(app): State<App>,
    caller: Caller,
    resume: live::Resume,
) -> Response {
    let tenant = caller.ctx.tenant;
    live::events(
        app.store.changes(),
        resume,
        app.stop.clone(),
        move |change: store::Change| {
            let ours = change.tenant == Some(tenant);
            let shown = [TOPIC, messaging::api::TOPIC].contains(&change.topic.as_ref());
            (ours && shown).then(|| live::LiveEvent::new(change.topic, change.id.to_string()))
        },
    )
}

/// A file that came with a message.
pub(super) async fn media(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Media>,
) -> Result<Response, Fault> {
    Ok(http::file(api::media(&app, &caller.ctx, id).await?))
}
