use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Clock, Problem, Rng};

/// A UUIDv7 that knows what it names, so that a patient's id cannot be passed
/// where a tenant's is wanted. `K` is any marker type.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// Marker of [`TenantId`].
#[derive(Debug)]
pub struct Tenant;
/// Marker of [`UserId`].
#[derive(Debug)]
pub struct User;

/// One clinic, or one group of clinics that shares its patients.
pub type TenantId = Id<Tenant>;
/// One person who signs in.
pub type UserId = Id<User>;

impl<K> Id<K> {
    /// A new id: RFC 9562 version 7, so that keys grow with time.
    pub fn new(clock: &Clock, rng: &Rng) -> Self {
        let mut random = [0; 10];
        rng.fill(&mut random);
        let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or_default();
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Gives an existing UUID its kind.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The id that a filter names; an empty one is none.
    ///
    /// # Errors
    /// 400 naming `field`.
    pub fn asked(given: Option<&str>, field: &'static str) -> Result<Option<Self>, Problem> {
        let given = given.filter(|id| !id.is_empty());
        let id = given.map(str::parse::<Uuid>).transpose();
        let id = id.map_err(|_| Problem::invalid(field, "malformed"))?;
        Ok(id.map(Self::from_uuid))
    }

    /// The bare UUID.
    #[must_use]
    pub const fn uuid(&self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn ids_are_version_7_and_grow_with_time() {
        let rng = Rng::seeded(1);
        let early: TenantId = Id::new(&Clock::fixed(Timestamp::from_micros(1_000_000)), &rng);
        let late: TenantId = Id::new(&Clock::fixed(Timestamp::from_micros(2_000_000)), &rng);
        assert_eq!(early.uuid().get_version_num(), 7);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<TenantId>(), Ok(early));
    }
}
