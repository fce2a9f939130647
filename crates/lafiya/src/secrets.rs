//! Secrets have no default: the first start makes them, later ones keep them.

use std::path::Path;

use kernel::{Redacted, Rng};
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, private};

/// What only this installation knows.
pub struct Secrets {
    /// Signs access tokens.
    pub jwt_secret: Redacted<Vec<u8>>,
    /// Signs the simulator's webhooks.
    pub simulator_auth_token: Redacted<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    jwt_secret: String,
    simulator_auth_token: String,
}

impl Secrets {
    /// Reads `<data>/secrets.json`, or makes it.
    pub fn load_or_create(data: &Path, rng: &Rng) -> Result<Self, Failure> {
        let path = data.join("secrets.json");
        let file = match private::read::<File>(&path)? {
            Some(file) => file,
            None => {
                private::folder(data)?;
                let file = File {
                    jwt_secret: rng.secret(32),
                    simulator_auth_token: rng.secret(16),
                };
                private::write(&path, &file)?;
                file
            }
        };
        let Some(jwt_secret) = unhex(&file.jwt_secret).filter(|secret| secret.len() >= 32) else {
            return Err(Failure::Other(format!(
                "{}: jwt_secret is not 64 hexadecimal digits; restore it from a backup, or move the file \
                 away and a new one is made, after which everybody must sign in again",
                path.display()
            )));
        };
        Ok(Self {
            jwt_secret: Redacted(jwt_secret),
            simulator_auth_token: Redacted(file.simulator_auth_token),
        })
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn fails(data: &Path) -> String {
        let result = Secrets::load_or_create(data, &Rng::system());
        result.err().expect("a failure").to_string()
    }

    #[test]
    fn are_made_once_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = Secrets::load_or_create(&data, &Rng::system()).unwrap();
        let second = Secrets::load_or_create(&data, &Rng::system()).unwrap();
        assert_eq!(first.jwt_secret.0, second.jwt_secret.0);
        assert_eq!(first.jwt_secret.0.len(), 32);
        assert_eq!(first.simulator_auth_token.0, second.simulator_auth_token.0);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&data), mode(&data.join("secrets.json"))),
            (0o700, 0o600)
        );
        assert_eq!(
            fs::read_dir(&data).unwrap().count(),
            1,
            "nothing else is left"
        );
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_command_to_run() {
        let folder = tempfile::tempdir().unwrap();
        Secrets::load_or_create(folder.path(), &Rng::system()).unwrap();
        let path = folder.path().join("secrets.json");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let failure = fails(folder.path());
        assert!(
            failure.contains(&format!("chmod 600 '{}'", path.display())),
            "{failure}"
        );
    }

    #[test]
    fn a_damaged_file_is_named_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        for text in [
            "",
            "{\"jwt_secret\": hush",
            "{\"jwt_secret\": \"hush\", \"simulator_auth_token\": \"x\"}",
            "{\"jwt_secret\": \"\", \"simulator_auth_token\": \"x\"}",
        ] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let failure = fails(folder.path());
            assert!(
                failure.contains("secrets.json") && !failure.contains("hush"),
                "{failure}"
            );
        }
    }
}
