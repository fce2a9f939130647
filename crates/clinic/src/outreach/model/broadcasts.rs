use kernel::{Id, Patch, Timestamp, UserId, text::fold_letters};

use super::{DeliveryState, Tally};
use crate::patients::api::Gender;

/// Marker of [`BroadcastId`].
#[derive(Debug)]
pub struct BroadcastMark;
/// One broadcast.
pub type BroadcastId = Id<BroadcastMark>;

kernel::words! {
    /// What a broadcast is about.
    pub enum Topic {
        /// Health advice.
        HealthTip = "health_tip",
        /// What everybody is to remember.
        Reminder = "reminder",
        /// Something urgent, such as an epidemic.
        Alert = "alert",
        /// News of the clinic.
        Info = "info",
        /// Prevention, such as a vaccination day.
        Prevention = "prevention",
    }
}

kernel::words! {
    /// How a broadcast stands: follows from its times and its messages.
    pub enum BroadcastStatus {
        /// Being written.
        Draft = "draft",
        /// Waits for its time.
        Scheduled = "scheduled",
        /// Goes out.
        Sending = "sending",
        /// Was stopped for a while.
        Paused = "paused",
        /// The provider has accepted all of its messages.
        Sent = "sent",
        /// The provider has accepted some of them.
        Partial = "partial",
        /// It reached nobody, or could not be worked on.
        Failed = "failed",
        /// Was taken back; what had left stays sent.
        Cancelled = "cancelled",
        /// It went to the simulator and to nobody.
        Simulated = "simulated",
    }
}

/// Whom a broadcast is for; all patients when it names nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// Of this gender.
    pub gender: Option<Gender>,
    /// Of this age in years or older.
    pub age_min: Option<i64>,
    /// Of this age in years or younger.
    pub age_max: Option<i64>,
}

impl Audience {
    /// Whether it is for all patients.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

store::row! {
    /// A broadcast as stored.
    pub(in crate::outreach) struct BroadcastRow {
        pub id: BroadcastId,
        pub title: String,
        pub content: String,
        pub topic: Topic,
        pub target_gender: Option<Gender>,
        pub target_age_min: Option<i64>,
        pub target_age_max: Option<i64>,
        pub pace: i64,
        pub scheduled_at: Option<Timestamp>,
        pub started_at: Option<Timestamp>,
        pub gathered_at: Option<Timestamp>,
        pub expires_at: Option<Timestamp>,
        pub paused_at: Option<Timestamp>,
        pub cancelled_at: Option<Timestamp>,
        pub created_by: Option<UserId>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub version: i64,
        /// Whether there is work to be done for it.
        pub armed: bool,
        /// Whether the work was given up.
        pub dead: bool,
    }
}

impl BroadcastRow {
    /// Whom it is for.
    pub(in crate::outreach) const fn audience(&self) -> Audience {
        Audience {
            gender: self.target_gender,
            age_min: self.target_age_min,
            age_max: self.target_age_max,
        }
    }

    /// How far it is by its times.
    const fn course(&self) -> Course {
        Course {
            begun: self.started_at.is_some(),
            paused: self.paused_at.is_some(),
            cancelled: self.cancelled_at.is_some(),
            armed: self.armed,
            dead: self.dead,
        }
    }

    /// Whether it may still be changed: nothing of it has begun.
    pub(in crate::outreach) const fn is_open(&self) -> bool {
        self.started_at.is_none() && self.cancelled_at.is_none()
    }
}

store::row! {
    /// What is looked at of every broadcast of a clinic where some are sought, or all counted.
    pub(in crate::outreach) struct BroadcastOutline {
        pub id: BroadcastId,
        pub title: String,
        pub begun: bool,
        pub paused: bool,
        pub cancelled: bool,
        pub armed: bool,
        pub dead: bool,
    }
}

impl BroadcastOutline {
    /// How far it is by its times.
    pub(in crate::outreach) const fn course(&self) -> Course {
        Course {
            begun: self.begun,
            paused: self.paused,
            cancelled: self.cancelled,
            armed: self.armed,
            dead: self.dead,
        }
    }
}

/// How far a broadcast is by its times, whatever became of its messages.
#[derive(Debug, Clone, Copy)]
pub(in crate::outreach) struct Course {
    begun: bool,
    paused: bool,
    cancelled: bool,
    /// Whether there is work to be done for it.
    armed: bool,
    /// Whether the work was given up.
    dead: bool,
}

impl Course {
    /// How it stands, where its times alone say that.
    pub(in crate::outreach) const fn status(self) -> Option<BroadcastStatus> {
        if self.cancelled {
            return Some(BroadcastStatus::Cancelled);
        }
        if self.dead {
            return Some(BroadcastStatus::Failed);
        }
        if self.paused {
            return Some(BroadcastStatus::Paused);
        }
        match (self.begun, self.armed) {
            (false, true) => Some(BroadcastStatus::Scheduled),
            (false, false) => Some(BroadcastStatus::Draft),
            (true, true) => Some(BroadcastStatus::Sending),
            (true, false) => None,
        }
    }

