//! What a reminder says. The one place that knows what its texts are filled with.

use kernel::{Ctx, Problem};
use send_rules::is_neutral;
use store::ReadTx;
use webkit::Texts;

use crate::{
    identity::{self, api::TenantInfo},
    messaging::{
        self,
        api::{Channel, Event, TextKey, Values, current_text, event_of},
    },
    outreach::{
        model::Reminder,
        rules::{one_segment, other_way},
    },
    patients,
};

/// What is said of a reminder by the way that its method takes.
pub(super) struct Said {
    pub event: &'static Event,
    pub values: Values,
    /// By the other way, if there is one: it may carry less.
    pub other_values: Option<Values>,
    /// Whether what comes back from there is the patient's answer to it.
    pub may_ask: bool,
}

/// What a reminder says, in its own language. An SMS names no drug, no speciality, and the
/// reason only where anybody may read it (`spec/messaging.md`).
///
/// # Errors
/// The database's.
pub(super) async fn said(
    tx: &mut ReadTx,
    ctx: &Ctx,
    one: &Reminder,
    channel: Channel,
) -> Result<Said, Problem> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let owners = patients::api::by_phone(tx, ctx.tenant, &one.phone).await?;
    // A number that stands in nobody's record is nobody's whom a key could be known for.
    let alone = !owners.is_empty() && owners.iter().all(|owner| owner.id == one.patient_id);
    let event = event_of("reminder-note")?;
    let by_sms = match channel == Channel::Sms || other_way(channel).is_some() {
        true => Some(short(tx, ctx, (one, event), &clinic).await?),
        false => None,
    };
    let (values, other_values) = match (channel, by_sms) {
        (Channel::Sms, Some(short)) => (short, None),
        (_, other) => {
            let reason = plain_blanks(&one.appointment_reason);
            (
                values(&clinic, one, (&one.patient_name, &reason), true),
                other,
            )
        }
    };
    Ok(Said {
        event,
        values,
        other_values,
        may_ask: alone,
    })
}

/// What fits one SMS and may be read by anybody.
async fn short(
    tx: &mut ReadTx,
    ctx: &Ctx,
    (one, event): (&Reminder, &'static Event),
    clinic: &TenantInfo,
) -> Result<Values, Problem> {
    let texts = Texts::new(one.language);
    let staff = identity::api::staff(tx, ctx.tenant).await?;
    let mut names: Vec<&str> = vec![&clinic.name];
    for member in &staff {
        names.push(&member.name);
        names.extend(member.name.split_whitespace().last());
    }
    let visit = texts.get("reminder-note-visit");
    let reason = match is_neutral(&one.appointment_reason, &names) {
        true => &one.appointment_reason,
        false => &visit,
    };
    let key = TextKey {
        event,
        channel: Channel::Sms,
        locale: one.language,
    };
    let text = current_text(tx, ctx, key).await?;
    let fill = |name: &str, reason: &str| values(clinic, one, (name, reason), false);
    // A text that lacks something is refused when it is written; its length is nobody's.
    let render = |name: &str, reason: &str| text.filled(&fill(name, reason)).unwrap_or_default();
    let (name, reason) = one_segment(&one.patient_name, reason, render);
    Ok(fill(&name, &reason))
}

/// `lists` says whether drugs and specialities may be named.
fn values(
    clinic: &TenantInfo,
    one: &Reminder,
    (name, reason): (&str, &str),
    lists: bool,
) -> Values {
    let texts = Texts::new(one.language);
    let name = match name.is_empty() {
        true => texts.get("reminder-note-you"),
        false => name.to_owned(),
    };
    messaging::api::values([
        ("clinic", clinic.name.clone()),
        ("name", name),
        ("reason", reason.trim_end_matches('.').to_owned()),
        ("details", details(texts, clinic, one, lists)),
    ])
}

/// What stands after the reason, each with a full stop before it.
fn details(texts: Texts, clinic: &TenantInfo, one: &Reminder, lists: bool) -> String {
    let mut parts = Vec::new();
    if let Some(at) = one.appointment_at {
        let zone = &clinic.zone;
        let (day, time) = (at.day_month_year(zone), at.hour_minute(zone));
        let when = [("day", &day as _), ("time", &time as _)];
        parts.push(texts.with("reminder-note-when", &when));
    }
    let mut list = |key: &str, list: &Option<String>| {
        if let Some(list) = list.as_ref().filter(|_| lists) {
            parts.push(texts.with(key, &[("list", &list.trim_end_matches('.'))]));
        }
    };
    list("reminder-note-medications", &one.medication_list);
    list("reminder-note-consultations", &one.consultation_list);
    let parts = parts.iter().map(|part| format!(". {}", plain_blanks(part)));
    parts.collect()
}

/// The contract's texts have blanks that break, ours are kept with those that do not.
fn plain_blanks(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}
