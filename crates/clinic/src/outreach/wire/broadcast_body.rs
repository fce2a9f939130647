use kernel::{Timestamp, Zone};
use send_rules::Channel;
use serde::Serialize;
use utoipa::ToSchema;
use webkit::Texts;

use crate::outreach::model::{
    Broadcast, BroadcastCost, BroadcastPreview, BroadcastStats, Delivery, DeliveryState, Exclusion,
    ShownText, WayCount,
};

/// A broadcast.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "title": "Conseil nutrition", "content": "Mangez 5 fruits et légumes par jour", "category": "health_tip", "target_all_patients": true, "target_gender": null, "target_age_min": null, "target_age_max": null, "target_site": null, "scheduled_at": null, "pace": 600, "status": "draft", "sent_at": null, "expires_at": null, "deliveries_count": 0, "pending_count": 0, "sent_count": 0, "delivered_count": 0, "failed_count": 0, "simulated_count": 0, "excluded_count": 0, "created_at": "2027-07-20T09:30:00+01:00", "updated_at": "2027-07-20T09:30:00+01:00", "version": 1}))]
pub(in crate::outreach) struct BroadcastBody {
    /// UUIDv7.
    id: String,
    /// What staff call it.
    title: String,
    /// What the patients read.
    content: String,
    /// health_tip, reminder, alert, info or prevention.
    category: &'static str,
    /// Whether it is for all patients.
    target_all_patients: bool,
    /// M or F.
    target_gender: Option<&'static str>,
    /// In years.
    target_age_min: Option<i64>,
    /// In years.
    target_age_max: Option<i64>,
    /// Always null: the clinic has no sites yet.
    target_site: Option<String>,
    /// When it goes: RFC 3339 in the clinic's zone.
    scheduled_at: Option<String>,
    /// Messages a minute.
    pace: i64,
    /// draft, scheduled, sending, paused, sent, partial, failed, cancelled, or simulated when nothing really left.
    status: &'static str,
    /// When its sending began.
    sent_at: Option<String>,
    /// When what has not left is sent no more.
    expires_at: Option<String>,
    /// Everybody who gets it, or was to.
    deliveries_count: i64,
    /// Of these, still to be sent.
    pending_count: i64,
    /// Of these, accepted by the provider.
    sent_count: i64,
    /// Of these, on the phone.
    delivered_count: i64,
    /// Of these, not sent and never to be.
    failed_count: i64,
    /// Of these, gone to the simulator and to nobody.
    simulated_count: i64,
    /// Whom it is for and who get none; see the report.
    excluded_count: i64,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Counts the changes of people, from 1; also the ETag.
    version: i64,
}

impl BroadcastBody {
    pub(in crate::outreach) fn new(one: Broadcast, zone: &Zone) -> Self {
        let at = |at: Timestamp| at.rfc3339(zone);
        let tally = &one.tally;
        Self {
            id: one.id.to_string(),
            category: one.topic.as_str(),
            target_all_patients: one.audience.is_all(),
            target_gender: one.audience.gender.map(|it| it.as_str()),
            target_age_min: one.audience.age_min,
            target_age_max: one.audience.age_max,
            target_site: None,
            scheduled_at: one.scheduled_at.map(at),
            pace: one.pace,
            status: one.status.as_str(),
            sent_at: one.started_at.map(at),
            expires_at: one.expires_at.map(at),
            deliveries_count: tally.addressed(),
            pending_count: tally.waiting(),
            sent_count: tally.sent(),
            delivered_count: tally.of(DeliveryState::Delivered),
            failed_count: tally.failed(),
            simulated_count: tally.of(DeliveryState::Simulated),
            excluded_count: tally.left_out(),
            created_at: at(one.created_at),
            updated_at: at(one.updated_at),
            version: one.version,
            title: one.title,
            content: one.content,
        }
    }
}

webkit::page_body! {
    /// A page of broadcasts.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"id": "01980000-0000-7000-8000-000000000000", "title": "Conseil nutrition", "content": "Mangez 5 fruits et légumes par jour", "category": "health_tip", "target_all_patients": true, "target_gender": null, "target_age_min": null, "target_age_max": null, "target_site": null, "scheduled_at": null, "pace": 600, "status": "draft", "sent_at": null, "expires_at": null, "deliveries_count": 0, "pending_count": 0, "sent_count": 0, "delivered_count": 0, "failed_count": 0, "simulated_count": 0, "excluded_count": 0, "created_at": "2027-07-20T09:30:00+01:00", "updated_at": "2027-07-20T09:30:00+01:00", "version": 1}]}))]
    pub(in crate::outreach) struct BroadcastPage {
        /// Broadcasts that are sought.
        count,
        /// The newest first.
        results: Vec<BroadcastBody>,
    }
}

