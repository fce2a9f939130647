//! Takes the keys out of a table of the description and collects what is wrong with them.

use toml::{Table, Value};

/// The keys of a table that nobody has taken yet.
pub(super) struct Keys<'f> {
    table: Table,
    /// The table's name with a dot behind it; empty for the file itself.
    at: String,
    faults: &'f mut Vec<String>,
}

impl<'f> Keys<'f> {
    pub(super) fn new(table: Table, at: &str, faults: &'f mut Vec<String>) -> Self {
        let at = match at {
            "" => String::new(),
            at => format!("{at}."),
        };
        Self { table, at, faults }
    }

    /// Notes what is wrong with a key; `what` goes on after its name.
    pub(super) fn fault(&mut self, key: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{}{key} {what}", self.at));
    }

    /// A key as it stands there.
    pub(super) fn any(&mut self, key: &str) -> Option<Value> {
        self.table.remove(key)
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &str, good: &str) -> Option<String> {
        match self.table.remove(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.fault(key, format_args!("is not a text; a good value: {good}"));
                None
            }
        }
    }

    /// The same where it must be there.
    pub(super) fn needed(&mut self, key: &str, good: &str) -> Option<String> {
        if !self.table.contains_key(key) {
            self.fault(key, format_args!("is missing; a good value: {good}"));
        }
        self.text(key, good)
    }

    /// A list of words, numbers taken as words; empty when it is not there.
    pub(super) fn words(&mut self, key: &str, good: &str) -> Vec<String> {
        let Some(value) = self.table.remove(key) else {
            return Vec::new();
        };
        let list = match value {
            Value::Array(items) => items.iter().map(word).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        list.unwrap_or_else(|| {
            self.fault(
                key,
                format_args!("is not a list of words; a good value: {good}"),
            );
            Vec::new()
        })
    }

    /// A table in it; empty when it is not there.
    pub(super) fn table(&mut self, key: &str) -> Table {
        match self.table.remove(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(_) => {
                let what = format!("is not a table; begin it with [{}{key}]", self.at);
                self.fault(key, what);
                Table::new()
            }
        }
    }

    /// Notes what nobody asked for.
    pub(super) fn end(self, known: &str) {
        for key in self.table.keys() {
            let at = &self.at;
            self.faults.push(format!(
                "{at}{key} is no key of this file; there are {known}"
            ));
        }
    }
}

/// A word, also where a number was written.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}
