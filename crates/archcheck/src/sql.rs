//! SQL as words: which tables a statement touches, and whether it is tied to
//! its tenant.

use crate::config::line_at;

/// One word, number, placeholder or mark; string literals and comments are
/// left out. Words are folded to lower case.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// The text.
    pub(crate) text: String,
    /// The line in the SQL text, counted from one.
    pub(crate) line: usize,
}

impl Word {
    fn is_name(&self) -> bool {
        self.text
            .starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

/// One use of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Touch {
    /// The table, in lower case.
    pub(crate) table: String,
    /// What is done with it.
    pub(crate) kind: TouchKind,
    /// The line in the SQL text.
    pub(crate) line: usize,
}

/// What a statement does with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TouchKind {
    /// Reads rows.
    Read,
    /// Adds rows.
    Insert,
    /// Changes or removes rows.
    Change,
}

/// Whether a string literal is SQL: keywords are written in upper case.
pub(crate) fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|found: char| !(found.is_alphanumeric() || found == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1).copied().unwrap_or_default();
        matches!(
            (*word, next),
            ("SELECT" | "UPDATE", _) | ("INSERT", "INTO") | ("DELETE", "FROM")
        )
    })
}

/// Cuts SQL into words.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let peek = |at: usize| chars.get(at).map_or('\0', |(_, found)| *found);
    let mut words = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let first = peek(at);
        at += 1;
        match (first, peek(at)) {
            ('-', '-') => {
                while at < chars.len() && peek(at) != '\n' {
                    at += 1;
                }
                continue;
            }
            ('/', '*') => {
                while at < chars.len() && !(peek(at) == '*' && peek(at + 1) == '/') {
                    at += 1;
                }
                at += 2;
                continue;
            }
            ('\'', _) => {
                while at < chars.len() && peek(at) != '\'' {
                    at += 1;
                }
                at += 1;
                continue;
            }
            ('"', _) => continue,
            _ if first.is_whitespace() => continue,
            _ if first.is_alphanumeric() || first == '_' || first == '$' => {
                while peek(at).is_alphanumeric() || peek(at) == '_' {
                    at += 1;
                }
            }
            _ => {}
        }
        words.push(Word {
            text: chars[start..at.min(chars.len())]
                .iter()
                .flat_map(|(_, found)| found.to_lowercase())
                .collect(),
            line: line_at(text, chars[start].0),
        });
    }
    words
}

/// Looks at a word; empty past the end.
pub(crate) fn text_at(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |word| word.text.as_str())
}

/// A table's name at `at`, its schema left out, and the index after it.
pub(crate) fn table_at(words: &[Word], mut at: usize) -> Option<(String, usize)> {
    while text_at(words, at + 1) == "." {
        at += 2;
    }
    let word = words.get(at)?;
    word.is_name().then(|| (word.text.clone(), at + 1))
}

/// Every use of a table that is not a name of the statement's own.
pub(crate) fn touches(words: &[Word]) -> Vec<Touch> {
    let own = named_queries(words);
    let mut found = Vec::new();
    let mut calls: Vec<bool> = Vec::new();
    for at in 0..words.len() {
        let before = at.checked_sub(1).map_or("", |index| text_at(words, index));
        let next = text_at(words, at + 1);
        let kind = match text_at(words, at) {
            "(" => {
                calls.push(matches!(
                    before,
                    "extract" | "trim" | "substring" | "overlay"
                ));
                continue;
            }
            ")" => {
                calls.pop();
                continue;
            }
            "from" if before == "delete" => TouchKind::Change,
            "from" if before != "distinct" && calls.last() != Some(&true) => TouchKind::Read,
            "join" => TouchKind::Read,
            "into" if matches!(before, "insert" | "replace" | "ignore") => TouchKind::Insert,
            "update"
                if !matches!(before, "do" | "for" | "key" | "on")
                    && !matches!(next, "set" | "of") =>
            {
                TouchKind::Change
            }
            _ => continue,
        };
        let mut from = at + 1;
        while matches!(text_at(words, from), "only" | "lateral") {
            from += 1;
        }
        while let Some((table, after)) = table_at(words, from) {
            let called = kind == TouchKind::Read && text_at(words, after) == "(";
            if !called && !own.contains(&table) && table != "select" {
                found.push(Touch {
                    table,
                    kind,
                    line: words[from].line,
                });
            }
            let after = if called { closed(words, after) } else { after };
            match next_in_list(words, after) {
                Some(further) if kind == TouchKind::Read => from = further,
                _ => break,
            }
        }
    }
    found
}

