//! What a reminder says. The one place that knows where its texts come from.

use kernel::{Ctx, Problem};
use send_rules::is_neutral;
use store::ReadTx;
use webkit::Texts;

use crate::{
    identity::{self, api::TenantInfo},
    messaging::api::Channel,
    outreach::{model::Reminder, rules::one_segment},
    patients,
};

/// The text of a reminder by this way, in its own language. On a number that other
/// people have too it names neither him nor a reason; an SMS names no drug, no
/// speciality, and the reason only where anybody may read it (`spec/messaging.md`).
///
/// # Errors
/// The database's.
pub(super) async fn wording(
    tx: &mut ReadTx,
    ctx: &Ctx,
    one: &Reminder,
    channel: Channel,
) -> Result<String, Problem> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let texts = Texts::new(one.language);
    let owners = patients::api::by_phone(tx, ctx.tenant, &one.phone).await?;
    if owners.iter().any(|owner| owner.id != one.patient_id) {
        return Ok(texts.with("notice-reminder-note-shared", &[("clinic", &clinic.name)]));
    }
    if channel != Channel::Sms {
        let (name, reason) = (&one.patient_name, &one.appointment_reason);
        return Ok(plain_blanks(&said(
            texts,
            &clinic,
            one,
            (name, reason),
            true,
        )));
    }
    let staff = identity::api::staff(tx, ctx.tenant).await?;
    let mut names: Vec<&str> = vec![&clinic.name];
    for member in &staff {
        names.push(&member.name);
        names.extend(member.name.split_whitespace().last());
    }
    let visit = texts.get("notice-reminder-note-visit");
    let reason = match is_neutral(&one.appointment_reason, &names) {
        true => &one.appointment_reason,
        false => &visit,
    };
    let render = |name: &str, reason: &str| said(texts, &clinic, one, (name, reason), false);
    Ok(one_segment(&one.patient_name, reason, render))
}

fn said(
    texts: Texts,
    clinic: &TenantInfo,
    one: &Reminder,
    (name, reason): (&str, &str),
    lists: bool,
) -> String {
    let head = match name {
        "" => texts.with("notice-reminder-note-nameless", &[("reason", &reason)]),
        _ => texts.with(
            "notice-reminder-note",
            &[("name", &name), ("reason", &reason)],
        ),
    };
    let mut parts = vec![head];
    if let Some(at) = one.appointment_at {
        let (day, time) = (
            at.day_month_year(&clinic.zone),
            at.hour_minute(&clinic.zone),
        );
        let when = [("day", &day as _), ("time", &time as _)];
        parts.push(texts.with("notice-reminder-note-when", &when));
    }
    let mut list = |key: &str, list: &Option<String>| {
        if let Some(list) = list.as_ref().filter(|_| lists) {
            parts.push(texts.with(key, &[("list", list)]));
        }
    };
    list("notice-reminder-note-medications", &one.medication_list);
    list("notice-reminder-note-consultations", &one.consultation_list);
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.trim_end_matches('.'))
        .collect();
    parts.join(". ")
}

/// The contract's texts have blanks that break, ours are kept with those that do not.
fn plain_blanks(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}
