//! The hash of a line. Documented in `docs/adr/0008-audit-chain.md`; changing
//! anything here makes every chain there is look broken.

use kernel::{TenantId, text};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::EntryRow;

/// What the first line of a clinic holds for the hash of the line before.
pub(super) const BEGINNING: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// Says which encoding this is, so that another one can never give the same bytes.
const VERSION: &[u8] = b"lafiya-audit-1";

/// SHA-256 over the version and every column but the hash itself, in hexadecimal
/// digits. Each field is a byte 0 (NULL) or 1, then its length in bytes (u64,
/// big-endian), then its bytes: no two lines have the same encoding.
pub(super) fn hash(tenant: TenantId, row: &EntryRow) -> String {
    let mut sum = Encoder(Sha256::new());
    sum.bytes(VERSION);
    sum.text(&row.previous_hash);
    sum.uuid(tenant.uuid());
    sum.int(row.seq);
    sum.uuid(row.id);
    sum.int(row.at.micros());
    sum.text(&row.actor_kind);
    sum.maybe(row.actor_id.as_ref().map(Uuid::as_bytes));
    sum.text(&row.actor_name);
    sum.text(&row.action);
    sum.text(&row.object_type);
    sum.uuid(row.object_id);
    sum.maybe(row.patient_id.as_ref().map(Uuid::as_bytes));
    sum.maybe(row.detail.as_ref());
    text::hex(&sum.0.finalize())
}

struct Encoder(Sha256);

impl Encoder {
    fn maybe(&mut self, value: Option<impl AsRef<[u8]>>) {
        match value {
            None => self.0.update([0]),
            Some(value) => self.bytes(value.as_ref()),
        }
    }

    fn bytes(&mut self, value: &[u8]) {
        self.0.update([1]);
        let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
        self.0.update(length.to_be_bytes());
        self.0.update(value);
    }

    fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    fn uuid(&mut self, value: Uuid) {
        self.bytes(value.as_bytes());
    }

    fn int(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }
}

/// A cell that no spreadsheet takes for a formula.
pub(super) fn harmless(cell: String) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;

    fn row() -> EntryRow {
        EntryRow {
            seq: 1,
            id: Uuid::from_u128(1),
            at: Timestamp::from_micros(1_700_000_000_000_000),
            actor_kind: "user".to_owned(),
            actor_id: Some(Uuid::from_u128(2)),
            actor_name: "medecin".to_owned(),
            action: "patient.read".to_owned(),
            object_type: "patient".to_owned(),
            object_id: Uuid::from_u128(3),
            patient_id: None,
            detail: None,
            previous_hash: BEGINNING.to_owned(),
            hash: String::new(),
        }
    }

    #[test]
    fn the_encoding_stays_what_it_is() {
        // Computed once by another program (see the ADR); chains in the field hold it.
        let tenant = TenantId::from_uuid(Uuid::from_u128(9));
        assert_eq!(
            hash(tenant, &row()),
            "bb4d06a6a3537cae566b76a522dfd26b3ed7255fb708a2bd9a4d0384c4611ca4"
        );
    }

    #[test]
    fn neighbouring_fields_do_not_run_into_each_other() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(9));
        let mut moved = row();
        moved.actor_name = "medecinpatient".to_owned();
        moved.action = ".read".to_owned();
        assert_ne!(hash(tenant, &moved), hash(tenant, &row()));
        let mut empty = row();
        empty.detail = Some(String::new());
        assert_ne!(
            hash(tenant, &empty),
            hash(tenant, &row()),
            "NULL is not empty"
        );
    }

    #[test]
    fn formulas_are_disarmed() {
        for cell in ["=1+1", "+221", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(harmless(cell.to_owned()), format!("'{cell}"));
        }
        assert_eq!(harmless("Awa".to_owned()), "Awa");
    }
}
