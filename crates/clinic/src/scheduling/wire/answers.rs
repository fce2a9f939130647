use kernel::Problem;
use send_rules::Reply;
use serde::Deserialize;

/// The button that was pressed behind the short link of a reminder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct ReplyForm {
    answer: String,
}

impl ReplyForm {
    /// What it says.
    ///
    /// # Errors
    /// 400 naming `answer`.
    pub(in crate::scheduling) fn read(&self) -> Result<Reply, Problem> {
        super::one_of(&self.answer, "answer", Reply::ALL, Reply::as_str)
    }
}
