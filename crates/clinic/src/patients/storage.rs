pub(super) mod access;
pub(super) mod accounts;
pub(super) mod merge;
pub(super) mod page;
pub(super) mod pin;
pub(super) mod sounds;
pub(super) mod wording;
pub(super) mod words;

use kernel::{PageRequest, Phone, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use super::model::{ContactId, PatientId, PatientRow, PhoneOf, Summary};

/// Who holds a number: of records that went into one, the one that was kept. The order
/// of the join is given, as SQLite may walk all patients of the clinic before the
/// number (62 ms for 40,000).
macro_rules! holders {
    ($rows:literal) => {
        concat!(
            "SELECT p.id AS id, p.first_name AS first_name, p.last_name AS last_name, p.locale AS locale,
            p.status AS status, p.birth_date AS birth_date
        FROM contact_point c CROSS JOIN patient_contact pc CROSS JOIN patient h CROSS JOIN patient p
        WHERE pc.tenant_id = c.tenant_id AND pc.contact_point_id = c.id AND h.tenant_id = pc.tenant_id
            AND h.id = pc.patient_id AND p.tenant_id = h.tenant_id AND p.id = CASE WHEN h.merged_into IS NULL THEN h.id ELSE h.merged_into END",
            $rows
        )
    };
}

store::statements! {
    INSERT = "INSERT INTO patient (tenant_id, id, first_name, last_name, search_name, birth_date, gender, locale, status,
            email, address, emergency_contact, emergency_phone, medical_history, allergies, current_medications,
            created_at, updated_at, version, filed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, 1, 2)";
    UPDATE = "UPDATE patient SET first_name = $3, last_name = $4, search_name = $5, birth_date = $6, gender = $7,
            locale = $8, status = $9, email = $10, address = $11, emergency_contact = $12, emergency_phone = $13,
            medical_history = $14, allergies = $15, current_medications = $16, updated_at = $17, version = version + 1, filed = 2
        WHERE tenant_id = $1 AND id = $2 AND version = $18";
    PATIENT = "SELECT id, first_name, last_name, birth_date, gender, locale, status, email, address, emergency_contact,
            emergency_phone, medical_history, allergies, current_medications, restricted, created_at, updated_at,
            version, merged_into
        FROM patient WHERE tenant_id = $1 AND id = $2";
    SUMMARY = "SELECT id, first_name, last_name, locale, status, birth_date FROM patient
        WHERE tenant_id = $1 AND id = $2";
    NEWEST = "SELECT id, first_name, last_name, locale, status, birth_date FROM patient
        WHERE tenant_id = $1 AND merged_into IS NULL ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
    NEWEST_OF = "SELECT id, first_name, last_name, locale, status, birth_date FROM patient
        WHERE tenant_id = $1 AND merged_into IS NULL AND (status = 'active') = $4
        ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
    COUNT_OF = "SELECT COUNT(*) AS value FROM patient
        WHERE tenant_id = $1 AND merged_into IS NULL AND (status = 'active') = $2";
    COUNT = "SELECT COUNT(*) AS value FROM patient WHERE tenant_id = $1 AND merged_into IS NULL";
    COUNT_ACTIVE = "SELECT COUNT(*) AS value FROM patient
        WHERE tenant_id = $1 AND merged_into IS NULL AND status = 'active'";
    COUNT_SINCE = "SELECT COUNT(*) AS value FROM patient
        WHERE tenant_id = $1 AND merged_into IS NULL AND created_at >= $2";
    BY_PHONE = holders!("
            AND c.tenant_id = $1 AND c.phone = $2 ORDER BY p.created_at, p.id");
    BY_LAST_NINE = holders!("
            AND c.tenant_id = $1 AND c.last_nine = $2 AND c.phone <> $3 ORDER BY p.created_at, p.id LIMIT 3");
    /// Some of the numbers only, so that a fragment of most numbers ends the walk soon;
    /// in the order of their index.
    BY_DIGITS = holders!("
            AND c.tenant_id = $1 AND c.id IN (SELECT n.id FROM contact_point n
            WHERE n.tenant_id = $1 AND n.phone LIKE $2 ORDER BY n.phone LIMIT 200)
        ORDER BY p.created_at DESC, p.id DESC LIMIT 200");
    SAME_PERSON = "SELECT COALESCE(p.merged_into, p.id) AS value FROM contact_point c
        CROSS JOIN patient_contact pc CROSS JOIN patient p
        WHERE pc.tenant_id = c.tenant_id AND pc.contact_point_id = c.id AND p.tenant_id = pc.tenant_id
            AND p.id = pc.patient_id AND c.tenant_id = $1 AND c.phone = $2 AND p.search_name = $3
            AND (p.birth_date IS NULL OR CAST($4 AS TEXT) IS NULL OR p.birth_date = $4) LIMIT 1";
    /// Writes even when the number is known: whoever enters it next waits for this transaction.
    HOLD_NUMBER = "INSERT INTO contact_point (tenant_id, id, phone, last_nine, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, phone) DO UPDATE SET last_nine = excluded.last_nine";
    CONTACT = "SELECT id AS value FROM contact_point WHERE tenant_id = $1 AND phone = $2";
    LINK = "INSERT INTO patient_contact (tenant_id, patient_id, contact_point_id, is_primary, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, patient_id, contact_point_id) DO NOTHING";
    NONE_PRIMARY = "UPDATE patient_contact SET is_primary = $3 WHERE tenant_id = $1 AND patient_id = $2 AND is_primary = TRUE";
    PRIMARY = "UPDATE patient_contact SET is_primary = $4
        WHERE tenant_id = $1 AND patient_id = $2 AND contact_point_id = $3";
    PHONES = "SELECT c.phone AS phone,
            (SELECT COUNT(*) FROM patient_contact o WHERE o.tenant_id = $1 AND o.contact_point_id = c.id) > 1 AS shared
        FROM patient_contact pc JOIN contact_point c ON c.tenant_id = pc.tenant_id AND c.id = pc.contact_point_id
        WHERE pc.tenant_id = $1 AND pc.patient_id = $2 ORDER BY pc.is_primary DESC, pc.created_at, c.phone";
}

/// Who has more than one record or number is found once.
fn once(found: Vec<Summary>) -> Vec<Summary> {
    let mut seen = std::collections::BTreeSet::new();
    let mut found = found;
    found.retain(|summary| seen.insert(summary.id));
    found
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: &PatientRow,
    search_name: &str,
) -> Result<(), StoreError> {
    let p = patient;
    let values = params![
        tenant,
        p.id,
        p.first_name,
        p.last_name,
        search_name,
        p.birth_date,
        p.gender,
        p.locale,
        p.status,
        p.email,
        p.address,
        p.emergency_contact,
        p.emergency_phone,
        p.medical_history,
        p.allergies,
        p.current_medications,
        p.created_at,
    ];
    tx.execute_one(INSERT, values).await
}

/// Fails with a row count when the version is another by now.
pub(super) async fn update(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: &PatientRow,
    search_name: &str,
) -> Result<(), StoreError> {
    let p = patient;
    let values = params![
        tenant,
        p.id,
        p.first_name,
        p.last_name,
        search_name,
        p.birth_date,
        p.gender,
        p.locale,
        p.status,
        p.email,
        p.address,
        p.emergency_contact,
        p.emergency_phone,
        p.medical_history,
        p.allergies,
        p.current_medications,
        p.updated_at,
        p.version,
    ];
    tx.execute_one(UPDATE, values).await
}

/// The folded name that search compares.
pub(super) fn search_name(patient: &PatientRow) -> String {
    super::rules::search_name(&patient.first_name, &patient.last_name)
}

/// The record itself, or the one that it went into.
pub(super) async fn merge_target(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<PatientRow>, StoreError> {
    match merge::kept(tx, tenant, id).await? {
        Some(kept) => patient(tx, tenant, kept).await,
        None => Ok(None),
    }
}

pub(super) async fn patient(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<PatientRow>, StoreError> {
    tx.optional(PATIENT, params![tenant, id]).await
}

pub(super) async fn summary(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<Summary>, StoreError> {
    tx.optional(SUMMARY, params![tenant, id]).await
}

/// The newest, all or only the active or the other ones.
pub(super) async fn newest(
    tx: &mut ReadTx,
    tenant: TenantId,
    active: Option<bool>,
    page: PageRequest,
) -> Result<(i64, Vec<Summary>), StoreError> {
    let mut values = params![tenant, page.size, page.offset()];
    let Some(active) = active else {
        let count = tx.one(COUNT, params![tenant]).await?;
        return Ok((count, tx.all(NEWEST, values).await?));
    };
    values.extend(params![active]);
    let count = tx.one(COUNT_OF, params![tenant, active]).await?;
    Ok((count, tx.all(NEWEST_OF, values).await?))
}

pub(super) async fn counts(
    tx: &mut ReadTx,
    tenant: TenantId,
    since: Timestamp,
) -> Result<(i64, i64, i64), StoreError> {
    let total = tx.one(COUNT, params![tenant]).await?;
    let active = tx.one(COUNT_ACTIVE, params![tenant]).await?;
    Ok((
        total,
        active,
        tx.one(COUNT_SINCE, params![tenant, since]).await?,
    ))
}

pub(super) async fn by_phone(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<Summary>, StoreError> {
    Ok(once(tx.all(BY_PHONE, params![tenant, phone]).await?))
}

pub(super) async fn by_last_nine(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<Summary>, StoreError> {
    let values = params![tenant, phone.last_nine(), phone];
    Ok(once(tx.all(BY_LAST_NINE, values).await?))
}

pub(super) async fn by_digits(
    tx: &mut ReadTx,
    tenant: TenantId,
    digits: &str,
) -> Result<Vec<Summary>, StoreError> {
    let values = params![tenant, format!("%{digits}%")];
    Ok(once(tx.all(BY_DIGITS, values).await?))
}

pub(super) async fn same_person(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    search_name: &str,
    birth_date: Option<&str>,
) -> Result<Option<PatientId>, StoreError> {
    tx.optional(SAME_PERSON, params![tenant, phone, search_name, birth_date])
        .await
}

/// The number's row, made when it is new and held until the commit.
pub(super) async fn hold_number(
    tx: &mut WriteTx,
    tenant: TenantId,
    fresh: ContactId,
    phone: &Phone,
    now: Timestamp,
) -> Result<ContactId, StoreError> {
    let values = params![tenant, fresh, phone, phone.last_nine(), now];
    tx.execute_one(HOLD_NUMBER, values).await?;
    tx.one(CONTACT, params![tenant, phone]).await
}

/// Makes the number the patient's; `primary` moves the mark to it. False when
/// it was his already.
pub(super) async fn link(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
    contact: ContactId,
    primary: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, patient, contact, false, now];
    let linked = tx.execute(LINK, values).await? == 1;
    if primary {
        tx.execute(NONE_PRIMARY, params![tenant, patient, false])
            .await?;
        tx.execute_one(PRIMARY, params![tenant, patient, contact, true])
            .await?;
    }
    Ok(linked)
}

pub(super) async fn phones(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Vec<PhoneOf>, StoreError> {
    tx.all(PHONES, params![tenant, id]).await
}
