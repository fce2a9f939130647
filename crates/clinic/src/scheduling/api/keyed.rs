//! What patients answer by a key during a call.

use kernel::{Ctx, Problem};
use send_rules::Reply;
use store::WriteTx;

use super::answers::answered;
use crate::{
    App,
    messaging::api::{Key, MessageId},
    scheduling::{model::AnswerWay, storage},
};

/// Takes a key for the answer to the question that this message asked about a visit, if it
/// asked one that a digit answers. Said twice it is done once; the call itself says thanks.
///
/// # Errors
/// The database's.
pub async fn keyed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    message: MessageId,
    key: Key,
) -> Result<(), Problem> {
    let question = storage::question_of_message(tx, ctx.tenant, message).await?;
    // Nobody can tell which of several visits a digit is meant for.
    let Some(question) = question.filter(|it| it.by_digit && !it.several) else {
        return Ok(());
    };
    let reply = match key {
        Key::Confirm => Reply::Coming,
        Key::Cancel => Reply::NotComing,
    };
    let said = (reply, AnswerWay::Voice);
    answered(tx, app, ctx, &question, said).await.map(drop)
}