/// How it stands with one of those whom a broadcast is for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000002", "patient_name": "Awa Diop", "phone": "+221771234567", "channel": "sms", "status": "delivered", "excluded": null, "error_message": null, "twilio_sid": "SM00000000000000000000000000000000", "updated_at": "2027-07-20T09:30:00+01:00"}))]
pub(in crate::outreach) struct DeliveryBody {
    /// Who.
    patient_id: String,
    /// His name.
    patient_name: String,
    /// E.164; null for a patient whose record is restricted, and for who has none.
    phone: Option<String>,
    /// whatsapp or sms: the way it goes, or went in the end.
    channel: Option<&'static str>,
    /// pending, sending, sent, delivered, failed, expired, cancelled, refused, simulated or excluded.
    status: &'static str,
    /// Why he gets none: inactive, no_gender, no_birth_date, no_number, opted_out or same_number.
    excluded: Option<&'static str>,
    /// Why it is where it is, in the caller's language.
    error_message: Option<String>,
    /// The provider's id.
    twilio_sid: Option<String>,
    /// When its state last changed.
    updated_at: Option<String>,
}

impl DeliveryBody {
    pub(in crate::outreach) fn new(one: Delivery, zone: &Zone, texts: Texts) -> Self {
        Self {
            patient_id: one.patient_id.to_string(),
            phone: one.phone.as_ref().map(|it| it.as_e164().to_owned()),
            channel: one.channel.map(Channel::as_str),
            status: one.state.as_str(),
            excluded: one.excluded.map(Exclusion::as_str),
            error_message: why_not(&one, texts),
            updated_at: one.updated_at.map(|at| at.rfc3339(zone)),
            patient_name: one.patient_name,
            twilio_sid: one.provider_id,
        }
    }
}

webkit::page_body! {
    /// A page of the report of a broadcast.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"patient_id": "01980000-0000-7000-8000-000000000002", "patient_name": "Awa Diop", "phone": "+221771234567", "channel": "sms", "status": "delivered", "excluded": null, "error_message": null, "twilio_sid": "SM00000000000000000000000000000000", "updated_at": "2027-07-20T09:30:00+01:00"}]}))]
    pub(in crate::outreach) struct DeliveryPage {
        /// People who stand so.
        count,
        /// In the order of their turns.
        results: Vec<DeliveryBody>,
    }
}

/// Why somebody got none, or what his message waits for.
pub(in crate::outreach) fn why_not(one: &Delivery, texts: Texts) -> Option<String> {
    let said = |word: &str| texts.try_with(&format!("reason-{word}"), &[]);
    if let Some(reason) = one.excluded {
        return Some(texts.get(&format!("broadcast-excluded-{reason}")));
    }
    match one.state {
        DeliveryState::Pending => one.waits.as_deref().and_then(said),
        DeliveryState::Failed => said(one.reason.as_deref().unwrap_or("given_up")),
        DeliveryState::Expired => said(one.reason.as_deref().unwrap_or("expired")),
        DeliveryState::Refused | DeliveryState::Cancelled => one.reason.as_deref().and_then(said),
        _ => None,
    }
}

/// What a broadcast would do if it began now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"count": 2, "excluded": [{"reason": "opted_out", "label": "Ne veut pas de ces messages", "count": 1}], "ways": [{"channel": "sms", "language": "fr", "calling_code": "+221", "count": 2, "segments": 1}], "segments": 2, "minutes": 1, "texts": [{"channel": "sms", "language": "fr", "text": "Clinique Lafiya : Mangez 5 fruits et légumes par jour", "encoding": "gsm7", "units": 53, "segments": 1, "segments_as_written": 1}], "estimated_cost": "49", "currency": "XOF"}))]
pub(in crate::outreach) struct BroadcastPreviewBody {
    /// Messages it makes: one to a number.
    count: i64,
    /// Those who get none, by reason.
    excluded: Vec<ExcludedBody>,
    /// The messages by way, language and country.
    ways: Vec<WayBody>,
    /// SMS in all; WhatsApp's messages are not among them.
    segments: i64,
    /// How long it takes at its pace, rounded up.
    minutes: i64,
    /// What phones show.
    texts: Vec<ShownTextBody>,
    /// What it costs at most; null where a price is not known.
    estimated_cost: Option<String>,
    /// Of the cost.
    currency: Option<String>,
}

/// How many get none, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::outreach) struct ExcludedBody {
    /// inactive, no_gender, no_birth_date, no_number, opted_out or same_number.
    reason: &'static str,
    /// In the caller's language.
    label: String,
    /// How many.
    count: i64,
}

/// How many get it by one way, in one language and country.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::outreach) struct WayBody {
    /// whatsapp or sms.
    channel: &'static str,
    /// fr or en: of the clinic's frame around the text.
    language: &'static str,
    /// The country's, with a plus sign.
    calling_code: String,
    /// How many.
    count: i64,
    /// SMS each of them takes; 0 by WhatsApp.
    segments: usize,
}

