use kernel::{Id, Timestamp};

/// Marker of [`TableId`].
#[derive(Debug)]
pub struct TableMark;
/// One import of a table of interactions.
pub type TableId = Id<TableMark>;

store::row! {
    /// A table of interactions that the operator brought, or the note that is left of it.
    pub struct InteractionTable {
        /// Which import.
        pub id: TableId,
        /// Whose table it is, as the operator calls it.
        pub source: String,
        /// SHA-256 of the file, in hexadecimal.
        pub sha256: String,
        /// How many rows it had.
        pub row_count: i64,
        /// Who imported it: the machine's account.
        pub imported_by: String,
        /// When.
        pub imported_at: Timestamp,
        /// Who replaced or removed it.
        pub ended_by: Option<String>,
        /// When; until then the rules use it.
        pub ended_at: Option<Timestamp>,
    }
}
