//! The lists of stable words for clients: error codes and events.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use kernel::{Locale, ProblemKind};
use webkit::Texts;

use crate::schema::{assert_document, root};

/// A place in the sources that names a word: in which file, after which call.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    file: String,
    call: &'static str,
    /// The literal, or `<the expression>`.
    word: String,
}

/// What stands after these calls in the product, its tests left out.
fn uses(calls: &[&'static str]) -> BTreeSet<Use> {
    let mut found = BTreeSet::new();
    for member in fs::read_dir(root().join("crates")).unwrap() {
        let member = member.unwrap().path();
        if !["archcheck", "testkit"]
            .iter()
            .any(|name| member.ends_with(name))
        {
            read(&member.join("src"), calls, &mut found);
        }
    }
    assert!(!found.is_empty());
    found
}

fn read(folder: &Path, calls: &[&'static str], found: &mut BTreeSet<Use>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, calls, found);
        } else if !["tests", "testing"].contains(&name.as_str()) {
            let text = fs::read_to_string(&path).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap();
            let file = path.strip_prefix(root()).unwrap().display().to_string();
            find(&file, product, calls, found);
        }
    }
}

fn find(file: &str, text: &str, calls: &[&'static str], found: &mut BTreeSet<Use>) {
    for call in calls {
        for (at, _) in text.match_indices(call) {
            let argument = text[at + call.len()..].trim_start();
            let is_declared = text[..at].ends_with("fn ");
            if is_declared || argument.starts_with(')') {
                continue;
            }
            let word = match argument.strip_prefix('"') {
                Some(literal) => literal.split('"').next().unwrap().to_owned(),
                None => format!("<{}>", argument.split([',', ')']).next().unwrap()),
            };
            found.insert(Use {
                file: file.to_owned(),
                call,
                word,
            });
        }
    }
}

/// Expressions that hold a code which is listed elsewhere.
const PASSED_ON: [(&str, &str); 4] = [
    ("crates/kernel/src/problem.rs", "<code>"),
    ("crates/webkit/src/body/mod.rs", "<code>"),
    // `opted_out` and `window_closed`.
    ("crates/clinic/src/care/api/notify.rs", "<reason.as_str(>"),
    ("crates/clinic/src/inbox/api/staff.rs", "<reason.as_str(>"),
];

#[test]
fn every_code_of_the_sources_is_listed_and_used() {
    const CALLS: [&str; 5] = [
        "conflict(",
        "malformed(",
        ".code(",
        "code: Some(",
        "code = Some(",
    ];
    let mut unlisted = Vec::new();
    let mut seen = BTreeSet::from(["opted_out", "window_closed"].map(str::to_owned));
    for used in uses(&CALLS) {
        let passed_on = PASSED_ON.contains(&(used.file.as_str(), used.word.as_str()));
        if passed_on {
            continue;
        }
        let listed = clinic::CODES.iter().find(|(code, _)| *code == used.word);
        let fits = match (used.call, listed) {
            (_, None) => false,
            ("conflict(", Some((_, kind))) => *kind == ProblemKind::Conflict,
            ("malformed(", Some((_, kind))) => *kind == ProblemKind::Malformed,
            _ => true,
        };
        seen.insert(used.word.clone());
        if !fits {
            unlisted.push(used);
        }
    }
    assert!(
        unlisted.is_empty(),
        "list these in crates/clinic/src/codes.rs: {unlisted:#?}"
    );
    let unused: Vec<_> = clinic::CODES
        .iter()
        .filter(|(code, _)| !seen.contains(*code))
        .collect();
    assert!(unused.is_empty(), "no longer used: {unused:?}");
}

#[test]
fn every_code_has_its_text_and_stands_once() {
    let codes = clinic::codes();
    let unique: BTreeSet<_> = codes.iter().map(|(code, _)| code).collect();
    assert_eq!(unique.len(), codes.len());
    for (code, _) in clinic::CODES {
        for locale in [Locale::Fr, Locale::En] {
            let text = Texts::new(locale).get(&format!("problem-{code}"));
            assert!(!text.contains('⟦'), "{locale} has no text for {code}");
        }
    }
}

#[test]
fn every_topic_of_the_sources_is_listed() {
    let emitted = uses(&[".emit("]);
    let strange: Vec<_> = emitted
        .iter()
        .filter(|used| !["<TOPIC>", "<sql.topic>"].contains(&used.word.as_str()))
        .collect();
    assert!(
        strange.is_empty(),
        "announce a TOPIC of a domain's api: {strange:#?}"
    );
    let declared: BTreeSet<String> = uses(&["TOPIC: &str = "])
        .into_iter()
        .map(|used| used.word)
        .collect();
    let listed: BTreeSet<String> = clinic::topics().into_iter().map(str::to_owned).collect();
    assert_eq!(declared, listed, "list it in clinic::topics");
}

#[test]
fn the_lists_are_current() {
    let texts = Texts::new(Locale::En);
    let mut codes = String::from(
        "# Every stable code of a problem (`code`, and the end of `type`), its status and English title.\n\
         # Made from the code; the tests keep it current.\n\n",
    );
    for (code, kind) in clinic::codes() {
        let title = texts.get(&format!("error-{kind}-title"));
        let _ = writeln!(codes, "{code:<28} {} {title}", kind.status());
    }
    assert_document("docs/wire/error-codes.txt", &codes);
    let mut topics = clinic::topics();
    topics.sort_unstable();
    let mut queues: Vec<&str> = clinic::work_statements()
        .iter()
        .map(|work| work.topic)
        .collect();
    queues.sort_unstable();
    let events = format!(
        "# What live events tell of: the topic names the kind of object that changed; its id comes along, its\n\
         # content never does. Made from the code; the tests keep it current.\n\n{}\n\n\
         # Work queues: \"work.\" and the table whose rows are the work. Nodes wake each other by these.\n\n{}\n",
        topics.join("\n"),
        queues.join("\n"),
    );
    assert_document("docs/wire/events.txt", &events);
}

/// The path and text of every file below a folder.
fn texts_of(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_of(&path, found);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
}

/// Actions are string literals like `user.set_rights` beside a call of the trail.
#[test]
fn every_action_of_the_trail_has_its_sentence() {
    let mut unnamed = BTreeSet::new();
    let mut files = Vec::new();
    texts_of(&root().join("crates/clinic/src"), &mut files);
    for (file, text) in files
        .iter()
        .filter(|(_, text)| text.contains("audit::api::"))
    {
        for word in text.split('"').skip(1).step_by(2) {
            let plain = |part: &str| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            };
            // Fields of a form and names of pictures look alike.
            let picture = [".svg", ".png", ".jpg"];
            let field =
                word.starts_with("profile.") || picture.iter().any(|ending| word.ends_with(ending));
            let action = word
                .split_once('.')
                .is_some_and(|(a, b)| plain(a) && plain(b));
            if action && !field && !clinic::audit::api::ACTIONS.contains(&word) {
                unnamed.insert(format!("{file}: {word}"));
            }
        }
    }
    assert!(
        unnamed.is_empty(),
        "list these in crates/clinic/src/audit/wire.rs, with their texts: {unnamed:#?}"
    );
    for language in ["fr", "en"] {
        let mut texts = String::new();
        for file in fs::read_dir(root().join(format!("i18n/{language}"))).unwrap() {
            texts += &fs::read_to_string(file.unwrap().path()).unwrap();
        }
        for action in clinic::audit::api::ACTIONS {
            let key = action.replace(['.', '_'], "-");
            for text in ["does", "action"] {
                let line = format!("\naudit-{text}-{key} = ");
                assert!(texts.contains(&line), "{language}:{line}");
            }
        }
    }
}
