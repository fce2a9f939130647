//! What the pages' addresses and forms say of broadcasts.

use kernel::{Patch, Problem, Timestamp, Zone};
use serde::Deserialize;

use super::BroadcastChanges;
use crate::outreach::model::{
    Broadcast, BroadcastPatch, BroadcastStatus, BroadcastsSought, DeliveryState, Topic,
};

/// What was done before a page of broadcasts, and which part of it is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct BroadcastsQuery {
    pub(in crate::outreach) done: String,
    /// Of the broadcasts, or of those whom one is for.
    pub(in crate::outreach) state: String,
    /// A part of a title.
    pub(in crate::outreach) search: String,
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl BroadcastsQuery {
    /// Which broadcasts are sought; a word that is no state asks for all.
    pub(in crate::outreach) fn sought(&self) -> BroadcastsSought {
        BroadcastsSought {
            status: BroadcastStatus::parse(&self.state),
            title: Some(self.search.clone()),
        }
    }

    /// The state that is asked for; a word that is none asks for all.
    pub(in crate::outreach) fn delivery(&self) -> Option<DeliveryState> {
        DeliveryState::parse(&self.state)
    }
}

/// A button, with the version that was seen and, for one that plans, the time.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct StepForm {
    pub(in crate::outreach) version: Option<i64>,
    pub(in crate::outreach) scheduled_at: String,
}

/// A broadcast as a form says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::outreach) struct BroadcastForm {
    pub(in crate::outreach) version: Option<i64>,
    pub(in crate::outreach) title: String,
    pub(in crate::outreach) category: String,
    pub(in crate::outreach) content: String,
    /// `all` or `some`.
    pub(in crate::outreach) audience: String,
    pub(in crate::outreach) target_gender: String,
    pub(in crate::outreach) target_age_min: String,
    pub(in crate::outreach) target_age_max: String,
    pub(in crate::outreach) pace: String,
}

impl BroadcastForm {
    /// The form of a new one.
    pub(in crate::outreach) fn blank() -> Self {
        Self {
            category: Topic::HealthTip.to_string(),
            audience: "all".to_owned(),
            ..Self::default()
        }
    }

    /// The form of this broadcast.
    pub(in crate::outreach) fn of(one: &Broadcast) -> Self {
        let number = |given: Option<i64>| given.map_or_else(String::new, |it| it.to_string());
        let audience = &one.audience;
        Self {
            version: Some(one.version),
            title: one.title.clone(),
            category: one.topic.to_string(),
            content: one.content.clone(),
            audience: if audience.is_all() { "all" } else { "some" }.to_owned(),
            target_gender: audience
                .gender
                .map_or_else(String::new, |it| it.to_string()),
            target_age_min: number(audience.age_min),
            target_age_max: number(audience.age_max),
            pace: one.pace.to_string(),
        }
    }

    /// What it says. When it goes is said elsewhere, and stays.
    ///
    /// # Errors
    /// 400 with every wrong field.
    pub(in crate::outreach) fn read(&self, zone: &Zone) -> Result<BroadcastPatch, Problem> {
        let text = |given: &String| match given.trim() {
            "" => Patch::Clear,
            given => Patch::Set(given.to_owned()),
        };
        let number = |field: &'static str, given: &String| match given.trim() {
            "" => Ok(Patch::Clear),
            given => match given.parse::<i64>() {
                Ok(number) => Ok(Patch::Set(number)),
                Err(_) => Err(Problem::invalid(field, "malformed")),
            },
        };
        let is_all = self.audience == "all";
        let narrower = |patch| if is_all { Patch::Clear } else { patch };
        let ages = match is_all {
            true => (Patch::Clear, Patch::Clear),
            false => (
                number("target_age_min", &self.target_age_min)?,
                number("target_age_max", &self.target_age_max)?,
            ),
        };
        BroadcastChanges {
            title: text(&self.title),
            content: text(&self.content),
            category: text(&self.category),
            target_all_patients: Patch::Set(is_all),
            target_gender: narrower(text(&self.target_gender)),
            target_age_min: ages.0,
            target_age_max: ages.1,
            target_site: Patch::Keep,
            scheduled_at: Patch::Keep,
            pace: number("pace", &self.pace)?,
        }
        .read(zone)
    }
}

/// The text whose size is asked for while it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::outreach) struct SizeForm {
    pub(in crate::outreach) content: String,
}

/// The clinic's time as a field for it shows it.
pub(in crate::outreach) fn local(at: Timestamp, zone: &Zone) -> String {
    format!("{}T{}", at.day(zone), at.hour_minute(zone))
}
