//! Finds the value of each setting and collects everything that is wrong.

use std::{collections::BTreeMap, ffi::OsString, fmt, path::Path};

use super::settings::{ALL, Entry, Setting};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Default,
    File(String),
    Environment(&'static str),
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("by default"),
            Self::File(path) => write!(f, "from {path}"),
            Self::Environment(name) => write!(f, "from {name}"),
            Self::Flag(flag) => write!(f, "from {flag}"),
        }
    }
}

/// One thing that is wrong with the settings, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where settings come from, besides their defaults.
pub struct Inputs<'a> {
    /// Flags of the command line by their key.
    pub flags: Vec<(&'static str, Option<String>)>,
    /// The environment.
    pub env: &'a dyn Fn(&str) -> Option<OsString>,
    /// The file and whether it must be there.
    pub file: (&'a Path, bool),
}

/// The values given, and the faults seen so far.
pub struct Reader {
    given: BTreeMap<&'static str, (String, Source)>,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

impl Reader {
    /// Collects the values: the file's, over them the environment's, over
    /// them the flags'.
    pub fn new(inputs: Inputs<'_>) -> Self {
        let mut reader = Self {
            given: BTreeMap::new(),
            faults: Vec::new(),
        };
        reader.take_file(inputs.file.0, inputs.file.1);
        for entry in ALL {
            for name in entry.env.iter().rev() {
                // An empty variable is how compose files write an unset one.
                match (inputs.env)(name).map(OsString::into_string) {
                    Some(Ok(value)) if !value.trim().is_empty() => {
                        reader
                            .given
                            .insert(entry.key, (value, Source::Environment(name)));
                    }
                    Some(Err(_)) => reader.fault(entry, &Source::Environment(name), "is not UTF-8"),
                    _ => {}
                }
            }
        }
        for (key, value) in inputs.flags {
            if let Some(value) = value {
                let flag = format!("--{}", key.replace('_', "-"));
                reader.given.insert(key, (value, Source::Flag(flag)));
            }
        }
        reader
    }

    /// The value of a setting; `None` when it is unset or wrong.
    pub fn read<T>(&mut self, setting: &Setting<T>) -> Option<T> {
        let entry = &setting.entry;
        let (value, source) = match self.given.get(entry.key) {
            Some((value, source)) => (value.trim().to_owned(), source.clone()),
            None => (entry.default?.to_owned(), Source::Default),
        };
        match (setting.parse)(&value) {
            Ok(parsed) => Some(parsed),
            Err(what) if entry.secret => {
                self.fault(entry, &source, &format!("is {what}"));
                None
            }
            Err(what) => {
                self.fault(entry, &source, &format!("{value:?} is {what}"));
                None
            }
        }
    }

    /// Whether anybody gave this setting a value.
    pub fn is_given<T>(&self, setting: &Setting<T>) -> bool {
        self.given.contains_key(setting.entry.key)
    }

    /// Notes a setting that others make necessary.
    pub fn missing<T>(&mut self, setting: &Setting<T>, why: &str) {
        let Entry {
            key, env, example, ..
        } = setting.entry;
        let name = env.first().unwrap_or(&key);
        self.faults.push(Fault(format!(
            "{key} (or {name} in the environment) is missing: {why}; a good value: {example}"
        )));
    }

    fn fault(&mut self, entry: &Entry, source: &Source, what: &str) {
        let Entry { key, example, .. } = entry;
        self.faults.push(Fault(format!(
            "{key} ({source}): {what}; a good value: {example}"
        )));
    }

    fn take_file(&mut self, path: &Path, required: bool) {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => return,
            Err(error) => {
                return self
                    .faults
                    .push(Fault(format!("{name} cannot be read: {error}")));
            }
        };
        let table: toml::Table = match toml::from_str(&text) {
            Ok(table) => table,
            Err(error) => {
                // Not the parser's own picture of the line: it may hold a secret.
                let end = error.span().map_or(0, |span| span.start.min(text.len()));
                let line = text.as_bytes()[..end]
                    .iter()
                    .filter(|b| **b == b'\n')
                    .count()
                    + 1;
                return self.faults.push(Fault(format!(
                    "{name}, line {line}, is not TOML: {}; a good line: listen = \"127.0.0.1:8080\"",
                    error.message().lines().next().unwrap_or_default()
                )));
            }
        };
        for (key, value) in table {
            let Some(entry) = ALL.iter().find(|entry| entry.key == key) else {
                let known: Vec<_> = ALL.iter().map(|entry| entry.key).collect();
                self.faults.push(Fault(format!(
                    "{name}: there is no setting {key:?}; there are {}",
                    known.join(", ")
                )));
                continue;
            };
            let source = Source::File(name.clone());
            match plain(&value) {
                Some(value) => {
                    self.given.insert(entry.key, (value, source));
                }
                None => self.fault(entry, &source, "is neither text nor a number"),
            }
        }
    }
}

/// A value as it would stand in the environment.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            Some(items?.join(","))
        }
        _ => None,
    }
}
