//! From a stored event to a line in a conversation. All in one transaction,
//! ended with the work's row: either everything happened, or it will.

use kernel::{Ctx, Locale, Phone, Timestamp, text};
use send_rules::Channel;
use store::{StoreError, WriteTx};

use super::{
    consent::{decided, is_decision},
    keys::pressed,
    mail::reported,
    question::{answered, ask, keep_speaking},
    reply::answered_reminder,
};
use crate::{
    App, identity,
    inbox::{
        api::TOPIC,
        model::{
            Announced, ConversationId, ConversationRow, EntryId, EntryKind, EventRow, EventType,
            MediaId, ProcessingStatus,
        },
        rules::{self, Match},
        storage::{self, EventEnd, NewEntry},
    },
    messaging::{self, api::Reported},
    patients::{self, api::PatientId},
};

/// How processing ended.
pub(super) enum Done {
    /// The event and its row are ended.
    Ended,
    /// A call-back overtook the message it speaks of.
    NotYet,
}

pub(super) async fn process(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
) -> Result<Done, StoreError> {
    let event = storage::event(tx, job.tenant, job.id).await?;
    let event = event.ok_or(StoreError::RowCount {
        expected: 1,
        actual: 0,
    })?;
    if event.processing_status != ProcessingStatus::Pending {
        jobs::finish(tx, &storage::EVENT_WORK, job).await?;
        return Ok(Done::Ended);
    }
    match event.event_type.incoming() {
        Some(channel) => hear(tx, app, job, &event, channel).await,
        None if event.event_type == EventType::VoiceKeys => pressed(tx, app, job, &event).await,
        None if event.event_type == EventType::EmailStatus => reported(tx, app, job, &event).await,
        None => report(tx, app, job, &event).await,
    }
}

async fn report(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    event: &EventRow,
) -> Result<Done, StoreError> {
    let report = match event.event_type {
        EventType::VoiceStatus => ports::twilio::call_report(&event.content),
        EventType::GatewayStatus => {
            let gateway = app.gateway.as_ref();
            gateway.and_then(|gateway| gateway.report(&event.content))
        }
        _ => ports::twilio::delivery_report(&event.content),
    };
    let Some(report) = report else {
        return ignore(tx, app, job, "a status that changes nothing").await;
    };
    let id = &event.external_id;
    let reported = if event.event_type == EventType::GatewayStatus {
        messaging::api::apply_gateway_report(tx, app, job.tenant, id, report).await?
    } else {
        let code = error_code(&event.raw_payload);
        messaging::api::apply_report(tx, app, job.tenant, id, report, code).await?
    };
    match reported {
        // Simulated and foreign ids never turn up; the last try says so.
        Reported::UnknownMessage if job.attempts < jobs::RetryClass::NotYet.rule().attempts => {
            Ok(Done::NotYet)
        }
        Reported::UnknownMessage => ignore(tx, app, job, "no message of ours has this id").await,
        Reported::Applied(_) => {
            end(
                tx,
                app,
                job,
                ProcessingStatus::Processed,
                EventEnd::default(),
            )
            .await
        }
    }
}

fn error_code(raw_payload: &str) -> Option<i64> {
    let pairs: serde_json::Value = serde_json::from_str(raw_payload).ok()?;
    pairs.get("ErrorCode")?.as_str()?.parse().ok()
}

pub(super) async fn ignore(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    why: &str,
) -> Result<Done, StoreError> {
    let what = EventEnd {
        error: Some(why),
        ..EventEnd::default()
    };
    end(tx, app, job, ProcessingStatus::Ignored, what).await
}

pub(super) async fn end(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    status: ProcessingStatus,
    end: EventEnd<'_>,
) -> Result<Done, StoreError> {
    storage::end_event(tx, job.tenant, job.id, status, end, app.clock.now()).await?;
    jobs::finish(tx, &storage::EVENT_WORK, job).await?;
    Ok(Done::Ended)
}

/// Everything about the message being heard.
pub(super) struct Heard<'a> {
    pub(super) ctx: Ctx,
    pub(super) event: &'a EventRow,
    pub(super) channel: Channel,
    pub(super) phone: Phone,
    /// In which he is answered.
    pub(super) locale: Locale,
}

