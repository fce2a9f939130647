use kernel::column::{Column, FromColumn};
use serde::Serialize;

use crate::{EngineKind, StoreError, values};

/// A statement's text; the same for both engines but for the fragments of
/// [`crate::dialect`].
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
    /// One plan for all values would be the worst of them: PostgreSQL plans it anew
    /// with the values of each call.
    pub(crate) has_filters: bool,
}

/// How an optional filter is written: `(CAST($2 AS TEXT) IS NULL OR state = $2)`.
const OPTIONAL: &[u8] = b" IS NULL OR ";

const fn has_filters(text: &str) -> bool {
    let text = text.as_bytes();
    let mut start = 0;
    while start + OPTIONAL.len() <= text.len() {
        let mut at = 0;
        while at < OPTIONAL.len() && text[start + at] == OPTIONAL[at] {
            at += 1;
        }
        if at == OPTIONAL.len() {
            return true;
        }
        start += 1;
    }
    false
}

impl Sql {
    /// One text for both engines.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
            has_filters: has_filters(text),
        }
    }

    /// What the engines say in other words. Built by macros alone, which keep the two the
    /// same otherwise: the work engine's, where PostgreSQL skips rows that another node is
    /// claiming and SQLite has one writer, and [`crate::statements`]' for lists.
    #[must_use]
    pub const fn per_engine(sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            sqlite,
            postgres,
            has_filters: has_filters(postgres),
        }
    }

    /// The text as an engine gets it, for checks and messages.
    #[must_use]
    pub const fn text(&self, engine: EngineKind) -> &'static str {
        match engine {
            EngineKind::Sqlite => self.sqlite,
            EngineKind::Postgres => self.postgres,
        }
    }
}

/// A statement with its name, as `statements!` lists it for the tests.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The constant's name.
    pub name: &'static str,
    /// Its text.
    pub sql: Sql,
}

/// The values bound to a statement, in order.
pub type Params = Vec<Column>;

/// Binds values of any stored type: `params![tenant, id, name]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$(::kernel::column::ToColumn::to_column(&$value)),*]
    };
}

/// Rows as a statement takes a list of them: texts, or structs of what it names.
///
/// # Errors
/// When a row has no form in JSON.
pub fn list<T: Serialize + ?Sized>(rows: &T) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::Internal(error.to_string()))
}

/// How rows of a list are asked for, in both engines' words.
const LISTED: &str = "IN (SELECT id FROM each)";
/// The same, so that PostgreSQL looks each up: it takes the other for a join, and may walk
/// the table to make it.
const LOOKED_UP: &str = "= ANY (ARRAY(SELECT id FROM each))";

const fn starts_with(text: &[u8], at: usize, part: &[u8]) -> bool {
    let mut n = 0;
    while n < part.len() && at + n < text.len() && text[at + n] == part[n] {
        n += 1;
    }
    n == part.len()
}

/// The bytes of a statement with a list for PostgreSQL, in a buffer that has room for each
/// [`LISTED`] to grow, and how many they are.
#[doc(hidden)]
#[must_use]
pub const fn looked_up<const ROOM: usize>(text: &str) -> ([u8; ROOM], usize) {
    let (text, from, to) = (text.as_bytes(), LISTED.as_bytes(), LOOKED_UP.as_bytes());
    let mut out = [0; ROOM];
    let (mut at, mut length) = (0, 0);
    while at < text.len() {
        let part: &[u8] = if starts_with(text, at, from) {
            to
        } else {
            &[text[at]]
        };
        let mut n = 0;
        while n < part.len() {
            out[length] = part[n];
            length += 1;
            n += 1;
        }
        at += if part.len() == 1 { 1 } else { from.len() };
    }
    (out, length)
}