/// The index after the parenthesis that closes the one at `open`.
fn closed(words: &[Word], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate().skip(open) {
        match word.text.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    words.len()
}

/// The index of the next table of `FROM a x, b y`, if there is one.
fn next_in_list(words: &[Word], mut at: usize) -> Option<usize> {
    if text_at(words, at) == "as" {
        at += 1;
    }
    if words.get(at).is_some_and(Word::is_name) {
        at += 1;
    }
    (text_at(words, at) == ",").then_some(at + 1)
}

/// The names that `WITH name AS (…)` gives.
fn named_queries(words: &[Word]) -> Vec<String> {
    let mut names = Vec::new();
    if !words.iter().any(|word| word.text == "with") {
        return names;
    }
    for at in 1..words.len() {
        if text_at(words, at) != "as" {
            continue;
        }
        let mut next = at + 1;
        while matches!(text_at(words, next), "not" | "materialized") {
            next += 1;
        }
        if text_at(words, next) != "(" {
            continue;
        }
        let mut name = at - 1;
        if text_at(words, name) == ")" {
            while name > 0 && text_at(words, name) != "(" {
                name -= 1;
            }
            name = name.saturating_sub(1);
        }
        names.push(text_at(words, name).to_owned());
    }
    names
}

/// Whether the statement holds `tenant_id = $1`.
pub(crate) fn is_bound(words: &[Word]) -> bool {
    words
        .windows(3)
        .any(|three| three[0].text == "tenant_id" && three[1].text == "=" && three[2].text == "$1")
}

/// Whether every insertion lists `tenant_id` first and `$1` as its value.
pub(crate) fn is_inserted(words: &[Word]) -> bool {
    let mut all = true;
    for at in 0..words.len() {
        if text_at(words, at) != "into" {
            continue;
        }
        let Some((_, open)) = table_at(words, at + 1) else {
            continue;
        };
        let listed = text_at(words, open) == "(" && text_at(words, open + 1) == "tenant_id";
        let mut after = open;
        while after < words.len() && text_at(words, after) != ")" {
            after += 1;
        }
        let value = match text_at(words, after + 1) {
            "values" => text_at(words, after + 3),
            "select" => text_at(words, after + 2),
            _ => "",
        };
        all &= listed && value == "$1";
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(sql: &str) -> Vec<String> {
        touches(&words(sql))
            .into_iter()
            .map(|touch| format!("{:?} {}", touch.kind, touch.table))
            .collect()
    }

    #[test]
    fn tables_are_found() {
        let cases: [(&str, &[&str]); 9] = [
            (
                "SELECT 'FROM x' FROM a AS p, public.b q LEFT JOIN c ON p.x IS DISTINCT FROM q.y",
                &["Read a", "Read b", "Read c"],
            ),
            (
                "WITH due AS (SELECT id FROM a), n (x) AS MATERIALIZED (SELECT 1) \
                 UPDATE b SET x = 1 FROM due, n WHERE EXISTS (SELECT 1 FROM d)",
                &["Read a", "Change b", "Read d"],
            ),
            (
                "INSERT INTO a (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET x = 2",
                &["Insert a"],
            ),
            ("DELETE FROM a WHERE id = $1 -- FROM b", &["Change a"]),
            ("SELECT x FROM a FOR UPDATE SKIP LOCKED", &["Read a"]),
            ("SELECT x FROM a FOR NO KEY UPDATE OF a", &["Read a"]),
            (
                "SELECT EXTRACT(DAY FROM x) FROM f(g(1)) AS y, a",
                &["Read a"],
            ),
            ("UPDATE \"A\" SET x = 1 /* FROM b */", &["Change a"]),
            ("INSERT INTO a SELECT * FROM (SELECT 1) z", &["Insert a"]),
        ];
        for (sql, expected) in cases {
            assert_eq!(tables(sql), expected, "{sql}");
        }
    }

    #[test]
    fn only_the_first_parameter_ties_to_a_tenant() {
        let bound = |sql: &str| is_bound(&words(sql));
        assert!(bound("SELECT 1 FROM a WHERE p.tenant_id=$1"));
        assert!(!bound("SELECT 1 FROM a WHERE tenant_id = $10"));
        assert!(!bound("SELECT 1 FROM a WHERE other_tenant_id = $1"));
        let inserted = |sql: &str| is_inserted(&words(sql));
        assert!(inserted("INSERT INTO a (tenant_id, b) VALUES ($1, $2)"));
        assert!(inserted("INSERT INTO a (tenant_id, b) SELECT $1, b FROM c"));
        assert!(!inserted("INSERT INTO a (b, tenant_id) VALUES ($1, $2)"));
        assert!(!inserted("INSERT INTO a (tenant_id, b) VALUES ($2, $1)"));
    }

    #[test]
    fn messages_are_not_sql() {
        assert!(is_sql("\n  SELECT 1"));
        assert!(is_sql("WITH x AS (SELECT 1) DELETE FROM y"));
        assert!(!is_sql("Select a patient from the list"));
        assert!(!is_sql("updated, deleted from, INSERTED INTO"));
    }
}