async fn hear(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    event: &EventRow,
    channel: Channel,
) -> Result<Done, StoreError> {
    let country = identity::api::tenant(tx, job.tenant).await?.country;
    let Ok(phone) = Phone::parse(&event.sender_phone, country) else {
        return ignore(tx, app, job, "the sender is no phone number").await;
    };
    messaging::api::note_inbound(tx, job.tenant, &phone, channel, event.received_at).await?;
    let exact = patients::api::by_phone(tx, job.tenant, &phone).await?;
    let ctx = job.ctx("inbox");
    let heard = Heard {
        locale: exact.first().map_or(ctx.locale, |patient| patient.locale),
        ctx,
        event,
        channel,
        phone,
    };
    let alike = match exact.as_slice() {
        [] => patients::api::by_last_nine(tx, job.tenant, &heard.phone).await?,
        _ => Vec::new(),
    };
    let known = storage::of_number(tx, job.tenant, &heard.phone).await?;
    let found = rules::match_sender(
        &exact,
        &alike,
        known.as_ref(),
        &event.content,
        app.clock.now(),
    );
    let (entry, patient, status) = match found {
        Match::Patient(patient) => {
            keep_speaking(tx, app, &heard, known.as_ref(), patient).await?;
            let (entry, conversation) = line(tx, app, &heard, Some(patient), false).await?;
            // On a shared phone nobody can tell whose visit a digit means.
            if exact.len() == 1 {
                answered_reminder(tx, app, &heard, (patient, &conversation)).await?;
            }
            (entry, Some(patient), ProcessingStatus::Processed)
        }
        Match::Answered(patient) => {
            let (entry, _) = line(tx, app, &heard, None, false).await?;
            answered(tx, app, &heard, patient).await?;
            (entry, Some(patient), ProcessingStatus::Processed)
        }
        Match::Ask => {
            let (entry, conversation) = line(tx, app, &heard, None, true).await?;
            // Who wants no more messages is not asked with one.
            if !is_decision(event) {
                ask(tx, app, &heard, (entry, &conversation), &exact).await?;
            }
            (entry, None, ProcessingStatus::NeedsReview)
        }
        Match::Propose(patient) => {
            let (entry, conversation) = line(tx, app, &heard, None, true).await?;
            storage::propose(tx, job.tenant, conversation.id, patient).await?;
            (entry, None, ProcessingStatus::NeedsReview)
        }
        Match::Unknown => {
            let (entry, _) = line(tx, app, &heard, None, false).await?;
            (entry, None, ProcessingStatus::Ignored)
        }
    };
    let what = EventEnd {
        patient,
        entry: Some(entry),
        ..EventEnd::default()
    };
    end(tx, app, job, status, what).await
}

/// Adds the message to the conversation of the patient, else of the number, which is
/// given back as it was before.
async fn line(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    patient: Option<PatientId>,
    needs_review: bool,
) -> Result<(EntryId, ConversationRow), StoreError> {
    let tenant = heard.ctx.tenant;
    let conversation = conversation(tx, app, heard, patient).await?;
    let id = EntryId::new(&app.clock, &app.rng);
    let entry = NewEntry {
        id,
        conversation: conversation.id,
        kind: EntryKind::Inbound,
        channel: Some(heard.channel),
        phone: Some(&heard.phone),
        body: &heard.event.content,
        author: None,
        message: None,
        needs_review,
        at: heard.event.received_at,
    };
    storage::insert_entry(tx, tenant, &entry).await?;
    attach_media(tx, app, heard, id).await?;
    let preview = text::shorten(&heard.event.content.replace(['\n', '\r'], " "), 90);
    let at = heard.event.received_at;
    storage::hear(
        tx,
        tenant,
        conversation.id,
        (&heard.phone, heard.channel),
        &preview,
        at,
    )
    .await?;
    decided(tx, app, heard, conversation.id).await?;
    tx.emit(TOPIC, conversation.id.uuid());
    Ok((id, conversation))
}

pub(super) async fn conversation(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    patient: Option<PatientId>,
) -> Result<ConversationRow, StoreError> {
    let fresh = ConversationId::new(&app.clock, &app.rng);
    let origin = (&heard.phone, heard.channel);
    storage::open(
        tx,
        heard.ctx.tenant,
        fresh,
        patient,
        origin,
        heard.event.received_at,
    )
    .await
}

pub(super) async fn number(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
) -> Result<ConversationRow, StoreError> {
    conversation(tx, app, heard, None).await
}

async fn attach_media(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    entry: EntryId,
) -> Result<(), StoreError> {
    let media: Vec<Announced> = serde_json::from_str(&heard.event.media).unwrap_or_default();
    let now = app.clock.now();
    for (position, media) in (0..).zip(&media) {
        let id = MediaId::new(&app.clock, &app.rng);
        storage::insert_media(tx, heard.ctx.tenant, id, entry, (position, media), now).await?;
        jobs::wake(tx, &storage::MEDIA_WORK);
    }
    Ok(())
}

/// Adds a line about something that happened; the text is an i18n key.
pub(in crate::inbox) async fn happening(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    conversation: ConversationId,
    key: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let entry = NewEntry {
        id: EntryId::new(&app.clock, &app.rng),
        conversation,
        kind: EntryKind::Happening,
        channel: None,
        phone: None,
        body: key,
        author: ctx.actor.user(),
        message: None,
        needs_review: false,
        at,
    };
    storage::insert_entry(tx, ctx.tenant, &entry).await
}

/// Moves what a number wrote to a patient's conversation.
pub(in crate::inbox) async fn attach(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    from: &ConversationRow,
    patient: PatientId,
) -> Result<(), StoreError> {
    let fresh = ConversationId::new(&app.clock, &app.rng);
    let origin = (&from.phone, from.channel);
    let to = storage::open(
        tx,
        ctx.tenant,
        fresh,
        Some(patient),
        origin,
        from.last_entry_at,
    )
    .await?;
    storage::settle_events(tx, ctx.tenant, from.id, patient).await?;
    storage::move_entries(tx, ctx.tenant, from, to.id).await?;
    happening(tx, app, ctx, to.id, "inbox-event-attached", app.clock.now()).await?;
    tx.emit(TOPIC, from.id.uuid());
    tx.emit(TOPIC, to.id.uuid());
    Ok(())
}
