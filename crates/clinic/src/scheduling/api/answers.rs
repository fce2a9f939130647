//! What patients answer to reminders: asked by a digit where an answer can come
//! back, over a short link elsewhere.

use agenda::AppointmentState;
use kernel::{Ctx, Phone, Problem};
use send_rules::{Channel, Reply};
use store::{StoreError, WriteTx};
use webkit::Texts;

use super::{TOPIC, notify::values, save::saved};
use crate::{
    App, audit,
    audit::api::Event,
    identity::{self, api::fingerprint},
    messaging::{
        self,
        api::{Enqueued, MessageId, Notice},
    },
    patients::api::{PatientId, Reach},
    scheduling::{
        model::{AnswerWay, Appointment, Effect, Question, QuestionId, Step, VisitAt},
        storage,
    },
};

/// How a reminder asks.
pub(super) enum Asking {
    /// For the digit 1 or 2.
    Digit,
    /// Over a link with this secret.
    Link(String),
    /// Over a link with this secret, each of several visits for itself: a digit would
    /// be said of all or of any. The others, after the first.
    Each(String, Vec<VisitAt>),
}

/// How a reminder to this number asks. Where others could read it, or on a phone that several
/// people share, nobody can tell whose visit a digit means: a link says it.
pub(super) async fn asking(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (reach, others): (&Reach, &[VisitAt]),
    channel: Channel,
) -> Result<Asking, StoreError> {
    if !others.is_empty() {
        return Ok(Asking::Each(app.rng.short_secret(), others.to_vec()));
    }
    let phone = &reach.phone;
    let back = messaging::api::brings_answers(tx, app, ctx.tenant, (phone, channel)).await?;
    Ok(match back && reach.alone && reach.is_overt() {
        true => Asking::Digit,
        false => Asking::Link(app.rng.short_secret()),
    })
}

/// Keeps that a message asked, of a reminder or of a place that is offered.
pub(super) async fn asked(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (one, phone, queued): (&Appointment, &Phone, Enqueued),
    asking: Asking,
) -> Result<(), StoreError> {
    if !queued.fresh {
        return Ok(());
    }
    let id = QuestionId::new(&app.clock, &app.rng);
    let (token, others) = match asking {
        Asking::Digit => (None, Vec::new()),
        Asking::Link(token) => (Some(token), Vec::new()),
        Asking::Each(token, others) => (Some(token), others),
    };
    let new = (token.as_deref().map(fingerprint), app.clock.now());
    storage::ask(tx, ctx.tenant, id, (one, queued.id, phone), new).await?;
    storage::ask_also(tx, ctx.tenant, id, &others).await
}

/// A message that came in from a number that is this patient's alone.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The number it came from.
    pub phone: &'a Phone,
    /// The way it came.
    pub channel: Channel,
    /// Whose the number is.
    pub patient: PatientId,
    /// The text.
    pub body: &'a str,
    /// Whether somebody of the clinic has the conversation: nothing goes back by itself then.
    pub taken_over: bool,
}

/// What became of an answer to a reminder.
#[derive(Debug, Clone)]
pub enum Taken {
    /// This goes back to him.
    Thanked(Thanks),
    /// That he comes is noted; the staff who has the conversation tells him.
    Coming,
    /// The appointment is called off; the staff who has the conversation tells him.
    CalledOff,
}

/// What goes back to who answered.
#[derive(Debug, Clone)]
pub struct Thanks {
    /// The outbox's message.
    pub message: MessageId,
    /// Its text.
    pub body: String,
}

/// Takes a message for the answer to the newest reminder that this number was
/// sent, if it is one: notes that the patient comes, or calls the appointment off.
/// Said twice it is done once. Nothing comes back when nothing was asked, or when
/// somebody of the clinic wrote since. What is decided is also done while somebody has the
/// conversation, without thanks.
///
/// # Errors
/// The database's.
pub async fn answer(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    incoming: Incoming<'_>,
) -> Result<Option<Taken>, Problem> {
    let Some(reply) = Reply::parse_message(incoming.body) else {
        return Ok(None);
    };
    let Some(question) = pending(tx, app, ctx, incoming).await? else {
        return Ok(None);
    };
    let way = match incoming.channel {
        Channel::Sms => AnswerWay::Sms,
        Channel::Whatsapp => AnswerWay::Whatsapp,
        // Nobody is asked by e-mail, nobody writes back to a notification, and a call is
        // answered by its keys.
        Channel::Voice | Channel::Push | Channel::Email => return Ok(None),
    };
    let (one, effect) = answered(tx, app, ctx, &question, (reply, way)).await?;
    if incoming.taken_over {
        return Ok(match effect {
            Effect::Coming => Some(Taken::Coming),
            Effect::CalledOff => Some(Taken::CalledOff),
            Effect::OffAlready | Effect::Nothing => None,
        });
    }
    let thanks = thanks(tx, app, ctx, incoming, (&one, effect)).await?;
    Ok(thanks.map(Taken::Thanked))
}

