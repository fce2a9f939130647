//! Devices with the clinic's app, on the wire.

use std::fmt;

use kernel::{FieldError, Problem, Redacted, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    identity::api::SignInId,
    messaging::model::{Device, NewDevice, Platform},
};

/// The longest token: Firebase says no length, browsers' are the longest ones seen.
const TOKEN: usize = 4096;
/// The longest name.
const NAME: usize = 80;

/// A device to which notifications may go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "registration-token-of-the-app", "platform": "android", "name": "Galaxy A14"}))]
pub(in crate::messaging) struct DeviceInput {
    /// Firebase's registration token, up to 4096 characters. It is never shown again.
    token: String,
    /// `android`, `ios` or `web`.
    platform: String,
    /// What its owner calls it, up to 80 characters.
    name: String,
}

impl fmt::Debug for DeviceInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceInput")
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

impl DeviceInput {
    /// The device.
    ///
    /// # Errors
    /// 400 naming each wrong field.
    pub(in crate::messaging) fn read(self) -> Result<NewDevice, Problem> {
        let (token, name) = (self.token.trim(), self.name.trim());
        let mut faults = Vec::new();
        faults.extend(wrong_length("token", token, TOKEN));
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            faults.push(FieldError::new("token", "malformed"));
        }
        let platform = Platform::parse(&self.platform);
        if platform.is_none() {
            let fault = FieldError::new("platform", "not-a-choice");
            faults.push(fault.with("choices", "android, ios, web"));
        }
        faults.extend(wrong_length("name", name, NAME));
        match platform {
            Some(platform) if faults.is_empty() => Ok(NewDevice {
                token: Redacted(token.to_owned()),
                platform,
                name: name.to_owned(),
            }),
            _ => Err(Problem::fields(faults)),
        }
    }
}

fn wrong_length(field: &'static str, text: &str, max: usize) -> Option<FieldError> {
    match text.chars().count() {
        0 => Some(FieldError::new(field, "required")),
        count if count > max => Some(FieldError::new(field, "too-long").with("max", max)),
        _ => None,
    }
}

/// A device of the caller's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "platform": "android", "name": "Galaxy A14", "current": true, "created_at": "2026-03-01T09:30:00+00:00", "seen_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::messaging) struct DeviceBody {
    /// UUIDv7.
    id: String,
    /// `android`, `ios` or `web`.
    platform: &'static str,
    /// What its owner calls it.
    name: String,
    /// Whether this request's own sign-in registered it.
    current: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// When its app last registered it: RFC 3339 in the clinic's zone.
    seen_at: String,
}

impl DeviceBody {
    pub(in crate::messaging) fn new(row: Device, current: Option<SignInId>, zone: &Zone) -> Self {
        Self {
            id: row.id.to_string(),
            platform: row.platform.as_str(),
            current: current == Some(row.sign_in),
            name: row.name,
            created_at: row.created_at.rfc3339(zone),
            seen_at: row.seen_at.rfc3339(zone),
        }
    }
}

/// The caller's devices, the last seen first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
pub(in crate::messaging) struct DevicesBody {
    /// How many, five at most.
    count: usize,
    /// There is one page.
    next: Option<String>,
    /// There is one page.
    previous: Option<String>,
    /// All of them.
    results: Vec<DeviceBody>,
}

impl DevicesBody {
    pub(in crate::messaging) fn new(
        rows: Vec<Device>,
        current: Option<SignInId>,
        zone: &Zone,
    ) -> Self {
        let body = |row| DeviceBody::new(row, current, zone);
        let results: Vec<_> = rows.into_iter().map(body).collect();
        Self {
            count: results.len(),
            next: None,
            previous: None,
            results,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(token: &str, platform: &str, name: &str) -> Result<NewDevice, Vec<String>> {
        let input = DeviceInput {
            token: token.to_owned(),
            platform: platform.to_owned(),
            name: name.to_owned(),
        };
        input.read().map_err(|problem| {
            let faults = problem.errors.iter();
            faults
                .map(|fault| format!("{} {}", fault.field, fault.code))
                .collect()
        })
    }

    #[test]
    fn a_token_is_never_shown() {
        let input = DeviceInput {
            token: "secret-token".to_owned(),
            platform: "web".to_owned(),
            name: "Firefox".to_owned(),
        };
        let shown = format!("{input:?} {:?}", read("secret-token", "web", "Firefox"));
        assert!(!shown.contains("secret-token"), "{shown}");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let read_it = read(" a:b_c-D ", "ios", " iPhone d’Awa ").unwrap();
        assert_eq!(
            (read_it.token.as_str(), read_it.name.as_str()),
            ("a:b_c-D", "iPhone d’Awa")
        );
        assert!(read(&"x".repeat(4096), "web", &"é".repeat(80)).is_ok());
        for (token, platform, name, wrong) in [
            ("", "ios", "x", "token required"),
            ("  ", "ios", "x", "token required"),
            (&"x".repeat(4097), "ios", "x", "token too-long"),
            ("a b", "ios", "x", "token malformed"),
            ("a\u{0}b", "ios", "x", "token malformed"),
            ("é", "ios", "x", "token malformed"),
            ("a", "nokia", "x", "platform not-a-choice"),
            ("a", "ios", " ", "name required"),
            ("a", "ios", &"é".repeat(81), "name too-long"),
        ] {
            assert_eq!(
                read(token, platform, name).unwrap_err(),
                [wrong],
                "{token:?}"
            );
        }
        assert_eq!(read("", "", "").unwrap_err().len(), 3);
    }
}