impl From<WayCount> for WayBody {
    fn from(way: WayCount) -> Self {
        Self {
            channel: way.channel.as_str(),
            language: way.language.as_str(),
            calling_code: way.calling_code,
            count: way.people,
            segments: way.segments,
        }
    }
}

/// A text as a phone shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::outreach) struct ShownTextBody {
    /// whatsapp or sms.
    channel: &'static str,
    /// fr or en.
    language: &'static str,
    /// The text.
    text: String,
    /// gsm7 or ucs2, as an SMS.
    encoding: &'static str,
    /// Septets or UTF-16 code units.
    units: usize,
    /// SMS it takes.
    segments: usize,
    /// SMS it would take with the letters as they were written.
    segments_as_written: usize,
}

impl From<ShownText> for ShownTextBody {
    fn from(shown: ShownText) -> Self {
        Self {
            channel: shown.channel.as_str(),
            language: shown.language.as_str(),
            text: shown.text,
            encoding: shown.size.encoding.as_str(),
            units: shown.size.units,
            segments: shown.size.segments,
            segments_as_written: shown.as_written.segments,
        }
    }
}

impl BroadcastPreviewBody {
    pub(in crate::outreach) fn new(preview: BroadcastPreview, texts: Texts) -> Self {
        let segments = preview.segments();
        let excluded = |(reason, count): (Exclusion, i64)| ExcludedBody {
            reason: reason.as_str(),
            label: texts.get(&format!("broadcast-excluded-{reason}")),
            count,
        };
        Self {
            count: preview.count,
            segments,
            minutes: preview.minutes,
            excluded: preview.excluded.into_iter().map(excluded).collect(),
            ways: preview.ways.into_iter().map(WayBody::from).collect(),
            texts: preview.texts.into_iter().map(ShownTextBody::from).collect(),
            estimated_cost: preview.estimated_cost.map(|(cost, _)| cost.to_string()),
            currency: preview
                .estimated_cost
                .map(|(_, currency)| currency.to_string()),
        }
    }
}

/// What a broadcast costs, by what the outbox wrote down of its messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"currency": "XOF", "spent": "24.5", "messages": 1, "unpriced": 0, "segments": 1, "estimated_total": "49"}))]
pub(in crate::outreach) struct BroadcastCostBody {
    /// The clinic's; null in a clinic that has no prices.
    currency: Option<&'static str>,
    /// What its messages have cost so far.
    spent: Option<String>,
    /// Messages that a provider took; those to the simulator are not among them.
    messages: Option<i64>,
    /// Of these, those whose price was not known.
    unpriced: Option<i64>,
    /// SMS that these were charged as.
    segments: Option<i64>,
    /// What all of it will have cost at most, at today's prices; null where a price is not known.
    estimated_total: Option<String>,
}

impl From<Option<BroadcastCost>> for BroadcastCostBody {
    fn from(cost: Option<BroadcastCost>) -> Self {
        let cost = cost.as_ref();
        Self {
            currency: cost.map(|cost| cost.currency.as_str()),
            spent: cost.map(|cost| cost.spent.to_string()),
            messages: cost.map(|cost| cost.messages),
            unpriced: cost.map(|cost| cost.unpriced),
            segments: cost.map(|cost| cost.segments),
            estimated_total: cost.and_then(|cost| Some(cost.whole()?.to_string())),
        }
    }
}

/// How the clinic's broadcasts stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"total_messages": 3, "sent_messages": 1, "pending_messages": 1, "success_rate": 0.98}))]
pub(in crate::outreach) struct BroadcastStatsBody {
    /// Broadcasts there are.
    total_messages: i64,
    /// Of these, sent to all or to some.
    sent_messages: i64,
    /// Of these, still to be sent, drafts included.
    pending_messages: i64,
    /// The share of all attempted messages that the provider accepted and did not fail to deliver, 0 to 1; null as long as none was
    /// attempted. What went to the simulator was not.
    success_rate: Option<f64>,
}

impl From<BroadcastStats> for BroadcastStatsBody {
    fn from(stats: BroadcastStats) -> Self {
        let small = |people: i64| f64::from(i32::try_from(people).unwrap_or(i32::MAX));
        let attempted = stats.tally.attempted();
        Self {
            total_messages: stats.total,
            sent_messages: stats.sent,
            pending_messages: stats.pending,
            success_rate: (attempted > 0).then(|| small(stats.tally.sent()) / small(attempted)),
        }
    }
}

/// What the outbox knows, whatever a program says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"noted": true, "status": "sending", "delivery": null}))]
pub(in crate::outreach) struct CallBackBody {
    /// Whether what was said is on record.
    pub(in crate::outreach) noted: bool,
    /// How the broadcast stands by the outbox; null where none was named.
    pub(in crate::outreach) status: Option<&'static str>,
    /// How the message that was named stands by the outbox.
    pub(in crate::outreach) delivery: Option<&'static str>,
}
