//! In which words a message goes: its own, or an approved text of WhatsApp.

use send_rules::{Form, MissingValue, Values, fill, fill_numbers, numbered};
use store::{StoreError, WriteTx};

use crate::messaging::{
    model::{ReviewedRow, ToSend, stored_values},
    rules::events,
    storage::{self, Content},
};

/// Why a message cannot go in these words.
pub(in crate::messaging) enum Unsaid {
    /// The variable without a value.
    Missing(String),
    /// The database's.
    Store(StoreError),
}

impl From<StoreError> for Unsaid {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Writes down in which words the message goes now, before the provider is called: a
/// lookup compares them.
pub(in crate::messaging) async fn choose(
    tx: &mut WriteTx,
    job: &jobs::Job,
    message: &mut ToSend,
    form: Form,
) -> Result<(), Unsaid> {
    if form != Form::Template {
        // It went as an approved text before, and may be free text by now.
        if message.content_sid.take().is_some() {
            message.content_variables = None;
            write(tx, job, message).await?;
        }
        return Ok(());
    }
    let event = message.event.as_deref().and_then(events::named);
    let (Some(event), Some(locale)) = (event, message.language) else {
        return Err(Unsaid::Missing(String::new()));
    };
    let row = storage::reviewed(tx, job.tenant, (event, locale)).await?;
    let row = row.ok_or_else(|| Unsaid::Missing(String::new()))?;
    let values = stored_values(message.variables.as_deref());
    let (body, numbers) = said(&row, &values).map_err(|missing| Unsaid::Missing(missing.0))?;
    message.content_sid = row.content_sid;
    message.content_variables = Some(serde_json::json!(numbers).to_string());
    message.body_sha256 = ports::messaging::body_sha256(&body);
    message.body = body;
    write(tx, job, message).await?;
    Ok(())
}

/// What the patient will read, and what the numbers of the approved text stand for.
fn said(row: &ReviewedRow, values: &Values) -> Result<(String, Values), MissingValue> {
    let names = numbered(&row.body).map_or_else(|_| Vec::new(), |text| text.names);
    let numbers = fill_numbers(&names, values)?;
    let clean = |(at, name): (usize, &String)| {
        let value = numbers.get(&(at + 1).to_string());
        (name.clone(), value.cloned().unwrap_or_default())
    };
    let clean = names.iter().enumerate().map(clean).collect();
    Ok((fill(row.body.trim(), &clean)?, numbers))
}

async fn write(tx: &mut WriteTx, job: &jobs::Job, message: &ToSend) -> Result<(), StoreError> {
    let content = Content {
        sid: message.content_sid.as_deref(),
        variables: message.content_variables.as_deref(),
        body: &message.body,
    };
    storage::use_template(tx, job, content).await
}