/// The newest question about a visit that can still be answered, if a digit does.
async fn pending(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    Incoming { phone, patient, .. }: Incoming<'_>,
) -> Result<Option<Question>, StoreError> {
    let now = app.clock.now();
    let mut newest: Option<Question> = None;
    for question in storage::questions_to(tx, ctx.tenant, phone, patient, now).await? {
        if !went(tx, ctx, question.message_id).await? {
            continue;
        }
        // Nobody can tell which of several visits a digit is meant for.
        if newest.is_none() && question.several {
            return Ok(None);
        }
        let of = newest.as_ref().unwrap_or(&question);
        let same = of.appointment_id == question.appointment_id;
        if same && question.by_digit {
            let since = of.asked_at;
            let asked_else = messaging::api::written_since(tx, ctx.tenant, phone, since).await?;
            return Ok((!asked_else).then_some(question));
        }
        newest = newest.or(Some(question));
    }
    Ok(None)
}

/// Whether a message may have been read.
async fn went(tx: &mut WriteTx, ctx: &Ctx, message: MessageId) -> Result<bool, StoreError> {
    use send_rules::MessageState::{Cancelled, Expired, Failed, Queued, Refused};
    let view = messaging::api::view(tx, ctx.tenant, message).await?;
    Ok(view
        .is_some_and(|view| !matches!(view.state, Queued | Failed | Expired | Refused | Cancelled)))
}

/// Does what an answer says; the appointment as it stands then.
///
/// # Errors
/// 404 when it is gone; the database's.
pub(super) async fn answered(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    question: &Question,
    (reply, way): (Reply, AnswerWay),
) -> Result<(Appointment, Effect), Problem> {
    storage::hold_appointment(tx, ctx.tenant, question.appointment_id).await?;
    let one = storage::find_appointment(tx, ctx.tenant, question.appointment_id).await?;
    let mut one = one.ok_or_else(Problem::not_found)?;
    let now = app.clock.now();
    let effect = one.effect(reply, question.starts_at, now);
    match effect {
        Effect::Coming => {
            storage::touch(tx, ctx.tenant, &one, now).await?;
            (one.version, one.updated_at) = (one.version + 1, now);
            one.patient_coming_at = Some(now);
            let changed = one.practitioner_id.map(|doctor| doctor.uuid());
            tx.emit(TOPIC, changed.unwrap_or_else(|| one.id.uuid()));
        }
        Effect::CalledOff => {
            one.status = AppointmentState::Cancelled;
            let note = note(tx, ctx, way).await?;
            one = saved(tx, app, ctx, one, (Step::Cancelled, Some(&note))).await?;
        }
        Effect::OffAlready | Effect::Nothing => return Ok((one, effect)),
    }
    let version = one.version;
    storage::insert_answer(tx, ctx.tenant, (&one, version), (reply, way), now).await?;
    noted(tx, app, ctx, &one, (reply, way));
    Ok((one, effect))
}

/// What stands in the history, in the clinic's language.
async fn note(tx: &mut WriteTx, ctx: &Ctx, way: AnswerWay) -> Result<String, StoreError> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    Ok(Texts::new(clinic.locale).get(&format!("answer-note-{way}")))
}

fn noted(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &Appointment,
    (reply, way): (Reply, AnswerWay),
) {
    let event = Event {
        action: "appointment.answer",
        object_type: "appointment",
        object_id: one.id.uuid(),
        patient: Some(one.patient_id.uuid()),
        detail: Some(serde_json::json!({"answer": reply, "way": way}).to_string()),
    };
    audit::api::record_event(tx, app, ctx, event);
}

/// Writes what goes back, once for each state of the appointment.
async fn thanks(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    incoming: Incoming<'_>,
    (one, effect): (&Appointment, Effect),
) -> Result<Option<Thanks>, Problem> {
    let key = match effect {
        Effect::Coming => "answer-coming",
        Effect::CalledOff => "answer-off",
        Effect::OffAlready => "answer-off-already",
        Effect::Nothing => return Ok(None),
    };
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let known = crate::patients::api::summary(tx, ctx.tenant, incoming.patient).await?;
    let link = format!("{}/my/appointments", app.settings.public_url);
    let notice = Notice {
        event: messaging::api::event_of(key)?,
        locale: known.map_or(clinic.locale, |known| known.locale),
        values: values(app, &clinic, (one, 1), link),
        channel: incoming.channel,
        other_channel: None,
        other_values: None,
        asks: false,
        recipient: incoming.phone.clone(),
        patient: Some(incoming.patient),
        idempotency_key: format!("notice-{key}:{}:{}", one.id, one.version),
        expires_at: Some(one.starts_at),
        created_by: None,
    };
    let noticed = messaging::api::notify(tx, app, ctx, notice).await?;
    Ok(noticed.queued.fresh.then_some(Thanks {
        message: noticed.queued.id,
        body: noticed.body,
    }))
}

/// Where a message's question is answered.
pub(super) fn reply_link(app: &App, token: &str) -> String {
    format!("{}/r/{token}", app.settings.public_url)
}
