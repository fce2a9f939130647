//! What messages cost.

use kernel::{TenantId, Timestamp};
use send_rules::{Amount, Currency, Form};
use serde::Serialize;
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::{
    messaging::model::{Budget, CostLine, Price},
    patients::api::PatientId,
};

macro_rules! spent {
    ($which:literal) => {
        concat!(
            "SELECT m.category AS category, c.form AS form, c.currency AS currency, COUNT(*) AS messages,
                COUNT(c.amount) AS priced, CAST(SUM(CASE WHEN c.amount IS NULL THEN 0 ELSE c.amount END) AS BIGINT) AS amount
            FROM ",
            $which,
            " AND c.at >= $2 AND c.at < $3 GROUP BY m.category, c.form, c.currency
            ORDER BY m.category, c.form, c.currency"
        )
    };
}

store::statements! {
    BUDGET = "SELECT currency, cap, version FROM message_budget WHERE tenant_id = $1";
    ENTER_BUDGET = "INSERT INTO message_budget (tenant_id, currency, cap, updated_at, version) VALUES ($1, $2, $3, $4, 1)";
    CHANGE_BUDGET = "UPDATE message_budget SET currency = $2, cap = $3, updated_at = $4, version = version + 1
        WHERE tenant_id = $1 AND version = $5";
    PRICES = "SELECT form, country, price FROM message_price WHERE tenant_id = $1 ORDER BY form, country";
    SET_PRICE = "INSERT INTO message_price (tenant_id, form, country, price) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, form, country) DO UPDATE SET price = excluded.price";
    REMOVE_PRICE = "DELETE FROM message_price WHERE tenant_id = $1 AND form = $2 AND country = $3";
    NOTE_COSTS each "$2" (message uuid, attempt int, form text, amount int, currency text) = "INSERT INTO message_cost
            (tenant_id, message_id, attempt, form, amount, currency, at)
        SELECT $1, each.message, each.attempt, each.form, each.amount, each.currency, $3 FROM each";
    SPENT = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS value FROM message_cost
        WHERE tenant_id = $1 AND currency = $2 AND at >= $3 AND at < $4 AND amount > 0";
    SPENT_BY_KIND = spent!("message_cost c CROSS JOIN message m
            WHERE c.tenant_id = $1 AND m.tenant_id = c.tenant_id AND m.id = c.message_id");
    SPENT_ON_PATIENT = spent!("message_cost c CROSS JOIN message m
            WHERE c.tenant_id = $1 AND m.tenant_id = c.tenant_id AND m.id = c.message_id AND m.patient_id = $4");
}

pub(in crate::messaging) async fn budget(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Option<Budget>, StoreError> {
    tx.optional(BUDGET, params![tenant]).await
}

/// Enters what is new, changes what has the version that was seen.
pub(in crate::messaging) async fn set_budget(
    tx: &mut WriteTx,
    tenant: TenantId,
    budget: &Budget,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut values = params![tenant, budget.currency, budget.cap, now];
    if budget.version == 0 {
        return tx.execute_one(ENTER_BUDGET, values).await;
    }
    values.extend(params![budget.version]);
    tx.execute_one(CHANGE_BUDGET, values).await
}

pub(in crate::messaging) async fn prices(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<Price>, StoreError> {
    tx.all(PRICES, params![tenant]).await
}

pub(in crate::messaging) async fn set_price(
    tx: &mut WriteTx,
    tenant: TenantId,
    price: &Price,
) -> Result<(), StoreError> {
    let values = params![tenant, price.form, price.country, price.price];
    tx.execute_one(SET_PRICE, values).await
}

/// False when there was none.
pub(in crate::messaging) async fn remove_price(
    tx: &mut WriteTx,
    tenant: TenantId,
    (form, country): (Form, &str),
) -> Result<bool, StoreError> {
    let removed = tx.execute(REMOVE_PRICE, params![tenant, form, country]);
    Ok(removed.await? == 1)
}

/// What one attempt cost.
#[derive(Debug, Serialize)]
pub(in crate::messaging) struct Cost {
    pub message: Uuid,
    pub attempt: i32,
    pub form: Form,
    /// In millionths of the currency; nothing where no price is known.
    pub amount: Option<i64>,
    pub currency: Currency,
}

pub(in crate::messaging) async fn note_costs(
    tx: &mut WriteTx,
    tenant: TenantId,
    costs: &[Cost],
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, store::list(costs)?, now];
    tx.execute(NOTE_COSTS, values).await?;
    Ok(())
}

/// What was spent in a currency from a moment until another.
pub(in crate::messaging) async fn spent(
    tx: &mut ReadTx,
    tenant: TenantId,
    currency: Currency,
    (from, until): (Timestamp, Timestamp),
) -> Result<Amount, StoreError> {
    let spent = tx.one(SPENT, params![tenant, currency, from, until]);
    Ok(Amount::from_millionths(spent.await?))
}

/// What was spent from a moment until another, for everybody or for one patient.
pub(in crate::messaging) async fn spent_by_kind(
    tx: &mut ReadTx,
    tenant: TenantId,
    (from, until): (Timestamp, Timestamp),
    patient: Option<PatientId>,
) -> Result<Vec<CostLine>, StoreError> {
    match patient {
        None => tx.all(SPENT_BY_KIND, params![tenant, from, until]).await,
        Some(patient) => {
            let values = params![tenant, from, until, patient];
            tx.all(SPENT_ON_PATIENT, values).await
        }
    }
}
