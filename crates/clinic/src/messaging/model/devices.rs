use std::time::Duration;

use kernel::{Id, Redacted, Timestamp};
use store::{FromRow, Row, StoreError};

use crate::identity::api::SignInId;

/// How many devices somebody has in a clinic; of more the one seen longest ago is forgotten.
pub(in crate::messaging) const MOST_DEVICES: i64 = 5;

/// How long after its app last came a device is believed to be in use
/// (<https://firebase.google.com/docs/cloud-messaging/manage-tokens>, stale tokens: a month).
pub(in crate::messaging) const SEEN_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Marker of [`DeviceId`].
#[derive(Debug)]
pub struct AppDevice;
/// A device with the clinic's app, as it was registered.
pub type DeviceId = Id<AppDevice>;

kernel::words! {
    /// What the app runs on.
    pub enum Platform {
        /// Android.
        Android = "android",
        /// iPhone or iPad.
        Ios = "ios",
        /// A browser.
        Web = "web",
    }
}

/// A device to be registered.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Firebase's registration token: 1 to 4096 visible ASCII characters.
    pub token: Redacted<String>,
    /// What the app runs on.
    pub platform: Platform,
    /// What its owner calls it, 1 to 80 characters.
    pub name: String,
}

store::row! {
    /// A device of somebody's, without its token: nobody is ever shown that.
    pub struct Device {
        /// Its id.
        pub id: DeviceId,
        /// The sign-in that registered it; it ends with that.
        pub sign_in: SignInId,
        /// What the app runs on.
        pub platform: Platform,
        /// What its owner calls it.
        pub name: String,
        /// When it was first registered.
        pub created_at: Timestamp,
        /// When its app last registered it.
        pub seen_at: Timestamp,
    }
}

/// Where a notification goes.
#[derive(Debug, Clone)]
pub(in crate::messaging) struct Target {
    pub device: DeviceId,
    pub token: Redacted<String>,
    /// The clinic's name, which stands above the text.
    pub clinic: String,
}

impl FromRow for Target {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            device: row.get("id")?,
            token: Redacted(row.get("token")?),
            clinic: row.get("clinic")?,
        })
    }
}
