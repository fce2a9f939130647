//! The handful of column types that both database engines share.
//!
//! Domain types say here how they are stored, so that only `store` needs to
//! know a driver. A `None` keeps its type: both engines get a typed NULL.

use uuid::Uuid;

/// One value bound to a statement or read from a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// `BOOLEAN`, or `INTEGER` 0/1 on SQLite.
    Bool(Option<bool>),
    /// `BIGINT`; times are microseconds since 1970 UTC.
    Int(Option<i64>),
    /// `DOUBLE PRECISION` or `REAL`.
    Real(Option<f64>),
    /// `TEXT`.
    Text(Option<String>),
    /// `BYTEA` or `BLOB`.
    Bytes(Option<Vec<u8>>),
    /// `UUID`, or a 16-byte `BLOB` on SQLite.
    Uuid(Option<Uuid>),
}

/// Which variant of [`Column`] a type is stored as; tells the reader what to ask the driver for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// See [`Column::Bool`].
    Bool,
    /// See [`Column::Int`].
    Int,
    /// See [`Column::Real`].
    Real,
    /// See [`Column::Text`].
    Text,
    /// See [`Column::Bytes`].
    Bytes,
    /// See [`Column::Uuid`].
    Uuid,
}

impl Column {
    /// The typed NULL of a kind.
    #[must_use]
    pub const fn null(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Bool => Self::Bool(None),
            ColumnKind::Int => Self::Int(None),
            ColumnKind::Real => Self::Real(None),
            ColumnKind::Text => Self::Text(None),
            ColumnKind::Bytes => Self::Bytes(None),
            ColumnKind::Uuid => Self::Uuid(None),
        }
    }

    /// Whether this is a NULL.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Bool(None)
                | Self::Int(None)
                | Self::Real(None)
                | Self::Text(None)
                | Self::Bytes(None)
                | Self::Uuid(None)
        )
    }
}

/// A value that can be written to a column.
pub trait ToColumn {
    /// The column type, also of a NULL.
    const KIND: ColumnKind;
    /// The value as the drivers take it.
    fn to_column(&self) -> Column;
}

/// A value that can be read from a column.
pub trait FromColumn: Sized {
    /// The column type to ask the driver for.
    const KIND: ColumnKind;
    /// Reads the value; the error says what was found instead.
    fn from_column(column: Column) -> Result<Self, String>;
}

macro_rules! scalar {
    ($type:ty, $variant:ident, $to:expr, $from:expr) => {
        impl ToColumn for $type {
            const KIND: ColumnKind = ColumnKind::$variant;
            fn to_column(&self) -> Column {
                let to: fn(&$type) -> _ = $to;
                Column::$variant(Some(to(self)))
            }
        }
        impl FromColumn for $type {
            const KIND: ColumnKind = ColumnKind::$variant;
            fn from_column(column: Column) -> Result<Self, String> {
                match column {
                    Column::$variant(Some(value)) => {
                        let from: fn(_) -> Result<$type, String> = $from;
                        from(value)
                    }
                    other => Err(format!(
                        "expected {}, found {other:?}",
                        stringify!($variant)
                    )),
                }
            }
        }
    };
}

scalar!(bool, Bool, |v| *v, Ok);
scalar!(i64, Int, |v| *v, Ok);
scalar!(i32, Int, |v| i64::from(*v), |v: i64| i32::try_from(v)
    .map_err(|e| e.to_string()));
scalar!(f64, Real, |v| *v, Ok);
scalar!(String, Text, Clone::clone, Ok);
scalar!(Vec<u8>, Bytes, Clone::clone, Ok);
scalar!(Uuid, Uuid, |v| *v, Ok);
scalar!(crate::Timestamp, Int, |v| v.micros(), |v| Ok(
    crate::Timestamp::from_micros(v)
));
scalar!(
    crate::EmailAddress,
    Text,
    |v| v.as_str().to_owned(),
    |v: String| { crate::EmailAddress::parse(&v).map_err(|e| e.to_string()) }
);
scalar!(
    crate::Phone,
    Text,
    |v| v.as_e164().to_owned(),
    |v: String| { crate::Phone::from_stored(v).map_err(|e| format!("{e:?}")) }
);

impl ToColumn for str {
    const KIND: ColumnKind = ColumnKind::Text;
    fn to_column(&self) -> Column {
        Column::Text(Some(self.to_owned()))
    }
}

impl<T: ToColumn + ?Sized> ToColumn for &T {
    const KIND: ColumnKind = T::KIND;
    fn to_column(&self) -> Column {
        (*self).to_column()
    }
}

impl<T: ToColumn> ToColumn for Option<T> {
    const KIND: ColumnKind = T::KIND;
    fn to_column(&self) -> Column {
        self.as_ref()
            .map_or(Column::null(T::KIND), ToColumn::to_column)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    const KIND: ColumnKind = T::KIND;
    fn from_column(column: Column) -> Result<Self, String> {
        if column.is_null() {
            Ok(None)
        } else {
            T::from_column(column).map(Some)
        }
    }
}

impl<K> ToColumn for crate::Id<K> {
    const KIND: ColumnKind = ColumnKind::Uuid;
    fn to_column(&self) -> Column {
        Column::Uuid(Some(self.uuid()))
    }
}

impl<K> FromColumn for crate::Id<K> {
    const KIND: ColumnKind = ColumnKind::Uuid;
    fn from_column(column: Column) -> Result<Self, String> {
        Uuid::from_column(column).map(Self::from_uuid)
    }
}