/// Declares a module's statements and lists them in `STATEMENTS`, so that the
/// tests can prepare each on both engines.
///
/// One that is told a [`list`] reads its rows from `each`: texts, in their order, as
/// `each.value`; of structs the fields it names, with their types. On PostgreSQL a statement
/// for each of them would be a journey for each. What has one of their ids is found by
/// `id IN (SELECT id FROM each)`, in just these words.
///
/// ```ignore
/// store::statements! {
///     /// Finds one.
///     pub(crate) FIND = "SELECT name FROM thing WHERE tenant_id = $1 AND id = $2";
///     NAME_ALL each "$2" = "INSERT INTO name (tenant_id, name) SELECT $1, each.value FROM each";
///     RENAME each "$2" (id uuid, name text) = "UPDATE thing SET name = each.name FROM each
///         WHERE tenant_id = $1 AND thing.id IN (SELECT id FROM each) AND thing.id = each.id";
/// }
/// ```
#[macro_export]
macro_rules! statements {
    (@sqlite $field:ident uuid) => {
        concat!("unhex(REPLACE(value ->> '", stringify!($field), "', '-', '')) AS ", stringify!($field))
    };
    (@sqlite $field:ident $type:ident) => {
        concat!("value ->> '", stringify!($field), "' AS ", stringify!($field))
    };
    (@postgres $field:ident uuid) => { $crate::statements!(@cast $field "UUID") };
    (@postgres $field:ident int) => { $crate::statements!(@cast $field "BIGINT") };
    (@postgres $field:ident text) => { $crate::statements!(@cast $field "TEXT") };
    (@cast $field:ident $type:literal) => {
        concat!("CAST(value ->> '", stringify!($field), "' AS ", $type, ") AS ", stringify!($field))
    };
    (@sql $text:expr) => {
        $crate::Sql::new($text)
    };
    (@sql $text:expr, $list:literal) => {
        $crate::Sql::per_engine(
            concat!("WITH each(value) AS (SELECT value FROM json_each(", $list, ")) ", $text),
            concat!("WITH each(value) AS (SELECT jsonb_array_elements_text(CAST(", $list, " AS JSONB))) ", $text),
        )
    };
    (@sql $text:expr, $list:literal, $first:ident $first_type:ident $(, $field:ident $type:ident)*) => {{
        const TEXT: &str = concat!(
            "WITH each AS (SELECT ", $crate::statements!(@postgres $first $first_type),
            $(", ", $crate::statements!(@postgres $field $type),)*
            " FROM jsonb_array_elements(CAST(", $list, " AS JSONB))) ", $text
        );
        const BYTES: ([u8; TEXT.len() * 2], usize) = $crate::looked_up(TEXT);
        $crate::Sql::per_engine(
            concat!(
                "WITH each AS (SELECT ", $crate::statements!(@sqlite $first $first_type),
                $(", ", $crate::statements!(@sqlite $field $type),)*
                " FROM json_each(", $list, ")) ", $text
            ),
            match std::str::from_utf8(BYTES.0.split_at(BYTES.1).0) {
                Ok(text) => text,
                Err(_) => panic!("not a text"),
            },
        )
    }};
    ($($(#[$meta:meta])* $vis:vis $name:ident
        $(each $list:literal $(($($field:ident $type:ident),+))?)? = $text:expr;)+) => {
        $($(#[$meta])* $vis const $name: $crate::Sql =
            $crate::statements!(@sql $text $(, $list $(, $($field $type),+)?)?);)+

        /// Every statement of this module.
        pub(crate) const STATEMENTS: &[$crate::Statement] = &[
            $($crate::Statement { name: stringify!($name), sql: $name }),+
        ];
    };
}

/// Declares a struct that is read from a row, column by column, by name.
///
/// ```ignore
/// store::row! {
///     /// A thing.
///     pub struct Thing { /// Its name.
///         pub name: String }
/// }
/// ```
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),+ }

        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> Result<Self, $crate::StoreError> {
                Ok(Self { $($field: row.get(stringify!($field))?),+ })
            }
        }
    };
}

/// One row of an answer.
pub struct Row(pub(crate) Inner);

pub(crate) enum Inner {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

impl Row {
    /// The value of the column with this name.
    ///
    /// # Errors
    /// When there is no such column or it holds another type.
    pub fn get<T: FromColumn>(&self, name: &str) -> Result<T, StoreError> {
        let column = match &self.0 {
            Inner::Sqlite(row) => values::read(row, name, T::KIND),
            Inner::Postgres(row) => values::read(row, name, T::KIND),
        }?;
        T::from_column(column).map_err(|error| StoreError::Internal(format!("{name}: {error}")))
    }
}

/// A type that is read from a row; `row!` implements it.
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// When a column is missing or holds another type.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

/// The one column called `value`.
macro_rules! single {
    ($($type:ty),+) => {$(
        impl FromRow for $type {
            fn from_row(row: &Row) -> Result<Self, StoreError> {
                row.get("value")
            }
        }
    )+};
}
single!(i64, bool, String, Option<i64>, uuid::Uuid);

impl<K> FromRow for kernel::Id<K> {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.get("value")
    }
}
