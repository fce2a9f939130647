//! Somebody who proved that a number is his, and says his name.

use kernel::{Ctx, Phone, Problem};
use store::WriteTx;

use super::write::{draft, insert};
use crate::{
    App,
    identity::api::TenantInfo,
    patients::{
        model::{ContactId, NewPatient, PatientId, PatientRow, Reason, Summary},
        rules::resemblance::{Traits, compare},
        storage,
    },
};

/// The number of somebody who says who he is. Whether it is known is not looked at.
///
/// # Errors
/// 400 naming every wrong field of [`NewPatient`].
pub fn number_of(app: &App, clinic: &TenantInfo, new: NewPatient) -> Result<Phone, Problem> {
    draft(app, clinic, new).map(|(_, phone)| phone)
}

/// The patient who is meant, for a caller who proved the number and is told nothing
/// of him: the only one with this number and every word of this name, else a new
/// one. Staff who know better merge the two.
///
/// # Errors
/// 400 naming every wrong field of [`NewPatient`].
pub async fn enter_by_number(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    new: NewPatient,
) -> Result<PatientId, Problem> {
    let (patient, phone) = draft(app, clinic, new)?;
    let fresh = ContactId::new(&app.clock, &app.rng);
    storage::hold_number(tx, ctx.tenant, fresh, &phone, app.clock.now()).await?;
    let holders = storage::by_phone(tx, ctx.tenant, &phone).await?;
    let mut named = holders.iter().filter(|holder| bears(&patient, holder));
    match (named.next(), named.next()) {
        (Some(only), None) => Ok(only.id),
        _ => Ok(insert(tx, app, ctx, &patient, &phone).await?.id),
    }
}

/// Twins have one number, and names that sound alike: each word must be the same.
fn bears(patient: &PatientRow, holder: &Summary) -> bool {
    let name = (holder.first_name.as_str(), holder.last_name.as_str());
    let theirs = Traits::new(name, holder.birth_date.as_deref(), None);
    let Some(alike) = compare(&Traits::of(patient), &theirs, true) else {
        return false;
    };
    alike.reasons.contains(&Reason::SameName) && !alike.reasons.contains(&Reason::NameMissing)
}
