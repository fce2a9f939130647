use kernel::Problem;
use store::Scope;

use crate::{
    App,
    care::{
        model::{Verified, VersionRow, read_content},
        rules::Signature,
        storage::{self, Place},
    },
    identity,
};

/// Digits of a signature that are enough to name it: more than anybody can try.
const ENOUGH: usize = 16;
/// All of them.
const ALL: usize = 64;

/// The digits as somebody read them off a page, in groups.
fn digits(shown: &str) -> Option<String> {
    let bare = shown.chars().filter(|c| !c.is_whitespace());
    let digits: String = bare.collect::<String>().to_ascii_lowercase();
    let known = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (known && (ENOUGH..=ALL).contains(&digits.len())).then_some(digits)
}

/// What a signature says, to whoever holds a document with it: nothing of the
/// patient. The first sixteen digits name it as well. The content is hashed again.
///
/// # Errors
/// 404 for a signature that nobody made here.
pub async fn verify(app: &App, shown: &str) -> Result<Verified, Problem> {
    let start = digits(shown).ok_or_else(Problem::not_found)?;
    let mut places = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::places_of_hash(&mut tx, &start).await?
    };
    let place = places.pop().filter(|_| places.is_empty());
    let place = place.ok_or_else(Problem::not_found)?;
    let tenant = place.tenant_id;
    let mut tx = app.store.read(tenant).await?;
    let clinic = identity::api::tenant(&mut tx, tenant).await?;
    let record = storage::find(&mut tx, tenant, place.encounter_id).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    let row = storage::version(&mut tx, tenant, place.encounter_id, place.version).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    Ok(Verified {
        intact: row.signed_hash.as_deref() == Some(again(&place, &record.number, &row)?.as_str()),
        superseded: record.signed_version != Some(row.version),
        number: record.number,
        version: row.version,
        signed_at: row.at,
        signed_name: row.signed_name.unwrap_or_default(),
        clinic: clinic.name,
        zone: clinic.zone,
    })
}

fn again(place: &Place, number: &str, row: &VersionRow) -> Result<String, Problem> {
    let by = row.signed_by.ok_or_else(Problem::not_found)?;
    let content = read_content(&row.content)?;
    let signature = Signature {
        tenant: place.tenant_id,
        record: place.encounter_id,
        number,
        version: row.version,
        form_version: row.form_version,
        content: &content,
        by,
        name: row.signed_name.as_deref().unwrap_or_default(),
        at: row.at,
    };
    signature.hash()
}
