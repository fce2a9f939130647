//! Binding and reading the shared column types with either driver.

use kernel::column::{Column, ColumnKind};
use sqlx::{Arguments, ColumnIndex, Database, Decode, Encode, Row, Type};
use uuid::Uuid;

use crate::StoreError;

/// The drivers' arguments for a statement. Each value keeps its type, also when NULL.
pub(crate) fn arguments<DB>(params: Vec<Column>) -> Result<DB::Arguments, StoreError>
where
    DB: Database,
    for<'q> Option<bool>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<i64>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<f64>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<String>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
    for<'q> Option<Uuid>: Encode<'q, DB> + Type<DB>,
{
    let mut arguments = DB::Arguments::default();
    for param in params {
        match param {
            Column::Bool(value) => arguments.add(value),
            Column::Int(value) => arguments.add(value),
            Column::Real(value) => arguments.add(value),
            Column::Text(value) => arguments.add(value),
            Column::Bytes(value) => arguments.add(value),
            Column::Uuid(value) => arguments.add(value),
        }
        .map_err(|error| StoreError::Internal(error.to_string()))?;
    }
    Ok(arguments)
}

/// Reads the column `name` as `kind`.
pub(crate) fn read<R>(row: &R, name: &str, kind: ColumnKind) -> Result<Column, StoreError>
where
    R: Row,
    for<'n> &'n str: ColumnIndex<R>,
    for<'r> bool: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> f64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Uuid: Decode<'r, R::Database> + Type<R::Database>,
{
    Ok(match kind {
        ColumnKind::Bool => Column::Bool(row.try_get(name)?),
        ColumnKind::Int => Column::Int(row.try_get(name)?),
        ColumnKind::Real => Column::Real(row.try_get(name)?),
        ColumnKind::Text => Column::Text(row.try_get(name)?),
        ColumnKind::Bytes => Column::Bytes(row.try_get(name)?),
        ColumnKind::Uuid => Column::Uuid(row.try_get(name)?),
    })
}
