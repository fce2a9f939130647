use serde::Deserialize;
use utoipa::ToSchema;

use crate::{App, identity::api};

/// A code that came by e-mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "012345"}))]
pub(in crate::identity) struct EmailCodeInput {
    /// Six digits.
    pub(in crate::identity) code: String,
}

/// The key of what everybody is told who forgot his password: it depends on the
/// installation alone.
pub(in crate::identity) fn forgotten_told(app: &App) -> &'static str {
    match api::can_mail(app) {
        true => "mail-forgotten-told",
        false => "users-forgotten-told",
    }
}
