use kernel::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    identity::api::TenantInfo,
    scheduling::model::{OnlineBooking, OnlineChange},
};

/// What changes about the clinic's public page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"open": true}))]
pub(in crate::scheduling) struct OnlineInput {
    /// Whether people without an account may ask for appointments there.
    #[serde(default)]
    pub(in crate::scheduling) open: Option<bool>,
    /// For how many minutes a request keeps its place until it is answered, from 5
    /// to 1440.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 1440)]
    pub(in crate::scheduling) hold_minutes: Option<i64>,
}

impl From<OnlineInput> for OnlineChange {
    fn from(input: OnlineInput) -> Self {
        Self {
            is_open: input.open,
            hold_minutes: input.hold_minutes,
        }
    }
}

/// The page on which people without an account ask for appointments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"open": true, "page": "https://lafiya.example/book/clinique-de-la-paix", "hold_minutes": 15, "version": 1}))]
pub(in crate::scheduling) struct OnlineBody {
    /// Whether they may ask there.
    open: bool,
    /// Its address.
    page: String,
    /// For how many minutes a request keeps its place until it is answered.
    hold_minutes: i64,
    /// Counts changes; 0 as long as nobody opened it. Also the ETag.
    version: i64,
}

impl OnlineBody {
    pub(in crate::scheduling) fn new(booking: &OnlineBooking, page: String) -> Self {
        Self {
            open: booking.is_open,
            page,
            hold_minutes: booking.hold_minutes,
            version: booking.version,
        }
    }
}

/// The path of a clinic's public page.
pub(in crate::scheduling) fn public_page(clinic: &TenantInfo) -> String {
    format!("/book/{}", clinic.slug)
}

/// The same as short as messages need it; it leads to the page.
pub(in crate::scheduling) fn short_page(clinic: &TenantInfo) -> String {
    format!("/b/{}", clinic.slug)
}

/// An id that a form or an address gives; one of nothing for what is none.
pub(in crate::scheduling) fn id_of<K>(given: &str) -> Id<K> {
    Id::from_uuid(given.parse().unwrap_or(Uuid::nil()))
}

/// What somebody without an account asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct OnlineForm {
    /// The doctor that was chosen, or all.
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) slot: String,
    pub(in crate::scheduling) mode: String,
    pub(in crate::scheduling) first_name: String,
    pub(in crate::scheduling) last_name: String,
    pub(in crate::scheduling) phone: String,
    /// Nobody sees this field: programs fill it in.
    pub(in crate::scheduling) remarque: String,
}

/// Which code is meant, by the id under which it was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct CodeQuery {
    pub(in crate::scheduling) request: String,
    /// What was done just now.
    pub(in crate::scheduling) done: String,
}

/// A code as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct CodeForm {
    pub(in crate::scheduling) request: String,
    pub(in crate::scheduling) code: String,
    /// Another slot, when the first was taken meanwhile.
    pub(in crate::scheduling) slot: String,
}

/// Whose requests shall be shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct LookForm {
    pub(in crate::scheduling) phone: String,
}

/// Which request is called off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct CallOffForm {
    pub(in crate::scheduling) request: String,
    pub(in crate::scheduling) appointment: String,
}

/// One of two forms: whether the public page is open, and for how long places are
/// kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct OnlineSettingForm {
    /// Said to open it.
    pub(in crate::scheduling) open: String,
    /// Whether it is the second form.
    pub(in crate::scheduling) sets_hold: bool,
    /// Minutes as they were typed in it.
    pub(in crate::scheduling) hold_minutes: String,
    pub(in crate::scheduling) version: Option<i64>,
}

impl OnlineSettingForm {
    pub(in crate::scheduling) fn change(&self) -> OnlineChange {
        // What is no number is out of range, and answered so.
        let minutes = self.hold_minutes.trim().parse().unwrap_or_default();
        OnlineChange {
            is_open: (!self.sets_hold).then_some(!self.open.is_empty()),
            hold_minutes: self.sets_hold.then_some(minutes),
        }
    }
}
