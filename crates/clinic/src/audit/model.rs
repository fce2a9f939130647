use kernel::Timestamp;
use uuid::Uuid;

kernel::words! {
    /// On whose behalf something was done.
    pub enum ActorKind {
        /// A signed-in person.
        User = "user",
        /// Another program that an administrator let in.
        Service = "service",
        /// The program itself.
        Program = "program",
    }
}

/// What is to be written about an action.
#[derive(Debug, Clone)]
pub struct Event {
    /// What was done: `<object>.<verb>`.
    pub action: &'static str,
    /// To what kind of object.
    pub object_type: &'static str,
    /// To which.
    pub object_id: Uuid,
    /// Whose record it belongs to, if it is a patient's.
    pub patient: Option<Uuid>,
    /// JSON without patient data.
    pub detail: Option<String>,
}

/// One line before it is linked to the chain.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub id: Uuid,
    pub at: Timestamp,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub action: String,
    pub object_type: String,
    pub object_id: Uuid,
    pub patient_id: Option<Uuid>,
    pub detail: Option<String>,
}

store::row! {
    /// The end of a clinic's chain.
    pub struct Head {
        /// The number of its last line; 0 before the first.
        pub seq: i64,
        /// That line's hash.
        pub hash: String,
    }
}

store::row! {
    /// A line as it is stored.
    pub(super) struct EntryRow {
        pub seq: i64,
        pub id: Uuid,
        pub at: Timestamp,
        pub actor_kind: String,
        pub actor_id: Option<Uuid>,
        pub actor_name: String,
        pub action: String,
        pub object_type: String,
        pub object_id: Uuid,
        pub patient_id: Option<Uuid>,
        pub detail: Option<String>,
        pub previous_hash: String,
        pub hash: String,
    }
}

store::row! {
    /// A line of a program that knew no chain.
    pub(super) struct UnsealedRow {
        pub id: Uuid,
        pub at: Timestamp,
        pub actor_user: Option<Uuid>,
        pub actor_name: String,
        pub action: String,
        pub object_type: String,
        pub object_id: Uuid,
        pub detail: Option<String>,
    }
}

store::row! {
    /// A line with the names that its ids have now.
    pub struct EntryView {
        /// Its number in the clinic, from 1.
        pub seq: i64,
        /// Its id.
        pub id: Uuid,
        /// When.
        pub at: Timestamp,
        /// On whose behalf.
        pub actor_kind: ActorKind,
        /// The person or the service.
        pub actor_id: Option<Uuid>,
        /// The role he had then, or the name of the program.
        pub actor_name: String,
        /// His first name.
        pub actor_first: Option<String>,
        /// His last name.
        pub actor_last: Option<String>,
        /// What was done.
        pub action: String,
        /// To what kind of object.
        pub object_type: String,
        /// To which.
        pub object_id: Uuid,
        /// The first name of the user it was done to.
        pub object_first: Option<String>,
        /// His last name.
        pub object_last: Option<String>,
        /// Whose record it belongs to.
        pub patient_id: Option<Uuid>,
        /// His first name.
        pub patient_first: Option<String>,
        /// His last name.
        pub patient_last: Option<String>,
        /// JSON without patient data.
        pub detail: Option<String>,
        /// The line's hash, 64 hexadecimal digits.
        pub hash: String,
    }
}

store::row! {
    /// Somebody who works here, to choose from.
    pub(super) struct PersonRow {
        pub id: Uuid,
        pub first_name: String,
        pub last_name: String,
    }
}

/// What is wanted of the trail; everything when nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Done by this person or service.
    pub person: Option<Uuid>,
    /// This action.
    pub action: Option<String>,
    /// Done to this kind of object.
    pub object_type: Option<String>,
    /// About this patient.
    pub patient: Option<Uuid>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// A chain that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// How many lines it has.
    pub count: i64,
    /// The hash of its last line.
    pub head: String,
    /// The number of the line with the hash that was written down earlier.
    pub noted_at: Option<i64>,
}

/// What is wrong with a chain, the first fault from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// A line is not what it was when it was written.
    Edited(Place),
    /// A line is in order by itself but does not follow the one before.
    Inserted(Place),
    /// Lines `from` to `to` are not there; `next` is the one after the gap.
    Deleted {
        /// The first missing number.
        from: i64,
        /// The last missing number.
        to: i64,
        /// What follows, unless they were the last ones.
        next: Option<Place>,
    },
    /// Lines stand behind the end that the program knows.
    Added(Place),
    /// The end that the program keeps is gone or is not the last line's hash.
    Head(i64),
    /// A line holds what no line can hold.
    Unreadable(i64),
    /// No line has the hash that was written down earlier.
    NotedMissing(i64),
}

/// Which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// When it says it was written.
    pub at: Timestamp,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {})", self.seq, self.id, self.at)
    }
}

impl std::fmt::Display for Broken {
    /// One sentence for an operator.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Edited(place) => {
                write!(f, "entry {place} was edited after it was written")
            }
            Self::Inserted(place) => write!(
                f,
                "entry {place} does not follow the entry before it: it was inserted or moved here, or the one before was replaced"
            ),
            Self::Deleted { from, to, next } => {
                if from == to {
                    write!(f, "entry {from} was deleted")?;
                } else {
                    write!(f, "entries {from} to {to} were deleted")?;
                }
                match next {
                    Some(place) => write!(f, "; the next one is entry {place}"),
                    None => write!(f, " at the end of the trail"),
                }
            }
            Self::Added(place) => {
                write!(f, "entry {place} was inserted behind the end of the trail")
            }
            Self::Head(seq) => write!(
                f,
                "the end of the trail that the program keeps does not match entry {seq}, the last one"
            ),
            Self::Unreadable(seq) => {
                write!(
                    f,
                    "entry {seq} or the one after it was edited: it holds what no entry can hold"
                )
            }
            Self::NotedMissing(count) => write!(
                f,
                "none of the {count} entries has the hash that you wrote down: entries after it or the whole trail were replaced or deleted"
            ),
        }
    }
}
