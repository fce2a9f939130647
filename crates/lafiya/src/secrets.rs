//! Secrets have no default: the first start makes them, later ones keep them.

use std::{collections::BTreeSet, path::Path, time::Duration};

use clinic::OlderSecret;
use kernel::{Clock, Redacted, Rng, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{config::Config, failure::Failure, private};

/// How long tokens of an earlier key are believed: time to restart every node.
/// Each of its tokens still ends 15 minutes after it was signed.
const OLDER_LASTS: Duration = Duration::from_secs(24 * 3600);

/// What only this installation knows.
pub struct Secrets {
    /// Signs access tokens.
    pub jwt_secret: Redacted<Vec<u8>>,
    /// Signed them before.
    pub older_jwt_secrets: Vec<OlderSecret>,
    /// What other keys follow from.
    pub root_key: Redacted<Vec<u8>>,
    /// Signs the simulator's webhooks.
    pub simulator_auth_token: Redacted<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    jwt_secret: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    older_jwt_secrets: Vec<Older>,
    /// Absent in files of before; it is added.
    #[serde(default)]
    root_key: Option<String>,
    simulator_auth_token: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Older {
    secret: String,
    /// RFC 3339.
    until: String,
}

impl Secrets {
    /// Reads the file of secrets. The one of the data folder is made when it is
    /// not there; one that was configured has to be, or each of several nodes
    /// would make its own.
    pub fn load_or_create(config: &Config, rng: &Rng) -> Result<Self, Failure> {
        let path = &config.secrets_file();
        let mut file = match private::read::<File>(path)? {
            Some(file) => file,
            None if config.secrets.is_some() => {
                return Err(Failure::Other(format!(
                    "{} (secrets_file) is not there; copy secrets.json of the first node's data folder to it",
                    path.display()
                )));
            }
            None => {
                private::folder(&config.data)?;
                File::create(path, rng)?
            }
        };
        if file.root_key.is_none() {
            file.root_key = Some(rng.secret(32));
            private::write(path, &file)?;
        }
        file.secrets(path)
    }

    /// Makes a new key for tokens; the present one is believed for a day.
    /// Answers until when.
    pub fn rotate(config: &Config, rng: &Rng, clock: &Clock) -> Result<Timestamp, Failure> {
        Self::load_or_create(config, rng)?;
        let path = &config.secrets_file();
        let mut file = private::read::<File>(path)?
            .ok_or_else(|| Failure::Other(format!("{} has gone", path.display())))?;
        let (now, until) = (clock.now(), clock.now().plus(OLDER_LASTS));
        let alive = |older: &Older| Timestamp::parse(&older.until).is_ok_and(|until| until > now);
        file.older_jwt_secrets.retain(alive);
        let secret = std::mem::replace(&mut file.jwt_secret, rng.secret(32));
        file.older_jwt_secrets.insert(
            0,
            Older {
                secret,
                until: until.to_string(),
            },
        );
        private::write(path, &file)?;
        Ok(until)
    }
}

impl File {
    fn create(path: &Path, rng: &Rng) -> Result<Self, Failure> {
        let file = Self {
            jwt_secret: rng.secret(32),
            older_jwt_secrets: Vec::new(),
            root_key: Some(rng.secret(32)),
            simulator_auth_token: rng.secret(16),
        };
        private::write(path, &file)?;
        Ok(file)
    }

    fn secrets(self, path: &Path) -> Result<Secrets, Failure> {
        let key = |name: &str, text: &str| {
            unhex(text).filter(|key| is_random(key)).map(Redacted).ok_or_else(|| {
                Failure::Other(format!(
                    "{}: {name} is not 64 random hexadecimal digits; restore it from a backup, or move the file \
                     away and a new one is made, after which everybody must sign in again and set up his second \
                     factor again",
                    path.display()
                ))
            })
        };
        let mut older_jwt_secrets = Vec::new();
        for older in &self.older_jwt_secrets {
            let until = Timestamp::parse(&older.until).map_err(|_| {
                Failure::Other(format!(
                    "{}: until of older_jwt_secrets is no time; write for example 2026-12-31T00:00:00Z",
                    path.display()
                ))
            })?;
            let secret = key("a secret of older_jwt_secrets", &older.secret)?;
            older_jwt_secrets.push(OlderSecret { secret, until });
        }
        Ok(Secrets {
            jwt_secret: key("jwt_secret", &self.jwt_secret)?,
            older_jwt_secrets,
            root_key: key("root_key", self.root_key.as_deref().unwrap_or_default())?,
            simulator_auth_token: Redacted(self.simulator_auth_token),
        })
    }
}

/// Whether a key can have come from a generator; the product refuses others too.
fn is_random(key: &[u8]) -> bool {
    key.len() >= 32 && key.iter().collect::<BTreeSet<_>>().len() >= 20
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

    use crate::config::Inputs;

    fn config(data: &Path, secrets: Option<&Path>) -> Config {
        let shown = |path: &Path| path.display().to_string();
        let inputs = Inputs {
            flags: vec![
                ("data", Some(shown(data))),
                ("secrets_file", secrets.map(shown)),
            ],
            env: &|_| None,
            file: (Path::new("/nowhere"), false),
        };
        Config::read(inputs).expect("settings")
    }

    fn load(data: &Path) -> Result<Secrets, Failure> {
        Secrets::load_or_create(&config(data, None), &Rng::system())
    }

    #[test]
    fn a_new_key_signs_and_the_old_one_is_believed_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let clock = Clock::fixed(Timestamp::from_micros(1_800_000_000_000_000));
        let first = load(data).unwrap();
        let until = Secrets::rotate(&config(data, None), &Rng::system(), &clock).unwrap();
        let second = load(data).unwrap();
        assert_ne!(first.jwt_secret.0, second.jwt_secret.0);
        assert_eq!(
            first.root_key.0, second.root_key.0,
            "what is stored can still be opened"
        );
        let older = &second.older_jwt_secrets[0];
        assert_eq!((&older.secret.0, older.until), (&first.jwt_secret.0, until));
        clock.advance(OLDER_LASTS);
        Secrets::rotate(&config(data, None), &Rng::system(), &clock).unwrap();
        let third = load(data).unwrap();
        assert_eq!(
            third.older_jwt_secrets.len(),
            1,
            "the first has had its time"
        );
        let mode = fs::metadata(data.join("secrets.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn nodes_share_a_file_that_has_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let shared = folder.path().join("shared.json");
        let load =
            |data: &Path| Secrets::load_or_create(&config(data, Some(&shared)), &Rng::system());
        let missing = load(&a).err().expect("a failure").to_string();
        assert!(missing.contains("copy secrets.json"), "{missing}");
        let made = Secrets::load_or_create(&config(&a, None), &Rng::system()).unwrap();
        fs::copy(a.join("secrets.json"), &shared).unwrap();
        assert_eq!(load(&b).unwrap().jwt_secret.0, made.jwt_secret.0);
        assert_eq!(load(&a).unwrap().root_key.0, made.root_key.0);
    }

    #[test]
    fn a_file_of_before_gets_its_root_key_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        let old = format!(
            "{{\"jwt_secret\": \"{}\", \"simulator_auth_token\": \"x\"}}",
            Rng::system().secret(32)
        );
        fs::write(&path, old).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let first = load(folder.path()).unwrap();
        assert_eq!(first.root_key.0, load(folder.path()).unwrap().root_key.0);
    }

    fn fails(data: &Path) -> String {
        let result = load(data);
        result.err().expect("a failure").to_string()
    }

    #[test]
    fn are_made_once_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = load(&data).unwrap();
        let second = load(&data).unwrap();
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
        load(folder.path()).unwrap();
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
            "{\"jwt_secret\": \"0000000000000000000000000000000000000000000000000000000000000000\", \"simulator_auth_token\": \"x\"}",
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
