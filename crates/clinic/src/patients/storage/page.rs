//! The records of a page, read together: one by one they take as long as finding them.

use std::collections::BTreeMap;

use kernel::{Phone, TenantId, column::ToColumn};
use store::{Params, ReadTx, StoreError, params};

use crate::patients::model::{PatientId, PatientRow, PhoneOf, Record};

store::statements! {
    PATIENTS = "SELECT id, first_name, last_name, birth_date, gender, locale, status, email, address, emergency_contact,
            emergency_phone, medical_history, allergies, current_medications, restricted, created_at, updated_at,
            version, merged_into
        FROM patient WHERE tenant_id = $1 AND id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            $17, $18, $19, $20, $21)";
    PHONES_OF = "SELECT pc.patient_id AS patient_id, c.phone AS phone,
            (SELECT COUNT(*) FROM patient_contact o WHERE o.tenant_id = $1 AND o.contact_point_id = c.id) > 1 AS shared
        FROM patient_contact pc JOIN contact_point c ON c.tenant_id = pc.tenant_id AND c.id = pc.contact_point_id
        WHERE pc.tenant_id = $1 AND pc.patient_id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
            $16, $17, $18, $19, $20, $21)
        ORDER BY pc.is_primary DESC, pc.created_at, c.phone";
}

/// How many the statements ask for at once: a page as people open it.
const ASKED: usize = 20;

store::row! {
    struct NumberOf {
        patient_id: PatientId,
        phone: Phone,
        shared: bool,
    }
}

/// These records in this order; those that are not there are left out.
pub(in crate::patients) async fn records(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: &[PatientId],
) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::with_capacity(ids.len());
    for some in ids.chunks(ASKED) {
        let mut phones: BTreeMap<PatientId, Vec<PhoneOf>> = BTreeMap::new();
        let numbers: Vec<NumberOf> = tx.all(PHONES_OF, asked(tenant, some)).await?;
        for NumberOf {
            patient_id,
            phone,
            shared,
        } in numbers
        {
            let his = phones.entry(patient_id).or_default();
            his.push(PhoneOf { phone, shared });
        }
        let patients: Vec<PatientRow> = tx.all(PATIENTS, asked(tenant, some)).await?;
        records.extend(patients.into_iter().map(|patient| Record {
            phones: phones.remove(&patient.id).unwrap_or_default(),
            patient,
        }));
    }
    let place = |record: &Record| ids.iter().position(|id| *id == record.patient.id);
    records.sort_by_key(place);
    Ok(records)
}

/// Nobody has no id, so that the places left over ask for nothing.
fn asked(tenant: TenantId, ids: &[PatientId]) -> Params {
    let mut values = params![tenant];
    let mut ids = ids.iter().copied().map(Some);
    values.extend((0..ASKED).map(|_| ids.next().flatten().to_column()));
    values
}
