use kernel::Timestamp;
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::care::model::{InteractionTable, TableId};

store::statements! {
    INSERT = "INSERT INTO interaction_table (id, source, sha256, row_count, imported_by, imported_at, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    END = "UPDATE interaction_table SET ended_by = $2, ended_at = $3, content = NULL
        WHERE source = $1 AND ended_at IS NULL";
    TABLES = "SELECT id, source, sha256, row_count, imported_by, imported_at, ended_by, ended_at
        FROM interaction_table ORDER BY imported_at, id";
    IN_USE = "SELECT id AS value FROM interaction_table WHERE ended_at IS NULL ORDER BY imported_at, id";
    CONTENTS = "SELECT source, content FROM interaction_table WHERE ended_at IS NULL ORDER BY imported_at, id";
}

store::row! {
    /// The rows of a table in use.
    pub(in crate::care) struct TableContent {
        pub(in crate::care) source: String,
        /// CSV.
        pub(in crate::care) content: String,
    }
}

/// A table to be used from now on.
#[derive(Debug)]
pub(in crate::care) struct NewTable {
    pub(in crate::care) id: TableId,
    pub(in crate::care) source: String,
    pub(in crate::care) sha256: String,
    pub(in crate::care) row_count: i64,
    pub(in crate::care) imported_by: String,
    pub(in crate::care) imported_at: Timestamp,
    pub(in crate::care) content: String,
}

pub(in crate::care) async fn insert_table(tx: &mut WriteTx, t: NewTable) -> Result<(), StoreError> {
    let values = params![
        t.id,
        t.source,
        t.sha256,
        t.row_count,
        t.imported_by,
        t.imported_at,
        t.content,
    ];
    tx.execute_one(INSERT, values).await
}

/// Ends the use of a source's table and drops its rows; false when none was in use.
pub(in crate::care) async fn end_table(
    tx: &mut WriteTx,
    source: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(END, params![source, by, now]).await? == 1)
}

/// All tables that were ever imported, oldest first.
pub(in crate::care) async fn tables(tx: &mut ReadTx) -> Result<Vec<InteractionTable>, StoreError> {
    tx.all(TABLES, params![]).await
}

/// The tables in use.
pub(in crate::care) async fn tables_in_use(tx: &mut ReadTx) -> Result<Vec<Uuid>, StoreError> {
    tx.all(IN_USE, params![]).await
}

/// Their rows, in the same order.
pub(in crate::care) async fn contents_in_use(
    tx: &mut ReadTx,
) -> Result<Vec<TableContent>, StoreError> {
    tx.all(CONTENTS, params![]).await
}
