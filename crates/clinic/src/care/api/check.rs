use clinical_form::{Content, Form};
use kernel::{Ctx, Problem};
use safety_rules::Assessment;
use serde_json::{Map, Value as Json};

use super::change::context;
use crate::{App, care::rules, identity};

/// What the safety rules say of a form that is being filled in, and its content;
/// nothing is kept. What is missing does not matter.
///
/// # Errors
/// 400 naming every wrong field.
pub async fn check(
    app: &App,
    ctx: &Ctx,
    input: &Map<String, Json>,
) -> Result<(Content, Assessment), Problem> {
    let clinic = {
        let mut tx = app.store.read(ctx).await?;
        identity::api::tenant(&mut tx, ctx.tenant).await?
    };
    let (form, today) = (Form::fiche(), app.clock.now().day(&clinic.zone));
    let content = form
        .apply(&Content::blank(form), input, context(ctx, &clinic, &today))
        .map_err(Problem::fields)?;
    let assessment = rules::assess(&*super::pack(app).await?, &content, &today);
    Ok((content, assessment))
}