    /// How it stands with these messages. What was sent by the simulator counts neither as
    /// sent nor as failed.
    pub(in crate::outreach) fn status_with(self, tally: &Tally) -> BroadcastStatus {
        self.status().unwrap_or_else(|| outcome(tally))
    }
}

/// A broadcast with how it stands.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// Its id.
    pub id: BroadcastId,
    /// What staff call it.
    pub title: String,
    /// What the patients read, in the clinic's words.
    pub content: String,
    /// What it is about.
    pub topic: Topic,
    /// Whom it is for.
    pub audience: Audience,
    /// Messages a minute.
    pub pace: i64,
    /// When it is to begin.
    pub scheduled_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When what has not left has lost its use.
    pub expires_at: Option<Timestamp>,
    /// Who wrote it; nobody when a program did.
    pub created_by: Option<UserId>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts the changes of people, from 1.
    pub version: i64,
    /// How it stands.
    pub status: BroadcastStatus,
    /// How many recipients stand how.
    pub tally: Tally,
}

impl Broadcast {
    pub(in crate::outreach) fn new(row: BroadcastRow, tally: Tally) -> Self {
        Self {
            status: row.course().status_with(&tally),
            audience: row.audience(),
            id: row.id,
            title: row.title,
            content: row.content,
            topic: row.topic,
            pace: row.pace,
            scheduled_at: row.scheduled_at,
            started_at: row.started_at,
            expires_at: row.expires_at,
            created_by: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
            tally,
        }
    }

    /// Whether it may still be changed.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(
            self.status,
            BroadcastStatus::Draft | BroadcastStatus::Scheduled
        )
    }
}

/// How one stands that has nothing more to write.
fn outcome(tally: &Tally) -> BroadcastStatus {
    let (all, sent) = (tally.addressed(), tally.sent());
    if tally.waiting() > 0 {
        BroadcastStatus::Sending
    } else if sent > 0 && sent == all {
        BroadcastStatus::Sent
    } else if sent > 0 {
        BroadcastStatus::Partial
    } else if tally.of(DeliveryState::Simulated) > 0 {
        BroadcastStatus::Simulated
    } else {
        BroadcastStatus::Failed
    }
}

/// What is written about a broadcast; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct BroadcastPatch {
    /// Cannot be cleared.
    pub title: Patch<String>,
    /// Cannot be cleared.
    pub content: Patch<String>,
    /// Cannot be cleared.
    pub topic: Patch<Topic>,
    /// Whether it is for all patients: clears the three below.
    pub target_all: Patch<bool>,
    /// Of this gender.
    pub gender: Patch<Gender>,
    /// Of this age in years or older.
    pub age_min: Patch<i64>,
    /// Of this age in years or younger.
    pub age_max: Patch<i64>,
    /// Messages a minute; the usual pace when cleared.
    pub pace: Patch<i64>,
    /// When it is to begin; a draft when cleared.
    pub scheduled_at: Patch<Timestamp>,
}

/// A broadcast as it is to be stored.
#[derive(Debug, Clone)]
pub(in crate::outreach) struct BroadcastDraft {
    pub title: String,
    pub content: String,
    pub topic: Topic,
    pub audience: Audience,
    pub pace: i64,
    pub scheduled_at: Option<Timestamp>,
}

/// Which broadcasts are sought; all when it names nothing.
#[derive(Debug, Clone, Default)]
pub struct BroadcastsSought {
    /// That stand so.
    pub status: Option<BroadcastStatus>,
    /// With this in the title, whatever accents and case; every sign stands for itself.
    pub title: Option<String>,
}

impl BroadcastsSought {
    /// Whether one with this title is sought.
    pub(in crate::outreach) fn names(&self, title: &str) -> bool {
        let part = self.title.as_deref().map(str::trim);
        part.is_none_or(|part| fold_letters(title).contains(&fold_letters(part)))
    }
}

/// How all broadcasts of a clinic stand.
#[derive(Debug, Clone, Default)]
pub struct BroadcastStats {
    /// Broadcasts there are.
    pub total: i64,
    /// Of these, sent to all or to some.
    pub sent: i64,
    /// Of these, still to be sent, drafts included.
    pub pending: i64,
    /// Their recipients.
    pub tally: Tally,
}
