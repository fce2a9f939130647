use kernel::{Id, Problem};
use send_rules::Reply;
use serde::Deserialize;
use uuid::Uuid;

use crate::scheduling::model::AppointmentId;

/// The button that was pressed behind the short link of a reminder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct ReplyForm {
    answer: String,
    /// Which of several visits.
    visit: Option<Uuid>,
}

impl ReplyForm {
    /// What it says, and of which visit.
    ///
    /// # Errors
    /// 400 naming `answer`.
    pub(in crate::scheduling) fn read(&self) -> Result<(Option<AppointmentId>, Reply), Problem> {
        let reply = super::one_of(&self.answer, "answer", Reply::ALL, Reply::as_str)?;
        Ok((self.visit.map(Id::from_uuid), reply))
    }
}
